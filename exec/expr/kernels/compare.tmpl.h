/* compare.tmpl.h -- included once per type: the six comparisons of a column, and the
 * greater and the less of two.
 *
 * Define T, SUFFIX and LOOP (KERNEL, or nothing where no vector lanes fit) before including;
 * all are undefined again at the end.  Two columns: = <> < <=, as the others are these with
 * the sides exchanged.  A column and a constant, the hottest loop of any filter: all six.
 */
#define JOIN_(a, b, c) a##b##c
#define JOIN(a, b, c)  JOIN_(a, b, c)

#define COMPARE_VV(name, op)                                                               \
  LOOP static void JOIN(name, SUFFIX, _vv)(const void *restrict a, const void *restrict b, \
                                           int8_t *restrict out, uint32_t n) {             \
    for (uint32_t i = 0; i < n; i++) out[i] = ((const T *)a)[i] op((const T *)b)[i];       \
  }
#define COMPARE_VC(name, op)                                                               \
  LOOP static void JOIN(name, SUFFIX, _vc)(const void *restrict a, const void *restrict b, \
                                           int8_t *restrict out, uint32_t n) {             \
    const T y = *(const T *)b;                                                             \
    for (uint32_t i = 0; i < n; i++) out[i] = ((const T *)a)[i] op y;                      \
  }

COMPARE_VV(eq, ==)
COMPARE_VV(ne, !=)
COMPARE_VV(lt, <)
COMPARE_VV(le, <=)
COMPARE_VC(eq, ==)
COMPARE_VC(ne, !=)
COMPARE_VC(lt, <)
COMPARE_VC(le, <=)
COMPARE_VC(gt, >)
COMPARE_VC(ge, >=)

/* out[i] = the greater, or the less, of out[i] and a[i]; NaN is above all, of equals out[i]. */
#define EITHER(name, op)                                                               \
  LOOP static void JOIN(name, SUFFIX, _vv)(const void *restrict a, void *restrict out, \
                                           uint32_t n) {                               \
    for (uint32_t i = 0; i < n; i++) {                                                 \
      const T x = ((const T *)a)[i], y = ((T *)out)[i], same_x = x, same_y = y;        \
      (void)same_x, (void)same_y;                                                      \
      ((T *)out)[i] = (op) ? x : y;                                                    \
    }                                                                                  \
  }
EITHER(greater, !(x <= y) && y == same_y)
EITHER(less, !(x >= y) && x == same_x)
#undef EITHER

#undef COMPARE_VV
#undef COMPARE_VC
#undef JOIN
#undef JOIN_
#undef T
#undef SUFFIX
#undef LOOP
