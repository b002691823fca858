/* func_rows.h -- what kernels over text and time share: reading arguments and writing results
 * row by row.
 *
 * An argument is read through a pointer and a step of 1, or 0 for a constant, so that a loop
 * has one shape for both.  A text result may
 *   borrow   the bytes of an argument or of a constant: they live as long as the batch that
 *            comes out, since the arguments are columns of the input or of the same program
 *   own      bytes of k->text, got by text_room
 * Either way up to TEXT_INLINE_MAX bytes are copied into the value itself.
 */
#pragma once
#include "base/limits.h"
#include "base/utf8.h"
#include "exec/expr/func.h"

/* Bytes of one text that a function builds: no value that is read is larger. */
enum { TEXT_RESULT_MAX = RECORD_MAX };

typedef struct TextArg {
  const TextRef *at;
  uint32_t step;
} TextArg;

typedef struct IntArg {
  const int64_t *at;
  uint32_t step;
} IntArg;

static inline TextArg text_arg(const KernelCall *k, uint32_t i) {
  const Vector *v = &k->args[i];
  assert(i < k->n_args && type_phys(v->type) == PHYS_TEXT);
  return (TextArg){v->data, v->constant ? 0 : 1};
}
/* Valid as long as the argument. */
static inline Str text_at(TextArg a, uint32_t row) { return text_str(&a.at[row * a.step]); }

/* Of a BIGINT, or of what is held like one. */
static inline IntArg int_arg(const KernelCall *k, uint32_t i) {
  const Vector *v = &k->args[i];
  assert(i < k->n_args && type_phys(v->type) == PHYS_I64);
  return (IntArg){v->data, v->constant ? 0 : 1};
}
static inline int64_t int_at(IntArg a, uint32_t row) { return a.at[row * a.step]; }

/* Step to the next selected row whose result is not NULL yet; *i starts at 0.
 *     for (uint32_t i = 0, row; next_row(k, &i, &row);) */
static inline bool next_row(const KernelCall *k, uint32_t *i, uint32_t *row) {
  while (*i < k->n) {
    *row = k->sel[(*i)++];
    if (vector_valid(k->out, *row)) return true;
  }
  return false;
}

static inline void put_bool(KernelCall *k, uint32_t row, bool b) {
  ((int8_t *)k->out->data)[row] = b;
}
static inline void put_int(KernelCall *k, uint32_t row, int32_t i) {
  ((int32_t *)k->out->data)[row] = i;
}
static inline void put_long(KernelCall *k, uint32_t row, int64_t i) {
  ((int64_t *)k->out->data)[row] = i;
}
/* Borrows s: see above. */
static inline void put_text(KernelCall *k, uint32_t row, Str s) {
  ((TextRef *)k->out->data)[row] = text_ref(s.ptr, s.len);
}
/* The slot of a NULL is zero. */
static inline void put_null(KernelCall *k, uint32_t row) {
  size_t size = phys_size(type_phys(k->out->type));
  bit_clear(func_out_valid(k), row);
  __builtin_memset((char *)k->out->data + row * size, 0, size);
}

/* Room for a text result of at most len bytes.  A short one is built in place and copied by
 * put_text, a long one lies in k->text. */
typedef struct TextRoom {
  char *at;
  char small[TEXT_INLINE_MAX];
} TextRoom;
/* ERR_LIMIT above TEXT_RESULT_MAX, ERR_MEMORY. */
MUST_USE Code text_room_long(KernelCall *k, size_t len, TextRoom *room);
MUST_USE static inline Code text_room(KernelCall *k, size_t len, TextRoom *room) {
  if (len > TEXT_INLINE_MAX) return text_room_long(k, len, room);
  room->at = room->small;
  return OK;
}

/* Store bytes that live as long as k->text as a text; what is no UTF-8 becomes U+FFFD
 * (func_charset.c). */
MUST_USE Code put_valid_utf8(KernelCall *k, uint32_t row, const char *bytes, size_t len);

/* The text of argument i if it is a constant that is not NULL. */
bool const_text(const Expr *call, uint32_t i, Str *out);

/* Byte offset of code point n, or s.len.  Fast while the text is ASCII. */
size_t char_offset(Str s, uint64_t n);
/* Bytes of the code point at byte i; a bad byte counts as one. */
static inline size_t char_size(Str s, size_t i) {
  uint32_t cp;
  if ((unsigned char)s.ptr[i] < 0x80) return 1;
  return utf8_decode(s.ptr + i, s.len - i, &cp);
}
static inline Str str_part(Str s, size_t from, size_t to) { return (Str){s.ptr + from, to - from}; }
