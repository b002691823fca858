/* func_doc_test.c -- what is told of functions is complete and true to their flags, and
 * docs/sql/functions.md is up to date.
 *
 *     func_doc_test        check the lists
 *     func_doc_test FILE   compare the file with what it has to be
 *     func_doc_test -u     print what it has to be
 */
#include <stdlib.h>

#include "base/check.h"
#include "base/sys.h"
#include "exec/expr/agg.h"
#include "exec/expr/func.h"
#include "exec/expr/func_doc.h"

/* --- the lists --------------------------------------------------------------------------- */

static void wrong(const char *name, const char *what) {
  check_failures++;
  printf("%s: %s\n", name, what);
}

/* A function says of NULLs and errors what its flags say, and more only where they do not. */
static void check_flags(const FuncDoc *d) {
  bool derived = (d->flags & (FUNC_STRICT | FUNC_NOT_NULL)) != 0;
  bool sees_nulls = (d->flags & FUNC_NULLS) != 0;
  if (derived && d->nulls != NULL) wrong(d->name, "its flags say what holds of NULLs");
  if (sees_nulls && !derived && d->nulls == NULL) wrong(d->name, "FUNC_DOC must say what of NULLs");
  if ((d->flags & FUNC_MAY_FAIL) != 0 && d->errors == NULL) {
    wrong(d->name, "FUNC_MAY_FAIL, but FUNC_DOC says no error");
  }
}

static void check_doc(const FuncDoc *d) {
  size_t len = strlen(d->summary);
  if (len == 0 || strchr(".?", d->summary[len - 1]) == NULL) wrong(d->name, "no sentence");
  if (strcmp(d->signature, d->name) == 0 || d->signature[0] == '\0') {
    wrong(d->name, d->kind == FUNC_AGG ? "no line AGG_DOC behind AGG: see aggs.def"
                                       : "no line FUNC_DOC behind FUNC: see funcs.def");
  }
  if (strstr(d->signature, d->name) == NULL && strpbrk(d->name, " ") == NULL) {
    wrong(d->name, "the signature does not name it");
  }
  if (d->nulls != NULL && d->nulls[strlen(d->nulls) - 1] == '.')
    wrong(d->name, "nulls end in a point");
  if (d->errors != NULL && d->errors[strlen(d->errors) - 1] != '.')
    wrong(d->name, "errors: no sentence");
  if (d->kind == FUNC_SCALAR) check_flags(d);
}

static void test_complete(const FuncDoc *docs, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    FuncDoc found;
    check_doc(&docs[i]);
    CHECK(func_doc_find(str_of(docs[i].name), &found) && found.kind == docs[i].kind);
  }
}

/* What is built is no longer refused, and what is marked as an addition is there. */
static void test_others(void) {
  static const char *const refused[] = {
#define ABSENT(name, hint)  name,
#define FOREIGN(name, hint) name,
#include "exec/expr/funcs_other.def"
  };
  static const char *const added[] = {
#define ADDED(name) name,
#include "exec/expr/funcs_other.def"
  };
  FuncDoc found;
  for (size_t i = 0; i < COUNT_OF(refused); i++) {
    if (func_doc_find(str_of(refused[i]), &found))
      wrong(refused[i], "take it out of funcs_other.def");
  }
  for (size_t i = 0; i < COUNT_OF(added); i++) {
    if (!func_doc_find(str_of(added[i]), &found)) wrong(added[i], "ADDED, but not there");
  }
}

static void test_unknown(void) {
  Error err = {.code = OK};
  CHECK(func_unknown("SQRTT", NO_SPAN, &err) == ERR_NAME);
  CHECK_STR(err.hint, "did you mean \"SQRT\"?");
  err = (Error){.code = OK};
  CHECK(func_unknown("summ", NO_SPAN, &err) == ERR_NAME); /* aggregates too */
  CHECK_STR(err.hint, "did you mean \"SUM\"?");
  err = (Error){.code = OK};
  CHECK(func_unknown("length", NO_SPAN, &err) == ERR_NAME);
  CHECK_STR(err.hint, "CHAR_LENGTH counts characters");
  err = (Error){.code = OK};
  CHECK(func_unknown("st_astext", NO_SPAN, &err) == ERR_UNSUPPORTED);
  CHECK_STR(err.msg, "ST_ASTEXT is not built yet");
  err = (Error){.code = OK};
  CHECK(func_unknown("completely_different", NO_SPAN, &err) == ERR_NAME);
  CHECK_STR(err.hint, "");
}

