/* datagen_field.c -- the options of a generated column, understood. */
#include "exec/connectors/datagen_field.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "exec/data/decimal.h"
#include "exec/data/number_text.h"
#include "exec/data/timestamp.h"

enum {
  TEXT_LENGTH = 100,      /* Flink's default of 'length' */
  INTERVAL_MONTHS = 1200, /* random intervals reach up to a century or a thousand days */
  INTERVAL_DAYS = 1000,
  KEY_MAX = IDENTIFIER_MAX + 32
};

/* A column while its options are read. */
typedef struct Reader {
  const char *name;
  Type type;
  Options options;
  Span span;
  Error *err;
  char key[KEY_MAX];
} Reader;

static const char *key_of(Reader *r, const char *what) {
  snprintf(r->key, sizeof r->key, "fields.%s.%s", r->name, what);
  return r->key;
}

static const char *text_of(Reader *r, const char *what) {
  return options_text(r->options, DATAGEN_OPTIONS, "", key_of(r, what));
}

/* Where to point: at the value if the user wrote one. */
static Span span_of(Reader *r, const char *what) {
  const Option *o = options_find(r->options, key_of(r, what));
  return o != NULL && o->value_span.len > 0 ? o->value_span : r->span;
}

/* "column "a" of type INT " + words, at the value of an option. */
static Code refuse(Reader *r, const char *what, const char *words) {
  StrBuf type = {0};
  type_print(r->type, &type);
  Span span = span_of(r, what);
  Code code = FAIL(r->err, ERR_OPTION, span, "column \"%s\" of type %s %s", r->name,
                   strbuf_text(&type), words);
  strbuf_deinit(&type);
  return code;
}

static Code out_of_range(Reader *r, const char *what) {
  StrBuf type = {0};
  type_print(r->type, &type);
  Span span = span_of(r, what);
  const char *text = text_of(r, what);
  Code code = FAIL(r->err, ERR_OPTION, span, "option \"%s\" is \"%s\", which is no %s", r->key,
                   text, strbuf_text(&type));
  strbuf_deinit(&type);
  return code;
}

/* One of them may be a default. */
static Code min_above_max(Reader *r) {
  bool given = options_find(r->options, key_of(r, "min")) != NULL;
  refuse(r, given ? "min" : "max", "has a minimum above its maximum");
  error_hint(r->err, "give both fields.%s.min and fields.%s.max", r->name, r->name);
  return ERR_OPTION;
}

/* Options of a column that are of no use to its type or kind would be ignored: refuse them.
 * allowed is a list like " min max ". */
static Code check_allowed(Reader *r, const char *allowed) {
  static const char *const all[] = {"min",     "max",   "max-past", "length",
                                    "var-len", "start", "end",      "null-rate"};
  for (size_t i = 0; i < COUNT_OF(all); i++) {
    char word[16];
    snprintf(word, sizeof word, " %s ", all[i]);
    if (strstr(allowed, word) != NULL) continue;
    const Option *o = options_find(r->options, key_of(r, all[i]));
    if (o == NULL) continue;
    StrBuf type = {0};
    type_print(r->type, &type);
    FAIL(r->err, ERR_OPTION, o->key_span, "option \"%s\" means nothing for a %s column of type %s",
         o->key, text_of(r, "kind"), strbuf_text(&type));
    strbuf_deinit(&type);
    return ERR_OPTION;
  }
  return OK;
}

/* --- kinds --------------------------------------------------------------------------------- */

/* The bounds of all values of an exact type, unscaled. */
static void exact_bounds(Type type, Int128 *min, Int128 *max) {
  if (type.kind == TYPE_DECIMAL) {
    *min = 0; /* Flink's default is a tiny positive number */
    *max = decimal_pow10(type.precision) - 1;
    return;
  }
  unsigned bits = 8 * (unsigned)phys_size(type_phys(type));
  *max = ((Int128)1 << (bits - 1)) - 1;
  *min = -*max - 1;
}

