/* csv_write.c -- the encoders of csv_write.h: one loop over rows and columns, made once per style.
 *
 * Room for a row is asked for beforehand, so that its values are written without checks: a value
 * that is not text takes VALUE_TEXT_MAX bytes at most, a text at most twice its length and a
 * few.  A constant column is turned into bytes once per batch, a nested one into a column of text.
 */
#include "exec/formats/csv_write.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/value_text.h"
#include "exec/formats/base64.h"
#include "exec/formats/csv.h"
#include "exec/formats/csv_nested.h"
#include "exec/formats/nested_column.h"

enum {
  FRAME_MAX = 8,         /* around a value: a length or a delimiter, quotes */
  ROW_FRAME_MAX = 8,     /* around a row: a kind, brackets, a newline */
  ROOM_STEP = 256 << 10, /* asked for at a time */
};

typedef struct TextColumn {
  ValueText value;
  const char *name;
  bool is_text, is_binary, is_constant;
  const Vector *vector; /* of the batch */
  StrBuf constant;      /* the bytes of a constant one */
  NestedColumn *nested; /* NULL: it is not */
} TextColumn;

typedef struct TextEncoder {
  TextStyle style;
  CsvDialect dialect;
  Str null_text;
  bool header;
  bool with_kind;
  bool check_all;    /* numbers and times may need quotes as well */
  bool special[256]; /* csv: bytes that need quotes */
  uint32_t n_cols;
  uint32_t bad_col;      /* a value that cannot be written without quotes; UINT32_MAX: none */
  uint32_t bad_part_col; /* a part of a nested one that cannot be told apart; UINT32_MAX: none */
  bool split_nested;     /* csv_nested.h tells how nested values look; else nested_text.h */
  TextColumn cols[];
} TextEncoder;

/* --- life ---------------------------------------------------------------------------- */

static void init_csv(TextEncoder *e, const EncodeSpec *spec) {
  const CsvDialect d = csv_dialect(spec->options);
  e->dialect = d;
  e->header = d.header;
  e->null_text = spec->null_text != NULL      ? str_of(spec->null_text)
                 : d.null_literal.ptr != NULL ? d.null_literal
                                              : STR("");
  const char marks[] = {'\n', '\r', d.delimiter, d.has_quote ? d.quote : '\n',
                        d.has_escape ? d.escape : '\n'};
  static const char in_values[] = "0123456789+-.: =/";
  for (size_t i = 0; i < sizeof marks; i++) {
    e->special[(unsigned char)marks[i]] = true;
    bool letter = (marks[i] | 32) >= 'a' && (marks[i] | 32) <= 'z';
    if (letter || memchr(in_values, marks[i], sizeof in_values - 1)) e->check_all = true;
  }
  if (e->null_text.len > 0) e->check_all = true;
}

static void init_tsv(TextEncoder *e, const EncodeSpec *spec) {
  const Option *header = options_find(spec->options, "tsv.header");
  e->header = header != NULL && text_eq_nocase(header->value, "true");
  e->null_text = spec->null_text != NULL ? str_of(spec->null_text) : STR("\\N");
}

static Code init_column(TextColumn *c, const FormatField *field, const Zone *zone, Error *err) {
  *c = (TextColumn){.value = {.type = field->type, .zone = zone},
                    .name = field->name,
                    .is_text = value_is_text(field->type),
                    .is_binary = type_is_binary(field->type)};
  strbuf_init(&c->constant, 0);
  if (!type_is_nested(field->type)) return OK;
  c->nested = calloc(1, sizeof *c->nested);
  if (c->nested != NULL && nested_column_init(c->nested)) return OK;
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write rows");
}

