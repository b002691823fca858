/* batch_text.c -- see batch_text.h. */
#include "exec/data/batch_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"
#include "exec/data/value.h"

static_assert((int)DECIMAL_TEXT_MAX >= (int)TIMESTAMP_TEXT_MAX &&
                  (int)DECIMAL_TEXT_MAX >= (int)DOUBLE_TEXT_MAX,
              "one room for all forms of a value");

enum { TEXT_COLUMNS_MAX = 64, WORD_MAX = 4096 };

static const char *const kind_words[] = {
    [ROW_INSERT] = "+", [ROW_UPDATE_BEFORE] = "U-", [ROW_UPDATE_AFTER] = "U+", [ROW_DELETE] = "-"};

static _Noreturn void bad(const char *what, Str word) {
  fprintf(stderr, "batch text: %s \"%.*s\"\n", what, (int)word.len, word.ptr);
  abort();
}

/* --- words ------------------------------------------------------------------------- */

/* A line being read.  A quoted word is unpacked into room. */
typedef struct Words {
  Str rest;
  char room[WORD_MAX];
  bool quoted;
} Words;

static void skip(Str *s, size_t n) { *s = (Str){s->ptr + n, s->len - n}; }

static Str quoted_word(Words *w) {
  size_t n = 0;
  skip(&w->rest, 1);
  for (;;) {
    if (w->rest.len == 0 || n == WORD_MAX) bad("no closing quote in", w->rest);
    bool quote = w->rest.ptr[0] == '\'',
         doubled = quote && w->rest.len > 1 && w->rest.ptr[1] == '\'';
    if (quote && !doubled) break;
    w->room[n++] = w->rest.ptr[0];
    skip(&w->rest, doubled ? 2 : 1);
  }
  skip(&w->rest, 1);
  return (Str){w->room, n};
}

static bool next_word(Words *w, Str *word) {
  while (w->rest.len > 0 && w->rest.ptr[0] == ' ') skip(&w->rest, 1);
  if (w->rest.len == 0) return false;
  w->quoted = w->rest.ptr[0] == '\'';
  if (w->quoted) {
    *word = quoted_word(w);
    return true;
  }
  size_t n = 0;
  while (n < w->rest.len && w->rest.ptr[n] != ' ') n++;
  *word = (Str){w->rest.ptr, n};
  skip(&w->rest, n);
  return true;
}

/* The next line that is not empty. */
static bool next_line(Str *text, Str *line) {
  while (text->len > 0) {
    const char *end = memchr(text->ptr, '\n', text->len);
    size_t n = end != NULL ? (size_t)(end - text->ptr) : text->len;
    *line = str_trim((Str){text->ptr, n});
    skip(text, end != NULL ? n + 1 : n);
    if (line->len > 0) return true;
  }
  return false;
}

/* --- types ------------------------------------------------------------------------- */

static const struct {
  const char *name;
  TypeKind kind;
} type_names[] = {
#define TYPE(kind, name, phys) {name, TYPE_##kind},
#include "exec/data/types.def"
#undef TYPE
    {"STRING", TYPE_VARCHAR},
    {"BYTES", TYPE_VARBINARY},
    {"INTERVAL_MONTH", TYPE_INTERVAL_MONTH}, /* one word, and so are all others but these */
    {"INTERVAL_SECOND", TYPE_INTERVAL_SECOND},
};

/* NAME or NAME(a) or NAME(a,b); without numbers the largest of its kind. */
static Type type_of_word(Str word) {
  const char *bracket = memchr(word.ptr, '(', word.len);
  Str name = {word.ptr, bracket != NULL ? (size_t)(bracket - word.ptr) : word.len};
  unsigned a = 0, b = 0;
  int numbers = bracket != NULL ? sscanf(bracket, "(%u,%u", &a, &b) : 0;
  for (size_t i = 0; i < COUNT_OF(type_names); i++) {
    if (!str_eq_nocase(name, str_of(type_names[i].name))) continue;
    Type t = type_of(type_names[i].kind);
    if (t.kind == TYPE_DECIMAL) return type_decimal(numbers > 0 ? a : 38, b);
    if (t.kind == TYPE_TIME || type_is_timestamp(t)) {
      return type_time(type_names[i].kind, numbers > 0 ? a : 3);
    }
    if (type_is_character(t) || type_is_binary(t)) {
      return type_text(type_names[i].kind, numbers > 0 ? a : TYPE_LENGTH_MAX);
    }
    return t;
  }
  bad("no type", word);
}

/* --- values ------------------------------------------------------------------------ */

static Value time_of_word(Type t, Str word) {
  int32_t days = 0;
  Micros us = 0;
  TimestampText stamp = {0};
  bool good;
  if (t.kind == TYPE_DATE) {
    good = date_parse(word, &days);
    us = days;
  } else if (t.kind == TYPE_TIME) {
    good = time_parse(word, &us);
  } else {
    good = timestamp_parse(word, &stamp);
    us = stamp.us - stamp.offset_us;
  }
  if (!good) bad("no date or time", word);
  return value_int(t, us);
}

