/* parse_test.c -- the parser over its corpus: round trips, errors, depth, mutations.
 *
 *     parse_test statements.sql errors.txt
 *
 * statements.sql: a script; every statement must print back as the same tokens, or as
 * the line "-- prints TEXT" behind it says.
 * errors.txt: texts separated by empty lines, each followed by "!! LINE:COLUMN MESSAGE"
 * and perhaps "?? HINT".
 */
#include <stdlib.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/sys.h"
#include "parser/ast_print.h"
#include "parser/parse.h"
#include "parser/parse_check.h"

static void fail_at(const char *file, const char *text, size_t len, size_t at, const char *what,
                    const char *detail) {
  TextPosition pos = text_position(text, len, (uint32_t)at);
  printf("%s:%u: %s\n%s\n", file, pos.line, what, detail);
  check_failures++;
}

/* ---- round trips ---- */

/* The text of a "-- prints " line right behind at, or NULL. */
static const char *expected_print(Arena *arena, const char *text, size_t at) {
  static const char mark[] = "-- prints ";
  const char *line = strchr(text + at, '\n');
  if (line == NULL || strncmp(line + 1, mark, sizeof mark - 1) != 0) return NULL;
  line += sizeof mark;
  return arena_strndup(arena, line, strcspn(line, "\n"));
}

static void check_round_trip(Arena *arena, const char *file, const char *text, size_t len,
                             const AstStmt *stmt, size_t end) {
  StrBuf out;
  strbuf_init(&out, 0);
  ast_print_stmt(&out, stmt);
  const char *printed = strbuf_text(&out);
  const char *expected = expected_print(arena, text, end);
  Str source = {text + stmt->span.at, stmt->span.len};
  if (expected != NULL) {
    if (strcmp(expected, printed) != 0)
      fail_at(file, text, len, stmt->span.at, "prints otherwise than expected:", printed);
  } else if (!parse_check_same_tokens(source, (Str){printed, out.len})) {
    fail_at(file, text, len, stmt->span.at, "prints as other tokens:", printed);
  }
  strbuf_deinit(&out);
}

static void test_statements(const char *file, const char *text, size_t len) {
  Arena arena = {0};
  uint32_t n = 0;
  size_t at = 0;
  for (;;) {
    AstStmt *stmt = NULL;
    Error err = {0};
    if (parse_statement(&arena, text, len, &at, &stmt, &err) != OK) {
      fail_at(file, text, len, err.span.at, "does not parse:", err.msg);
      break;
    }
    if (stmt == NULL) break;
    check_round_trip(&arena, file, text, len, stmt, at);
    n++;
  }
  uint32_t n_good = 0;
  const char *problem = parse_check_text(&arena, text, len, &n_good);
  CHECK_STR(problem == NULL ? "" : problem, "");
  CHECK(n > 300 && n == n_good);
  arena_deinit(&arena);
}

/* ---- errors ---- */

/* From the error of the SQL to "LINE:COLUMN MESSAGE" and, on a line of its own, the hint. */
static void render_error(Arena *arena, Str sql, StrBuf *out) {
  const char *text = arena_strndup(arena, sql.ptr, sql.len);
  size_t at = 0;
  AstStmt *stmt = NULL;
  Error err = {0};
  Code code = OK;
  do {
    code = parse_statement(arena, text, sql.len, &at, &stmt, &err);
  } while (code == OK && stmt != NULL);
  if (code == OK) {
    strbuf_puts(out, "!! no error");
    return;
  }
  TextPosition pos = text_position(text, sql.len, err.span.at);
  strbuf_printf(out, "!! %u:%u %s", pos.line, pos.column, err.msg);
  if (err.hint[0] != '\0') strbuf_printf(out, "\n?? %s", err.hint);
}

static void test_errors(const char *file, const char *text, size_t len) {
  Arena arena = {0};
  StrBuf got;
  strbuf_init(&got, 0);
  uint32_t n = 0;
  const char *at = strstr(text, "\n\n") + 2; /* behind the comment */
  while (*at != '\0') {
    const char *mark = strstr(at, "\n!! ");
    if (mark == NULL) break;
    const char *end = strstr(mark, "\n\n");
    if (end == NULL) end = text + len;
    strbuf_clear(&got);
    render_error(&arena, (Str){at, (size_t)(mark - at)}, &got);
    Str want = str_trim((Str){mark, (size_t)(end - mark)});
    if (!str_eq(want, (Str){strbuf_text(&got), got.len}))
      fail_at(file, text, len, (size_t)(at - text), "other error:", strbuf_text(&got));
    n++;
    at = end + strspn(end, "\n");
  }
  CHECK(n > 180);
  strbuf_deinit(&got);
  arena_deinit(&arena);
}

