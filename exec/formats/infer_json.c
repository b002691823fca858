/* infer_json.c -- columns of a sample of JSON lines: the names of all objects' members, in the
 * order in which they are met.  Lines that are not JSON are passed over, as the reader will.
 *
 *   objects   ROW of all names that any of them has
 *   arrays    ARRAY of what holds all their items
 *
 * What has no common type is STRING, which takes any value as its text; so do arrays without items
 * and objects without members.
 */
#include <string.h>

#include "exec/data/json_strict.h"
#include "exec/formats/infer_parts.h"

/* What stood in one place: a column, a member, the items of arrays. */
typedef struct Look {
  const char *name; /* of a column or member */
  unsigned seen;    /* Seen of scalars */
  bool object, array;
  struct Look *members, *item;
  uint32_t n, cap;
} Look;

/* --- looking ------------------------------------------------------------------------- */

static Seen seen_scalar(const JsonValue *v) {
  switch (v->kind) {
    case JSON_FALSE:
    case JSON_TRUE:
      return SEEN_BOOLEAN;
    case JSON_NUMBER:
      return seen_number(v->text);
    case JSON_STRING: {
      Seen seen = v->escaped ? SEEN_TEXT : seen_text(v->text);
      return seen & (SEEN_DATE | SEEN_TIMESTAMP | SEEN_INSTANT) ? seen : SEEN_TEXT;
    }
    case JSON_NONE:
    case JSON_NULL:
    case JSON_OBJECT:
    case JSON_ARRAY:
      break;
  }
  return 0;
}

/* The member of this name; NULL: there are COLUMNS_MAX already. */
static Look *find_member(Look *l, Str name, Arena *arena) {
  for (uint32_t i = 0; i < l->n; i++) {
    if (str_eq(str_of(l->members[i].name), name)) return &l->members[i];
  }
  if (l->n == COLUMNS_MAX) return NULL;
  const Look member = {.name = arena_strndup(arena, name.ptr, name.len)};
  ARENA_PUSH(arena, l->members, l->n, l->cap, member);
  return &l->members[l->n - 1];
}

static bool look_at_members(Look *l, Str text, unsigned depth, Arena *arena);

/* depth: types around this place.  The value is known to be well formed. */
static void look_at_value(Look *l, const JsonValue *v, unsigned depth, Arena *arena) {
  l->seen |= seen_scalar(v);
  if (v->kind != JSON_OBJECT && v->kind != JSON_ARRAY) return;
  if (depth == TYPE_DEPTH_MAX) {
    l->seen |= SEEN_TEXT;
  } else if (v->kind == JSON_OBJECT) {
    l->object = true;
    if (!look_at_members(l, v->text, depth + 1, arena)) l->seen |= SEEN_TEXT;
  } else {
    l->array = true;
    if (l->item == NULL) l->item = ARENA_NEW(arena, Look);
    JsonScan s = json_scan_of(v->text);
    JsonValue item;
    json_open(&s);
    while (json_next_element(&s, &item)) look_at_value(l->item, &item, depth + 1, arena);
  }
}

/* The members of an object that is known to be well formed; false: they are too many. */
static bool look_at_members(Look *l, Str text, unsigned depth, Arena *arena) {
  JsonScan s = json_scan_of(text);
  JsonValue key, value;
  json_open(&s);
  while (json_next_member(&s, &key, &value)) {
    Str name = key.text;
    if (key.escaped) {
      char *plain = arena_alloc(arena, name.len + 1);
      name = (Str){plain, json_unescape(key.text, plain)};
    }
    if (!is_column_name(name)) continue;
    Look *member = find_member(l, name, arena);
    if (member == NULL) return false;
    look_at_value(member, &value, depth, arena);
  }
  return true;
}

/* A line: an object, or an array of them. */
static bool look_at_line(Look *l, Str line, Arena *arena) {
  JsonScan check = json_scan_of(line);
  JsonValue value;
  if (!json_value(&check, &value) || !json_close(&check)) return true;
  if (value.kind == JSON_OBJECT) return look_at_members(l, line, 0, arena);
  JsonScan s = json_scan_of(line);
  if (json_open(&s) != JSON_ARRAY) return true;
  while (json_next_element(&s, &value)) {
    if (value.kind == JSON_OBJECT && !look_at_members(l, value.text, 0, arena)) return false;
  }
  return true;
}

/* --- types --------------------------------------------------------------------------- */

static Type type_of_look(const Look *l, Arena *arena);

static Type row_of_members(const Look *l, Arena *arena) {
  Type *types = ARENA_ARRAY(arena, Type, l->n);
  const char **names = ARENA_ARRAY(arena, const char *, l->n);
  for (uint32_t i = 0; i < l->n; i++) {
    types[i] = type_of_look(&l->members[i], arena);
    names[i] = l->members[i].name;
  }
  return type_row(types, names, l->n);
}

static Type type_of_look(const Look *l, Arena *arena) {
  const bool nested = l->object || l->array;
  if (!nested) return seen_type(l->seen);
  if (l->seen != 0 || (l->object && l->array)) return type_string();
  if (l->array) return type_array(type_of_look(l->item, arena));
  return l->n > 0 ? row_of_members(l, arena) : type_string();
}

Code infer_json_columns(Str sample, bool complete, Arena *arena, FormatField **fields, uint32_t *n,
                        Span span, Error *err) {
  Look all = {.object = true};
  while (sample.len > 0) {
    const char *newline = memchr(sample.ptr, '\n', sample.len);
    size_t len = newline != NULL ? (size_t)(newline - sample.ptr) : sample.len;
    if (newline == NULL && !complete && all.n > 0) break; /* cut */
    if (!look_at_line(&all, (Str){sample.ptr, len}, arena)) {
      return FAIL(err, ERR_LIMIT, span, "the objects have more than %d members", COLUMNS_MAX);
    }
    len += newline != NULL;
    sample = (Str){sample.ptr + len, sample.len - len};
  }
  if (all.n == 0) {
    FAIL(err, ERR_DATA, span, "the input has no JSON object to guess columns from");
    error_hint(err, "declare the table with CREATE TABLE");
    return ERR_DATA;
  }
  *n = all.n;
  *fields = ARENA_ARRAY(arena, FormatField, all.n);
  for (uint32_t i = 0; i < all.n; i++) {
    (*fields)[i] = (FormatField){all.members[i].name, type_of_look(&all.members[i], arena)};
  }
  return OK;
}
