/* grammar_test.c -- does statements.sql use every rule of the grammar?
 *
 * Linked with a grammar that has Lemon's trace: each reduction writes its rule.
 */
#include <stdlib.h>

#include "base/check.h"
#include "base/limits.h"
#include "base/sys.h"
#include "parser/parse.h"

void GrammarTrace(FILE *out, char *prompt);
int grammar_rule_count(void);
const char *grammar_rule_name(int rule);

static void parse_all(const char *text, size_t len) {
  Arena arena = {0};
  AstStmt *stmt = NULL;
  AstExpr *expr;
  AstType *type;
  Error err = {0};
  size_t at = 0;
  while (parse_statement(&arena, text, len, &at, &stmt, &err) == OK && stmt != NULL) continue;
  CHECK_STR(err.msg, "");
  CHECK_INT(parse_expression(&arena, "1", 1, &expr, &err), OK);
  CHECK_INT(parse_type(&arena, "INT", 3, &type, &err), OK);
  arena_deinit(&arena);
}

/* Lines of the trace look like: Reduce 12 [expr ::= sum], pop back to state 3. */
static void mark_used(const char *trace, bool *used, int n) {
  static const char mark[] = "Reduce ";
  for (const char *at = strstr(trace, mark); at != NULL; at = strstr(at, mark)) {
    at += sizeof mark - 1;
    long rule = strtol(at, NULL, 10);
    if (rule >= 0 && rule < n) used[rule] = true;
  }
}

int main(int argc, char **argv) {
  size_t len = 0, trace_len = 0;
  assert(argc == 2);
  char *text = sys_read_file(argv[1], SQL_TEXT_MAX, &len);
  char *trace = NULL;
  FILE *out = open_memstream(&trace, &trace_len);
  assert(text != NULL && out != NULL);
  GrammarTrace(out, (char[]){""});
  parse_all(text, len);
  GrammarTrace(NULL, NULL);
  fclose(out);
  int n = grammar_rule_count();
  bool *used = calloc((size_t)n, sizeof *used);
  assert(used != NULL);
  mark_used(trace, used, n);
  for (int i = 0; i < n; i++) {
    if (used[i]) continue;
    printf("no statement uses the rule %s\n", grammar_rule_name(i));
    check_failures++;
  }
  CHECK(n > 500);
  free(used);
  free(trace);
  free(text);
  return check_done();
}
