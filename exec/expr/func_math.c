/* func_math.c -- functions of real numbers: roots, logarithms, trigonometry.
 *
 * All work on DOUBLE, through the C library; edges are those of java.lang.Math: the logarithm of
 * zero is -Infinity, of less NaN, and a base of one divides by zero.
 */
#include <math.h>
#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_num.h"

typedef double (*Math1)(double x);
typedef double (*Math2)(double x, double y);

static double cotangent(double x) { return 1 / tan(x); }
static double degrees(double x) { return x * (180 / M_PI); }
static double radians(double x) { return x * (M_PI / 180); }

static const struct {
  const char *name;
  Math1 f;
} math1[] = {{"SQRT", sqrt}, {"CBRT", cbrt}, {"EXP", exp},         {"LOG10", log10},
             {"SIN", sin},   {"COS", cos},   {"TAN", tan},         {"COT", cotangent},
             {"ASIN", asin}, {"ACOS", acos}, {"ATAN", atan},       {"SINH", sinh},
             {"COSH", cosh}, {"TANH", tanh}, {"DEGREES", degrees}, {"RADIANS", radians}};

static const struct {
  const char *name;
  Math2 f;
} math2[] = {{"POWER", pow}, {"ATAN2", atan2}};

static double arg_at(const KernelCall *k, uint32_t i, uint32_t row) {
  return ((const double *)k->args[i].data)[vector_at(&k->args[i], row)];
}

Code kernel_math(KernelCall *k) {
  const char *name = k->expr->func->name;
  Math1 f = NULL;
  for (size_t i = 0; i < COUNT_OF(math1); i++) {
    if (strcmp(math1[i].name, name) == 0) f = math1[i].f;
  }
  assert(f != NULL); /* funcs.def names only these */
  for (uint32_t i = 0; i < k->n; i++) {
    ((double *)k->out->data)[k->sel[i]] = f(arg_at(k, 0, k->sel[i]));
  }
  return OK;
}

Code kernel_math2(KernelCall *k) {
  const char *name = k->expr->func->name;
  Math2 f = NULL;
  for (size_t i = 0; i < COUNT_OF(math2); i++) {
    if (strcmp(math2[i].name, name) == 0) f = math2[i].f;
  }
  assert(f != NULL);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    ((double *)k->out->data)[row] = f(arg_at(k, 0, row), arg_at(k, 1, row));
  }
  return OK;
}

/* LN(x), LOG(x), LOG(base, x), LOG2(x). */
Code kernel_log(KernelCall *k) {
  bool two = strcmp(k->expr->func->name, "LOG2") == 0;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    double x = arg_at(k, k->n_args - 1, row);
    double r = two ? log2(x) : log(x);
    if (k->n_args == 2) r /= log(arg_at(k, 0, row));
    ((double *)k->out->data)[row] = r;
  }
  return OK;
}

/* PI(), E(). */
Code bind_constant(FuncBind *b) {
  double value = b->call->func->name[0] == 'P' ? M_PI : M_E;
  *b->call = *expr_const(b->arena, value_double(type_of(TYPE_DOUBLE), value), b->call->span);
  return OK;
}