/* What no text file can hold. */
static void test_bad_bytes(void) {
  const struct {
    Str sql;
    uint32_t at;
    const char *message;
  } cases[] = {
      {STR("SELECT a\0 FROM t"), 8, "there is a NUL byte in the SQL text"},
      {STR("SELECT 'a\0b'"), 9, "there is a NUL byte in the SQL text"},
      {STR("SELECT `a\0b`"), 9, "there is a NUL byte in the SQL text"},
      {STR("SELECT 1 -- a\0b\n"), 13, "there is a NUL byte in the SQL text"},
      {STR("SELECT 1 /* a\0 */"), 13, "there is a NUL byte in the SQL text"},
      {STR("SELECT 'a\xff'"), 9, "the SQL text is not valid UTF-8: byte 0xFF"},
      {STR("SELECT gr\xfc\xdf FROM t"), 9, "the SQL text is not valid UTF-8: byte 0xFC"},
      {STR("SELECT 1 -- \xc0\xaf"), 12, "the SQL text is not valid UTF-8: byte 0xC0"},
      {STR("SELECT E'\\xff\\000'"), 13, "a text cannot hold a NUL character"},
  };
  Arena arena = {0};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    AstStmt *stmt;
    Error err = {0};
    size_t at = 0;
    Code code = parse_statement(&arena, cases[i].sql.ptr, cases[i].sql.len, &at, &stmt, &err);
    CHECK_INT(code, ERR_SYNTAX);
    CHECK_INT(err.span.at, cases[i].at);
    CHECK_STR(err.msg, cases[i].message);
  }
  arena_deinit(&arena);
}

/* ---- depth and length ---- */

/* before, then middle n times, then core, then after n times. */
static Code parse_repeated(const char *before, const char *middle, const char *core,
                           const char *after, uint32_t n, const char *end, Error *err) {
  Arena arena = {0};
  StrBuf sql;
  strbuf_init(&sql, 0);
  strbuf_puts(&sql, before);
  for (uint32_t i = 0; i < n; i++) strbuf_puts(&sql, middle);
  strbuf_puts(&sql, core);
  for (uint32_t i = 0; i < n; i++) strbuf_puts(&sql, after);
  strbuf_puts(&sql, end);
  size_t at = 0;
  AstStmt *stmt = NULL;
  *err = (Error){0};
  Code code = parse_statement(&arena, strbuf_text(&sql), sql.len, &at, &stmt, err);
  if (code == OK) {
    const char *problem = parse_check_text(&arena, strbuf_text(&sql), sql.len, NULL);
    CHECK_STR(problem == NULL ? "" : problem, "");
    CHECK(stmt->depth <= SQL_DEPTH_MAX + 1);
  }
  strbuf_deinit(&sql);
  arena_deinit(&arena);
  return code;
}

