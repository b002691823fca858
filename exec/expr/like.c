/* like.c -- LIKE: a pattern becomes a list of steps, texts are walked along it. */
#include "exec/expr/like.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

typedef enum LikeKind { LIKE_TEXT, LIKE_ONE, LIKE_ANY } LikeKind;

struct LikeStep {
  LikeKind kind;
  Str text; /* of LIKE_TEXT */
};

void like_deinit(LikePattern *p) {
  free(p->bytes);
  free(p->steps);
  *p = (LikePattern){0};
}

/* Room for a pattern of len bytes, which has at most len steps. */
static bool reserve(LikePattern *p, size_t len) {
  if (p->bytes != NULL && len <= p->room) return true;
  like_deinit(p);
  p->bytes = malloc(len + 1);
  p->steps = calloc(len + 1, sizeof *p->steps);
  if (p->bytes == NULL || p->steps == NULL) {
    like_deinit(p);
    return false;
  }
  p->room = len;
  return true;
}

static void add_step(LikePattern *p, LikeKind kind, Str text) {
  LikeStep *last = p->n_steps > 0 ? &p->steps[p->n_steps - 1] : NULL;
  if (last != NULL && kind == LIKE_ANY && last->kind == LIKE_ANY) return;
  if (last != NULL && kind == LIKE_TEXT && last->kind == LIKE_TEXT) {
    last->text.len += text.len; /* the bytes follow one another */
    return;
  }
  p->steps[p->n_steps++] = (LikeStep){.kind = kind, .text = text};
}

/* Size of the escape character at byte i if it does escape what follows, else 0. */
static size_t escape_size(Str pattern, size_t i, uint32_t escape) {
  uint32_t cp, next;
  size_t n = utf8_decode(pattern.ptr + i, pattern.len - i, &cp);
  if (escape == 0 || cp != escape || i + n == pattern.len) return 0;
  utf8_decode(pattern.ptr + i + n, pattern.len - i - n, &next);
  return next == '%' || next == '_' || next == escape ? n : 0;
}

static void classify(LikePattern *p) {
  const LikeStep *steps = p->steps;
  uint32_t n = p->n_steps;
  bool any_first = n > 0 && steps[0].kind == LIKE_ANY;
  bool any_last = n > 1 && steps[n - 1].kind == LIKE_ANY;
  uint32_t inner = n - any_first - any_last;
  p->shape = LIKE_STEPS;
  if (inner > 1 || (inner == 1 && steps[any_first].kind != LIKE_TEXT)) return;
  p->plain = inner == 1 ? steps[any_first].text : STR("");
  if (n == 1 && any_first) any_last = true; /* '%' alone: contains the empty text */
  p->shape =
      any_first ? (any_last ? LIKE_CONTAINS : LIKE_ENDS) : (any_last ? LIKE_STARTS : LIKE_IS);
}

bool like_compile(LikePattern *p, Str pattern, uint32_t escape) {
  if (!reserve(p, pattern.len)) return false;
  char *out = p->bytes;
  p->n_steps = 0;
  for (size_t i = 0; i < pattern.len;) {
    size_t escaped = escape_size(pattern, i, escape);
    i += escaped;
    uint32_t cp;
    size_t n = utf8_decode(pattern.ptr + i, pattern.len - i, &cp);
    if (escaped == 0 && pattern.ptr[i] == '%') {
      add_step(p, LIKE_ANY, STR(""));
    } else if (escaped == 0 && pattern.ptr[i] == '_') {
      add_step(p, LIKE_ONE, STR(""));
    } else {
      memcpy(out, pattern.ptr + i, n);
      add_step(p, LIKE_TEXT, (Str){out, n});
      out += n;
    }
    i += n;
  }
  classify(p);
  return true;
}

/* Bytes of text at `at` that the step takes, SIZE_MAX when it does not match there. */
static size_t step_takes(const LikeStep *step, Str text, size_t at) {
  size_t left = text.len - at;
  uint32_t cp;
  switch (step->kind) {
    case LIKE_TEXT:
      if (left < step->text.len || memcmp(text.ptr + at, step->text.ptr, step->text.len) != 0)
        break;
      return step->text.len;
    case LIKE_ONE:
      if (left == 0) break;
      return utf8_decode(text.ptr + at, left, &cp);
    case LIKE_ANY:
      return 0;
  }
  return SIZE_MAX;
}

/* The first place at or behind `from` where `next` can stand, SIZE_MAX: none. */
static size_t seek(const LikeStep *next, Str text, size_t from) {
  if (next->kind != LIKE_TEXT) return from < text.len ? from : SIZE_MAX;
  const char *hit = str_find((Str){text.ptr + from, text.len - from}, next->text);
  return hit != NULL ? (size_t)(hit - text.ptr) : SIZE_MAX;
}

static size_t next_char(Str text, size_t at) {
  uint32_t cp;
  return at + utf8_decode(text.ptr + at, text.len - at, &cp);
}

static bool match_steps(const LikePattern *p, Str text) {
  size_t at = 0, any_at = 0;
  uint32_t step = 0, behind_any = 0; /* number of the step behind the last '%'; 0: none yet */
  while (step < p->n_steps || at < text.len) {
    if (step < p->n_steps && p->steps[step].kind == LIKE_ANY) {
      behind_any = ++step;
      if (step == p->n_steps) return true;
      at = any_at = seek(&p->steps[step], text, at);
      if (at == SIZE_MAX) return false;
      continue;
    }
    size_t n = step < p->n_steps ? step_takes(&p->steps[step], text, at) : SIZE_MAX;
    if (n != SIZE_MAX) {
      at += n;
      step++;
      continue;
    }
    if (behind_any == 0 || any_at >= text.len) return false;
    at = any_at = seek(&p->steps[behind_any], text, next_char(text, any_at));
    if (at == SIZE_MAX) return false;
    step = behind_any;
  }
  return true;
}

bool like_match(const LikePattern *p, Str text) {
  switch (p->shape) {
    case LIKE_IS:
      return str_eq(text, p->plain);
    case LIKE_STARTS:
      return str_starts(text, p->plain);
    case LIKE_ENDS:
      return str_ends(text, p->plain);
    case LIKE_CONTAINS:
      return str_find(text, p->plain) != NULL;
    case LIKE_STEPS:
      break;
  }
  return match_steps(p, text);
}