static bool parse_exact(Type type, const char *text, Int128 *out) {
  if (type.kind == TYPE_DECIMAL) {
    return decimal_parse(str_of(text), type.precision, type.scale, out);
  }
  int64_t v;
  Int128 min, max;
  exact_bounds(type, &min, &max);
  if (!int_parse(str_of(text), &v) || v < min || v > max) return false;
  *out = v;
  return true;
}

static Code init_exact(DatagenField *f, Reader *r) {
  Int128 min, max;
  exact_bounds(f->type, &min, &max);
  TRY(check_allowed(r, " min max null-rate "));
  const char *text = text_of(r, "min");
  if (text != NULL && !parse_exact(f->type, text, &min)) return out_of_range(r, "min");
  text = text_of(r, "max");
  if (text != NULL && !parse_exact(f->type, text, &max)) return out_of_range(r, "max");
  if (min > max) return min_above_max(r);
  f->how = DATAGEN_INTEGER;
  f->min = min;
  f->values = (UInt128)max - (UInt128)min + 1; /* as Int128 the difference may not fit */
  return OK;
}

static bool parse_real(Type type, const char *text, double *out) {
  float narrow;
  if (type.kind == TYPE_FLOAT) {
    if (!float_parse(str_of(text), &narrow)) return false;
    *out = (double)narrow;
  } else if (!double_parse(str_of(text), out)) {
    return false;
  }
  return isfinite(*out);
}

static Code init_real(DatagenField *f, Reader *r) {
  f->how = DATAGEN_REAL;
  f->real_min = 0; /* Flink's default is the smallest positive number */
  f->real_max = f->type.kind == TYPE_FLOAT ? (double)FLT_MAX : DBL_MAX;
  TRY(check_allowed(r, " min max null-rate "));
  const char *text = text_of(r, "min");
  if (text != NULL && !parse_real(f->type, text, &f->real_min)) return out_of_range(r, "min");
  text = text_of(r, "max");
  if (text != NULL && !parse_real(f->type, text, &f->real_max)) return out_of_range(r, "max");
  if (f->real_min > f->real_max) return min_above_max(r);
  return OK;
}

static Code too_long(Reader *r) {
  Span span = span_of(r, "length");
  return FAIL(r->err, ERR_LIMIT, span, "column \"%s\": a generated text has at most %d bytes",
              r->name, RECORD_MAX);
}

static Code init_text(DatagenField *f, Reader *r) {
  bool fixed = f->type.kind == TYPE_CHAR || f->type.kind == TYPE_BINARY;
  uint32_t most = f->type.length, usual = fixed || most < TEXT_LENGTH ? most : TEXT_LENGTH;
  f->how = type_is_binary(f->type) ? DATAGEN_BYTES : DATAGEN_TEXT;
  TRY(check_allowed(r, fixed ? " length null-rate " : " length var-len null-rate "));
  bool given = options_find(r->options, key_of(r, "length")) != NULL;
  int64_t length = options_int(r->options, DATAGEN_OPTIONS, "", key_of(r, "length"));
  if (!given) length = usual;
  if (fixed && length != most) return refuse(r, "length", "has a length of its own");
  if (length < 0 || length > most) return refuse(r, "length", "cannot have that length");
  if (length > RECORD_MAX) return too_long(r);
  f->length = (uint32_t)length;
  f->var_len = !fixed && options_bool(r->options, DATAGEN_OPTIONS, "", key_of(r, "var-len"));
  return OK;
}

static Code init_timestamp(DatagenField *f, Reader *r) {
  f->how = DATAGEN_TIMESTAMP;
  TRY(check_allowed(r, " max-past null-rate "));
  f->max_past_us = options_duration_us(r->options, DATAGEN_OPTIONS, "", key_of(r, "max-past"));
  if (f->max_past_us < 0) return refuse(r, "max-past", "cannot lie in the future");
  return OK;
}

