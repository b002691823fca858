/* func_text_case.c -- UPPER, LOWER, INITCAP.
 *
 * ASCII goes byte by byte; the rest by Unicode's full mappings as in Java, independent of
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

static bool is_ascii(Str s) {
  unsigned char all = 0;
  for (size_t i = 0; i < s.len; i++) all |= (unsigned char)s.ptr[i];
  return all < 0x80;
}

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
  int bound = 0;
  utf8proc_int32_t folded[CASE_CHARS_MAX];
  utf8proc_property_t const *property = utf8proc_get_property((utf8proc_int32_t)cp);
  out[0] = utf8_upper(cp);
  if (property->category == UTF8PROC_CATEGORY_LU) return 1;
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
    in_word = is_word(cp);
    if (!is_ignorable(cp)) after_letter = is_cased(cp);
  }
  return len;
}

static void map_ascii(Str s, TextCase to, char *out) {
  bool in_word = false;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool is_upper = c >= 'A' && c <= 'Z', is_lower = c >= 'a' && c <= 'z';
    bool up = to == CASE_UPPER || (to == CASE_WORDS && !in_word);
    if (up ? is_lower : is_upper) c ^= 0x20;
    out[i] = c;
    in_word = is_upper || is_lower || (c >= '0' && c <= '9');
  }
}

static Code case_rows(KernelCall *k, TextCase to) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    bool ascii = is_ascii(s);
    size_t len = ascii ? s.len : map_case(s, to, NULL);
    TextRoom room;
    TRY(text_room(k, len, &room));
    if (ascii) {
      map_ascii(s, to, room.at);
    } else {
      map_case(s, to, room.at);
    }
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

Code kernel_upper(KernelCall *k) { return case_rows(k, CASE_UPPER); }
Code kernel_lower(KernelCall *k) { return case_rows(k, CASE_LOWER); }
Code kernel_initcap(KernelCall *k) { return case_rows(k, CASE_WORDS); }
