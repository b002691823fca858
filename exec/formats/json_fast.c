/* json_fast.c -- a record the fast way, straight into the columns.
 *
 * One pass over the bytes: compare the key that is expected, read or skip the value behind it,
 * go on from there.  Each step begins where the one before ended, so what counts is the
 * length of that chain, not the number of instructions: ends are found with a word or a vector
 * at a time and without branches on the data.
 *
 * Nothing is decided here that json_strict.c would decide otherwise: whatever is unusual
 * (an escaped key, a key twice, a value that does not fit its column) returns NULL.
 */
#include "exec/data/decimal.h"
#include "exec/data/text_padded.h"
#include "exec/data/timestamp.h"
#include "exec/formats/json_read.h"

/* --- values -------------------------------------------------------------------------- */

static const char *read_double(const char *p, double *out) {
  bool negative;
  uint64_t digits;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  double v;
  if (p == NULL || !digits_to_double(digits, n_fraction, &v)) return NULL;
  *out = negative ? -v : v;
  return p;
}

static const char *read_decimal(const char *p, Type type, int64_t *out) {
  bool negative;
  uint64_t digits;
  int64_t v;
  unsigned n_fraction;
  p = json_read_fixed(p, &negative, &digits, &n_fraction);
  if (p == NULL) return NULL;
  if (!digits_to_decimal(digits, n_fraction, type.precision, type.scale, &v)) return NULL;
  *out = negative ? -v : v;
  return p;
}

static inline const char *read_text(const char *p, TextRef *slot) {
  if (*p != '"') return NULL;
  const char *text = p + 1, *end = json_plain_end(text);
  if (UNLIKELY(*end != '"')) {
    bool escaped = false;
    end = json_string_end(text, end, &escaped);
    if (end == NULL || escaped) return NULL;
  }
  text_put_padded(slot, text, (size_t)(end - text));
  return end + 1;
}

/* --- timestamps ---------------------------------------------------------------------- */

/* ":ss" or ":ss.fff" behind the minute, as microseconds.  Both are read as the longer one, whose
 * missing digits count as zeros. */
static bool read_seconds(const char *p, size_t len, Micros *us) {
  enum { D = WORD8_DIGIT, S = WORD8_SAME };
  uint64_t v = word8_load(p) ^ WORD8(':', '0', '0', '.', '0', '0', '0', 0);
  v &= len == 3 ? UINT64_C(0xFFFFFF) : UINT64_C(0xFFFFFFFFFFFFFF);
  if (word8_beyond(v, WORD8(S, D, D, S, D, D, D, 0)) != 0) return false;
  uint32_t seconds = (uint32_t)((v >> 8 & 0xFF) * 10 + (v >> 16 & 0xFF));
  uint32_t millis = (uint32_t)((v >> 32 & 0xFF) * 100 + (v >> 40 & 0xFF) * 10 + (v >> 48 & 0xFF));
  *us = (Micros)seconds * MICROS_PER_SECOND + millis * MICROS_PER_MILLI;
  return seconds < 60;
}

/* text[0..len) without zone. */
static bool parse_timestamp(JsonField *c, JsonTimeForm form, const char *text, size_t len,
                            Micros *us) {
  const Micros minute = 60 * MICROS_PER_SECOND;
  const unsigned fraction = 20; /* where it begins */
  if (len > fraction && len - fraction > c->type.precision) return false;
  if (LIKELY((len == 23 || len == 19) && memcmp(text, c->minute, JSON_MINUTE) == 0)) {
    if (!read_seconds(text + JSON_MINUTE, len - JSON_MINUTE, us)) return false;
    *us += c->minute_us;
    return true;
  }
  if (!timestamp_parse_fast(text, len, us)) return false;
  if (!json_separator_fits(form, text[10])) return false;
  memcpy(c->minute, text, JSON_MINUTE);
  c->minute_us = *us - time_of_day(*us) % minute;
  return true;
}