static Code init_simple(DatagenField *f, Reader *r, DatagenHow how) {
  f->how = how;
  f->values = f->type.kind == TYPE_INTERVAL_MONTH ? (UInt128)INTERVAL_MONTHS + 1
                                                  : (UInt128)(INTERVAL_DAYS * MICROS_PER_DAY) + 1;
  return check_allowed(r, " null-rate ");
}

static Code init_random(DatagenField *f, Reader *r) {
  switch ((TypeKind)f->type.kind) {
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
    case TYPE_DECIMAL:
      return init_exact(f, r);
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
      return init_real(f, r);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return init_text(f, r);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return init_timestamp(f, r);
    case TYPE_BOOLEAN:
      return init_simple(f, r, DATAGEN_BOOLEAN);
    case TYPE_DATE:
      return init_simple(f, r, DATAGEN_DATE);
    case TYPE_TIME:
      return init_simple(f, r, DATAGEN_TIME);
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return init_simple(f, r, DATAGEN_INTEGER);
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  return refuse(r, "kind", "cannot be generated");
}

/* --- sequences ----------------------------------------------------------------------------- */

/* Does v fit the type?  If both ends of a sequence do, what lies between them does. */
static bool sequence_value_fits(Type type, int64_t v) {
  Int128 min, max;
  char text[INT_TEXT_MAX];
  if (type_is_character(type)) return int_print(v, text) <= type.length;
  if (type.kind == TYPE_DECIMAL) {
    return decimal_rescale(v, 0, type.scale, &min) && decimal_fits(min, type.precision);
  }
  if (!type_is_integer(type)) return true;
  exact_bounds(type, &min, &max);
  return v >= min && v <= max;
}

static Code init_sequence(DatagenField *f, Reader *r) {
  bool text = type_is_character(f->type);
  if (!text && !type_is_numeric(f->type)) return refuse(r, "kind", "cannot be a sequence");
  f->how = text ? DATAGEN_SEQUENCE_TEXT : DATAGEN_SEQUENCE;
  TRY(check_allowed(r, " start end "));
  static const char *const ends[] = {"start", "end"};
  int64_t v[2];
  for (int i = 0; i < 2; i++) {
    if (options_find(r->options, key_of(r, ends[i])) == NULL) {
      Span span = span_of(r, "kind");
      return FAIL(r->err, ERR_OPTION, span, "a sequence needs the option \"%s\"",
                  key_of(r, ends[i]));
    }
    v[i] = options_int(r->options, DATAGEN_OPTIONS, "", key_of(r, ends[i]));
    if (!sequence_value_fits(f->type, v[i])) return out_of_range(r, ends[i]);
  }
  if (v[0] > v[1]) return refuse(r, "end", "has a sequence that ends before its start");
  if (f->type.kind == TYPE_CHAR) f->length = f->type.length;
  if (f->length > RECORD_MAX) return too_long(r);
  f->start = v[0];
  uint64_t steps = (uint64_t)v[1] - (uint64_t)v[0];
  f->sequence_rows = steps == UINT64_MAX ? UINT64_MAX : steps + 1;
  return OK;
}

Code datagen_field_init(DatagenField *f, const FormatField *fields, uint32_t column,
                        Options options, uint64_t seed, Span span, Error *err) {
  Reader r = {.name = fields[column].name,
              .type = fields[column].type,
              .options = options,
              .span = span,
              .err = err};
  *f = (DatagenField){.type = r.type, .sequence_rows = UINT64_MAX};
  f->key = hash_u64(seed ^ hash_u64(column));
  f->null_rate = options_double(options, DATAGEN_OPTIONS, "", key_of(&r, "null-rate"));
  if (!(f->null_rate >= 0 && f->null_rate <= 1)) {
    return refuse(&r, "null-rate", "needs a null-rate between 0 and 1");
  }
  if (f->null_rate > 0 && !r.type.nullable) {
    return refuse(&r, "null-rate", "is NOT NULL and cannot have a null-rate");
  }
  if (text_eq_nocase(text_of(&r, "kind"), "sequence")) return init_sequence(f, &r);
  return init_random(f, &r);
}
