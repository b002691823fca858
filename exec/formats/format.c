/* format.c -- the list of formats, and what they have in common. */
#include "exec/formats/format.h"

#include <stdio.h>
#include <string.h>

static const Format *const formats[] = {
#define FORMAT(name) &format_##name,
#include "exec/formats/formats.def"
#undef FORMAT
};

const Format *const *format_list(uint32_t *n) {
  *n = COUNT_OF(formats);
  return formats;
}

const Format *format_find(const char *name) {
  for (uint32_t i = 0; i < COUNT_OF(formats); i++) {
    if (strcmp(formats[i]->name, name) == 0) return formats[i];
  }
  return NULL;
}

OnError format_on_error(const Format *format, Options options) {
  char key[64];
  int n = snprintf(key, sizeof key, "%s.ignore-parse-errors", format->name);
  assert(n > 0 && (size_t)n < sizeof key);
  const Option *o = options_find(options, key);
  if (o == NULL) return ON_ERROR_SKIP;
  return text_eq_nocase(o->value, "true") ? ON_ERROR_NULL : ON_ERROR_FAIL;
}

Type *field_types(Arena *arena, const FormatField *fields, uint32_t n) {
  Type *types = arena_try_alloc(arena, (n + 1) * sizeof *types, 8);
  for (uint32_t i = 0; types != NULL && i < n; i++) types[i] = fields[i].type;
  return types;
}
