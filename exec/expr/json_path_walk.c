/* json_path_walk.c -- a definite path followed through the text of a document: one walk, which
 * checks all of it and keeps nothing but the place of the value.
 *
 * A key that comes twice is walked into twice, and the second time wipes out what the first
 * found.
 */
#include <string.h>

#include "exec/data/json_skip.h"
#include "exec/expr/json_path.h"

typedef struct Walk {
  const JsonPath *path;
  JsonValue *found; /* kind JSON_NONE: nothing so far */
} Walk;

/* The value at p, which stands in `step` brackets; NULL: malformed. */
static const char *walk(Walk *w, const char *p, unsigned step);

static const char *walk_value(Walk *w, const char *p, unsigned depth) {
  JsonValue *v = w->found;
  *v = (JsonValue){.kind = json_kind_at(*p), .text = {p, 0}};
  if (v->kind == JSON_STRING) {
    const char *text = ++v->text.ptr;
    p = json_plain_end(text);
    if (UNLIKELY(*p != '"')) p = json_string_end(text, p, &v->escaped);
    if (p == NULL) return NULL;
    v->text.len = (size_t)(p - text);
    return p + 1;
  }
  p = json_skip_value(p, depth, true);
  if (p != NULL) v->text.len = (size_t)(p - v->text.ptr);
  return p;
}

/* Are the first len bytes the same, len <= JSON_KEY_ROOM?  As many are readable at both. */
static inline bool same_head(const char *a, const char *b, size_t len) {
#ifdef __SSE2__
  __m128i x = _mm_loadu_si128((const __m128i *)(const void *)a);
  __m128i y = _mm_loadu_si128((const __m128i *)(const void *)b);
  unsigned different = ~(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(x, y));
  return (different & ((1U << len) - 1)) == 0;
#else
  return memcmp(a, b, len) == 0;
#endif
}

/* text stands between quotes. */
static inline bool is_key(const JsonStep *step, Str text, bool escaped) {
  if (UNLIKELY(escaped)) return json_text_is(text, step->key);
  if (text.len != step->key.len) return false;
  if (LIKELY(text.len <= JSON_KEY_ROOM)) return same_head(text.ptr, step->key.ptr, text.len);
  return memcmp(text.ptr, step->key.ptr, text.len) == 0;
}

/* The key at p, up to behind its quote, and whether it is the step's. */
static inline const char *read_key(const JsonStep *step, const char *p, bool *same) {
  const char *text = p + 1, *at = json_plain_end(text);
  bool escaped = false;
  if (UNLIKELY(*at != '"')) {
    at = json_string_end(text, at, &escaped);
    if (at == NULL) return NULL;
  }
  *same = is_key(step, (Str){text, (size_t)(at - text)}, escaped);
  return at + 1;
}

static const char *walk_object(Walk *w, const char *p, unsigned step) {
  const JsonStep *wanted = &w->path->steps[step];
  p = json_skip_blanks(p + 1, true);
  if (*p == '}') return p + 1;
  for (;;) {
    bool same;
    if (UNLIKELY(*p != '"')) return NULL;
    p = read_key(wanted, p, &same);
    if (UNLIKELY(p == NULL)) return NULL;
    p = json_skip_blanks(p, true);
    if (UNLIKELY(*p != ':')) return NULL;
    p = json_skip_blanks(p + 1, true);
    p = same ? walk(w, p, step + 1) : json_skip_value(p, step + 1, true);
    if (UNLIKELY(p == NULL)) return NULL;
    p = json_skip_blanks(p, true);
    if (*p == '}') return p + 1;
    if (UNLIKELY(*p != ',')) return NULL;
    p = json_skip_blanks(p + 1, true);
  }
}

/* Element `index` of the array, the others skipped; *n: how many there are. */
static const char *walk_elements(Walk *w, const char *p, unsigned step, int64_t index, int64_t *n) {
  *n = 0;
  p = json_skip_blanks(p + 1, true);
  if (*p == ']') return p + 1;
  for (;; ++*n) {
    p = *n == index ? walk(w, p, step + 1) : json_skip_value(p, step + 1, true);
    if (UNLIKELY(p == NULL)) return NULL;
    p = json_skip_blanks(p, true);
    if (*p == ']') break;
    if (UNLIKELY(*p != ',')) return NULL;
    p = json_skip_blanks(p + 1, true);
  }
  ++*n;
  return p + 1;
}

static const char *walk_array(Walk *w, const char *p, unsigned step) {
  int64_t n, index = w->path->steps[step].index;
  const char *end = walk_elements(w, p, step, index, &n); /* none where index < 0 */
  if (end != NULL && index < 0 && n + index >= 0) walk_elements(w, p, step, n + index, &n);
  return end;
}

static const char *walk(Walk *w, const char *p, unsigned step) {
  *w->found = (JsonValue){.kind = JSON_NONE};
  if (step == w->path->n_steps) return walk_value(w, p, step);
  JsonStepKind kind = w->path->steps[step].kind;
  if (*p == '{' && kind == JSON_STEP_KEY) return walk_object(w, p, step);
  if (*p == '[' && kind == JSON_STEP_INDEX) return walk_array(w, p, step);
  return json_skip_value(p, step, true);
}

JsonFound json_path_walk(const JsonPath *path, const char *text, const char *end, JsonValue *out) {
  Walk w = {path, out};
  const char *p = walk(&w, json_skip_blanks(text, true), 0);
  if (p == NULL || json_skip_blanks(p, true) != end) return JSON_FOUND_MALFORMED;
  return out->kind == JSON_NONE ? JSON_FOUND_NOTHING : JSON_FOUND_VALUE;
}
