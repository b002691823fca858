/* func_text_part.c -- parts of a text: SUBSTRING, LEFT, RIGHT, TRIM and its kin, SPLIT_INDEX.
 *
 * Every result is a run of bytes of the argument and is borrowed from it (func_rows.h): no
 * byte of a long text is copied.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

/* --- SUBSTRING, LEFT, RIGHT --------------------------------------------------------- */

Code bind_substring(FuncBind *b) {
  const Expr *call = b->call;
  TRY(bind_shape(b, call->n_args == 2 ? "tl" : "tll", type_string(),
                 "a string, a position and a length"));
  bool nullable = false;
  for (uint32_t i = 0; i < call->n_args; i++) nullable |= call->args[i]->type.nullable;
  int64_t len = 0; /* a negative length gives NULL */
  if (call->n_args == 3 && !(bind_const_int(b, 2, &len) && len >= 0)) nullable = true;
  b->call->type.nullable = nullable;
  return OK;
}

/* Byte offset of a position as Flink counts: 1 is the first code point, 0 too, -1 the last
 * one.  Beyond either end there is nothing: s.len. */
static size_t position_offset(Str s, int64_t position) {
  if (position > 0) return char_offset(s, (uint64_t)position - 1);
  if (position == 0) return 0;
  uint64_t from_end = -(uint64_t)position;
  size_t n_chars = utf8_count(s.ptr, s.len);
  return from_end <= n_chars ? char_offset(s, n_chars - from_end) : s.len;
}

Code kernel_substring(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg position = int_arg(k, 1), length = {0};
  if (k->n_args == 3) length = int_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    int64_t n = k->n_args == 3 ? int_at(length, row) : INT64_MAX;
    if (n < 0) {
      put_null(k, row);
      continue;
    }
    size_t from = position_offset(s, int_at(position, row));
    Str rest = str_part(s, from, s.len);
    put_text(k, row, str_part(rest, 0, char_offset(rest, (uint64_t)n)));
  }
  return OK;
}

Code kernel_left(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg length = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    int64_t n = int_at(length, row);
    put_text(k, row, str_part(s, 0, n > 0 ? char_offset(s, (uint64_t)n) : 0));
  }
  return OK;
}

Code kernel_right(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg length = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    int64_t n = int_at(length, row);
    uint64_t n_chars = n > 0 ? utf8_count(s.ptr, s.len) : 0;
    size_t from = n <= 0                   ? s.len
                  : (uint64_t)n >= n_chars ? 0
                                           : char_offset(s, n_chars - (uint64_t)n);
    put_text(k, row, str_part(s, from, s.len));
  }
  return OK;
}

/* --- TRIM --------------------------------------------------------------------------- */

enum { TRIM_LEADING = 1, TRIM_TRAILING = 2, TRIM_BOTH = TRIM_LEADING | TRIM_TRAILING };

/* TRIM(s) or TRIM('BOTH' | 'LEADING' | 'TRAILING', chars, s): what the parser makes of
 * TRIM(BOTH chars FROM s). */
Code bind_trim(FuncBind *b) {
  static const struct {
    Str word;
    uint8_t ends;
  } modes[] = {
      {{"BOTH", 4}, TRIM_BOTH}, {{"LEADING", 7}, TRIM_LEADING}, {{"TRAILING", 8}, TRIM_TRAILING}};
  static const char takes[] = "a string, or BOTH, LEADING or TRAILING, characters and a string";
  if (b->call->n_args == 2) return func_bad_args(b, takes);
  TRY(bind_shape(b, "t*", type_string(), takes));
  if (b->call->n_args == 1) return OK;
  Str word;
  if (!const_text(b->call, 0, &word)) return func_bad_args(b, takes);
  for (size_t i = 0; i < COUNT_OF(modes); i++) {
    if (str_eq_nocase(word, modes[i].word)) b->call->func_data = &modes[i].ends;
  }
  return b->call->func_data != NULL ? OK : func_bad_args(b, takes);
}

/* Characters to strip: ASCII ones as bits, the others looked for in the text. */
typedef struct CharSet {
  uint64_t ascii[2];
  Str all;
} CharSet;

static CharSet char_set(Str chars) {
  CharSet set = {.all = chars};
  for (size_t i = 0; i < chars.len; i++) {
    unsigned char c = (unsigned char)chars.ptr[i];
    if (c < 0x80) set.ascii[c / 64] |= UINT64_C(1) << (c % 64);
  }
  return set;
}

/* Is the code point in bytes [at, at + size) of s in the set? */
static bool in_set(const CharSet *set, Str s, size_t at, size_t size) {
  unsigned char c = (unsigned char)s.ptr[at];
  if (c < 0x80) return set->ascii[c / 64] >> (c % 64) & 1;
  for (size_t i = 0; i < set->all.len;) {
    size_t n = char_size(set->all, i);
    if (n == size && memcmp(set->all.ptr + i, s.ptr + at, n) == 0) return true;
    i += n;
  }
  return false;
}

/* Where the code point that ends at byte `end` starts. */
static size_t char_before(Str s, size_t end) {
  for (size_t back = 2; back <= 4 && back <= end; back++) {
    size_t at = end - back;
    if (char_size((Str){s.ptr, end}, at) == back) return at;
  }
  return end - 1;
}