Code text_encoder_new(const EncodeSpec *spec, TextStyle style, Encoder **out, Error *err) {
  TextEncoder *e = calloc(1, sizeof *e + spec->n_fields * sizeof e->cols[0]);
  if (e == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write rows");
  e->style = style;
  e->n_cols = spec->n_fields;
  e->bad_col = e->bad_part_col = UINT32_MAX;
  e->split_nested = style == TEXT_CSV && !spec->shown;
  e->with_kind = spec->with_kind;
  e->null_text = spec->null_text != NULL ? str_of(spec->null_text) : STR("null");
  if (style == TEXT_CSV) init_csv(e, spec);
  if (style == TEXT_TSV) init_tsv(e, spec);
  for (uint32_t c = 0; c < e->n_cols; c++) {
    if (init_column(&e->cols[c], &spec->fields[c], spec->zone, err) == OK) continue;
    text_encoder_free((Encoder *)e);
    return err->code;
  }
  *out = (Encoder *)e;
  return OK;
}

void text_encoder_free(Encoder *encoder) {
  TextEncoder *e = (TextEncoder *)encoder;
  if (e == NULL) return;
  for (uint32_t c = 0; c < e->n_cols; c++) {
    strbuf_deinit(&e->cols[c].constant);
    if (e->cols[c].nested == NULL) continue;
    nested_column_deinit(e->cols[c].nested);
    free(e->cols[c].nested);
  }
  free(e);
}

/* --- text ---------------------------------------------------------------------------- */

static bool has_special(const TextEncoder *e, Str s) {
  bool any = false;
  for (size_t i = 0; i < s.len; i++) any |= e->special[(unsigned char)s.ptr[i]];
  return any;
}

static char *put_str(Str s, char *p) {
  if (s.len > 0) memcpy(p, s.ptr, s.len);
  return p + s.len;
}

static char *put_quoted(const CsvDialect *d, Str s, char *p) {
  *p++ = d->quote;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (c == d->quote) *p++ = c;
    if (d->has_escape && c == d->escape) *p++ = c;
    *p++ = c;
  }
  *p++ = d->quote;
  return p;
}

/* Without quotes only an escape character helps. */
static char *put_unquoted(TextEncoder *e, uint32_t col, Str s, char *p) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (e->special[(unsigned char)c]) {
      if (!e->dialect.has_escape) e->bad_col = col;
      *p++ = e->dialect.escape;
    }
    *p++ = c;
  }
  return p;
}

/* first: the text begins a record. */
static char *put_csv(TextEncoder *e, uint32_t col, Str s, char *p) {
  bool comment = e->dialect.comments && col == 0 && s.len > 0 && s.ptr[0] == '#';
  bool like_null = str_eq(s, e->null_text); /* "" as well */
  if (LIKELY(s.len > 0 && !like_null && !comment && !has_special(e, s))) return put_str(s, p);
  return e->dialect.has_quote ? put_quoted(&e->dialect, s, p) : put_unquoted(e, col, s, p);
}

/* base64 may hold a delimiter, but no quote. */
static char *put_csv_bytes(TextEncoder *e, uint32_t col, Str bytes, char *p) {
  size_t n = base64_encode(bytes.ptr, bytes.len, p);
  if (n > 0 && !has_special(e, (Str){p, n})) return p + n;
  if (!e->dialect.has_quote) {
    if (n > 0) e->bad_col = col;
    return p + n;
  }
  memmove(p + 1, p, n);
  p[0] = p[n + 1] = e->dialect.quote;
  return p + n + 2;
}

static char *put_tsv(Str s, char *p) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    char letter = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c == '\\' ? '\\' : '\0';
    if (letter != '\0') *p++ = '\\';
    *p++ = letter != '\0' ? letter : c;
  }
  return p;
}

static char *put_length(uint32_t n, char *p) {
  for (unsigned shift = 0; shift < 32; shift += 8) *p++ = (char)(n >> shift);
  return p;
}

static inline char *put_text(TextEncoder *e, uint32_t col, Str s, TextStyle style, char *p) {
  switch (style) {
    case TEXT_CSV:
      return put_csv(e, col, s, p);
    case TEXT_TSV:
      return put_tsv(s, p);
    case TEXT_CELLS:
    case TEXT_PRINT:
      break;
  }
  return put_str(s, p);
}

/* --- values -------------------------------------------------------------------------- */

#define INLINE static inline __attribute__((always_inline))

/* The text of slot at, as the style wants it; not the frame. */
INLINE char *put_value(TextEncoder *e, uint32_t col, uint32_t at, TextStyle style, char *p) {
  TextColumn *c = &e->cols[col];
  if (c->is_binary) {
    Str bytes = text_str((const TextRef *)c->vector->data + at);
    if (style == TEXT_CSV) return put_csv_bytes(e, col, bytes, p);
    return p + base64_encode(bytes.ptr, bytes.len, p);
  }
  if (c->is_text)
    return put_text(e, col, text_str((const TextRef *)c->vector->data + at), style, p);
  if (style == TEXT_CSV && UNLIKELY(e->check_all)) {
    char text[VALUE_TEXT_MAX + VALUE_TEXT_SLACK];
    size_t n = value_text_print(&c->value, c->vector->data, at, text);
    return put_csv(e, col, (Str){text, n}, p);
  }
  return p + value_text_print(&c->value, c->vector->data, at, p);
}

