/* func_text_edit.c -- texts changed: REPLACE, OVERLAY, TRANSLATE, LPAD, RPAD, REPEAT, REVERSE.
 *
 * Each result is measured first and then built in one piece of exactly that size.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

/* Append to the room; returns where it goes on. */
static char *append(char *at, Str s) {
  bytes_copy(at, s.ptr, s.len);
  return at + s.len;
}

/* --- REPLACE ------------------------------------------------------------------------ */

static const char *find(Str s, const char *from, Str what) {
  return str_find((Str){from, (size_t)(s.ptr + s.len - from)}, what);
}

/* Java's String.replace takes the empty text to stand before each character and at the end. */
static Code replace_empty(KernelCall *k, uint32_t row, Str s, Str with) {
  size_t len = s.len + (utf8_count(s.ptr, s.len) + 1) * with.len;
  TextRoom room;
  TRY(text_room(k, len, &room));
  char *at = append(room.at, with);
  for (size_t i = 0, n; i < s.len; i += n) {
    n = char_size(s, i);
    at = append(append(at, str_part(s, i, i + n)), with);
  }
  put_text(k, row, (Str){room.at, len});
  return OK;
}

static Code replace_row(KernelCall *k, uint32_t row, Str s, Str what, Str with) {
  if (what.len == 0) return replace_empty(k, row, s, with);
  size_t n_hits = 0;
  for (const char *p = s.ptr; (p = find(s, p, what)) != NULL; p += what.len) n_hits++;
  if (n_hits == 0) {
    put_text(k, row, s); /* borrowed from the argument */
    return OK;
  }
  size_t len = s.len - n_hits * what.len + n_hits * with.len;
  TextRoom room;
  TRY(text_room(k, len, &room));
  char *at = room.at;
  const char *from = s.ptr;
  for (const char *hit; (hit = find(s, from, what)) != NULL; from = hit + what.len) {
    at = append(append(at, (Str){from, (size_t)(hit - from)}), with);
  }
  append(at, (Str){from, (size_t)(s.ptr + s.len - from)});
  put_text(k, row, (Str){room.at, len});
  return OK;
}

Code kernel_replace(KernelCall *k) {
  TextArg text = text_arg(k, 0), what = text_arg(k, 1), with = text_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TRY(replace_row(k, row, text_at(text, row), text_at(what, row), text_at(with, row)));
  }
  return OK;
}

/* --- OVERLAY ------------------------------------------------------------------------ */

Code bind_overlay(FuncBind *b) {
  return bind_shape(b, b->call->n_args == 3 ? "ttl" : "ttll", type_string(),
                    "two strings, a position and a length");
}

/* The text with `length` code points from `start` on replaced.  As in Flink it is
 * unchanged when start lies outside, and nothing of it follows when length is not positive. */
static Code overlay_row(KernelCall *k, uint32_t row, Str s, Str with, int64_t start,
                        int64_t length) {
  size_t from = start > 0 ? char_offset(s, (uint64_t)start - 1) : s.len;
  if (from == s.len) {
    put_text(k, row, s); /* borrowed from the argument */
    return OK;
  }
  Str rest = str_part(s, from, s.len);
  Str tail = str_part(rest, length > 0 ? char_offset(rest, (uint64_t)length) : rest.len, rest.len);
  TextRoom room;
  TRY(text_room(k, from + with.len + tail.len, &room));
  append(append(append(room.at, str_part(s, 0, from)), with), tail);
  put_text(k, row, (Str){room.at, from + with.len + tail.len});
  return OK;
}

Code kernel_overlay(KernelCall *k) {
  TextArg text = text_arg(k, 0), with = text_arg(k, 1);
  IntArg start = int_arg(k, 2), length = {0};
  if (k->n_args == 4) length = int_arg(k, 3);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str w = text_at(with, row);
    int64_t n = k->n_args == 4 ? int_at(length, row) : (int64_t)utf8_count(w.ptr, w.len);
    TRY(overlay_row(k, row, text_at(text, row), w, int_at(start, row), n));
  }
  return OK;
}

/* --- TRANSLATE ---------------------------------------------------------------------- */

/* What each character becomes: a list of code points and their counterparts, with a table in
 * front of it for ASCII, so that most characters need no search. */
typedef struct Translation {
  Str from, to;
  uint32_t ascii[128]; /* offset in `from` + 1; 0: not there */
  Str of_ascii[128];   /* what those become */
} Translation;

/* Byte offset of character c, which is not ASCII, in t->from; false: it stays as it is. */
static bool translation_find(const Translation *t, Str c, size_t *at) {
  for (size_t i = 0, n; i < t->from.len; i += n) {
    n = char_size(t->from, i);
    *at = i;
    if (n == c.len && memcmp(t->from.ptr + i, c.ptr, n) == 0) return true;
  }
  return false;
}

/* What stands in `to` for the character at byte `at` of `from`. */
static Str counterpart(const Translation *t, size_t at) {
  size_t to = char_offset(t->to, utf8_count(t->from.ptr, at));
  if (to == t->to.len) return STR(""); /* surplus: deleted */
  return str_part(t->to, to, to + char_size(t->to, to));
}

static void translation_init(Translation *t, Str from, Str to) {
  *t = (Translation){.from = from, .to = to};
  for (size_t i = from.len; i-- > 0;) { /* the first of equal characters counts */
    unsigned char c = (unsigned char)from.ptr[i];
    if (c >= 0x80) continue;
    t->ascii[c] = (uint32_t)i + 1;
    t->of_ascii[c] = counterpart(t, i);
  }
}