static const char *read_timestamp(const Json *j, JsonField *c, const char *p, Micros *us) {
  if (*p != '"') return NULL;
  const char *text = p + 1, *end = json_plain_end(text);
  if (*end != '"') return NULL;
  size_t len = (size_t)(end - text);
  if (c->type.kind == TYPE_TIMESTAMP_LTZ) {
    if (len > 0 && end[-1] == 'Z') {
      len--;
    } else if (!zone_is_utc(j->meaning.zone)) {
      return NULL;
    }
  }
  return parse_timestamp(c, j->meaning.time_form, text, len, us) ? end + 1 : NULL;
}

/* --- one value ----------------------------------------------------------------------- */

static const char *read_nested(Json *j, JsonField *f, const char *p, unsigned depth, TextRef *slot);

/* Where the values of columns stand in the nesting: within the record. */
enum { COLUMN_DEPTH = 1 };
static_assert(TYPE_DEPTH_MAX + COLUMN_DEPTH < JSON_DEPTH_MAX, "no type leads too deep");

/* The value at p into slot at of data, by what its field most often gets; NULL: by the rules for
 * all. */
static inline const char *read_expected(Json *j, JsonField *f, uint32_t act, void *data,
                                        uint32_t at, const char *p) {
  int64_t v;
  switch ((JsonAct)act) {
    case JSON_TO_INT64:
      return json_read_int(p, (int64_t *)data + at);
    case JSON_TO_INT32:
      p = json_read_int(p, &v);
      if (p == NULL || v != (int32_t)v) return NULL;
      ((int32_t *)data)[at] = (int32_t)v;
      return p;
    case JSON_TO_DOUBLE:
      return read_double(p, (double *)data + at);
    case JSON_TO_DECIMAL:
      return read_decimal(p, f->type, (int64_t *)data + at);
    case JSON_TO_TEXT:
      return read_text(p, (TextRef *)data + at);
    case JSON_TO_TIMESTAMP:
      return read_timestamp(j, f, p, (Micros *)data + at);
    case JSON_TO_NESTED: /* its parts have another way */
    case JSON_TO_ANY:
    case JSON_SKIP:
    case JSON_END:
      break;
  }
  return NULL;
}

/* A column's value by the rules for all. */
static const char *read_any(Json *j, uint32_t col, uint32_t row, const char *p) {
  JsonValue value;
  const char *end = json_scan_value(p, COLUMN_DEPTH, &value);
  if (end == NULL) return NULL;
  ValueFit fit = json_column_store(j, &value, col, row);
  return fit == FIT_GOOD ? end : NULL;
}

/* A column's nested value, if nothing about it is unusual; else it is not tried a second time here,
 * since it may be large. */
static const char *read_nested_column(Json *j, uint32_t col, uint32_t row, const char *p) {
  JsonField *c = &j->record.fields[col];
  if (*p == 'n') return read_any(j, col, row, p);
  arena_reset(&j->parts_text);
  j->parts.n = j->keys.n = 0;
  return read_nested(j, c, p, COLUMN_DEPTH, (TextRef *)c->data + row);
}

/* The key at p, behind before; NULL: only json_strict.c can tell. */
static inline JsonKey *next_key(JsonObject *o, JsonKey *before, const char *p) {
  JsonKey *next = before->next;
  return LIKELY(json_key_at(next, p)) ? next : json_keys_find(o, before, p);
}

/* --- nested values ------------------------------------------------------------------- */

/* A part that is not nested by the rules for all. */
static const char *read_any_part(Json *j, const JsonField *f, const char *p, unsigned depth,
                                 Value *out) {
  JsonValue value;
  Int128 slot[1];
  const char *end = json_scan_value(p, depth, &value);
  if (end == NULL) return NULL;
  ValueFit fit = json_value_store(&j->meaning, &value, f->type, &j->parts_text, slot);
  if (fit != FIT_GOOD) return NULL;
  *out = value_of(&(Vector){.type = f->type, .constant = true, .data = slot}, 0);
  return end;
}

