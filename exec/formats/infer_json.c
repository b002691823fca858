/* infer_json.c -- columns of a sample of JSON lines: the names of all objects' members, in the
 * order in which they are met.  Lines that are not JSON are passed over, as the reader will. */
#include <string.h>

#include "exec/formats/infer_parts.h"
#include "exec/data/json_strict.h"

static Seen seen_value(const JsonValue *v) {
  switch (v->kind) {
    case JSON_NONE:
    case JSON_NULL:
      return 0;
    case JSON_FALSE:
    case JSON_TRUE:
      return SEEN_BOOLEAN;
    case JSON_NUMBER:
      return seen_number(v->text);
    case JSON_STRING: {
      Seen seen = v->escaped ? SEEN_TEXT : seen_text(v->text);
      return seen & (SEEN_DATE | SEEN_TIMESTAMP | SEEN_INSTANT) ? seen : SEEN_TEXT;
    }
    case JSON_OBJECT:
    case JSON_ARRAY:
      return SEEN_TEXT;
  }
  return SEEN_TEXT;
}

static bool find_column(Guess *g, Str name, uint32_t *index) {
  for (uint32_t i = 0; i < g->n; i++) {
    if (!str_eq(str_of(g->names[i]), name)) continue;
    *index = i;
    return true;
  }
  return guess_add(g, arena_strndup(g->arena, name.ptr, name.len), index);
}

/* The members of an object that is known to be well formed. */
static bool look_at_object(Str text, Guess *g) {
  JsonScan s = json_scan_of(text);
  JsonValue key, value;
  if (json_open(&s) != JSON_OBJECT) return true;
  while (json_next_member(&s, &key, &value)) {
    uint32_t index;
    Str name = key.text;
    if (key.escaped) {
      char *plain = arena_alloc(g->arena, name.len + 1);
      name = (Str){plain, json_unescape(key.text, plain)};
    }
    if (!is_column_name(name)) continue;
    if (!find_column(g, name, &index)) return false;
    g->seen[index] |= seen_value(&value);
  }
  return true;
}

/* A line: an object, or an array of them. */
static bool look_at_line(Str line, Guess *g) {
  JsonScan check = json_scan_of(line);
  JsonValue value;
  if (!json_value(&check, &value) || !json_close(&check)) return true;
  if (value.kind == JSON_OBJECT) return look_at_object(line, g);
  JsonScan s = json_scan_of(line);
  if (json_open(&s) != JSON_ARRAY) return true;
  while (json_next_element(&s, &value)) {
    if (value.kind == JSON_OBJECT && !look_at_object(value.text, g)) return false;
  }
  return true;
}

Code infer_json_columns(Str sample, bool complete, Guess *g, Span span, Error *err) {
  while (sample.len > 0) {
    const char *newline = memchr(sample.ptr, '\n', sample.len);
    size_t n = newline != NULL ? (size_t)(newline - sample.ptr) : sample.len;
    if (newline == NULL && !complete && g->n > 0) break; /* cut */
    if (!look_at_line((Str){sample.ptr, n}, g)) {
      return FAIL(err, ERR_LIMIT, span, "the objects have more than %d members", COLUMNS_MAX);
    }
    n += newline != NULL;
    sample = (Str){sample.ptr + n, sample.len - n};
  }
  if (g->n > 0) return OK;
  FAIL(err, ERR_DATA, span, "the input has no JSON object to guess columns from");
  error_hint(err, "declare the table with CREATE TABLE");
  return ERR_DATA;
}
