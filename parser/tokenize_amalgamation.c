/* tokenize_amalgamation.c -- SQLite's amalgamation, with its private functions visible.
 *
 * Compiled only where the system's library hides sqlite3GetToken (parser/meson.build).
 * The linker drops what nothing uses.
 */
#define SQLITE_PRIVATE
#include "sqlite3.c"
