/* regex.c -- PCRE2 behind regex.h: compiling, matching, limits. */
#include "exec/expr/regex.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
  PATTERN_BYTES_MAX = 64 << 10, /* a longer one is no regular expression but data */
  MATCH_STEPS_MAX = 1000000,    /* about 10 ms of back-tracking */
  MATCH_HEAP_KIB_MAX = 64 << 10,
  LONG_TEXT_BYTES = 4 << 10, /* worth machine code: interpreting, PCRE2 looks at each match whether
                                the rest is UTF-8, so that many matches take the square of it */
  JIT_STACK_BYTES = 32 << 10,
  JIT_STACK_BYTES_MAX = 1 << 20 /* beyond it the interpreter takes over, which uses the heap */
};

struct Regex {
  pcre2_compile_context *compile;
  pcre2_match_context *match;
  pcre2_jit_stack *stack;
  pcre2_code *code; /* NULL: the pattern is bad, or none yet */
  pcre2_match_data *groups;
  StrBuf source, rewritten;
  bool many;  /* machine code for every text; otherwise for long ones */
  bool fast;  /* machine code was asked for */
  bool known; /* source is the current pattern and state what came of it */
  RegexCode state;
  char message[160];
};

Regex *regex_new(void) {
  Regex *r = calloc(1, sizeof *r);
  if (r == NULL) return NULL;
  strbuf_init(&r->source, 0);
  strbuf_init(&r->rewritten, 0);
  r->compile = pcre2_compile_context_create(NULL);
  r->match = pcre2_match_context_create(NULL);
  if (r->compile == NULL || r->match == NULL) {
    regex_free(r);
    return NULL;
  }
  pcre2_set_newline(r->compile, PCRE2_NEWLINE_ANYCRLF);
  pcre2_set_match_limit(r->match, MATCH_STEPS_MAX);
  pcre2_set_depth_limit(r->match, MATCH_STEPS_MAX);
  pcre2_set_heap_limit(r->match, MATCH_HEAP_KIB_MAX);
  return r;
}

static void drop_code(Regex *r) {
  pcre2_match_data_free(r->groups);
  pcre2_code_free(r->code);
  r->groups = NULL;
  r->code = NULL;
  r->known = r->fast = false;
}

void regex_free(Regex *r) {
  if (r == NULL) return;
  drop_code(r);
  if (r->stack != NULL) pcre2_jit_stack_free(r->stack);
  pcre2_match_context_free(r->match);
  pcre2_compile_context_free(r->compile);
  strbuf_deinit(&r->source);
  strbuf_deinit(&r->rewritten);
  free(r);
}

const char *regex_message(const Regex *r) { return r->message; }

/* Machine code where the system allows it; without it PCRE2 interprets. */
static void make_fast(Regex *r) {
  r->fast = true;
  if (pcre2_jit_compile(r->code, PCRE2_JIT_COMPLETE) != 0 || r->stack != NULL) return;
  r->stack = pcre2_jit_stack_create(JIT_STACK_BYTES, JIT_STACK_BYTES_MAX, NULL);
  if (r->stack != NULL) pcre2_jit_stack_assign(r->match, NULL, r->stack);
}

static RegexCode compile_rewritten(Regex *r, bool many) {
  int error;
  size_t at;
  uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C;
  r->code = pcre2_compile((PCRE2_SPTR)strbuf_text(&r->rewritten), r->rewritten.len, options, &error,
                          &at, r->compile);
  if (r->code == NULL && error == PCRE2_ERROR_NOMEMORY) return REGEX_NO_MEMORY;
  if (r->code == NULL) {
    pcre2_get_error_message(error, (PCRE2_UCHAR *)r->message, sizeof r->message);
    return REGEX_BAD;
  }
  r->groups = pcre2_match_data_create_from_pattern(r->code, NULL);
  if (r->groups == NULL) return REGEX_NO_MEMORY;
  r->many = many;
  return REGEX_OK;
}

