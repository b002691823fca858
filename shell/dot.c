/* dot.c -- the dot commands of the shell: one table, from which .help is made. */
#include <string.h>

#include "shell/shell.h"

typedef struct DotCommand {
  const char *name, *argument, *doc;
  WeirStatus (*run)(Shell *s, const char *argument); /* "" when there is none */
} DotCommand;

static WeirStatus run_help(Shell *s, const char *argument);

static WeirStatus run_quit(Shell *s, const char *argument) {
  (void)s, (void)argument;
  return WEIR_QUIT;
}

static WeirStatus run_mode(Shell *s, const char *argument) {
  StrBuf text;
  strbuf_init(&text, 0);
  const char *nearest;
  Mode mode = mode_find(argument, &nearest);
  if (argument[0] == '\0') {
    strbuf_printf(&text, "%s\n", mode_name(s->display.mode));
  } else if (mode != MODE_COUNT) {
    if (!display_set_mode(&s->display, s->weir, mode)) out_of_memory();
  } else {
    strbuf_printf(&text, "there is no mode \"%s\"\n", argument);
    if (nearest != NULL) strbuf_printf(&text, "hint: did you mean \"%s\"?\n", nearest);
  }
  display_message(&s->display, strbuf_text(&text));
  strbuf_deinit(&text);
  return WEIR_OK;
}

static WeirStatus run_tables(Shell *s, const char *argument) {
  static const char sql[] = "SHOW TABLES;";
  (void)argument;
  return weir_run(s->weir, ".tables", sql, sizeof sql - 1);
}

static WeirStatus run_checkpoint(Shell *s, const char *argument) {
  if (argument[0] != '\0') return weir_checkpoint_dump(s->weir, ".checkpoint", argument);
  display_message(&s->display, ".checkpoint needs the path of one, such as dir/job/chk-7\n");
  return WEIR_FAILED;
}

static WeirStatus run_read(Shell *s, const char *argument) {
  if (argument[0] != '\0') return shell_run_script(s, argument);
  display_message(&s->display, ".read needs the path of a script\n");
  return WEIR_FAILED;
}

static const DotCommand commands[] = {
    {".checkpoint", "PATH", "what a checkpoint has", run_checkpoint},
    {".help", "", "this list", run_help},
    {".mode", "[MODE]", "how results are written: table, csv, json ...", run_mode},
    {".quit", "", "leave, as Ctrl-D does", run_quit},
    {".read", "FILE", "run a script", run_read},
    {".tables", "", "list tables and views", run_tables},
};

static WeirStatus run_help(Shell *s, const char *argument) {
  (void)argument;
  StrBuf text;
  strbuf_init(&text, 0);
  for (size_t i = 0; i < COUNT_OF(commands); i++) {
    const DotCommand *c = &commands[i];
    strbuf_printf(&text, "%-11s %-7s %s\n", c->name, c->argument, c->doc);
  }
  strbuf_puts(&text, "Statements end with a semicolon; Ctrl-C stops the one that runs.\n");
  display_message(&s->display, strbuf_text(&text));
  strbuf_deinit(&text);
  return WEIR_OK;
}

/* The command of that name, or the only one that begins so. */
static const DotCommand *find(Str word) {
  const DotCommand *found = NULL;
  for (size_t i = 0; i < COUNT_OF(commands); i++) {
    Str name = str_of(commands[i].name);
    if (str_eq(word, name)) return &commands[i];
    if (word.len < 2 || !str_starts(name, word)) continue;
    if (found != NULL) return NULL;
    found = &commands[i];
  }
  return found;
}

static WeirStatus unknown(Shell *s, const char *word) {
  const char *names[COUNT_OF(commands)];
  for (size_t i = 0; i < COUNT_OF(commands); i++) names[i] = commands[i].name;
  const char *nearest = nearest_name(word, names, COUNT_OF(commands));
  StrBuf text;
  strbuf_init(&text, 0);
  strbuf_printf(&text, "there is no command \"%s\"\n", word);
  if (nearest != NULL) {
    strbuf_printf(&text, "hint: did you mean \"%s\"?\n", nearest);
  } else {
    strbuf_puts(&text, "hint: .help lists them\n");
  }
  display_message(&s->display, strbuf_text(&text));
  strbuf_deinit(&text);
  return WEIR_FAILED;
}

WeirStatus shell_dot_command(Shell *s, Str line) {
  Arena arena;
  arena_init(&arena);
  Str all = str_trim(line);
  size_t word_len = 0;
  while (word_len < all.len && all.ptr[word_len] != ' ' && all.ptr[word_len] != '\t') word_len++;
  Str word = {all.ptr, word_len};
  Str rest = str_trim((Str){all.ptr + word_len, all.len - word_len});
  const DotCommand *command = find(word);
  WeirStatus status = command != NULL ? command->run(s, arena_strndup(&arena, rest.ptr, rest.len))
                                      : unknown(s, arena_strndup(&arena, word.ptr, word.len));
  arena_deinit(&arena);
  return status;
}
