/* func_text_case.c -- UPPER, LOWER, INITCAP.
 *
 * ASCII goes by arithmetic; the rest by Unicode's full mappings as in Java, independent of
 * any locale: one character may become several ("straße" -> "STRASSE"), and a capital sigma at
 * the end of a word becomes the final one.  A byte that is no UTF-8 is kept.
 *
 * utf8proc has one-to-one mappings only.  The full upper case of a character that has one is
 * the upper case of its full case folding, which utf8proc does have; so no table stands here.
 */
#include "exec/expr/func_text.h"

#include <string.h>
#include <utf8proc.h>

#include "exec/expr/func_rows.h"

typedef enum TextCase { CASE_UPPER, CASE_LOWER, CASE_WORDS } TextCase;

enum {
  CASE_CHARS_MAX = 4, /* code points that one may become: three in Unicode, and some air */
  CAPITAL_I_DOT = 0x130,
  DOT_ABOVE = 0x307,
  CAPITAL_SIGMA = 0x3A3,
  FINAL_SIGMA = 0x3C2
};

/* --- eight bytes at a time ---------------------------------------------------------------- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t load8(const char *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

static bool is_ascii(Str s) {
  uint64_t all = 0;
  if (s.len < 8) return (bytes_load(s.ptr, s.len) & EACH(0x80)) == 0;
  for (size_t i = 0; i + 8 < s.len; i += 8) all |= load8(s.ptr + i);
  return ((all | load8(s.ptr + s.len - 8)) & EACH(0x80)) == 0;
}

/* ASCII bytes from `first` to 25 behind it in the other case: a sum tells in the high bit of each
 * byte that it is not below a bound, and the bit of case is two places lower. */
static uint64_t swap_case(uint64_t ascii, char first) {
  uint64_t from = ascii + EACH(0x80u - (unsigned)first);
  uint64_t beyond = ascii + EACH(0x80u - (unsigned)first - 26);
  return ascii ^ (from & ~beyond & EACH(0x80)) >> 2;
}

/* UPPER ('a') or LOWER ('A') of ASCII; at least 8 bytes. */
static void swap_text(Str s, char first, char *out) {
  uint64_t last = swap_case(load8(s.ptr + s.len - 8), first);
  for (size_t i = 0; i + 8 < s.len; i += 8) {
    uint64_t word = swap_case(load8(s.ptr + i), first);
    memcpy(out + i, &word, 8);
  }
  memcpy(out + s.len - 8, &last, 8);
}

/* The same for a text that stands in its value; false: it is not ASCII. */
static bool swap_short(const TextRef *t, char first, TextRef *out) {
  const char *bytes = t->prefix; /* twelve: it runs on into rest */
  uint64_t head = load8(bytes), tail = bytes_load(bytes + 8, 4);
  if (((head | tail) & EACH(0x80)) != 0) return false;
  head = swap_case(head, first);
  tail = swap_case(tail, first);
  *out = *t;
  memcpy(out->prefix, &head, 8);
  memcpy(out->prefix + 8, &tail, 4);
  return true;
}

/* --- characters ----------------------------------------------------------------------------- */

/* Letters and digits make words. */
static bool is_word(uint32_t cp) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
  return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO) ||
         (category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO);
}

/* Letters that have a case; the test for final sigma asks for them. */
static bool is_cased(uint32_t cp) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LT;
}

/* Marks and the like, which the same test looks past (roughly Unicode's Case_Ignorable). */
static bool is_ignorable(uint32_t cp) {
  utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
  return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_ME ||
         category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_LM ||
         category == UTF8PROC_CATEGORY_SK || cp == '\'' || cp == '.' || cp == ':';
}

static size_t upper_of(uint32_t cp, uint32_t out[CASE_CHARS_MAX]) {
  if (cp < 0x80) {
    out[0] = cp >= 'a' && cp <= 'z' ? cp - 32 : cp;
    return 1;
  }
  int bound = 0;
  utf8proc_int32_t folded[CASE_CHARS_MAX];
  utf8proc_property_t const *property = utf8proc_get_property((utf8proc_int32_t)cp);
  out[0] = utf8_upper(cp);
  if (property->category == UTF8PROC_CATEGORY_LU) return 1;
  if (property->casefold_seqindex == UINT16_MAX) return 1; /* it folds to itself */
  utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)cp, folded, CASE_CHARS_MAX,
                                               UTF8PROC_CASEFOLD, &bound);
  if (n <= 1 || n > CASE_CHARS_MAX) return 1;
  for (utf8proc_ssize_t i = 0; i < n; i++) out[i] = utf8_upper((uint32_t)folded[i]);
  return (size_t)n;
}

