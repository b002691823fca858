/* command_line.c -- the arguments, by the lists options.def and modes.def.
 *
 * -c SQL, -cSQL, --command SQL and --command=SQL are the same; switches of one letter may stand
 * together (-qV); "--" ends the options.
 */
#include "shell/command_line.h"

#include <string.h>

typedef enum OptionId {
#define OPTION(id, letter, name, value, doc) OPTION_##id,
#include "shell/options.def"
#undef OPTION
  OPTION_COUNT
} OptionId;

typedef struct OptionDef {
  char letter;
  const char *name, *value, *doc;
} OptionDef;

static const OptionDef options[OPTION_COUNT] = {
#define OPTION(id, letter, name, value, doc) {letter, name, value, doc},
#include "shell/options.def"
#undef OPTION
};

static const char *const mode_names[MODE_COUNT] = {
#define MODE(id, name, rows, renderer, doc) name,
#include "shell/modes.def"
#undef MODE
};

static const char *const mode_docs[MODE_COUNT] = {
#define MODE(id, name, rows, renderer, doc) doc,
#include "shell/modes.def"
#undef MODE
};

const char *mode_name(Mode mode) { return mode_names[mode]; }

Mode mode_find(const char *name, const char **nearest) {
  *nearest = NULL;
  for (unsigned i = 0; i < MODE_COUNT; i++) {
    if (text_eq_nocase(name, mode_names[i])) return (Mode)i;
  }
  *nearest = nearest_name(name, mode_names, MODE_COUNT);
  return MODE_COUNT;
}

/* --- taking up one option */

typedef struct Parser {
  Arena *arena;
  CommandLine *out;
  StrBuf *problem;
  Input *inputs;
  KeyValue *sets;
} Parser;

static bool wrong_mode(Parser *p, const char *name, const char *nearest) {
  strbuf_printf(p->problem, "weir: there is no mode \"%s\"\n", name);
  if (nearest != NULL) {
    strbuf_printf(p->problem, "hint: did you mean \"%s\"?\n", nearest);
    return false;
  }
  strbuf_puts(p->problem, "hint: one of");
  for (unsigned i = 0; i < MODE_COUNT; i++) {
    strbuf_printf(p->problem, "%s %s", i > 0 ? "," : "", mode_names[i]);
  }
  strbuf_putc(p->problem, '\n');
  return false;
}

static bool take_mode(Parser *p, const char *name) {
  const char *nearest;
  p->out->mode = mode_find(name, &nearest);
  return p->out->mode != MODE_COUNT || wrong_mode(p, name, nearest);
}

static bool take_set(Parser *p, const char *text) {
  const char *eq = strchr(text, '=');
  if (eq == NULL || eq == text) {
    strbuf_printf(p->problem, "weir: option \"-s\" needs KEY=VALUE, not \"%s\"\n", text);
    return false;
  }
  const char *key = arena_strndup(p->arena, text, (size_t)(eq - text));
  p->sets[p->out->n_sets++] = (KeyValue){key, eq + 1};
  return true;
}

/* An option that is short for a setting. */
static bool take_switch(Parser *p, const char *key) {
  p->sets[p->out->n_sets++] = (KeyValue){key, "true"};
  return true;
}

static bool take(Parser *p, OptionId id, const char *value) {
  CommandLine *out = p->out;
  switch (id) {
    case OPTION_COMMAND:
      p->inputs[out->n_inputs++] = (Input){true, value};
      return true;
    case OPTION_INIT:
      out->init = value;
      return true;
    case OPTION_NO_INIT:
      out->no_init = true;
      return true;
    case OPTION_MODE:
      return take_mode(p, value);
    case OPTION_OUTPUT:
      out->output = value;
      return true;
    case OPTION_PARALLELISM:
      out->parallelism = value;
      return true;
    case OPTION_SET:
      return take_set(p, value);
    case OPTION_RESUME:
      return take_switch(p, "weir.resume");
    case OPTION_ALLOW_NON_RESTORED:
      return take_switch(p, "execution.state-recovery.ignore-unclaimed-state");
    case OPTION_ALLOW_EXTENSIONS:
      out->allow_extensions = true;
      return true;
    case OPTION_NO_HEADER:
      out->no_header = true;
      return true;
    case OPTION_NULL_TEXT:
      out->null_text = value;
      return true;
    case OPTION_STATS:
      out->stats = true;
      return true;
    case OPTION_NO_COLOR:
      out->no_color = true;
      return true;
    case OPTION_QUIET:
      out->quiet = true;
      return true;
    case OPTION_HELP:
      out->help = true;
      return true;
    case OPTION_VERSION:
      out->version = true;
      return true;
    case OPTION_COUNT:
      break;
  }
  assert(!"an option");
  return false;
}

/* --- telling them apart */

static bool unknown(Parser *p, const char *arg, size_t len) {
  const char *names[OPTION_COUNT];
  for (unsigned i = 0; i < OPTION_COUNT; i++) names[i] = options[i].name;
  const char *bare = arena_strndup(p->arena, arg, len);
  strbuf_printf(p->problem, "weir: unknown option \"%s\"\n", bare);
  const char *nearest = nearest_name(bare + strspn(bare, "-"), names, OPTION_COUNT);
  if (nearest != NULL) {
    strbuf_printf(p->problem, "hint: did you mean \"--%s\"?\n", nearest);
  } else {
    strbuf_puts(p->problem, "hint: weir --help lists the options\n");
  }
  return false;
}