static void test_depth(void) {
  static const struct {
    const char *before, *middle, *core, *after, *end;
  } shapes[] = {
      {"SELECT ", "(", "1", " + 1)", ""},
      {"SELECT ", "f(", "1", ")", ""},
      {"SELECT ", "- ", "1", "", ""},
      {"SELECT ", "NOT ", "a", "", ""},
      {"SELECT ", "1 + ", "1", "", ""},
      {"SELECT ", "a || ", "b", "", ""},
      {"SELECT ", "a = ", "b", "", ""},
      {"SELECT ", "", "a", "[1]", ""},
      {"SELECT ", "", "(a)", ".b", ""},
      {"SELECT ", "", "a", " IS NULL", ""},
      {"SELECT ", "CASE WHEN a THEN ", "b", " END", ""},
      {"SELECT ", "CASE ", "b", " WHEN 1 THEN 2 END", ""},
      {"SELECT ", "(SELECT ", "1", ")", ""},
      {"SELECT ", "ARRAY[", "1", "]", ""},
      {"SELECT ", "(1, ", "1", ")", ""},
      {"SELECT ", "x IN (1, ", "1", ")", ""},
      {"SELECT ", "a AND (b OR (", "c", "))", ""},
      {"SELECT CAST(a AS ", "ARRAY<", "INT", ">", ")"},
      {"SELECT CAST(a AS ", "", "INT", " ARRAY", ")"},
      {"SELECT CAST(a AS ", "ROW<a ", "INT", ">", ")"},
      {"", "SELECT * FROM (", "SELECT 1", ")", ""},
      {"", "(SELECT 1 UNION ", "SELECT 1", ")", ""},
      {"SELECT 1", " UNION ALL SELECT 1", "", "", ""},
      {"SELECT * FROM ", "", "t", ", t", ""},
      {"SELECT * FROM ", "a JOIN (", "a JOIN b ON c", ") ON c", ""},
      {"SELECT 1 GROUP BY ", "ROLLUP (", "a", ")", ""},
      {"SELECT * FROM t MATCH_RECOGNIZE (PATTERN (", "(A ", "B", ")+", ") DEFINE A AS b)"},
      {"", "WITH a AS (", "SELECT 1", ") SELECT 2", ""},
      {"SELECT ", "SUM(a) OVER (ORDER BY ", "b", ")", ""},
  };
  static const uint32_t sizes[] = {10, 300, 1100, 5000, 40000};
  for (size_t i = 0; i < COUNT_OF(shapes); i++) {
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
      Error err;
      Code code = parse_repeated(shapes[i].before, shapes[i].middle, shapes[i].core,
                                 shapes[i].after, sizes[s], shapes[i].end, &err);
      bool small = sizes[s] <= 300, large = sizes[s] > SQL_DEPTH_MAX;
      if ((small && code != OK) || (large && code != ERR_LIMIT)) {
        printf("%s%s... %u times gives code %d, %s\n", shapes[i].before, shapes[i].middle, sizes[s],
               (int)code, err.msg);
        check_failures++;
      }
    }
  }
}

static void test_length(void) {
  static const struct {
    const char *before, *middle, *core, *end;
  } flat[] = {
      {"SELECT * FROM t WHERE a IN (", "1, ", "1", ")"},
      {"SELECT * FROM t WHERE ", "a = 1 AND ", "b", ""},
      {"SELECT * FROM t WHERE ", "a = 1 OR ", "b", ""},
      {"SELECT ", "a, ", "b", " FROM t"},
      {"VALUES ", "(1, 2), ", "(1, 2)", ""},
      {"SELECT CASE ", "WHEN a THEN b ", "", "END"},
      {"EXECUTE STATEMENT SET BEGIN ", "INSERT INTO a SELECT 1; ", "", "END"},
  };
  for (size_t i = 0; i < COUNT_OF(flat); i++) {
    Error err;
    CHECK_INT(
        parse_repeated(flat[i].before, flat[i].middle, flat[i].core, "", 100000, flat[i].end, &err),
        OK);
  }
  Error err;
  Arena arena = {0};
  AstStmt *stmt;
  size_t at = 0;
  CHECK_INT(parse_statement(&arena, "SELECT 1", SQL_TEXT_MAX + 1, &at, &stmt, &(Error){0}),
            ERR_LIMIT);
  CHECK_INT(parse_repeated("SELECT ", "x", "", "", IDENTIFIER_MAX, "", &err), OK);
  CHECK_INT(parse_repeated("SELECT ", "x", "", "", IDENTIFIER_MAX + 1, "", &err), ERR_LIMIT);
  arena_deinit(&arena);
}

/* ---- mutations ---- */

static uint64_t random_state = 20240229;

static uint32_t random_below(uint32_t n) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((random_state >> 33) % n);
}