static Value value_of_word(Type t, Str word) {
  if (type_is_character(t) || type_is_binary(t)) return value_text(t, word);
  if (type_is_datetime(t)) return time_of_word(t, word);
  if (t.kind == TYPE_BOOLEAN) {
    bool yes = str_eq_nocase(word, STR("true"));
    if (!yes && !str_eq_nocase(word, STR("false"))) bad("no boolean", word);
    return value_int(t, yes);
  }
  if (t.kind == TYPE_FLOAT || t.kind == TYPE_DOUBLE) {
    double f;
    if (!double_parse(word, &f)) bad("no number", word);
    return value_double(t, f);
  }
  if (t.kind == TYPE_DECIMAL) {
    Int128 v;
    if (!decimal_parse(word, t.precision, t.scale, &v)) bad("no such decimal", word);
    return value_decimal(t, v);
  }
  int64_t i;
  if (t.kind == TYPE_NULL || !int_parse(word, &i)) bad("no integer", word);
  return value_int(t, i);
}

static uint8_t kind_of_word(Str word) {
  for (uint8_t kind = 0; kind < COUNT_OF(kind_words); kind++) {
    if (str_eq(word, str_of(kind_words[kind]))) return kind;
  }
  bad("no kind of row", word);
}

static void read_row(BatchBuilder *b, Str line) {
  Words words = {.rest = line};
  Str word = {"", 0};
  uint32_t row = b->batch.rows;
  if (batch_builder_room(b) == 0) bad("no room for", line);
  next_word(&words, &word);
  uint8_t kind = kind_of_word(word);
  if (batch_builder_kind(b) != NULL) batch_builder_kind(b)[row] = kind;
  for (uint32_t c = 0; c < b->batch.n_cols; c++) {
    Type t = b->batch.cols[c].type;
    if (!next_word(&words, &word)) bad("too few values in", line);
    bool null = !words.quoted && str_eq(word, STR("."));
    Value v = null ? value_null(t) : value_of_word(t, word);
    if (!batch_builder_put(b, c, row, &v)) abort();
  }
  if (next_word(&words, &word)) bad("too many values in", line);
  b->batch.rows++;
}

static bool any_change(Str text) {
  Str line, word;
  next_line(&text, &line); /* the types */
  while (next_line(&text, &line)) {
    Words words = {.rest = line};
    if (next_word(&words, &word) && !str_eq(word, STR("+"))) return true;
  }
  return false;
}

BatchBuilder *batch_from_text(const char *text) {
  Str rest = str_of(text), line, word;
  Type types[TEXT_COLUMNS_MAX];
  uint32_t n = 0;
  bool with_kind = any_change(rest);
  if (!next_line(&rest, &line)) bad("no types in", rest);
  Words words = {.rest = line};
  while (next_word(&words, &word)) {
    if (n == TEXT_COLUMNS_MAX) bad("too many columns in", line);
    types[n++] = type_of_word(word);
  }
  BatchBuilder *b =
      batch_builder_new((BatchShape){.types = types, .n_cols = n, .with_kind = with_kind});
  if (b == NULL) abort();
  while (next_line(&rest, &line)) read_row(b, line);
  batch_verify(&b->batch);
  return b;
}

/* --- printing ---------------------------------------------------------------------- */

static void put_text(Str text, StrBuf *out) {
  bool plain = text.len > 0 && !str_eq(text, STR("."));
  for (size_t i = 0; i < text.len && plain; i++) {
    plain = (unsigned char)text.ptr[i] > ' ' && text.ptr[i] != '\'';
  }
  if (plain) {
    strbuf_str(out, text);
    return;
  }
  strbuf_putc(out, '\'');
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == '\'') strbuf_putc(out, '\'');
    strbuf_putc(out, text.ptr[i]);
  }
  strbuf_putc(out, '\'');
}

void batch_value_to_text(const Vector *v, uint32_t row, StrBuf *out) {
  Value value = value_of(v, row);
  Type t = v->type;
  char room[DECIMAL_TEXT_MAX]; /* the longest of these forms */
  size_t n;
  if (value.null) {
    n = 1;
    room[0] = '.';
  } else if (type_phys(t) == PHYS_TEXT) {
    put_text(text_str(&value.as.text), out);
    return;
  } else if (t.kind == TYPE_BOOLEAN) {
    strbuf_puts(out, value.as.i != 0 ? "true" : "false");
    return;
  } else if (t.kind == TYPE_FLOAT) {
    n = float_print((float)value.as.f, room);
  } else if (t.kind == TYPE_DOUBLE) {
    n = double_print(value.as.f, room);
  } else if (t.kind == TYPE_DECIMAL) {
    n = decimal_print(type_phys(t) == PHYS_I128 ? value.as.d128 : value.as.i, t.scale, room);
  } else if (t.kind == TYPE_DATE) {
    n = date_print((int32_t)value.as.i, room);
  } else if (t.kind == TYPE_TIME) {
    n = time_print(value.as.i, t.precision, room);
  } else if (type_is_timestamp(t)) {
    n = timestamp_print(value.as.i, t.precision, 'T', room);
  } else {
    n = int_print(value.as.i, room);
  }
  strbuf_put(out, room, n);
}

void batch_to_text(const Batch *b, StrBuf *out) {
  for (uint32_t i = 0; i < batch_count(b); i++) {
    uint32_t row = batch_row(b, i);
    strbuf_puts(out, kind_words[b->kind != NULL ? b->kind[row] : ROW_INSERT]);
    for (uint32_t c = 0; c < b->n_cols; c++) {
      strbuf_putc(out, ' ');
      batch_value_to_text(&b->cols[c], row, out);
    }
    strbuf_putc(out, '\n');
  }
}
