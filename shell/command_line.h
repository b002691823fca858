/* command_line.h -- what the user asked for: the arguments of the program, taken apart. */
#pragma once
#include "base/arena.h"
#include "base/str.h"

typedef enum Mode {
#define MODE(id, name, rows, renderer, doc) MODE_##id,
#include "shell/modes.def"
#undef MODE
  MODE_COUNT
} Mode;

/* A -c or a script, in the order given. */
typedef struct Input {
  bool is_command;
  const char *text; /* SQL, or the path of a script; "-": standard input */
} Input;

typedef struct KeyValue {
  const char *key, *value;
} KeyValue;

typedef struct CommandLine {
  const Input *inputs;
  uint32_t n_inputs;
  const KeyValue *sets;
  uint32_t n_sets;
  const char *init; /* NULL: not given, as for all texts */
  const char *output;
  const char *parallelism; /* digits, one hopes */
  const char *null_text;
  Mode mode; /* MODE_COUNT: not given */
  bool allow_extensions;
  bool no_init, no_header, stats, no_color, quiet, help, version;
} CommandLine;

/* Texts point into argv or the arena.  false: wrong usage, told in *problem, lines that end
 * in newlines. */
MUST_USE bool command_line_parse(int argc, char *const *argv, Arena *arena, CommandLine *out,
                                 StrBuf *problem);

/* The text of --help. */
void command_line_help(StrBuf *out);

const char *mode_name(Mode mode);
/* MODE_COUNT: there is no such mode; *nearest is then a name like it, or NULL. */
Mode mode_find(const char *name, const char **nearest);
