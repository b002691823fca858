/* expr_check.h -- an expression bound, compiled and run in several ways that must agree.
 *
 *   - over all rows at once, and over each row alone: the same values, or an error in both
 *   - with its constants folded: the same values
 *   - printed and parsed again (parser/parse_check.h does that for whole statements)
 */
#pragma once
#include "base/str.h"

typedef struct ExprCheck ExprCheck;

/* Binds the columns of expr_random.h and fills them.  Never NULL: it ends the program instead. */
ExprCheck *expr_check_new(void);
void expr_check_free(ExprCheck *x);

typedef enum ExprOutcome {
  EXPR_REFUSED, /* not bound: syntax, names, types */
  EXPR_FAILED,  /* bound; a row is an error */
  EXPR_RAN,
  EXPR_WRONG /* what must agree does not: *problem says what */
} ExprOutcome;

/* problem: to be freed with strbuf_deinit. */
ExprOutcome expr_check_text(ExprCheck *x, Str text, StrBuf *problem);