/* Slot at with its validity. */
INLINE char *put_cell(TextEncoder *e, uint32_t col, uint32_t at, TextStyle style, char *p) {
  const Vector *v = e->cols[col].vector;
  bool null = (v->valid != NULL && !bit_get(v->valid, at)) || v->type.kind == TYPE_NULL;
  if (style != TEXT_CELLS) {
    return null ? put_str(e->null_text, p) : put_value(e, col, at, style, p);
  }
  if (null) return put_length(UINT32_MAX, p);
  char *end = put_value(e, col, at, style, p + 4);
  put_length((uint32_t)(end - p - 4), p);
  return end;
}

/* Bytes that slot at may take. */
static size_t cell_room(const TextEncoder *e, const TextColumn *c, uint32_t at) {
  size_t room = FRAME_MAX + VALUE_TEXT_MAX + e->null_text.len;
  if (c->is_text) room += 2 * (size_t)((const TextRef *)c->vector->data)[at].len;
  return room;
}

/* --- batches ------------------------------------------------------------------------- */

INLINE bool prepare_constant(TextEncoder *e, uint32_t col, TextStyle style) {
  TextColumn *c = &e->cols[col];
  strbuf_clear(&c->constant);
  char *p = strbuf_reserve(&c->constant, cell_room(e, c, 0) + VALUE_TEXT_SLACK);
  if (p == NULL) return false;
  c->constant.len = (size_t)(put_cell(e, col, 0, style, p) - p);
  return true;
}

/* Can a column of this type be printed as one of that? */
static bool prints_as(Type type, Type that) {
  return type_phys(type) == type_phys(that) &&
         (type.kind != TYPE_DECIMAL || type.scale == that.scale);
}

typedef struct NestedPlace {
  TextEncoder *e;
  uint32_t col;
} NestedPlace;

static void print_nested(const void *arg, Type t, Str value, StrBuf *out) {
  const NestedPlace *at = arg;
  TextEncoder *e = at->e;
  const Zone *zone = e->cols[at->col].value.zone;
  if (!e->split_nested) {
    nested_print(t, value, zone, NESTED_SHOW, out);
  } else if (!csv_nested_print(e->dialect.part_delimiter, e->null_text, zone, t, value, out)) {
    e->bad_part_col = at->col;
  }
}

/* Take up the columns of a batch.  *fixed: the room of a row but for its varying texts. */
INLINE bool prepare(TextEncoder *e, const Batch *b, TextStyle style, size_t *fixed) {
  assert(b->n_cols == e->n_cols);
  *fixed = ROW_FRAME_MAX + VALUE_TEXT_SLACK;
  for (uint32_t i = 0; i < e->n_cols; i++) {
    TextColumn *c = &e->cols[i];
    assert(prints_as(b->cols[i].type, c->value.type));
    c->vector = &b->cols[i];
    if (c->nested != NULL) {
      if (!nested_column_show(c->nested, b, i, print_nested, &(NestedPlace){e, i})) return false;
      c->vector = &c->nested->shown;
    }
    c->is_constant = b->cols[i].constant && b->rows > 0;
    if (c->is_constant && !prepare_constant(e, i, style)) return false;
    *fixed += c->is_constant ? c->constant.len + FRAME_MAX
                             : FRAME_MAX + VALUE_TEXT_MAX + e->null_text.len;
  }
  return true;
}

static size_t row_room(const TextEncoder *e, size_t fixed, uint32_t row) {
  for (uint32_t i = 0; i < e->n_cols; i++) {
    const TextColumn *c = &e->cols[i];
    if (c->is_text && !c->is_constant) fixed += cell_room(e, c, row);
  }
  return fixed;
}

/* What stands in front of a row's values. */
INLINE char *put_kind(const Batch *b, uint32_t row, TextStyle style, char delimiter, char *p) {
  if (style == TEXT_CELLS) p = put_length(2, p);
  memcpy(p, row_kind_text[batch_kind(b, row)], 2);
  p += 2;
  if (style != TEXT_CELLS) *p++ = style == TEXT_PRINT ? '[' : delimiter;
  return p;
}

