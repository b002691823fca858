/* convert.tmpl.h -- included once per pair of number types: a column converted.
 *
 * Define before including; all are undefined again at the end of this file:
 *   NAME, T, R   function name, from, to
 *   FITS         whether x has a value in R; 1 where it always has
 *   CONVERTED    the value, from x and fits
 *
 * What does not fit raises the fault; integers wrap then, floating point gives 0.
 */
static bool NAME(const void *restrict a, void *restrict out, uint32_t n) {
  int fault = 0;
  for (uint32_t i = 0; i < n; i++) {
    const T x = ((const T *)a)[i];
    const int fits = (FITS);
    fault |= !fits;
    ((R *)out)[i] = CONVERTED;
  }
  return fault != 0;
}
#undef NAME
#undef T
#undef R
#undef FITS
#undef CONVERTED
