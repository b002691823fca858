/* options_test.c -- unknown keys, values of the wrong kind, where errors point, the readers. */
#include "exec/formats/options.h"

#include "base/check.h"

static const char *const modes[] = {"fast", "exact", NULL};
static const OptionDef conn_defs[] = {
    {.key = "connector", .required = true},
    {.key = "path", .required = true, .doc = "Where it is."},
    {.key = "interval", .kind = OPTION_DURATION, .fallback = "10 s"},
    {.key = "file-size", .kind = OPTION_SIZE, .fallback = "128MB"},
    {.key = "rows", .kind = OPTION_INT, .fallback = "7"},
    {.key = "rate", .kind = OPTION_DOUBLE},
    {.key = "mode", .kind = OPTION_ENUM, .choices = modes, .fallback = "fast"},
    {.key = "fields.#.kind", .kind = OPTION_ENUM, .choices = modes},
};
static const OptionDef csv_defs[] = {
    {.key = "field-delimiter", .kind = OPTION_CHAR, .fallback = ","},
    {.key = "header", .kind = OPTION_BOOL, .fallback = "false"},
};
static const OptionList lists[] = {{conn_defs, COUNT_OF(conn_defs)},
                                   {csv_defs, COUNT_OF(csv_defs)}};
static const char *const prefixes[] = {"", "csv."};

static Code check(const Option *items, uint32_t n, Error *err) {
  *err = (Error){0};
  return options_check((Options){items, n}, lists, prefixes, 2, "connector \"filesystem\"",
                       (Span){1, 2}, err);
}

static void test_good(void) {
  const Option items[] = {
      {"connector", "filesystem", NO_SPAN, NO_SPAN},
      {"path", "x", NO_SPAN, NO_SPAN},
      {"path", "y", NO_SPAN, NO_SPAN},
      {"interval", "5min", NO_SPAN, NO_SPAN},
      {"fields.a.b.kind", "EXACT", NO_SPAN, NO_SPAN},
      {"csv.header", "TRUE", NO_SPAN, NO_SPAN},
      {"csv.field-delimiter", "\\t", NO_SPAN, NO_SPAN},
      {"rate", "1.5e3", NO_SPAN, NO_SPAN},
  };
  const Options given = {items, COUNT_OF(items)};
  Error err;
  CHECK_INT(check(items, COUNT_OF(items), &err), OK);
  CHECK_STR(options_text(given, lists[0], "", "path"), "y");
  CHECK_INT(options_duration_us(given, lists[0], "", "interval"), 300 * MICROS_PER_SECOND);
  CHECK_STR(options_text(given, lists[0], "", "fields.a.b.kind"), "EXACT");
  CHECK(options_text(given, lists[0], "", "fields.z.kind") == NULL);
  CHECK(options_bool(given, lists[1], "csv.", "csv.header"));
  CHECK_INT(options_char(given, lists[1], "csv.", "csv.field-delimiter"), '\t');
  CHECK(options_double(given, lists[0], "", "rate") == 1500);
  CHECK(options_find(given, "rows") == NULL);
  CHECK(options_find(given, "rate") == &items[7]);
}

static void test_defaults(void) {
  const Options none = {NULL, 0};
  CHECK_INT(options_duration_us(none, lists[0], "", "interval"), 10 * MICROS_PER_SECOND);
  CHECK_INT(options_size_bytes(none, lists[0], "", "file-size"), 128 << 20);
  CHECK_INT(options_int(none, lists[0], "", "rows"), 7);
  CHECK(options_double(none, lists[0], "", "rate") == 0);
  CHECK_INT(options_char(none, lists[1], "csv.", "csv.field-delimiter"), ',');
  CHECK(!options_bool(none, lists[1], "csv.", "csv.header"));
  CHECK(options_text(none, lists[0], "", "path") == NULL);
}

/* One more option than the required ones; what comes of it. */
static void expect(const char *key, const char *value, const char *msg, const char *hint,
                   uint32_t at) {
  const Option items[] = {{"connector", "filesystem", NO_SPAN, NO_SPAN},
                          {"path", "x", NO_SPAN, NO_SPAN},
                          {key, value, {10, 5}, {20, 5}}};
  Error err;
  CHECK_INT(check(items, 3, &err), msg == NULL ? OK : ERR_OPTION);
  if (msg == NULL) return;
  CHECK_STR(err.msg, msg);
  CHECK_STR(err.hint, hint);
  CHECK_INT(err.span.at, at);
}