INLINE char *put_row(TextEncoder *e, const Batch *b, uint32_t row, TextStyle style, char *p) {
  const char delimiter = style == TEXT_CSV ? e->dialect.delimiter : '\t';
  if (style == TEXT_PRINT || e->with_kind) p = put_kind(b, row, style, delimiter, p);
  for (uint32_t i = 0; i < e->n_cols; i++) {
    const TextColumn *c = &e->cols[i];
    if (i > 0 && style == TEXT_PRINT) {
      *p++ = ',';
      *p++ = ' ';
    } else if (i > 0 && style != TEXT_CELLS) {
      *p++ = delimiter;
    }
    if (c->is_constant) {
      memcpy(p, c->constant.data, c->constant.len);
      p += c->constant.len;
    } else {
      p = put_cell(e, i, row, style, p);
    }
  }
  if (style == TEXT_PRINT) *p++ = ']';
  if (style != TEXT_CELLS) *p++ = '\n';
  return p;
}

static Code out_of_room(Error *err) {
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for output");
}

/* What could not be written, if anything. */
static Code bad_value(const TextEncoder *e, Error *err) {
  if (e->bad_part_col != UINT32_MAX) {
    FAIL(err, ERR_DATA, NO_SPAN,
         "column \"%s\": a part of a value holds \"%c\", which stands between parts, or is the "
         "text of NULL",
         e->cols[e->bad_part_col].name, e->dialect.part_delimiter);
    error_hint(err, "\"csv.array-element-delimiter\" can be another character");
    return ERR_DATA;
  }
  if (e->bad_col == UINT32_MAX) return OK;
  return FAIL(err, ERR_DATA, NO_SPAN,
              "column \"%s\": a value holds a delimiter or a line end, and quotes are off",
              e->cols[e->bad_col].name);
}

INLINE Code encode_rows(Encoder *encoder, const Batch *b, StrBuf *out, TextStyle style,
                        Error *err) {
  TextEncoder *e = (TextEncoder *)encoder;
  size_t fixed, room = 0;
  char *p = NULL;
  if (!prepare(e, b, style, &fixed)) return out_of_room(err);
  for (uint32_t i = 0, n = batch_count(b); i < n; i++) {
    uint32_t row = batch_row(b, i);
    size_t need = row_room(e, fixed, row);
    if (UNLIKELY(need > room)) {
      size_t want = (n - i) * need < ROOM_STEP ? (n - i) * need : ROOM_STEP;
      room = want > need ? want : need;
      p = strbuf_reserve(out, room);
      if (p == NULL) return out_of_room(err);
    }
    char *end = put_row(e, b, row, style, p);
    assert((size_t)(end - p) <= need);
    out->len += (size_t)(end - p);
    room -= (size_t)(end - p);
    p = end;
  }
  if (p != NULL) *p = '\0';
  return bad_value(e, err);
}

/* The line of names. */
INLINE void encode_names(Encoder *encoder, StrBuf *out, TextStyle style) {
  TextEncoder *e = (TextEncoder *)encoder;
  if (!e->header) return;
  if (e->with_kind) {
    strbuf_puts(out, "op");
    strbuf_putc(out, style == TEXT_CSV ? e->dialect.delimiter : '\t');
  }
  for (uint32_t c = 0; c < e->n_cols; c++) {
    Str name = str_of(e->cols[c].name);
    char *p = strbuf_reserve(out, 2 * name.len + FRAME_MAX);
    if (p == NULL) return;
    char *end = p;
    if (c > 0) *end++ = style == TEXT_CSV ? e->dialect.delimiter : '\t';
    end = put_text(e, c, name, style, end);
    out->len += (size_t)(end - p);
  }
  strbuf_putc(out, '\n');
}

/* --- the four of them ---------------------------------------------------------------- */

Code csv_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  return text_encoder_new(spec, TEXT_CSV, out, err);
}
void csv_encode_header(Encoder *e, StrBuf *out) { encode_names(e, out, TEXT_CSV); }
Code csv_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  return encode_rows(e, batch, out, TEXT_CSV, err);
}

Code tsv_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  return text_encoder_new(spec, TEXT_TSV, out, err);
}
void tsv_encode_header(Encoder *e, StrBuf *out) { encode_names(e, out, TEXT_TSV); }
Code tsv_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  return encode_rows(e, batch, out, TEXT_TSV, err);
}

Code cells_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  return text_encoder_new(spec, TEXT_CELLS, out, err);
}
Code cells_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  return encode_rows(e, batch, out, TEXT_CELLS, err);
}

Code print_encoder_new(const EncodeSpec *spec, Encoder **out, Error *err) {
  return text_encoder_new(spec, TEXT_PRINT, out, err);
}
Code print_encode(Encoder *e, const Batch *batch, StrBuf *out, Error *err) {
  return encode_rows(e, batch, out, TEXT_PRINT, err);
}
