/* connector_test.c -- the list of connectors, and what WITH options are accepted and refused. */
#include "exec/connectors/connector.h"

#include "exec/connectors/test_files.h"

static Error last;
static const Connector *connector;
static const Format *format;
static const FormatField fields[] = {{"k", {.kind = TYPE_INT, .nullable = true}}};

static Code check(OptionPairs *p) {
  last = (Error){0};
  connector = NULL;
  format = NULL;
  return connector_check(p->all, fields, 1, (Span){3, 6}, &connector, &format, &last);
}
#define CHECKED(...) (OPTIONS_OF(&pairs, __VA_ARGS__), check(&pairs))
static OptionPairs pairs;

static void expect(Code code, uint32_t at, const char *msg, const char *hint) {
  CHECK_INT(last.code, code);
  CHECK_INT(last.span.at, at);
  CHECK_STR(last.msg, msg);
  if (strstr(last.hint, hint) == NULL) CHECK_STR(last.hint, hint);
}

static void test_list(void) {
  uint32_t n;
  const Connector *const *all = connector_list(&n);
  CHECK_INT(n, 6);
  for (uint32_t i = 0; i < n; i++) {
    CHECK(connector_find(all[i]->name) == all[i]);
    CHECK(all[i]->doc != NULL);
    CHECK(all[i]->bytes != NULL || all[i]->rows != NULL || all[i]->sink != NULL);
    CHECK(all[i]->bytes == NULL || all[i]->rows == NULL);
    if (all[i]->bytes != NULL) CHECK(all[i]->takes_format);
    for (uint32_t k = 0; k < all[i]->options.n; k++) CHECK(all[i]->options.defs[k].doc != NULL);
  }
  CHECK(connector_find("nope") == NULL);
}

static void test_accepted(void) {
  CHECK_INT(CHECKED("connector", "filesystem", "format", "csv", "path", "a.csv",
                    "csv.field-delimiter", ";", "weir.dead-letter.path", "bad.txt",
                    "scan.watermark.emit.strategy", "on-event", "scan.parallelism", "2"),
            OK);
  CHECK(connector == connector_find("filesystem") && format == format_find("csv"));
  CHECK_INT(CHECKED("connector", "filesystem", "format", "csv", "path", "file:///a",
                    "sink.rolling-policy.file-size", "1MB", "sink.rolling-policy.check-interval",
                    "1 min", "sink.parallelism", "1"),
            OK);
  CHECK_INT(CHECKED("connector", "stdin", "format", "csv"), OK);
  CHECK_INT(CHECKED("connector", "datagen", "fields.k.min", "1"), OK);
  CHECK(format == NULL);
  CHECK_INT(CHECKED("connector", "print", "print-identifier", "x"), OK);
  CHECK_INT(CHECKED("connector", "blackhole"), OK);
  CHECK(connector == connector_find("blackhole"));
}

static void test_connector_names(void) {
  CHECK_INT(CHECKED("path", "a"), ERR_OPTION);
  expect(ERR_OPTION, 3, "the table has no option 'connector'", "one of: filesystem, stdin");
  CHECK_INT(CHECKED("connector", "filesytem"), ERR_OPTION);
  expect(ERR_OPTION, 105, "unknown connector \"filesytem\"",
         "did you mean \"filesystem\"? There are: filesystem, stdin, datagen, sqlite, print, "
         "blackhole");
  CHECK_INT(CHECKED("connector", "qqqqqq"), ERR_OPTION);
  expect(ERR_OPTION, 105, "unknown connector \"qqqqqq\"", "there are: filesystem");
  CHECK_INT(CHECKED("connector", "kafka"), ERR_UNSUPPORTED);
  expect(ERR_UNSUPPORTED, 105, "the connector \"kafka\" is not built yet", "filesystem");
}

static void test_format_names(void) {
  CHECK_INT(CHECKED("connector", "filesystem", "path", "a"), ERR_OPTION);
  expect(ERR_OPTION, 3, "the table has no option 'format'", "one of: csv, ");
  CHECK_INT(CHECKED("connector", "stdin", "format", "cvs"), ERR_OPTION);
  expect(ERR_OPTION, 115, "unknown format \"cvs\"", "did you mean \"csv\"?");
  CHECK_INT(CHECKED("connector", "stdin", "format", "print"), ERR_OPTION); /* for use inside */
  CHECK_INT(CHECKED("connector", "stdin", "format", "avro"), ERR_UNSUPPORTED);
  expect(ERR_UNSUPPORTED, 115, "the format \"avro\" is not built yet", "");
  CHECK_INT(CHECKED("connector", "print", "format", "csv"), ERR_OPTION);
  expect(ERR_OPTION, 110, "the connector \"print\" takes no format", "");
}

static void test_keys(void) {
  CHECK_INT(CHECKED("connector", "filesystem", "format", "csv", "pth", "a"), ERR_OPTION);
  expect(ERR_OPTION, 120, "unknown option \"pth\" for the connector \"filesystem\"",
         "did you mean \"path\"?");
  CHECK_INT(CHECKED("connector", "filesystem", "format", "csv"), ERR_OPTION);
  CHECK(strstr(last.msg, "\"path\"") != NULL);
  CHECK_INT(CHECKED("connector", "stdin", "format", "csv", "csv.field-delimeter", ";"), ERR_OPTION);
  CHECK(strstr(last.hint, "csv.field-delimiter") != NULL);
  CHECK_INT(CHECKED("connector", "stdin", "format", "raw", "csv.field-delimiter", ";"), ERR_OPTION);
  CHECK_INT(CHECKED("connector", "print", "scan.parallelism", "1"), ERR_OPTION);
  CHECK_INT(CHECKED("connector", "datagen", "weir.dead-letter.path", "x"), ERR_OPTION);
  CHECK_INT(CHECKED("connector", "print", "standard-error", "maybe"), ERR_OPTION);
  CHECK_INT(last.span.at, 115);
  CHECK_INT(CHECKED("connector", "filesystem", "format", "csv", "path", "s3://b/a"),
            ERR_UNSUPPORTED);
  CHECK_INT(last.span.at, 125);
}

static void test_not_built(void) {
  static const char *const keys[] = {
      "source.path.regex-pattern",          "partition.time-extractor.kind",
      "sink.partition-commit.policy.class", "auto-compaction",
      "scan.watermark.alignment.group",     "scan.watermark.idle-timeout"};
  for (size_t i = 0; i < COUNT_OF(keys); i++) {
    char words[128];
    snprintf(words, sizeof words, "option \"%s\" of the connector \"filesystem\" is not built yet",
             keys[i]);
    CHECK_INT(CHECKED("connector", "filesystem", "format", "csv", "path", "a", keys[i], "1 s"),
              ERR_UNSUPPORTED);
    expect(ERR_UNSUPPORTED, 130, words, "");
  }
}

int main(void) {
  test_list();
  test_accepted();
  test_connector_names();
  test_format_names();
  test_keys();
  test_not_built();
  return check_done();
}