static void test_errors(void) {
  expect("csv.feild-delimiter", ";",
         "unknown option \"csv.feild-delimiter\" for connector \"filesystem\"",
         "did you mean \"csv.field-delimiter\"?", 10);
  expect("quite.another-thing", ";",
         "unknown option \"quite.another-thing\" for connector \"filesystem\"",
         "it has: connector, path, interval, file-size, rows, rate, mode, fields.#.kind, "
         "csv.field-delimiter, csv.header",
         10);
  expect("field-delimiter", ";", "unknown option \"field-delimiter\" for connector \"filesystem\"",
         "did you mean \"csv.field-delimiter\"?", 10);
  expect("fields..kind", "fast", "unknown option \"fields..kind\" for connector \"filesystem\"",
         "did you mean \"fields.#.kind\"?", 10);
  expect("mode", "exakt", "option \"mode\" is \"exakt\", not one of its choices",
         "did you mean \"exact\"?", 20);
  expect("mode", "qqqqq", "option \"mode\" is \"qqqqq\", not one of its choices",
         "it can be: fast, exact", 20);
  expect("rows", "many", "option \"rows\" is \"many\", not a whole number", "", 20);
  expect("rows", "99999999999999999999",
         "option \"rows\" is \"99999999999999999999\", not a whole number", "", 20);
  expect("csv.header", "yes", "option \"csv.header\" is \"yes\", not true or false", "", 20);
  expect("interval", "soon", "option \"interval\" is \"soon\", not a duration",
         "a duration is written as '10 s', '5 min', '500 ms'", 20);
  expect("file-size", "12 parsecs", "option \"file-size\" is \"12 parsecs\", not a size",
         "a size is written as '128 mb', '64 kb', '1024'", 20);
  expect("file-size", "18446744073709551615 kb",
         "option \"file-size\" is \"18446744073709551615 kb\", not a size",
         "a size is written as '128 mb', '64 kb', '1024'", 20);
  expect("rate", "", "option \"rate\" is \"\", not a number", "", 20);
}

static void test_required(void) {
  const Option items[] = {{"connector", "filesystem", NO_SPAN, NO_SPAN}};
  Error err;
  CHECK_INT(check(items, 1, &err), ERR_OPTION);
  CHECK_STR(err.msg, "connector \"filesystem\" needs the option \"path\"");
  CHECK_INT(err.span.at, 1);
}

static void test_sizes(void) {
  static const struct {
    const char *text;
    uint64_t bytes;
  } cases[] = {{"1024", 1024},           {"0", 0},         {"64 kb", 64 << 10}, {"64K", 64 << 10},
               {"2 mebibytes", 2 << 20}, {"1gb", 1 << 30}, {"3 b", 3},          {" 5 bytes ", 5},
               {"1T", UINT64_C(1) << 40}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    const Option o = {"file-size", cases[i].text, NO_SPAN, NO_SPAN};
    CHECK_INT(options_size_bytes((Options){&o, 1}, lists[0], "", "file-size"), cases[i].bytes);
  }
}

static void test_chars(void) {
  static const struct {
    const char *text;
    int cp; /* -1: refused */
  } cases[] = {{",", ','},      {"\\t", '\t'}, {"\t", '\t'},       {"\\", '\\'},   {"\\\\", '\\'},
               {"\\u0001", 1},  {"\\x1f", 31}, {"\xC2\xA7", 0xA7}, {"", -1},       {",,", -1},
               {"\\u00g1", -1}, {"\\q", -1},   {"\xC2", -1},       {"\\u001", -1}, {"\\0", 0}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    const Option o = {"csv.field-delimiter", cases[i].text, NO_SPAN, NO_SPAN};
    Error err = {0};
    const Option all[] = {{"connector", "c", NO_SPAN, NO_SPAN}, {"path", "x", NO_SPAN, NO_SPAN}, o};
    CHECK_INT(check(all, 3, &err), cases[i].cp < 0 ? ERR_OPTION : OK);
    if (cases[i].cp < 0) continue;
    CHECK_INT(options_char((Options){&o, 1}, lists[1], "csv.", "csv.field-delimiter"), cases[i].cp);
  }
}

int main(void) {
  test_good();
  test_defaults();
  test_errors();
  test_required();
  test_sizes();
  test_chars();
  return check_done();
}
