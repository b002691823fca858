/* render_test.c -- the text modes, byte for byte. */
#include "shell/render.h"

#include "base/check.h"

static const WeirColumn columns[] = {{"k", "STRING", false, false}, {"n", "BIGINT", true, false}};
static const RenderOptions plain = {.header = true, .max_width = 30};

static WeirCell cell(const char *text) { return (WeirCell){text, text != NULL ? strlen(text) : 0}; }

/* A result of two columns on its way. */
static struct {
  const RendererKind *kind;
  Renderer *r;
  StrBuf out;
} now;

static void begin(Mode mode, const RenderOptions *options, bool live) {
  now.kind = renderer_of(mode);
  now.r = now.kind->open(options, columns, COUNT_OF(columns), live);
  CHECK(now.r != NULL);
  strbuf_clear(&now.out);
  now.kind->begin(now.r, &now.out);
}

static void row(const char *k, const char *n) {
  CHECK(now.kind->row(now.r, (WeirCell[]){cell(k), cell(n)}, &now.out));
}

static void end(bool stopped) {
  now.kind->end(now.r, stopped, &now.out);
  now.kind->free(now.r);
}

static void check_out(const char *want) {
  CHECK_STR(strbuf_text(&now.out), want);
  strbuf_clear(&now.out);
}

static void test_modes(void) {
  CHECK(renderer_of(MODE_CSV) == NULL && renderer_of(MODE_NONE) == NULL);
  CHECK(renderer_of(MODE_TABLE) == &render_table);
  render_table.free(NULL);
  render_line.free(NULL);
  render_tableau.free(NULL);
}

static void test_table(void) {
  begin(MODE_TABLE, &plain, false);
  row("a", "1");
  row("日本", "-12345");
  row(NULL, NULL);
  row("", "7");
  check_out("");
  end(false);
  check_out(
      "+------+--------+\n"
      "| k    |      n |\n"
      "+------+--------+\n"
      "| a    |      1 |\n"
      "| 日本 | -12345 |\n"
      "| NULL |   NULL |\n"
      "|      |      7 |\n"
      "+------+--------+\n");
  begin(MODE_TABLE, &plain, true);
  end(true);
  check_out(
      "+---+---+\n"
      "| k | n |\n"
      "+---+---+\n"
      "+---+---+\n");
}

static void test_table_options(void) {
  RenderOptions o = {.null_text = "-", .color = true};
  begin(MODE_TABLE, &o, false);
  row("a", NULL);
  end(false);
  check_out(
      "+---+---+\n"
      "| a | \033[2m-\033[0m |\n"
      "+---+---+\n");
}

/* Rows come over time: the columns grow, and a line says so. */
static void test_table_live(void) {
  begin(MODE_TABLE, &plain, true);
  now.kind->flush(now.r, &now.out);
  check_out("");
  row("a", "1");
  now.kind->flush(now.r, &now.out);
  check_out(
      "+---+---+\n"
      "| k | n |\n"
      "+---+---+\n"
      "| a | 1 |\n");
  row("b", "2");
  now.kind->flush(now.r, &now.out);
  now.kind->flush(now.r, &now.out);
  check_out("| b | 2 |\n");
  row("long", "3");
  row("c", "4");
  end(false);
  check_out(
      "+------+---+\n"
      "| long | 3 |\n"
      "| c    | 4 |\n"
      "+------+---+\n");
}

/* A result that comes in one go is not drawn by a flush, but a very large one in parts. */
static void test_table_large(void) {
  begin(MODE_TABLE, &plain, false);
  row("a", "1");
  now.kind->flush(now.r, &now.out);
  check_out("");
  for (int i = 0; i < 9998; i++) row("b", "2");
  CHECK_INT(now.out.len, 0);
  row("c", "3");
  CHECK_INT(now.out.len, 10 * (3 + 10000));
  strbuf_clear(&now.out);
  row("wide", "4");
  end(false);
  check_out(
      "+------+---+\n"
      "| wide | 4 |\n"
      "+------+---+\n");
}

static void test_markdown(void) {
  begin(MODE_MARKDOWN, &plain, false);
  row("a|b", "1");
  row("||", NULL);
  end(false);
  check_out(
      "| k    |    n |\n"
      "| ---- | ---: |\n"
      "| a\\|b |    1 |\n"
      "| \\|\\| | NULL |\n");
  RenderOptions no_header = {.null_text = ""};
  begin(MODE_MARKDOWN, &no_header, true);
  row("a", NULL);
  now.kind->flush(now.r, &now.out);
  row("wider", "1");
  end(false);
  check_out(
      "| k   |   n |\n"
      "| --- | --: |\n"
      "| a   |     |\n"
      "| wider |   1 |\n");
}

static void test_line(void) {
  static const WeirColumn names[] = {{"window_start", "TIMESTAMP(3)", false, false},
                                     {"ñ", "INT", true, false}};
  const WeirCell cells[] = {cell("2024-01-01 00:00:00.000"), cell(NULL)};
  StrBuf out = {0};
  Renderer *r = render_line.open(&plain, names, 2, true);
  render_line.begin(r, &out);
  CHECK(render_line.row(r, cells, &out));
  CHECK(render_line.row(r, cells, &out));
  render_line.flush(r, &out);
  render_line.end(r, false, &out);
  render_line.free(r);
  CHECK_STR(strbuf_text(&out),
            "window_start = 2024-01-01 00:00:00.000\n"
            "           ñ = NULL\n"
            "\n"
            "window_start = 2024-01-01 00:00:00.000\n"
            "           ñ = NULL\n");
  strbuf_deinit(&out);
}

