/* json_read.c -- the JSON decoder: a chunk of lines to batches.
 *
 *   line       blank: nothing.  Else a record, tried the fast way (json_fast.c)
 *   object     one row; the last of several members with the same name counts
 *   array      of objects: a row each (as in Flink); one that does not fit is malformed alone
 *   any other  malformed, as is what is not JSON (json_strict.h) or longer than RECORD_MAX
 *
 * Strings point into the chunk, which outlives the batch; those with escapes are copied into
 * the builder's arena.  The last line of a chunk without a newline is only read the strict
 * way, which knows ends.
 *
 * Nothing is allocated per row, and nothing but changed strings per batch.
 */
#include "exec/formats/json_read.h"

#include <stdlib.h>

#include "base/hash.h"
#include "exec/formats/json.h"

/* --- life ---------------------------------------------------------------------------- */

static Code no_memory(Error *err) {
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read json");
}

static JsonAct act_of(Type type) {
  if (type.kind == TYPE_INT) return JSON_TO_INT32;
  if (type.kind == TYPE_BIGINT) return JSON_TO_INT64;
  if (type.kind == TYPE_DOUBLE) return JSON_TO_DOUBLE;
  if (type.kind == TYPE_DECIMAL && type_phys(type) == PHYS_I64) return JSON_TO_DECIMAL;
  if (type_is_character(type)) return JSON_TO_TEXT;
  if (type_is_timestamp(type)) return JSON_TO_TIMESTAMP;
  return JSON_TO_ANY;
}

/* Where a name is, or would be put. */
static int32_t *name_slot(const Json *j, Str name) {
  uint32_t slot = (uint32_t)hash_bytes(name.ptr, name.len) & j->name_mask;
  while (j->names[slot] != JSON_NO_COLUMN && !str_eq(j->cols[j->names[slot]].name, name)) {
    slot = (slot + 1) & j->name_mask;
  }
  return &j->names[slot];
}

int32_t json_column_find(const Json *j, Str name) { return *name_slot(j, name); }

static bool allocate(Json *j, const DecodeSpec *spec) {
  Type types[COLUMNS_MAX];
  for (uint32_t i = 0; i < j->n_cols; i++) types[i] = spec->fields[spec->wanted[i]].type;
  j->builder = batch_builder_new((BatchShape){.types = types, .n_cols = j->n_cols});
  j->cols = calloc(j->n_cols + 1, sizeof *j->cols);
  j->values = calloc(j->n_cols + 1, sizeof *j->values);
  uint32_t n_names = 2;
  while (n_names < 2 * j->n_cols) n_names *= 2;
  j->name_mask = n_names - 1;
  j->names = malloc(n_names * sizeof *j->names);
  return json_keys_init(&j->keys, spec->n_fields) && j->builder != NULL && j->cols != NULL &&
         j->values != NULL && j->names != NULL;
}

static void describe_columns(Json *j, const DecodeSpec *spec) {
  for (uint32_t i = 0; i <= j->name_mask; i++) j->names[i] = JSON_NO_COLUMN;
  for (uint32_t i = 0; i < j->n_cols; i++) {
    const FormatField *f = &spec->fields[spec->wanted[i]];
    j->cols[i] = (JsonColumn){.name = str_of(f->name),
                              .type = f->type,
                              .act = act_of(f->type),
                              .data = j->builder->batch.cols[i].data};
    int32_t *slot = name_slot(j, j->cols[i].name);
    assert(*slot == JSON_NO_COLUMN); /* names differ, and each is wanted once */
    *slot = (int32_t)i;
  }
}

