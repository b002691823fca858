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

#include "exec/formats/json.h"

enum { PARTS_KEPT = 4096 }; /* of nested values, from chunk to chunk */

/* --- life ---------------------------------------------------------------------------- */

static Code no_memory(Error *err) {
  return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read json");
}

static bool allocate(Json *j, const DecodeSpec *spec) {
  const uint32_t n = spec->n_wanted;
  FormatField fields[COLUMNS_MAX + 1];
  Type types[COLUMNS_MAX + 1];
  for (uint32_t i = 0; i < n; i++) {
    fields[i] = spec->fields[spec->wanted[i]];
    types[i] = fields[i].type;
  }
  if (!json_object_init(&j->record, fields, n, JSON_KEYS_MIN + 2 * spec->n_fields)) return false;
  j->record.is_record = true;
  j->builder = batch_builder_new((BatchShape){.types = types, .n_cols = n});
  if (j->builder == NULL) return false;
  for (uint32_t i = 0; i < n; i++) j->record.fields[i].data = j->builder->batch.cols[i].data;
  return true;
}

Code json_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err) {
  assert(spec->n_wanted <= COLUMNS_MAX);
  Json *j = calloc(1, sizeof *j);
  if (j == NULL) return no_memory(err);
  j->meaning = (JsonMeaning){spec->zone, json_time_form(spec->options)};
  j->on_error = format_on_error(&format_json, spec->options);
  j->fail_on_missing = json_option_bool(spec->options, "json.fail-on-missing-field");
  if (!allocate(j, spec) || !value_stack_add(&j->parts, 1) || !value_stack_add(&j->keys, 1)) {
    json_decoder_free((Decoder *)j);
    return no_memory(err);
  }
  *out = (Decoder *)j;
  return OK;
}

void json_decoder_free(Decoder *d) {
  Json *j = (Json *)d;
  if (j == NULL) return;
  batch_builder_free(j->builder);
  json_object_deinit(&j->record);
  value_stack_deinit(&j->parts);
  value_stack_deinit(&j->keys);
  arena_deinit(&j->parts_text);
  free(j);
}

/* A record with very large values does not keep its memory for good. */
static void trim_parts(Json *j) {
  j->parts.n = j->keys.n = 0;
  value_stack_trim(&j->parts, PARTS_KEPT);
  value_stack_trim(&j->keys, PARTS_KEPT);
  if (j->parts_text.total_bytes > PARTS_KEPT * sizeof(Value)) arena_deinit(&j->parts_text);
}

void json_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg) {
  Json *j = (Json *)d;
  const char *newline = chunk->len > 0 ? memrchr(chunk->text, '\n', chunk->len) : NULL;
  j->text = chunk->text;
  j->len = chunk->len;
  j->at = 0;
  j->places = chunk->places;
  j->fast_end = newline != NULL ? (size_t)(newline - chunk->text) + 1 : 0;
  j->bad = bad;
  j->bad_arg = bad_arg;
  j->in_array = false;
  json_object_renew(&j->record);
  trim_parts(j);
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
  for (uint32_t col = 0; col < j->record.n_fields; col++) {
    uint64_t *valid = j->builder->batch.cols[col].valid;
    if (valid != NULL) bit_set(valid, row);
  }
}

/* --- records the strict way ---------------------------------------------------------- */

/* Read the members of an object that s has opened.  false: no memory. */
static bool scan_members(Json *j, JsonScan *s) {
  return json_scan_members(&j->record, s, &j->builder->text);
}

static ValueFit store(Json *j, uint32_t col, uint32_t row) {
  const JsonValue *value = &j->record.values[col];
  ValueFit fit;
  if (value->kind != JSON_NONE) {
    fit = json_column_store(j, value, col, row);
  } else if (j->fail_on_missing) {
    return FIT_IS_MISSING;
  } else {
    fit = value_set_null(j->builder, col, row);
    if (fit == FIT_IS_NULL) return FIT_IS_MISSING;
  }
  return value_forgive(fit, j->on_error, j->builder, col, row);
}

/* Say in j->reason why the value of a column does not fit. */
static void misfit_reason(Json *j, ValueFit fit, uint32_t col) {
  static const char null_words[] = "is null, but NOT NULL";
  const JsonField *c = &j->record.fields[col];
  const JsonValue *value = &j->record.values[col];
  if (!type_is_nested(c->type) || value->kind == JSON_NONE || value->kind == JSON_NULL) {
    value_fit_reason(fit, c->name.ptr, value->text, c->type, null_words, &j->reason);
    return;
  }
  StrBuf path;
  strbuf_init(&path, 0);
  json_misfit_path(&j->misfit, c->name, &path);
  value_fit_reason(fit, strbuf_text(&path), j->misfit.text, j->misfit.type, null_words, &j->reason);
  strbuf_deinit(&path);
}

/* The record of the next row begins at this offset. */
static inline void put_place(Json *j, size_t at) {
  if (UNLIKELY(j->places != NULL)) j->places[j->builder->batch.rows] = (uint32_t)at;
}

/* Store what scan_members found as the next row; *good: they all fit.  at: of the line. */
static Code store_row(Json *j, size_t at, bool *good, Error *err) {
  const uint32_t row = j->builder->batch.rows;
  *good = true;
  for (uint32_t col = 0; col < j->record.n_fields && *good; col++) {
    ValueFit fit = store(j, col, row);
    if (fit == FIT_NO_MEMORY) return no_memory(err);
    *good = fit == FIT_GOOD;
    if (!*good) misfit_reason(j, fit, col);
  }
  if (*good) {
    put_place(j, at);
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
    TRY(store_row(j, j->array_at, &good, err));
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
  j->array_at = (size_t)(record.ptr - j->text);
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
      TRY(store_row(j, (size_t)(record.ptr - j->text), &good, err));
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
      put_place(j, j->at);
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