static void test_tableau(void) {
  RenderOptions narrow = {.header = true, .max_width = 8};
  begin(MODE_TABLEAU, &narrow, false);
  check_out(
      "+----+----------+----------------------+\n"
      "| op |        k |                    n |\n"
      "+----+----------+----------------------+\n");
  row("a", "1");
  check_out("| +I |        a |                    1 |\n");
  row("123456789", NULL);
  row("日本日本日", "3");
  end(false);
  check_out(
      "| +I | 12345... |               <NULL> |\n"
      "| +I |  日本... |                    3 |\n"
      "+----+----------+----------------------+\n"
      "Received a total of 3 rows\n");
  begin(MODE_TABLEAU, &narrow, true);
  strbuf_clear(&now.out);
  end(true);
  check_out("Query terminated, received a total of 0 row\n");
}

/* The first column of a changelog takes the place of tableau's own, and is one as any other
 * elsewhere. */
static void test_kinds(void) {
  static const WeirColumn kinds[] = {{"op", "CHAR(2)", false, true}, {"n", "BIGINT", true, false}};
  static const WeirCell cells[] = {{"-U", 2}, {"1", 1}};
  StrBuf out = {0};
  Renderer *r =
      render_tableau.open(&(RenderOptions){.header = true, .max_width = 8}, kinds, 2, false);
  render_tableau.begin(r, &out);
  CHECK(render_tableau.row(r, cells, &out));
  render_tableau.end(r, false, &out);
  render_tableau.free(r);
  CHECK_STR(strbuf_text(&out),
            "+----+----------------------+\n"
            "| op |                    n |\n"
            "+----+----------------------+\n"
            "| -U |                    1 |\n"
            "+----+----------------------+\n"
            "Received a total of 1 row\n");
  strbuf_clear(&out);
  r = render_table.open(&plain, kinds, 2, false);
  render_table.begin(r, &out);
  CHECK(render_table.row(r, cells, &out));
  render_table.end(r, false, &out);
  render_table.free(r);
  CHECK_STR(strbuf_text(&out),
            "+----+---+\n| op | n |\n+----+---+\n| -U | 1 |\n+----+---+\n");
  strbuf_deinit(&out);
}

/* Widths that Flink gives to types: flink-sql-client's table of them. */
static void test_tableau_widths(void) {
  static const struct {
    const char *type;
    size_t width;
  } types[] = {{"TINYINT", 6},
               {"SMALLINT", 6},
               {"INT", 11},
               {"BIGINT", 20},
               {"DECIMAL(10, 2)", 12},
               {"DECIMAL(3, 0)", 6},
               {"BOOLEAN", 6},
               {"DATE", 10},
               {"TIME(0)", 8},
               {"TIME(3)", 12},
               {"TIMESTAMP(0)", 19},
               {"TIMESTAMP(3)", 23},
               {"TIMESTAMP(6)", 26},
               {"TIMESTAMP_LTZ(3)", 23},
               {"DOUBLE", 30},
               {"FLOAT", 30},
               {"STRING", 30},
               {"CHAR(3)", 30},
               {"INTERVAL DAY TO SECOND", 30}};
  for (size_t i = 0; i < COUNT_OF(types); i++) {
    WeirColumn column = {"c", types[i].type, false, false};
    StrBuf out = {0};
    Renderer *r = render_tableau.open(&(RenderOptions){.max_width = 30}, &column, 1, false);
    render_tableau.begin(r, &out);
    CHECK_INT(out.len, sizeof "+----++\n" - 1 + types[i].width + 2);
    render_tableau.free(r);
    strbuf_deinit(&out);
  }
}

/* Escapes in values, names and the text for NULL: shown, and counted as they are shown. */
static void test_escapes(void) {
  static const WeirColumn evil[] = {{"\033[2J", "STRING", false, false}};
  RenderOptions options = {.header = true, .null_text = "\a", .max_width = 30};
  static const Mode modes[] = {MODE_TABLE, MODE_MARKDOWN, MODE_LINE, MODE_TABLEAU};
  for (size_t i = 0; i < COUNT_OF(modes); i++) {
    const RendererKind *kind = renderer_of(modes[i]);
    StrBuf out = {0};
    Renderer *r = kind->open(&options, evil, 1, false);
    kind->begin(r, &out);
    WeirCell cells[] = {{"a\033]0;x\a\n\xE2\x80\xAE", 11}, {NULL, 0}};
    CHECK(kind->row(r, &cells[0], &out));
    CHECK(kind->row(r, &cells[1], &out));
    kind->end(r, false, &out);
    kind->free(r);
    for (size_t k = 0; k < out.len; k++) CHECK(out.data[k] == '\n' || out.data[k] >= 0x20);
    if (modes[i] == MODE_TABLE) {
      CHECK_STR(strbuf_text(&out),
                "+---------------------------+\n"
                "| \\u001b[2J                 |\n"
                "+---------------------------+\n"
                "| a\\u001b]0;x\\u0007\\n\\u202e |\n"
                "| \\u0007                    |\n"
                "+---------------------------+\n");
    }
    strbuf_deinit(&out);
  }
}

int main(void) {
  test_modes();
  test_table();
  test_table_options();
  test_table_live();
  test_table_large();
  test_markdown();
  test_line();
  test_tableau();
  test_tableau_widths();
  test_kinds();
  test_escapes();
  strbuf_deinit(&now.out);
  return check_done();
}