Code json_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err) {
  assert(spec->n_wanted <= COLUMNS_MAX);
  Json *j = calloc(1, sizeof *j);
  if (j == NULL) return no_memory(err);
  j->meaning = (JsonMeaning){spec->zone, json_time_form(spec->options)};
  j->on_error = format_on_error(&format_json, spec->options);
  j->fail_on_missing = json_option_bool(spec->options, "json.fail-on-missing-field");
  j->n_cols = spec->n_wanted;
  if (!allocate(j, spec)) {
    json_decoder_free((Decoder *)j);
    return no_memory(err);
  }
  describe_columns(j, spec);
  *out = (Decoder *)j;
  return OK;
}

void json_decoder_free(Decoder *d) {
  Json *j = (Json *)d;
  if (j == NULL) return;
  batch_builder_free(j->builder);
  json_keys_deinit(&j->keys);
  free(j->cols);
  free(j->values);
  free(j->names);
  free(j);
}

void json_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg) {
  Json *j = (Json *)d;
  const char *newline = chunk->len > 0 ? memrchr(chunk->text, '\n', chunk->len) : NULL;
  j->text = chunk->text;
  j->len = chunk->len;
  j->at = 0;
  j->fast_end = newline != NULL ? (size_t)(newline - chunk->text) + 1 : 0;
  j->bad = bad;
  j->bad_arg = bad_arg;
  j->in_array = false;
  json_keys_renew(&j->keys);
}

/* --- malformed records --------------------------------------------------------------- */

/* Tell why text is left out, in j->reason; an error where that is wanted. */
static Code refuse(Json *j, Str text, Error *err) {
  j->bad(j->bad_arg, (size_t)(text.ptr - j->text), text.len, j->reason.text);
  if (j->on_error != ON_ERROR_FAIL) return OK;
  return FAIL(err, ERR_DATA, NO_SPAN, "malformed json record: %s", j->reason.text);
}

static void fault_reason(Json *j, const JsonScan *s) {
  reason_text(&j->reason, "not JSON: %s at byte %zu", s->fault.what, s->fault.at + 1);
}

/* A row that is given up may have left NULLs: behind the last row all bits are ones.  What
 * stands in its slots does not matter. */
static void give_up(Json *j, uint32_t row) {
  for (uint32_t col = 0; col < j->n_cols; col++) {
    uint64_t *valid = j->builder->batch.cols[col].valid;
    if (valid != NULL) bit_set(valid, row);
  }
}

/* --- records the strict way ---------------------------------------------------------- */

/* The column of a key that may have escapes, or JSON_NO_COLUMN.  false: no memory. */
static bool find_column(Json *j, const JsonValue *key, int32_t *col) {
  Str name = key->text;
  if (key->escaped) {
    char *plain = arena_try_alloc(&j->builder->text, name.len, 1);
    if (plain == NULL) return false;
    name = (Str){plain, json_unescape(name, plain)};
  }
  *col = json_column_find(j, name);
  return true;
}

/* Read the members of an object that s has opened into j->values.  false: no memory. */
static bool scan_members(Json *j, JsonScan *s) {
  JsonValue key, value;
  for (uint32_t i = 0; i < j->n_cols; i++) j->values[i].kind = JSON_NONE;
  while (json_next_member(s, &key, &value)) {
    int32_t col;
    if (!find_column(j, &key, &col)) return false;
    if (col != JSON_NO_COLUMN) j->values[col] = value;
  }
  return true;
}

static ValueFit store(Json *j, uint32_t col, uint32_t row) {
  const JsonValue *value = &j->values[col];
  ValueFit fit;
  if (value->kind != JSON_NONE) {
    fit = json_value_store(&j->meaning, value, j->builder, col, row);
  } else if (j->fail_on_missing) {
    return FIT_IS_MISSING;
  } else {
    fit = value_set_null(j->builder, col, row);
    if (fit == FIT_IS_NULL) return FIT_IS_MISSING;
  }
  return value_forgive(fit, j->on_error, j->builder, col, row);
}