static Str translated(const Translation *t, Str c) {
  size_t at;
  unsigned char first = (unsigned char)c.ptr[0];
  if (first < 0x80) return t->ascii[first] != 0 ? t->of_ascii[first] : c;
  return translation_find(t, c, &at) ? counterpart(t, at) : c;
}

static Code translate_row(KernelCall *k, uint32_t row, const Translation *t, Str s) {
  size_t len = 0;
  for (size_t i = 0, n; i < s.len; i += n) {
    n = char_size(s, i);
    len += translated(t, str_part(s, i, i + n)).len;
  }
  TextRoom room;
  TRY(text_room(k, len, &room));
  char *at = room.at;
  for (size_t i = 0, n; i < s.len; i += n) {
    n = char_size(s, i);
    at = append(at, translated(t, str_part(s, i, i + n)));
  }
  put_text(k, row, (Str){room.at, len});
  return OK;
}

Code bind_translate(FuncBind *b) {
  TRY(bind_text(b));
  b->call->type.nullable = b->call->args[0]->type.nullable;
  return OK;
}

/* The text of argument i, of a NULL the empty one. */
static Str text_or_empty(const KernelCall *k, uint32_t i, uint32_t row) {
  return vector_valid(&k->args[i], row) ? text_at(text_arg(k, i), row) : STR("");
}

/* As in Flink, without a text to replace nothing is replaced, and without one to replace it by all
 * of it is deleted. */
Code kernel_translate(KernelCall *k) {
  Translation t;
  bool made = false, fixed = k->args[1].constant && k->args[2].constant;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    if (!vector_valid(&k->args[0], row)) {
      put_null(k, row);
      continue;
    }
    if (!made) translation_init(&t, text_or_empty(k, 1, row), text_or_empty(k, 2, row));
    made = fixed;
    TRY(translate_row(k, row, &t, text_at(text_arg(k, 0), row)));
  }
  return OK;
}

/* --- LPAD, RPAD, REPEAT, REVERSE ------------------------------------------------------ */

Code bind_pad(FuncBind *b) {
  return bind_shape(b, "tlt", type_string(), "a string, a length and a string to pad with");
}

/* Fill n code points with `with` again and again; returns where it goes on. */
static char *append_fill(char *at, Str with, size_t with_chars, size_t n) {
  for (; n >= with_chars; n -= with_chars) at = append(at, with);
  return append(at, str_part(with, 0, char_offset(with, n)));
}

static size_t fill_bytes(Str with, size_t with_chars, size_t n) {
  return n / with_chars * with.len + char_offset(with, n % with_chars);
}

/* NULL for a negative length or an empty `with`, as in Flink. */
static Code pad_row(KernelCall *k, uint32_t row, Str s, int64_t length, Str with, bool left) {
  if (length < 0 || with.len == 0) {
    put_null(k, row);
    return OK;
  }
  size_t n_chars = utf8_count(s.ptr, s.len);
  if ((uint64_t)length <= n_chars) {
    put_text(k, row, str_part(s, 0, char_offset(s, (uint64_t)length)));
    return OK;
  }
  /* What is above the limit in code points is so in bytes; it is not multiplied out. */
  size_t n_fill =
      (uint64_t)length > TEXT_RESULT_MAX ? TEXT_RESULT_MAX + 1 : (size_t)length - n_chars;
  size_t with_chars = utf8_count(with.ptr, with.len);
  size_t len = s.len + fill_bytes(with, with_chars, n_fill);
  TextRoom room;
  TRY(text_room(k, len, &room));
  char *at = left ? append_fill(room.at, with, with_chars, n_fill) : append(room.at, s);
  if (left) {
    append(at, s);
  } else {
    append_fill(at, with, with_chars, n_fill);
  }
  put_text(k, row, (Str){room.at, len});
  return OK;
}

static Code pad_rows(KernelCall *k, bool left) {
  TextArg text = text_arg(k, 0), with = text_arg(k, 2);
  IntArg length = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TRY(pad_row(k, row, text_at(text, row), int_at(length, row), text_at(with, row), left));
  }
  return OK;
}

Code kernel_lpad(KernelCall *k) { return pad_rows(k, true); }
Code kernel_rpad(KernelCall *k) { return pad_rows(k, false); }

static Code repeat_row(KernelCall *k, uint32_t row, Str s, int64_t times) {
  size_t len = 0;
  if (times > 0 && __builtin_mul_overflow(s.len, (size_t)times, &len)) len = SIZE_MAX;
  TextRoom room;
  TRY(text_room(k, len, &room));
  for (size_t at = 0; at < len; at += s.len) append(room.at + at, s);
  put_text(k, row, (Str){room.at, len});
  return OK;
}

Code kernel_repeat(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  IntArg times = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    TRY(repeat_row(k, row, text_at(text, row), int_at(times, row)));
  }
  return OK;
}

Code kernel_reverse(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    TextRoom room;
    TRY(text_room(k, s.len, &room));
    char *at = room.at + s.len;
    size_t from = 0, n;
    for (; from < s.len && (unsigned char)s.ptr[from] < 0x80; from++) *--at = s.ptr[from];
    for (; from < s.len; from += n) {
      n = char_size(s, from);
      at -= n;
      bytes_copy(at, s.ptr + from, n);
    }
    put_text(k, row, (Str){room.at, s.len});
  }
  return OK;
}