/* Is the sigma at bytes [at, at + 2) the last letter of a word of at least two? */
static bool sigma_is_final(Str s, size_t at, bool after_letter) {
  if (!after_letter) return false;
  for (size_t i = at + 2; i < s.len;) {
    uint32_t cp;
    i += utf8_decode(s.ptr + i, s.len - i, &cp);
    if (!is_ignorable(cp)) return !is_cased(cp);
  }
  return true;
}

static size_t lower_of(uint32_t cp, Str s, size_t at, bool after_letter,
                       uint32_t out[CASE_CHARS_MAX]) {
  if (cp < 0x80) {
    out[0] = cp >= 'A' && cp <= 'Z' ? cp + 32 : cp;
    return 1;
  }
  out[0] = utf8_lower(cp);
  if (cp == CAPITAL_I_DOT) {
    out[0] = 'i';
    out[1] = DOT_ABOVE;
    return 2;
  }
  if (cp == CAPITAL_SIGMA && sigma_is_final(s, at, after_letter)) out[0] = FINAL_SIGMA;
  return 1;
}

/* Map the text; out NULL: only measure.  Returns the bytes of the result. */
static size_t map_case(Str s, TextCase to, char *out) {
  size_t len = 0;
  bool in_word = false, after_letter = false;
  for (size_t i = 0, n; i < s.len; i += n) {
    uint32_t cp, mapped[CASE_CHARS_MAX];
    n = utf8_decode(s.ptr + i, s.len - i, &cp);
    if (n == 1 && cp >= 0x80) { /* no UTF-8 */
      if (out != NULL) out[len] = s.ptr[i];
      len++;
      in_word = after_letter = false;
      continue;
    }
    bool up = to == CASE_UPPER || (to == CASE_WORDS && !in_word);
    size_t n_mapped = up ? upper_of(cp, mapped) : lower_of(cp, s, i, after_letter, mapped);
    for (size_t m = 0; m < n_mapped; m++) {
      char bytes[4];
      size_t size = utf8_encode(mapped[m], bytes);
      if (out != NULL) memcpy(out + len, bytes, size);
      len += size;
    }
    if (to == CASE_WORDS) in_word = is_word(cp);
    if (to != CASE_UPPER && !is_ignorable(cp)) after_letter = is_cased(cp);
  }
  return len;
}

static void words_ascii(Str s, char *out) {
  bool in_word = false;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool is_upper = c >= 'A' && c <= 'Z', is_lower = c >= 'a' && c <= 'z';
    if (in_word ? is_upper : is_lower) c ^= 0x20;
    out[i] = c;
    in_word = is_upper || is_lower || (c >= '0' && c <= '9');
  }
}

/* --- kernels -------------------------------------------------------------------------------- */

static Code case_row(KernelCall *k, uint32_t row, Str s, TextCase to) {
  bool ascii = is_ascii(s);
  size_t len = ascii ? s.len : map_case(s, to, NULL);
  TextRoom room;
  TRY(text_room(k, len, &room));
  if (!ascii) {
    map_case(s, to, room.at);
  } else if (to == CASE_WORDS) {
    words_ascii(s, room.at);
  } else { /* a short one is done */
    swap_text(s, to == CASE_UPPER ? 'a' : 'A', room.at);
  }
  put_text(k, row, (Str){room.at, len});
  return OK;
}

static Code case_rows(KernelCall *k, TextCase to) {
  TextArg text = text_arg(k, 0);
  TextRef *out = k->out->data;
  char first = to == CASE_UPPER ? 'a' : 'A';
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    const TextRef *t = &text.at[row * text.step];
    bool is_short = t->len <= TEXT_INLINE_MAX && to != CASE_WORDS;
    if (is_short && swap_short(t, first, &out[row])) continue;
    TRY(case_row(k, row, text_str(t), to));
  }
  return OK;
}

Code kernel_upper(KernelCall *k) { return case_rows(k, CASE_UPPER); }
Code kernel_lower(KernelCall *k) { return case_rows(k, CASE_LOWER); }
Code kernel_initcap(KernelCall *k) { return case_rows(k, CASE_WORDS); }