static bool needs_value(Parser *p, OptionId id, const char *dashes, Str name) {
  strbuf_printf(p->problem, "weir: option \"%s%.*s\" needs a value: %s\n", dashes, (int)name.len,
                name.ptr, options[id].value);
  return false;
}

/* --name, --name=value, or --name with its value in the next argument. */
static bool take_long(Parser *p, int argc, char *const *argv, int *at) {
  const char *name = argv[*at] + 2;
  size_t len = strcspn(name, "=");
  const char *given = name[len] == '=' ? name + len + 1 : NULL;
  for (unsigned i = 0; i < OPTION_COUNT; i++) {
    const OptionDef *o = &options[i];
    if (!str_eq(str_of(o->name), (Str){name, len})) continue;
    if (o->value == NULL && given != NULL) {
      strbuf_printf(p->problem, "weir: option \"--%s\" takes no value\n", o->name);
      return false;
    }
    if (o->value != NULL && given == NULL) {
      if (*at + 1 >= argc) return needs_value(p, (OptionId)i, "--", (Str){name, len});
      given = argv[++*at];
    }
    return take(p, (OptionId)i, given);
  }
  return unknown(p, argv[*at], len + 2);
}

static OptionId find_letter(char letter) {
  for (unsigned i = 0; i < OPTION_COUNT; i++) {
    if (letter != '\0' && options[i].letter == letter) return (OptionId)i;
  }
  return OPTION_COUNT;
}

/* -x, -xyz, -xvalue, or -x with its value in the next argument. */
static bool take_letters(Parser *p, int argc, char *const *argv, int *at) {
  for (const char *c = argv[*at] + 1; *c != '\0'; c++) {
    OptionId id = find_letter(*c);
    if (id == OPTION_COUNT) return unknown(p, argv[*at], strlen(argv[*at]));
    if (options[id].value == NULL) {
      if (!take(p, id, NULL)) return false;
      continue;
    }
    if (c[1] != '\0') return take(p, id, c + 1);
    if (*at + 1 >= argc) return needs_value(p, id, "-", (Str){c, 1});
    return take(p, id, argv[++*at]);
  }
  return true;
}

bool command_line_parse(int argc, char *const *argv, Arena *arena, CommandLine *out,
                        StrBuf *problem) {
  *out = (CommandLine){.mode = MODE_COUNT};
  Parser p = {.arena = arena,
              .out = out,
              .problem = problem,
              .inputs = ARENA_ARRAY(arena, Input, argc + 1),
              .sets = ARENA_ARRAY(arena, KeyValue, argc + 1)};
  out->inputs = p.inputs;
  out->sets = p.sets;
  bool only_scripts = false;
  for (int i = 1; i < argc; i++) {
    const char *arg = argv[i];
    if (only_scripts || arg[0] != '-' || arg[1] == '\0') {
      p.inputs[out->n_inputs++] = (Input){false, arg};
    } else if (strcmp(arg, "--") == 0) {
      only_scripts = true;
    } else if (!(arg[1] == '-' ? take_long(&p, argc, argv, &i)
                               : take_letters(&p, argc, argv, &i))) {
      return false;
    }
  }
  return true;
}

/* --- help */

static void help_option(const OptionDef *o, StrBuf *out) {
  enum { DOC_COLUMN = 28 };
  size_t before = out->len;
  if (o->letter != '\0') {
    strbuf_printf(out, "  -%c, --%s", o->letter, o->name);
  } else {
    strbuf_printf(out, "      --%s", o->name);
  }
  if (o->value != NULL) strbuf_printf(out, " %s", o->value);
  size_t used = out->len - before;
  strbuf_fill(out, ' ', used < DOC_COLUMN ? DOC_COLUMN - used : 1);
  strbuf_printf(out, "%s\n", o->doc);
}

void command_line_help(StrBuf *out) {
  strbuf_puts(out,
              "usage: weir [OPTIONS] [SCRIPT.sql ...]      run scripts; with none, a shell\n"
              "       weir [OPTIONS] -c SQL [-c SQL ...]   run SQL\n"
              "       weir [OPTIONS] < SCRIPT.sql          run standard input\n"
              "\n"
              "Continuous SQL over streams, in the dialect of Flink SQL.\n"
              "\n"
              "options:\n");
  for (unsigned i = 0; i < OPTION_COUNT; i++) help_option(&options[i], out);
  strbuf_puts(out, "\nmodes (default: table on a terminal, csv otherwise):\n");
  for (unsigned i = 0; i < MODE_COUNT; i++) {
    strbuf_printf(out, "  %-10s %s\n", mode_names[i], mode_docs[i]);
  }
  strbuf_puts(out,
              "\n"
              "exit status: 0 done, 1 a statement failed or output could not be written,\n"
              "             2 wrong usage, 130 ended by a second Ctrl-C\n"
              "\n"
              "examples:\n"
              "  weir -c \"SELECT * FROM 'bids.csv'\"\n"
              "  tail -F app.log | weir -m table -c \"SELECT * FROM stdin\"\n");
}
