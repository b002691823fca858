/* csv_index.tmpl.h -- the loop of csv_index.h for one instruction set.
 *
 * Parameters, undefined at the end: NAME of the function; TARGET, its attribute; EQUAL(p, c), the
 * mask of the bytes p[0..64) that are c; HIGH(p), the mask of those above 127; FLATTEN(bits,
 * base, out), which writes base plus the number of every set bit to out, in order, and may write
 * up to 64 entries whatever bits holds.
 */

/* The part for blocks in which a quote, an escape or a comment may stand.  Takes from *sep and
 * *line what is in quotes; returns the mask of the bytes from which on nothing is proved. */
TARGET static inline uint64_t JOIN(NAME, _quotes)(const CsvDialect *d, const char *p,
                                                  uint64_t valid, uint64_t quote, bool begins,
                                                  bool record_begins, uint64_t *inside,
                                                  uint64_t *sep, uint64_t *line) {
  uint64_t in = prefix_xor(quote) ^ *inside; /* set from an opening quote to before its end */
  uint64_t may_open = (*sep | quote) << 1 | begins;
  uint64_t may_close = EQUAL(p + 1, d->delimiter) | EQUAL(p + 1, '\n') | EQUAL(p + 1, d->quote) |
                       (EQUAL(p + 1, '\r') & EQUAL(p + 2, '\n'));
  uint64_t wrong = quote & ((in & ~may_open) | (~in & ~may_close));
  if (d->has_escape) wrong |= EQUAL(p, d->escape) & valid;
  if (d->comments) wrong |= EQUAL(p, '#') & (*line << 1 | record_begins) & valid;
  uint64_t unproved = wrong == 0 ? 0 : ~((wrong & (0 - wrong)) - 1);
  *inside = 0 - (in >> 63);
  *sep &= ~in & ~unproved;
  *line &= ~in & ~unproved;
  return unproved;
}

TARGET static void NAME(const CsvDialect *d, const char *text, uint32_t from, uint32_t to,
                        CsvIndex *x) {
  const bool look_closer = d->has_escape || d->comments;
  const uint64_t quotes_on = d->has_quote ? ~UINT64_C(0) : 0;
  uint32_t n_sep = 1, n_line = 0;
  uint64_t inside = 0, high = 0, any_quote = 0, unproved = 0;
  bool begins = true, record_begins = true; /* may the next byte open a quote, a comment? */
  x->sep[0] = from - 1;
  x->line[0] = 0;
  for (uint32_t at = from; at < to && unproved == 0; at += BLOCK) {
    char tail[BLOCK + LOOK_AHEAD];
    const char *p = text + at;
    uint64_t valid = ~UINT64_C(0);
    if (UNLIKELY(to - at < BLOCK + LOOK_AHEAD)) { /* what follows acts as a line end */
      uint32_t n = to - at;
      memset(tail, '\n', sizeof tail);
      memcpy(tail, p, n);
      p = tail;
      if (n < BLOCK) valid = (UINT64_C(1) << n) - 1;
    }
    uint64_t line = EQUAL(p, '\n') & valid;
    uint64_t sep = (EQUAL(p, d->delimiter) & valid) | line;
    uint64_t quote = EQUAL(p, d->quote) & valid & quotes_on;
    high |= HIGH(p) & valid;
    any_quote |= quote;
    uint64_t before = sep | quote, line_before = line;
    if (UNLIKELY((quote | inside) != 0 || look_closer)) {
      unproved =
          JOIN(NAME, _quotes)(d, p, valid, quote, begins, record_begins, &inside, &sep, &line);
    }
    begins = before >> 63 != 0;
    record_begins = line_before >> 63 != 0;
    FLATTEN(sep, at, x->sep + n_sep);
    for (uint64_t rest = line; rest != 0; rest &= rest - 1) {
      uint64_t up_to = rest ^ (rest - 1); /* the lowest bit left and all below */
      x->line[++n_line] = n_sep + (uint32_t)__builtin_popcountll(sep & up_to) - 1;
    }
    n_sep += (uint32_t)__builtin_popcountll(sep);
  }
  x->n_sep = n_sep;
  x->n_line = n_line;
  x->quotes = any_quote != 0;
  x->high = high != 0;
}

#undef NAME
#undef TARGET
#undef EQUAL
#undef HIGH
#undef FLATTEN