/* Is it the pattern at hand?  If not, keep it in source; *state is then what speaks against it,
 * or REGEX_OK. */
static bool is_current(Regex *r, Str pattern, RegexCode *state) {
  *state = r->state;
  if (r->known && str_eq(pattern, (Str){r->source.data, r->source.len})) return true;
  drop_code(r);
  strbuf_clear(&r->source);
  strbuf_clear(&r->rewritten);
  snprintf(r->message, sizeof r->message, "it is longer than %d bytes", PATTERN_BYTES_MAX);
  *state = REGEX_BAD;
  if (pattern.len > PATTERN_BYTES_MAX) return true;
  strbuf_str(&r->source, pattern);
  *state = REGEX_NO_MEMORY;
  return strbuf_failed(&r->source);
}

static RegexCode finish_compile(Regex *r, RegexCode rewriting, const char *message, bool many) {
  if (strbuf_failed(&r->rewritten)) return REGEX_NO_MEMORY;
  if (rewriting == REGEX_OK) {
    r->state = compile_rewritten(r, many);
  } else {
    r->state = rewriting;
    snprintf(r->message, sizeof r->message, "%s", message);
  }
  if (r->state == REGEX_NO_MEMORY) {
    drop_code(r);
  } else {
    r->known = true;
  }
  return r->state;
}

RegexCode regex_compile(Regex *r, Str pattern, bool many) {
  RegexCode state;
  const char *message = "";
  if (is_current(r, pattern, &state)) return state;
  RegexCode rewriting = regex_from_java(pattern, &r->rewritten, &message);
  return finish_compile(r, rewriting, message, many);
}

RegexCode regex_compile_similar(Regex *r, Str pattern, uint32_t escape, bool many) {
  RegexCode state;
  const char *message = "";
  if (is_current(r, pattern, &state)) return state;
  RegexCode rewriting = regex_from_similar(pattern, escape, &r->rewritten, &message);
  return finish_compile(r, rewriting, message, many);
}

RegexCode regex_match(Regex *r, Str text, size_t from) {
  assert(r->code != NULL && from <= text.len);
  /* PCRE2 wants to start at a character; a stray continuation byte is none. */
  while (from < text.len && ((unsigned char)text.ptr[from] & 0xC0) == 0x80) from++;
  PCRE2_SPTR subject = (PCRE2_SPTR)text.ptr;
  bool fast = r->many || text.len >= LONG_TEXT_BYTES;
  if (fast && !r->fast) make_fast(r);
  /* The steps counted differ, so which of both it is depends on pattern and text alone. */
  uint32_t how = fast ? 0 : PCRE2_NO_JIT;
  int n = pcre2_match(r->code, subject, text.len, from, how, r->groups, r->match);
  if (n == PCRE2_ERROR_JIT_STACKLIMIT) {
    n = pcre2_match(r->code, subject, text.len, from, PCRE2_NO_JIT, r->groups, r->match);
  }
  if (n > 0) return REGEX_OK;
  if (n == PCRE2_ERROR_NOMATCH) return REGEX_NO_MATCH;
  return n == PCRE2_ERROR_NOMEMORY ? REGEX_NO_MEMORY : REGEX_LIMIT;
}

bool regex_group(const Regex *r, Str text, int64_t i, Str *group) {
  const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(r->groups);
  if (i < 0 || i >= (int64_t)pcre2_get_ovector_count(r->groups)) return false;
  if (ends[2 * i] == PCRE2_UNSET) return false;
  assert(ends[2 * i] <= ends[2 * i + 1] && ends[2 * i + 1] <= text.len);
  *group = (Str){text.ptr + ends[2 * i], ends[2 * i + 1] - ends[2 * i]};
  return true;
}

uint32_t regex_groups(const Regex *r) { return pcre2_get_ovector_count(r->groups) - 1; }
