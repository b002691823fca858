/* command_line_test.c -- arguments in all their spellings, and what is wrong with others. */
#include "shell/command_line.h"

#include "base/check.h"

enum { ARGS_MAX = 16 };

static Arena arena;
static CommandLine line;
static StrBuf problem;

/* args: separated by blanks, as a shell without quotes would; "" for none. */
static bool parse(const char *args) {
  char *argv[ARGS_MAX + 1] = {arena_strdup(&arena, "weir")};
  int argc = 1;
  while (*args != '\0') {
    size_t n = strcspn(args, " ");
    CHECK(argc < ARGS_MAX);
    argv[argc++] = arena_strndup(&arena, args, n);
    args += n;
    args += strspn(args, " ");
  }
  strbuf_clear(&problem);
  return command_line_parse(argc, argv, &arena, &line, &problem);
}

static void check_refused(const char *args, const char *want) {
  CHECK(!parse(args));
  CHECK_STR(strbuf_text(&problem), want);
}

static void test_none(void) {
  CHECK(parse(""));
  CHECK_INT(line.n_inputs, 0);
  CHECK_INT(line.n_sets, 0);
  CHECK_INT(line.mode, MODE_COUNT);
  CHECK(line.init == NULL && line.output == NULL && line.parallelism == NULL);
  CHECK(line.null_text == NULL);
  CHECK(!line.no_init && !line.no_header && !line.stats && !line.no_color && !line.quiet);
  CHECK(!line.help && !line.version);
}

static void test_spellings(void) {
  static const char *const all[] = {"-m json",  "-mjson",  "--mode json", "--mode=json",
                                    "-qm json", "-qmjson", "-m JSON"};
  for (size_t i = 0; i < COUNT_OF(all); i++) {
    CHECK(parse(all[i]));
    CHECK_INT(line.mode, MODE_JSON);
  }
  CHECK(parse("-o out.csv -p 3 --null -- --init=i.sql"));
  CHECK_STR(line.output, "out.csv");
  CHECK_STR(line.parallelism, "3");
  CHECK_STR(line.null_text, "--");
  CHECK_STR(line.init, "i.sql");
  CHECK(parse("--null= -i= "));
  CHECK_STR(line.null_text, "");
  CHECK_STR(line.init, "=");
}

static void test_switches(void) {
  CHECK(parse("-qhV --no-init --no-header --stats --no-color"));
  CHECK(line.quiet && line.help && line.version && line.no_init && line.no_header);
  CHECK(line.stats && line.no_color);
  CHECK(parse("--quiet --help --version"));
  CHECK(line.quiet && line.help && line.version && !line.stats);
}

static void test_inputs(void) {
  CHECK(parse("-c A b.sql -cC --command D --command=E - -- -c f.sql"));
  static const Input want[] = {{true, "A"}, {false, "b.sql"}, {true, "C"},   {true, "D"},
                               {true, "E"}, {false, "-"},     {false, "-c"}, {false, "f.sql"}};
  CHECK_INT(line.n_inputs, COUNT_OF(want));
  for (size_t i = 0; i < COUNT_OF(want) && i < line.n_inputs; i++) {
    CHECK_INT(line.inputs[i].is_command, want[i].is_command);
    CHECK_STR(line.inputs[i].text, want[i].text);
  }
}

static void test_sets(void) {
  CHECK(parse("-s a=1 --set=b=c=d -s e="));
  CHECK_INT(line.n_sets, 3);
  CHECK_STR(line.sets[0].key, "a");
  CHECK_STR(line.sets[0].value, "1");
  CHECK_STR(line.sets[1].key, "b");
  CHECK_STR(line.sets[1].value, "c=d");
  CHECK_STR(line.sets[2].value, "");
}

/* Shorthands of settings, in their place among them. */
static void test_switched_sets(void) {
  CHECK(parse("--resume -s weir.resume=false --allow-non-restored-state"));
  CHECK_INT(line.n_sets, 3);
  CHECK_STR(line.sets[0].key, "weir.resume");
  CHECK_STR(line.sets[0].value, "true");
  CHECK_STR(line.sets[1].value, "false");
  CHECK_STR(line.sets[2].key, "execution.state-recovery.ignore-unclaimed-state");
  CHECK_STR(line.sets[2].value, "true");
}

static void test_wrong(void) {
  check_refused("--mod=csv", "weir: unknown option \"--mod\"\nhint: did you mean \"--mode\"?\n");
  check_refused("--no-haeder",
                "weir: unknown option \"--no-haeder\"\nhint: did you mean \"--no-header\"?\n");
  check_refused("--xyzzy",
                "weir: unknown option \"--xyzzy\"\nhint: weir --help lists the options\n");
  check_refused("-x", "weir: unknown option \"-x\"\nhint: weir --help lists the options\n");
  check_refused("-qx", "weir: unknown option \"-qx\"\nhint: weir --help lists the options\n");
  check_refused("-stats", "weir: option \"-s\" needs KEY=VALUE, not \"tats\"\n");
  check_refused("-c", "weir: option \"-c\" needs a value: SQL\n");
  check_refused("-q --output", "weir: option \"--output\" needs a value: FILE\n");
  check_refused("--stats=1", "weir: option \"--stats\" takes no value\n");
  check_refused("-s =1", "weir: option \"-s\" needs KEY=VALUE, not \"=1\"\n");
  check_refused("-m jason", "weir: there is no mode \"jason\"\nhint: did you mean \"json\"?\n");
  check_refused("-m xml",
                "weir: there is no mode \"xml\"\n"
                "hint: one of table, csv, tsv, json, line, markdown, tableau, none\n");
}

/* Every option and every mode stands in the help, and the documentation column is straight. */
static void test_help(void) {
  static const char *const words[] = {
#define OPTION(id, letter, name, value, doc) "--" name,
#include "shell/options.def"
#undef OPTION
#define MODE(id, name, rows, renderer, doc) "\n  " name " ",
#include "shell/modes.def"
#undef MODE
  };
  StrBuf out;
  strbuf_init(&out, 0);
  command_line_help(&out);
  for (size_t i = 0; i < COUNT_OF(words); i++) CHECK(strstr(strbuf_text(&out), words[i]) != NULL);
  CHECK(strstr(strbuf_text(&out), "\n  -c, --command SQL         run SQL and exit") != NULL);
  CHECK(strstr(strbuf_text(&out), "\n      --no-init             do not run") != NULL);
  for (const char *at = strbuf_text(&out); *at != '\0'; at += strspn(at, "\n")) {
    size_t n = strcspn(at, "\n");
    CHECK(n <= 80);
    at += n;
  }
  strbuf_deinit(&out);
}

int main(void) {
  arena_init(&arena);
  test_none();
  test_spellings();
  test_switches();
  test_inputs();
  test_sets();
  test_switched_sets();
  test_wrong();
  test_help();
  strbuf_deinit(&problem);
  arena_deinit(&arena);
  return check_done();
}