/* A part at p. */
static inline const char *read_part(Json *j, JsonField *f, const char *p, unsigned depth,
                                    Value *out) {
  out->type = f->type;
  out->null = *p == 'n';
  if (UNLIKELY(out->null)) {
    *out = value_null(f->type);
    return f->type.nullable && memcmp(p, "null", 4) == 0 ? p + 4 : NULL;
  }
  if (f->act == JSON_TO_NESTED) return read_nested(j, f, p, depth, &out->as.text);
  /* what is expected stands in a column as it does in a value, but for INT */
  const char *end = read_expected(j, f, f->act, &out->as, 0, p);
  if (UNLIKELY(end == NULL)) return read_any_part(j, f, p, depth, out);
  if (f->act == JSON_TO_INT32) out->as.i = (int32_t)out->as.i;
  return end;
}

/* From behind a part to the next one, or behind the closing bracket, which *closed tells. */
static inline const char *next_part(const char *p, char bracket, bool *closed) {
  p = json_skip_blanks(p, false);
  *closed = *p == bracket;
  if (*closed) return p + 1;
  return *p == ',' ? json_skip_blanks(p + 1, false) : NULL;
}

/* What inner values are made in; a column's value goes where the batch keeps it. */
static Arena *room_of(Json *j, unsigned depth) {
  return depth == COLUMN_DEPTH ? &j->builder->text : &j->parts_text;
}

static const char *read_array(Json *j, const JsonField *f, const char *p, unsigned depth,
                              TextRef *slot) {
  const uint32_t from = j->parts.n;
  if (*p != '[') return NULL;
  p = json_skip_blanks(p + 1, false);
  bool closed = *p == ']';
  p += closed;
  while (!closed) {
    Value v;
    p = read_part(j, f->part, p, depth + 1, &v);
    if (p == NULL || !value_stack_push(&j->parts, &v)) return NULL;
    p = next_part(p, ']', &closed);
    if (p == NULL) return NULL;
  }
  const Value *items = j->parts.items + from;
  const uint32_t n = j->parts.n - from;
  j->parts.n = from;
  return array_make(room_of(j, depth), f->type, items, n, slot) ? p : NULL;
}

/* A key of a MAP, and its colon. */
static const char *read_map_key(Json *j, Type type, const char *p) {
  TextRef text;
  p = read_text(p, &text);
  if (p == NULL || !value_stack_push(&j->keys, &(Value){.type = type, .as.text = text})) {
    return NULL;
  }
  p = json_skip_blanks(p, false);
  return *p == ':' ? json_skip_blanks(p + 1, false) : NULL;
}

static const char *read_map(Json *j, const JsonField *f, const char *p, unsigned depth,
                            TextRef *slot) {
  const uint32_t from = j->parts.n, keys_from = j->keys.n;
  if (*p != '{') return NULL;
  p = json_skip_blanks(p + 1, false);
  bool closed = *p == '}';
  p += closed;
  while (!closed) {
    Value v;
    p = read_map_key(j, type_key(f->type), p);
    if (p == NULL) return NULL;
    p = read_part(j, f->part, p, depth + 1, &v);
    if (p == NULL || !value_stack_push(&j->parts, &v)) return NULL;
    if (f->type.kind == TYPE_MULTISET && v.as.i < 1) return NULL;
    p = next_part(p, '}', &closed);
    if (p == NULL) return NULL;
  }
  Value *keys = j->keys.items + keys_from, *values = j->parts.items + from;
  const uint32_t n = j->parts.n - from;
  j->parts.n = from;
  j->keys.n = keys_from;
  return map_make(room_of(j, depth), f->type, keys, values, n, slot) ? p : NULL;
}

