/* agg_sum.tmpl.h -- included once per physical type T: add for sums, NAME is the function.
 *
 * Two words of sum and one of count, which AVG divides by and SUM needs to tell "no value"
 * from zero. */
static bool NAME(const AggInput *in) {
  void *const *states = in->states;
  const Vector *values = in->values;
  const uint16_t *rows = in->rows;
  const T *v = values->data;
  if (values->valid == NULL && !values->constant) {
    for (uint32_t i = 0; i < in->n; i++) SUM_ADD((SumState *)states[i], v[rows[i]]);
    return true;
  }
  for (uint32_t i = 0; i < in->n; i++) {
    if (vector_valid(values, rows[i])) {
      SUM_ADD((SumState *)states[i], v[vector_at(values, rows[i])]);
    }
  }
  return true;
}
#undef NAME
#undef T