/* Change a few places of the statement: cut, double, or put something in. */
static void mutate(StrBuf *out, const char *text, size_t len) {
  static const char *const pieces[] = {
      "(",      ")",    "'",         "`",      "\"",      ";",          ",",
      ".",      "*",    "/*",        "*/",     "/*+",     "--",         "=>",
      "[",      "]",    "{",         "}",      "<",       ">",          "?",
      "|",      "-",    "NOT ",      " NULL ", " END ",   " AS ",       " SELECT ",
      " FROM ", "\n",   " CASE ",    " ON ",   " TABLE ", " INTERVAL ", " 'x' ",
      " a ",    " 1 ",  " ORDER ",   "U&'",    "E'\\",    "\xc3\xa4",   "\xff",
      " ROW ",  " TO ", " BETWEEN ", " AND ",  " WITH ",  " KEY ",      " UESCAPE "};
  uint32_t n = 1 + random_below(3);
  strbuf_clear(out);
  size_t at = 0;
  for (uint32_t i = 0; i < n; i++) {
    size_t next = at + random_below((uint32_t)(len - at) + 1);
    strbuf_put(out, text + at, next - at);
    at = next;
    size_t span = random_below(12);
    if (span > len - at) span = len - at;
    switch (random_below(4)) {
      case 0:
        at += span;
        break; /* cut */
      case 1:
        strbuf_put(out, text + at, span);
        break; /* double */
      case 2:
        strbuf_puts(out, pieces[random_below(COUNT_OF(pieces))]);
        break; /* put in */
      default: /* replace */
        strbuf_puts(out, pieces[random_below(COUNT_OF(pieces))]);
        at += span;
        break;
    }
  }
  strbuf_put(out, text + at, len - at);
}

static void test_mutations(const char *text, size_t len, uint32_t rounds) {
  Arena spans = {0}, arena = {0};
  StrBuf mutant;
  strbuf_init(&mutant, 0);
  uint32_t n = 0, n_good = 0;
  size_t at = 0;
  AstStmt *stmt = NULL;
  Error err = {0};
  while (parse_statement(&spans, text, len, &at, &stmt, &err) == OK && stmt != NULL) {
    for (uint32_t i = 0; i < rounds; i++, n++) {
      mutate(&mutant, text + stmt->span.at, stmt->span.len);
      arena_reset(&arena);
      const char *problem = parse_check_text(&arena, strbuf_text(&mutant), mutant.len, &n_good);
      if (problem == NULL) continue;
      printf("mutant %u: %s\n%s\n", n, strbuf_text(&mutant), problem);
      check_failures++;
    }
  }
  CHECK(n_good > n / 20); /* else the mutations would test the errors only */
  strbuf_deinit(&mutant);
  arena_deinit(&arena);
  arena_deinit(&spans);
}

/* ---- the other entries ---- */

static void test_entries(void) {
  Arena arena = {0};
  StrBuf out;
  strbuf_init(&out, 0);
  AstExpr *expr;
  AstType *type;
  Error err = {0};
  CHECK_INT(parse_expression(&arena, "a+ b *2 -- c", 12, &expr, &err), OK);
  ast_print_expr(&out, expr);
  CHECK_STR(strbuf_text(&out), "a + b * 2");
  CHECK_INT(expr->span.at, 0);
  CHECK_INT(expr->span.len, 7);
  strbuf_clear(&out);
  CHECK_INT(parse_type(&arena, "ROW<a INT NOT NULL, b ARRAY<STRING>> NOT NULL", 45, &type, &err),
            OK);
  ast_print_type(&out, type);
  CHECK_STR(strbuf_text(&out), "ROW<a INT NOT NULL, b ARRAY<STRING>> NOT NULL");
  strbuf_deinit(&out);
  CHECK_INT(parse_expression(&arena, "a; b", 4, &expr, &(Error){0}), ERR_SYNTAX);
  CHECK_INT(parse_expression(&arena, "", 0, &expr, &(Error){0}), ERR_SYNTAX);
  CHECK_INT(parse_type(&arena, "INT, INT", 8, &type, &(Error){0}), ERR_SYNTAX);
  size_t at = 0;
  AstStmt *stmt;
  CHECK_INT(parse_statement(&arena, " ;; -- x\n;", 10, &at, &stmt, &err), OK);
  CHECK(stmt == NULL && at == 10);
  arena_deinit(&arena);
}

int main(int argc, char **argv) {
  size_t n_statements = 0, n_errors = 0;
  assert(argc == 3);
  char *statements = sys_read_file(argv[1], SQL_TEXT_MAX, &n_statements);
  char *errors = sys_read_file(argv[2], SQL_TEXT_MAX, &n_errors);
  assert(statements != NULL && errors != NULL);
  test_statements(argv[1], statements, n_statements);
  test_errors(argv[2], errors, n_errors);
  test_bad_bytes();
  test_depth();
  test_length();
  test_mutations(statements, n_statements, 60);
  test_entries();
  free(statements);
  free(errors);
  return check_done();
}