/* NULL for the fields that were not named. */
static bool null_missing(const Json *j, const JsonObject *o, Value *fields) {
  if (j->fail_on_missing) return false;
  for (uint32_t i = 0; i < o->n_fields; i++) {
    const JsonField *f = &o->fields[i];
    if (f->seen == o->serial) continue;
    if (!f->type.nullable) return false;
    fields[i] = value_null(f->type);
  }
  return true;
}

static const char *read_row(Json *j, const JsonField *f, const char *p, unsigned depth,
                            TextRef *slot) {
  JsonObject *o = f->row;
  const uint32_t from = j->parts.n;
  const uint64_t serial = ++o->serial;
  uint32_t n_seen = 0;
  if (!value_stack_add(&j->parts, o->n_fields)) return NULL;
  for (JsonKey *key = &o->keys.start;;) {
    key = next_key(o, key, p);
    if (UNLIKELY(key == NULL)) return NULL;
    p += key->len;
    if (key->field != JSON_NO_FIELD) {
      JsonField *part = &o->fields[key->field];
      if (UNLIKELY(part->seen == serial)) return NULL; /* the last one wins: not known here */
      part->seen = serial;
      n_seen++;
      Value v;
      p = read_part(j, part, p, depth + 1, &v);
      j->parts.items[from + (uint32_t)key->field] = v;
    } else if (key->act == JSON_END) {
      break;
    } else {
      p = json_skip_value(p, depth + 1, false);
    }
    if (UNLIKELY(p == NULL)) return NULL;
  }
  Value *fields = j->parts.items + from;
  if (UNLIKELY(n_seen < o->n_fields) && !null_missing(j, o, fields)) return NULL;
  j->parts.n = from;
  return row_make(room_of(j, depth), f->type, fields, slot) ? p : NULL;
}

static const char *read_nested(Json *j, JsonField *f, const char *p, unsigned depth,
                               TextRef *slot) {
  if (UNLIKELY(j->parts_text.total_bytes > NESTED_MAX)) return NULL;
  if (f->type.kind == TYPE_ARRAY) return read_array(j, f, p, depth, slot);
  if (f->type.kind == TYPE_ROW) return read_row(j, f, p, depth, slot);
  return read_map(j, f, p, depth, slot);
}

/* --- records ------------------------------------------------------------------------- */

/* NULL for the columns that the record did not name. */
static bool fill_missing(Json *j, uint32_t row) {
  const JsonObject *o = &j->record;
  if (j->fail_on_missing) return false;
  for (uint32_t col = 0; col < o->n_fields; col++) {
    if (o->fields[col].seen == o->serial) continue;
    if (value_set_null(j->builder, col, row) != FIT_GOOD) return false;
  }
  return true;
}

const char *json_read_fast(Json *j, const char *p, uint32_t row) {
  JsonObject *o = &j->record;
  const char *record = p;
  const uint64_t serial = ++o->serial;
  uint32_t n_seen = 0;
  for (JsonKey *key = &o->keys.start;;) {
    key = next_key(o, key, p);
    if (UNLIKELY(key == NULL)) return NULL;
    p += key->len;
    if (key->field != JSON_NO_FIELD) {
      JsonField *c = &o->fields[key->field];
      if (UNLIKELY(c->seen == serial)) return NULL; /* the last one wins: not known here */
      c->seen = serial;
      n_seen++;
      if (key->act == JSON_TO_NESTED) {
        p = read_nested_column(j, (uint32_t)key->field, row, p);
      } else {
        const char *end = read_expected(j, c, key->act, c->data, row, p);
        p = LIKELY(end != NULL) ? end : read_any(j, (uint32_t)key->field, row, p);
      }
    } else if (key->act == JSON_END) {
      break;
    } else {
      p = json_skip_value(p, COLUMN_DEPTH, false);
    }
    if (UNLIKELY(p == NULL)) return NULL;
  }
  if (UNLIKELY(p - record > RECORD_MAX)) return NULL;
  if (UNLIKELY(n_seen < o->n_fields) && !fill_missing(j, row)) return NULL;
  return p;
}