static Str trim(Str s, const CharSet *set, unsigned ends) {
  size_t from = 0, to = s.len;
  while ((ends & TRIM_LEADING) && from < to) {
    size_t n = char_size(s, from);
    if (!in_set(set, s, from, n)) break;
    from += n;
  }
  while ((ends & TRIM_TRAILING) && from < to) {
    unsigned char last = (unsigned char)s.ptr[to - 1];
    size_t at = last < 0x80 ? to - 1 : from + char_before(str_part(s, from, to), to - from);
    if (!in_set(set, s, at, to - at)) break;
    to = at;
  }
  return str_part(s, from, to);
}

/* text and chars: numbers of the arguments; chars -1: blanks. */
static Code trim_rows(KernelCall *k, uint32_t text_i, int chars_i, unsigned ends) {
  TextArg text = text_arg(k, text_i), chars = {0};
  if (chars_i >= 0) chars = text_arg(k, (uint32_t)chars_i);
  CharSet set = char_set(STR(" "));
  bool made = chars_i < 0;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    if (!made) set = char_set(text_at(chars, row));
    made = chars.step == 0; /* once for a constant */
    put_text(k, row, trim(text_at(text, row), &set, ends));
  }
  return OK;
}

Code kernel_trim(KernelCall *k) {
  if (k->n_args == 1) return trim_rows(k, 0, -1, TRIM_BOTH);
  return trim_rows(k, 2, 1, *(const uint8_t *)k->expr->func_data);
}
Code kernel_ltrim(KernelCall *k) { return trim_rows(k, 0, k->n_args == 2 ? 1 : -1, TRIM_LEADING); }
Code kernel_rtrim(KernelCall *k) { return trim_rows(k, 0, k->n_args == 2 ? 1 : -1, TRIM_TRAILING); }
Code kernel_btrim(KernelCall *k) { return trim_rows(k, 0, k->n_args == 2 ? 1 : -1, TRIM_BOTH); }

/* --- SPLIT_INDEX -------------------------------------------------------------------- */

Code bind_split_index(FuncBind *b) {
  return bind_shape(b, "ttl", type_string(), "a string, a delimiter and an index from 0");
}

static bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 28 && c <= 31);
}

/* The first delimiter at or behind `from`: its byte offset (s.len when there is none) and its
 * length.  An empty delimiter stands for any one white-space character, as in Flink. */
static size_t find_delimiter(Str s, size_t from, Str delimiter, size_t *len) {
  if (delimiter.len == 0) {
    *len = 1;
    while (from < s.len && !is_space(s.ptr[from])) from++;
    return from;
  }
  *len = delimiter.len;
  const char *hit = str_find(str_part(s, from, s.len), delimiter);
  return hit != NULL ? (size_t)(hit - s.ptr) : s.len;
}

/* false: there are not that many.  An empty text has no items at all, as in Flink. */
static bool split_item(Str s, Str delimiter, int64_t index, Str *item) {
  if (index < 0 || s.len == 0) return false;
  size_t from = 0, len;
  for (;; index--) {
    size_t to = find_delimiter(s, from, delimiter, &len);
    if (index == 0) {
      *item = str_part(s, from, to);
      return true;
    }
    if (to == s.len) return false;
    from = to + len;
  }
}

Code kernel_split_index(KernelCall *k) {
  TextArg text = text_arg(k, 0), delimiter = text_arg(k, 1);
  IntArg index = int_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str item;
    if (split_item(text_at(text, row), text_at(delimiter, row), int_at(index, row), &item)) {
      put_text(k, row, item);
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* --- SUBSTRING_INDEX ---------------------------------------------------------------- */

Code bind_substring_index(FuncBind *b) {
  return bind_shape(b, "ttl", type_string(), "a string, a delimiter and a count");
}

/* What stands before delimiter number n; all if there are not that many. */
static Str before_delimiter(Str s, Str delimiter, int64_t n) {
  size_t from = 0;
  for (;;) {
    const char *hit = memmem(s.ptr + from, s.len - from, delimiter.ptr, delimiter.len);
    if (hit == NULL) return s;
    size_t at = (size_t)(hit - s.ptr);
    if (--n == 0) return str_part(s, 0, at);
    from = at + delimiter.len;
  }
}

/* What stands behind delimiter number n from the end. */
static Str behind_delimiter(Str s, Str delimiter, int64_t n) {
  for (size_t end = s.len; end >= delimiter.len;) {
    size_t at = end - delimiter.len;
    bool hit = memcmp(s.ptr + at, delimiter.ptr, delimiter.len) == 0;
    if (hit && --n == 0) return str_part(s, end, s.len);
    end = hit ? at : end - 1;
  }
  return s;
}

Code kernel_substring_index(KernelCall *k) {
  TextArg text = text_arg(k, 0), delimiter = text_arg(k, 1);
  IntArg count = int_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row), by = text_at(delimiter, row);
    int64_t n = int_at(count, row);
    if (n == 0 || by.len == 0) {
      s.len = 0;
    } else if (n > 0) {
      s = before_delimiter(s, by, n);
    } else {
      s = behind_delimiter(s, by, n == INT64_MIN ? INT64_MAX : -n);
    }
    put_text(k, row, s); /* borrowed from the argument */
  }
  return OK;
}