/* Store j->values as the next row; *good: they all fit. */
static Code store_row(Json *j, bool *good, Error *err) {
  const uint32_t row = j->builder->batch.rows;
  *good = true;
  for (uint32_t col = 0; col < j->n_cols && *good; col++) {
    const JsonColumn *c = &j->cols[col];
    ValueFit fit = store(j, col, row);
    if (fit == FIT_NO_MEMORY) return no_memory(err);
    *good = fit == FIT_GOOD;
    if (!*good) {
      value_fit_reason(fit, c->name.ptr, j->values[col].text, c->type, "is null, but NOT NULL",
                       &j->reason);
    }
  }
  if (*good) {
    j->builder->batch.rows++;
  } else {
    give_up(j, row);
  }
  return OK;
}

/* The next row of the array of rows. */
static Code next_element(Json *j, Error *err) {
  JsonValue element;
  if (!json_next_element(&j->array, &element)) {
    bool closed = json_close(&j->array);
    assert(closed); /* it was read to its end before */
    j->in_array = false;
    return OK;
  }
  bool good = false;
  JsonScan s = json_scan_of(element.text);
  if (json_open(&s) != JSON_OBJECT) {
    reason_text(&j->reason, "an element of the array is no object");
  } else if (!scan_members(j, &s)) {
    return no_memory(err);
  } else {
    TRY(store_row(j, &good, err));
  }
  return good ? OK : refuse(j, element.text, err);
}

/* Is an array JSON to its end?  If so, its elements come next. */
static bool begin_array(Json *j, Str record, JsonScan *s) {
  JsonValue element;
  while (json_next_element(s, &element)) continue;
  if (!json_close(s)) return false;
  j->array = json_scan_of(record);
  j->in_array = json_open(&j->array) == JSON_ARRAY;
  return true;
}

/* Read a record: into the next row, or for next_element. */
static Code read_strict(Json *j, Str record, Error *err) {
  bool good = false;
  JsonScan s = json_scan_of(record);
  if (record.len > RECORD_MAX) {
    reason_text(&j->reason, "longer than %d bytes", RECORD_MAX);
    return refuse(j, record, err);
  }
  JsonKind kind = json_open(&s);
  if (kind == JSON_OBJECT) {
    if (!scan_members(j, &s)) return no_memory(err);
    good = json_close(&s);
    if (good) {
      TRY(store_row(j, &good, err));
    } else {
      fault_reason(j, &s);
    }
  } else if (kind == JSON_ARRAY) {
    good = begin_array(j, record, &s);
    if (!good) fault_reason(j, &s);
  } else {
    reason_text(&j->reason, kind == JSON_NONE ? "not JSON" : "neither an object nor an array");
  }
  return good ? OK : refuse(j, record, err);
}

/* Take the line at j->at the strict way. */
static Code take_line(Json *j, Error *err) {
  const char *line = j->text + j->at;
  const char *newline = j->at < j->fast_end ? memchr(line, '\n', j->fast_end - j->at) : NULL;
  const char *end = newline != NULL ? newline : j->text + j->len;
  j->at = (size_t)(end - j->text) + (newline != NULL);
  Str record = {line, (size_t)(end - line)};
  if (str_trim(record).len == 0) return OK;
  return read_strict(j, record, err);
}

/* --- batches ------------------------------------------------------------------------- */

Code json_decode_next(Decoder *d, Batch **out, Error *err) {
  Json *j = (Json *)d;
  Batch *batch = &j->builder->batch;
  batch_builder_clear(j->builder);
  while (batch->rows < BATCH_ROWS && (j->in_array || j->at < j->len)) {
    if (UNLIKELY(j->in_array)) {
      TRY(next_element(j, err));
      continue;
    }
    const char *next = NULL;
    if (LIKELY(j->at < j->fast_end)) next = json_read_fast(j, j->text + j->at, batch->rows);
    if (LIKELY(next != NULL)) {
      batch->rows++;
      j->at = (size_t)(next - j->text);
    } else {
      give_up(j, batch->rows);
      TRY(take_line(j, err));
    }
  }
  *out = batch;
  return OK;
}
