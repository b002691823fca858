/* func_array_text.c -- text into parts and parts into text: SPLIT, ARRAY_JOIN, STR_TO_MAP,
 * REGEXP_EXTRACT_ALL, REGEXP_SPLIT.
 *
 * The delimiters of STR_TO_MAP and REGEXP_SPLIT are regular expressions; texts are cut as
 * Java's String.split does: no empty part in front of an empty match at the beginning, no empty
 * parts at the end.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/expr/func_array.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_nested.h"
#include "exec/expr/func_regex.h"
#include "exec/expr/func_rows.h"

/* --- binding ------------------------------------------------------------------------------- */

Code bind_split(FuncBind *b) {
  return bind_shape(b, "tt", type_array(type_string()), "a string and a delimiter");
}

Code bind_regexp_split(FuncBind *b) {
  return bind_shape(b, "tt", type_array(type_string()), "a string and a pattern");
}

Code bind_regexp_extract_all(FuncBind *b) {
  return bind_shape(b, "ttl", type_array(type_string()),
                    "a string, a pattern and the number of a group");
}

Code bind_str_to_map(FuncBind *b) {
  return bind_shape(b, "ttt", type_map(type_string(), type_string()),
                    "a string, and the patterns between entries, and between key and value");
}

/* Items of any type, as STRING. */
Code bind_array_join(FuncBind *b) {
  static const char takes[] = "an ARRAY, a delimiter and a text for NULLs";
  Expr **args = b->call->args;
  if (args[0]->type.kind != TYPE_ARRAY) return func_bad_args(b, takes);
  if (!type_is_character(type_item(args[0]->type))) {
    Type strings = type_array(type_nullable(type_string(), type_item(args[0]->type).nullable));
    TRY(expr_cast_explicit(b->arena, args[0], type_nullable(strings, args[0]->type.nullable), false,
                           args[0]->span, &args[0], b->err));
  }
  return bind_shape(b, "att", type_string(), takes);
}

/* --- SPLIT --------------------------------------------------------------------------------- */

static bool split_chars(Gather *g, Str text) {
  for (size_t at = 0, size; at < text.len; at += size) {
    size = char_size(text, at);
    if (!gather_push(g, str_part(text, at, at + size))) return false;
  }
  return true;
}

static bool split_row(Gather *g, uint32_t row) {
  Str text = text_at(text_arg(g->k, 0), row), delimiter = text_at(text_arg(g->k, 1), row);
  if (text.len == 0) return true;
  if (delimiter.len == 0) return split_chars(g, text);
  size_t from = 0;
  for (;;) {
    const char *hit = memmem(text.ptr + from, text.len - from, delimiter.ptr, delimiter.len);
    size_t to = hit != NULL ? (size_t)(hit - text.ptr) : text.len;
    if (!gather_push(g, str_part(text, from, to))) return false;
    if (hit == NULL) return true;
    from = to + delimiter.len;
  }
}

Code kernel_split(KernelCall *k) { return gather_rows(k, split_row); }

/* --- ARRAY_JOIN ---------------------------------------------------------------------------- */

/* Writes the joined text; out NULL: measures it. */
static uint64_t join(const Parts *array, Str delimiter, const Str *for_null, char *out) {
  uint64_t len = 0;
  bool first = true;
  for (uint32_t i = 0; i < array->s.n; i++) {
    Str part = part_at(array, i);
    if (part.ptr == NULL) {
      if (for_null == NULL) continue;
      part = *for_null;
    }
    if (!first && out != NULL) memcpy(out + len, delimiter.ptr, delimiter.len);
    if (!first) len += delimiter.len;
    if (out != NULL) memcpy(out + len, part.ptr, part.len);
    len += part.len;
    first = false;
  }
  return len;
}

