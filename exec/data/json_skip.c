/* json_skip.c -- over a JSON text a word at a time: the less common parts.
 *
 * See json_skip.h for what holds here: no ends, no stop passed, NULL for "ask json_strict.c".
 */
#include "exec/data/json_skip.h"

#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"

/* --- strings ------------------------------------------------------------------------- */

/* Four hexadecimal digits, or -1. */
static int32_t hex4(const char *p) {
  int32_t v = 0;
  for (int i = 0; i < 4; i++) {
    unsigned c = (unsigned char)p[i], letter = (c | 0x20) - 'a';
    if (c - '0' <= 9) {
      v = v << 4 | (int32_t)(c - '0');
    } else if (letter <= 5) {
      v = v << 4 | (int32_t)(letter + 10);
    } else {
      return -1;
    }
  }
  return v;
}

/* From a backslash to behind what it escapes; a surrogate must be one of a pair. */
static const char *skip_escape(const char *p) {
  switch (p[1]) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return p + 2;
    case 'u':
      break;
    default:
      return NULL;
  }
  int32_t unit = hex4(p + 2);
  if (unit < 0) return NULL;
  if (unit < 0xD800 || unit > 0xDFFF) return p + 6;
  if (unit > 0xDBFF || p[6] != '\\' || p[7] != 'u') return NULL;
  int32_t low = hex4(p + 8);
  return low >= 0xDC00 && low <= 0xDFFF ? p + 12 : NULL;
}

const char *json_string_end(const char *text, const char *at, bool *escaped) {
  bool ascii = true;
  while (*at != '"') {
    if (*at == '\\') {
      at = skip_escape(at);
      if (at == NULL) return NULL;
      *escaped = true;
    } else if ((unsigned char)*at < 0x20) {
      return NULL;
    } else {
      ascii = false;
    }
    at = json_find_stop(at, ascii);
  }
  return ascii || utf8_valid(text, (size_t)(at - text)) ? at : NULL;
}

/* --- numbers ------------------------------------------------------------------------- */

static const char *skip_digits(const char *p) {
  for (;;) {
    unsigned run = word8_count_digits(word8_load_digits(p));
    p += run;
    if (run < 8) return p;
  }
}

const char *json_skip_number(const char *p) {
  p += *p == '-';
  const char *end = skip_digits(p);
  if (UNLIKELY(end == p || (*p == '0' && end > p + 1))) return NULL;
  if (*end == '.') {
    p = end + 1;
    end = skip_digits(p);
    if (end == p) return NULL;
  }
  if ((*end | 0x20) == 'e') {
    p = end + 1;
    p += *p == '+' || *p == '-';
    end = skip_digits(p);
    if (end == p) return NULL;
  }
  return end;
}

/* --- nested values ------------------------------------------------------------------- */

static const char *skip_word(const char *p, const char *word, size_t len) {
  return memcmp(p, word, len) == 0 ? p + len : NULL;
}

/* Anything but an object or array. */
static const char *skip_scalar(const char *p) {
  switch (*p) {
    case '"':
      return json_skip_string(p + 1);
    case 't':
      return skip_word(p, "true", 4);
    case 'f':
      return skip_word(p, "false", 5);
    case 'n':
      return skip_word(p, "null", 4);
    default:
      return json_skip_number(p);
  }
}

/* A key and its colon, up to the value. */
static inline const char *skip_key(const char *p, bool lines) {
  if (*p != '"') return NULL;
  p = json_skip_string(p + 1);
  if (p == NULL) return NULL;
  p = json_skip_blanks(p, lines);
  return *p == ':' ? json_skip_blanks(p + 1, lines) : NULL;
}

static inline const char *skip_nested(const char *p, unsigned depth, bool lines) {
  JsonNesting nest = {.depth = depth};
  const unsigned outside = depth;
  bool fresh = true; /* just behind an opening bracket */
  if (!json_nest(&nest, *p++ == '{')) return NULL;
  while (nest.depth > outside) {
    p = json_skip_blanks(p, lines);
    bool object = json_in_object(&nest);
    if (*p == (object ? '}' : ']')) {
      p++;
      nest.depth--;
      fresh = false;
      continue;
    }
    if (!fresh) {
      if (*p != ',') return NULL;
      p = json_skip_blanks(p + 1, lines);
    }
    if (object) {
      p = skip_key(p, lines);
      if (p == NULL) return NULL;
    }
    fresh = *p == '{' || *p == '[';
    if (fresh) {
      if (!json_nest(&nest, *p++ == '{')) return NULL;
    } else {
      p = skip_scalar(p);
      if (p == NULL) return NULL;
    }
  }
  return p;
}

const char *json_skip_other(const char *p, unsigned depth, bool lines) {
  if (*p != '{' && *p != '[') return skip_scalar(p);
  return lines ? skip_nested(p, depth, true) : skip_nested(p, depth, false);
}