/* --- functions.md ------------------------------------------------------------------------ */

static const char page_head[] =
    "# Functions\n"
    "\n"
    "This page is written by `func_doc_test -u` from the lists that the program itself reads; "
    "`SHOW FUNCTIONS` and `DESCRIBE FUNCTION EXTENDED f` tell the same.\n"
    "\n"
    "Names are case-insensitive. Positions count characters (code points) from 1. In signatures `[ "
    "]` "
    "is what may be left out and `...` any number more; NUMBER is any numeric type, EXACT an "
    "integer "
    "or DECIMAL, INTEGER any integer type, TIME a date, a time of day or a timestamp, T the same "
    "type "
    "in all places, ANY any type.\n"
    "\n"
    "Where the column NULL is empty, the result is NULL if an argument is NULL, and only then; "
    "that of "
    "an aggregate if there is no row with a value. Where the column errors is empty, there is none "
    "at "
    "run time, but that any text is at most 16 MiB long. An error fails the statement and names "
    "the "
    "expression. `+` marks what Flink has not.\n";

/* `|` would end a cell of a table. */
static void put_cell(const char *text, StrBuf *out) {
  for (; *text != '\0'; text++) {
    if (*text == '|') strbuf_putc(out, '\\');
    strbuf_putc(out, *text);
  }
}

static void put_signatures(const char *text, StrBuf *out) {
  for (const char *end; text != NULL; text = end) {
    end = strstr(text, "; ");
    StrBuf one = {0};
    strbuf_put(&one, text, end != NULL ? (size_t)(end - text) : strlen(text));
    strbuf_putc(out, '`');
    put_cell(strbuf_text(&one), out);
    strbuf_puts(out, end != NULL ? "`<br>" : "`");
    strbuf_deinit(&one);
    if (end != NULL) end += 2;
  }
}

static void put_row(const FuncDoc *d, StrBuf *out) {
  strbuf_puts(out, "| ");
  put_signatures(d->signature, out);
  strbuf_puts(out, func_doc_is_added(d->name) ? " + | " : " | ");
  put_cell(d->summary, out);
  strbuf_puts(out, " | ");
  if (d->nulls != NULL || (d->flags & FUNC_NOT_NULL) != 0) {
    StrBuf nulls = {0};
    func_doc_nulls(d, &nulls);
    put_cell(strbuf_text(&nulls), out);
    strbuf_deinit(&nulls);
    strbuf_putc(out, ' ');
  }
  strbuf_puts(out, "| ");
  if (d->errors != NULL) {
    put_cell(d->errors, out);
    strbuf_putc(out, ' ');
  }
  strbuf_puts(out, "|\n");
}

static void put_page(const FuncDoc *docs, uint32_t n, StrBuf *out) {
  strbuf_puts(out, page_head);
  for (int c = 0; c < FUNC_CATEGORY_COUNT; c++) {
    const char *word = func_category_word((FuncCategory)c);
    bool any = false;
    for (uint32_t i = 0; i < n; i++) {
      if ((int)docs[i].category != c) continue;
      if (!any) {
        strbuf_printf(out, "\n## %c%s\n\n", word[0] - 'a' + 'A', word + 1);
        strbuf_puts(out, "| function | | NULL | errors |\n| --- | --- | --- | --- |\n");
      }
      any = true;
      put_row(&docs[i], out);
    }
  }
  strbuf_puts(out, "\n## Not built yet\n\nFlink has them, weir refuses them by name: ");
  func_doc_absent(out);
  strbuf_puts(out, ".\n");
}

static void compare(const char *file, const StrBuf *page) {
  size_t len;
  char *text = sys_read_file(file, 16 << 20, &len);
  if (text == NULL || strcmp(text, strbuf_text(page)) != 0) {
    wrong(file, "is not up to date: func_doc_test -u prints what it has to be");
  }
  free(text);
}

int main(int argc, char **argv) {
  Arena arena;
  StrBuf page = {0};
  uint32_t n;
  if (argc > 2) return 2;
  arena_init(&arena);
  const FuncDoc *docs = func_doc_list(&arena, &n);
  put_page(docs, n, &page);
  if (argc == 1) {
    test_complete(docs, n);
    test_others();
    test_unknown();
  } else if (strcmp(argv[1], "-u") == 0) {
    fwrite(strbuf_text(&page), 1, page.len, stdout);
  } else {
    compare(argv[1], &page);
  }
  strbuf_deinit(&page);
  arena_deinit(&arena);
  return check_done();
}
