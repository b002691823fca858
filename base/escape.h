/* escape.h -- text from anywhere made harmless for a terminal.
 *
 * A terminal obeys bytes: data that holds an escape sequence can rewrite what the user has read,
 * or worse.  What could do so is shown instead, as an E'...' string would write it: \n, \t, \u001b.
 */
#pragma once
#include "base/str.h"

enum { KEEP_NEWLINE = 1, KEEP_TAB = 2 };

/* Append text with these shown as escapes: C0, DEL, C1, line and paragraph separators, and the
 * marks, overrides and isolates that turn the direction of writing.  A byte that is not UTF-8
 * becomes U+FFFD.  keep: newlines and tabs that stay as they are. */
void escape_put(StrBuf *out, const char *text, size_t len, unsigned keep);

/* The same for a rendered error (base/error.h): lines, and a caret that stays under its
 * character. */
void escape_put_error(StrBuf *out, const char *text);
