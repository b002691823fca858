/* expr_fuzz.c -- libFuzzer's entry to expressions: any that is bound runs or is an error.
 *
 * An input that begins with 'S' is SQL text; of any other each byte is a choice of expr_random.h.
 */
#include <stdio.h>
#include <stdlib.h>

#include "planner/expr_tests/expr_check.h"
#include "planner/expr_tests/expr_random.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static ExprCheck *x;
  StrBuf text = {0}, problem;
  if (x == NULL) x = expr_check_new();
  if (size == 0) return 0;
  if (data[0] == 'S') {
    strbuf_put(&text, (const char *)data + 1, size - 1);
  } else {
    expr_random(&(Choices){data, data + size}, &text);
  }
  if (expr_check_text(x, (Str){strbuf_text(&text), text.len}, &problem) == EXPR_WRONG) {
    fprintf(stderr, "%s\n  %s\n", strbuf_text(&problem), strbuf_text(&text));
    abort();
  }
  strbuf_deinit(&problem);
  strbuf_deinit(&text);
  return 0;
}
