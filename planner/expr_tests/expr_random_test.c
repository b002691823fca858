/* expr_random_test.c -- random expressions of all functions, checked as expr_check.h says.
 *
 *     expr_random_test            what every run of the tests does
 *     expr_random_test FROM TO    those of these seeds; each is printed when FROM + 1 is TO
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"
#include "exec/data/rng.h"
#include "planner/expr_tests/expr_check.h"
#include "planner/expr_tests/expr_random.h"

enum { EXPRESSIONS = 20000, CHOICES = 200 };

static void make(uint64_t seed, StrBuf *text) {
  uint8_t choices[CHOICES];
  uint64_t rng = seed;
  for (size_t i = 0; i < sizeof choices; i++) choices[i] = (uint8_t)(rng_next(&rng) >> 24);
  strbuf_clear(text);
  expr_random(&(Choices){choices, choices + sizeof choices}, text);
}

int main(int argc, char **argv) {
  uint64_t from = argc > 2 ? strtoull(argv[1], NULL, 10) : 0;
  uint64_t to = argc > 2 ? strtoull(argv[2], NULL, 10) : EXPRESSIONS;
  uint64_t outcomes[EXPR_WRONG + 1] = {0};
  ExprCheck *x = expr_check_new();
  StrBuf text = {0}, problem;
  for (uint64_t seed = from; seed < to; seed++) {
    make(seed, &text);
    if (to == from + 1) puts(strbuf_text(&text));
    ExprOutcome outcome = expr_check_text(x, (Str){text.data, text.len}, &problem);
    outcomes[outcome]++;
    if (outcome == EXPR_WRONG) {
      printf("seed %llu: %s\n  %s\n", (unsigned long long)seed, strbuf_text(&problem),
             strbuf_text(&text));
    }
    strbuf_deinit(&problem);
  }
  printf("%llu ran, %llu are errors, %llu refused\n", (unsigned long long)outcomes[EXPR_RAN],
         (unsigned long long)outcomes[EXPR_FAILED], (unsigned long long)outcomes[EXPR_REFUSED]);
  CHECK(outcomes[EXPR_WRONG] == 0);
  CHECK(to - from < EXPRESSIONS ||
        outcomes[EXPR_RAN] > (to - from) / 10); /* else it tests nothing */
  strbuf_deinit(&text);
  expr_check_free(x);
  return check_done();
}
