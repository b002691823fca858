/* agg_minmax.tmpl.h -- MIN or MAX over one fixed-width physical type.
 *
 * Define before including: ADD, MERGE, EMIT (function names), T, BEATS(x, y) (x replaces y).
 * The state is a flag word and the value. */
typedef struct {
  int64_t any;
  char value[sizeof(T)];
} STATE;

static bool ADD(const AggInput *in) {
  const Vector *values = in->values;
  const T *v = values->data;
  bool plain = values->valid == NULL;
  for (uint32_t i = 0; i < in->n; i++) {
    uint32_t row = in->rows[i];
    if (!plain && !vector_valid(values, row)) continue;
    STATE *s = in->states[i];
    T x = v[vector_at(values, row)], y;
    memcpy(&y, s->value, sizeof y);
    if (!s->any || BEATS(x, y)) memcpy(s->value, &x, sizeof x);
    s->any = 1;
  }
  return true;
}

static bool MERGE(void *const *into, const void *const *from, uint32_t n, Arena *arena) {
  (void)arena;
  for (uint32_t i = 0; i < n; i++) {
    STATE *a = into[i];
    const STATE *b = from[i];
    T x, y;
    memcpy(&x, b->value, sizeof x);
    memcpy(&y, a->value, sizeof y);
    if (b->any && (!a->any || BEATS(x, y))) *a = *b;
  }
  return true;
}

static Code EMIT(const void *const *states, uint32_t n, Vector *out, const AggEmit *how) {
  (void)how;
  for (uint32_t i = 0; i < n; i++) {
    const STATE *s = states[i];
    memcpy((T *)out->data + i, s->value, sizeof(T));
    if (!s->any) bit_clear(out->valid, i);
  }
  return OK;
}
#undef ADD
#undef MERGE
#undef EMIT
#undef STATE
#undef T
#undef BEATS