Code kernel_array_join(KernelCall *k) {
  TextArg delimiters = text_arg(k, 1), nulls = {0};
  if (k->n_args > 2) nulls = text_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Parts array = array_arg(k, 0, row);
    Str delimiter = text_at(delimiters, row), for_null = {0};
    if (k->n_args > 2) for_null = text_at(nulls, row);
    const Str *with = k->n_args > 2 ? &for_null : NULL;
    TextRoom room;
    uint64_t len = join(&array, delimiter, with, NULL);
    TRY(text_room(k, len, &room));
    join(&array, delimiter, with, room.at);
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

/* --- cutting at matches -------------------------------------------------------------------- */

/* Calls a step of the matching that may fail for other reasons than memory. */
static bool step(Gather *g, Code code) {
  if (code == OK) return true;
  g->code = code;
  return false;
}

/* The parts of text between the matches, at most `most` of them, into g. */
static bool cut(Gather *g, Regex *regex, Str text, uint32_t most) {
  size_t kept = 0; /* where the next part begins */
  uint32_t first = g->n;
  for (size_t from = 0; from <= text.len && g->n - first + 1 < most;) {
    bool hit;
    if (!step(g, regex_find(g->k, regex, text, from, &hit))) return false;
    if (!hit) break;
    Str match = regex_part(regex, text, 0);
    size_t begin = (size_t)(match.ptr - text.ptr);
    from = regex_next(text, match);
    if (begin + match.len == 0) continue;
    if (!gather_push(g, str_part(text, kept, begin))) return false;
    kept = begin + match.len;
  }
  return gather_push(g, str_part(text, kept, text.len));
}

/* Drop the empty parts at the end, but not the only one. */
static void drop_empty(Gather *g, uint32_t first) {
  bool cuts = g->n - first > 1;
  while (cuts && g->n > first && g->items[g->n - 1].len == 0) g->n--;
}

static bool regexp_split_row(Gather *g, uint32_t row) {
  Regex *regex = ((RegexState *)g->k->state)->regex;
  Str text = text_at(text_arg(g->k, 0), row), pattern = text_at(text_arg(g->k, 1), row);
  bool good;
  if (!step(g, regex_use(g->k, regex, pattern, &good))) return false;
  g->null = !good;
  if (!good) return true;
  if (!cut(g, regex, text, UINT32_MAX)) return false;
  drop_empty(g, 0);
  return true;
}

Code kernel_regexp_split(KernelCall *k) { return gather_rows(k, regexp_split_row); }

/* --- REGEXP_EXTRACT_ALL -------------------------------------------------------------------- */

static bool extract_all(Gather *g, Regex *regex, Str text, int64_t group) {
  for (size_t from = 0; from <= text.len;) {
    bool hit;
    Str part;
    if (!step(g, regex_find(g->k, regex, text, from, &hit))) return false;
    if (!hit) return true;
    if (!regex_group(regex, text, group, &part)) part = (Str){NULL, 0};
    if (!gather_push(g, part)) return false;
    from = regex_next(text, regex_part(regex, text, 0));
  }
  return true;
}

static bool extract_all_row(Gather *g, uint32_t row) {
  const KernelCall *k = g->k;
  Regex *regex = ((RegexState *)k->state)->regex;
  Str text = text_at(text_arg(k, 0), row), pattern = text_at(text_arg(k, 1), row);
  int64_t group = k->n_args > 2 ? int_at(int_arg(k, 2), row) : 1;
  bool good;
  if (!step(g, regex_use(g->k, regex, pattern, &good))) return false;
  g->null = !good || group < 0 || group > regex_groups(regex);
  return g->null || extract_all(g, regex, text, group);
}

Code kernel_regexp_extract_all(KernelCall *k) { return gather_rows(k, extract_all_row); }

/* --- STR_TO_MAP ---------------------------------------------------------------------------- */

typedef struct MapPatterns {
  Regex *entries, *values;
} MapPatterns;

void str_to_map_close(void *state) {
  MapPatterns *p = state;
  if (p == NULL) return;
  regex_free(p->entries);
  regex_free(p->values);
  free(p);
}

Code str_to_map_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  MapPatterns *p = calloc(1, sizeof *p);
  if (p != NULL) *p = (MapPatterns){regex_new(), regex_new()};
  if (p == NULL || p->entries == NULL || p->values == NULL) {
    str_to_map_close(p);
    return FAIL(err, ERR_MEMORY, call->span, "no memory for a pattern");
  }
  *state = p;
  return OK;
}

static Code use_delimiter(KernelCall *k, Regex *regex, uint32_t arg, const char *if_absent,
                          uint32_t row) {
  bool good;
  Str pattern = k->n_args > arg ? text_at(text_arg(k, arg), row) : str_of(if_absent);
  TRY(regex_use(k, regex, pattern, &good));
  return good ? OK : func_fail(k, "in the pattern: %s", regex_message(regex));
}

/* Cuts entry i of n into key and value, which stand behind the entries then. */
static bool cut_entry(Gather *g, const MapPatterns *p, uint32_t i, Value *key, Value *value) {
  uint32_t n = g->n;
  if (!cut(g, p->values, g->items[i], 2)) return false;
  *key = value_text(type_string(), g->items[n]);
  *value = g->n - n == 2 ? value_text(type_string(), g->items[n + 1]) : value_null(type_string());
  g->n = n;
  return true;
}

static bool put_map(Gather *g, uint32_t row) {
  KernelCall *k = g->k;
  uint32_t n = g->n;
  Value *keys = arena_try_alloc(&g->scratch, (2 * (size_t)n + 1) * sizeof *keys, sizeof(Int128));
  if (keys == NULL) return false;
  for (uint32_t i = 0; i < n; i++) {
    if (!cut_entry(g, k->state, i, &keys[i], &keys[n + i])) return false;
  }
  TextRef map = {0};
  bool made = map_make(k->text, k->expr->type, keys, keys + n, n, &map);
  return step(g, put_nested(k, row, made, map));
}

static Code map_of_row(Gather *g, uint32_t row) {
  KernelCall *k = g->k;
  MapPatterns *p = k->state;
  Str text = text_at(text_arg(k, 0), row);
  TRY(use_delimiter(k, p->entries, 1, ",", row));
  TRY(use_delimiter(k, p->values, 2, "=", row));
  g->n = 0;
  bool done = text.len == 0 || cut(g, p->entries, text, UINT32_MAX);
  if (done && text.len > 0) drop_empty(g, 0);
  if (done && put_map(g, row)) return OK;
  return g->code != OK ? g->code : func_no_memory(k);
}

Code kernel_str_to_map(KernelCall *k) {
  Gather g = {.k = k, .code = OK};
  Code code = OK;
  for (uint32_t i = 0, row; code == OK && next_row(k, &i, &row);) {
    code = map_of_row(&g, row);
    arena_reset(&g.scratch);
    g.items = NULL;
    g.n = g.cap = 0;
  }
  arena_deinit(&g.scratch);
  return code;
}
