/* json_strict.c -- JSON by RFC 8259, byte by byte.
 *
 * Slow and plain on purpose: this file says what a record means, so nothing here is clever.
 * Nested values are walked with a bit per open bracket, not by recursion.
 */
#include "exec/data/json_strict.h"

#include <string.h>

#include "base/utf8.h"
#include "exec/data/json_quote.h"

static bool fault(JsonScan *s, const char *what) {
  if (s->fault.what == NULL) s->fault = (JsonFault){(size_t)(s->at - s->begin), what};
  return false;
}

/* The byte at hand; 0 at the end, where a NUL byte is as wrong as the end. */
static char peek(const JsonScan *s) { return s->at < s->end ? *s->at : '\0'; }

static void skip_blanks(JsonScan *s) {
  while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\r' || *s->at == '\n')) {
    s->at++;
  }
}

JsonScan json_scan_of(Str text) {
  const Str mark = STR("\xEF\xBB\xBF");
  JsonScan s = {.begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len};
  if (str_starts(text, mark)) s.at += mark.len;
  return s;
}

/* --- strings ------------------------------------------------------------------------- */

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/* \uXXXX at s->at: passed, and its code unit. */
static bool scan_unit(JsonScan *s, uint32_t *unit) {
  if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u') return false;
  *unit = 0;
  for (int i = 2; i < 6; i++) {
    int digit = hex_digit(s->at[i]);
    if (digit < 0) return false;
    *unit = *unit << 4 | (uint32_t)digit;
  }
  s->at += 6;
  return true;
}

static bool scan_escape(JsonScan *s) {
  char c = s->at + 1 < s->end ? s->at[1] : '\0';
  if (c != '\0' && strchr("\"\\/bfnrt", c) != NULL) {
    s->at += 2;
    return true;
  }
  uint32_t unit, low;
  if (!scan_unit(s, &unit)) return fault(s, "an unknown escape");
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  if (unit > 0xDBFF || !scan_unit(s, &low) || low < 0xDC00 || low > 0xDFFF) {
    return fault(s, "half of a surrogate pair");
  }
  return true;
}

static bool scan_string(JsonScan *s, JsonValue *out) {
  if (peek(s) != '"') return fault(s, "a key in quotes is missing");
  const char *text = ++s->at;
  *out = (JsonValue){.kind = JSON_STRING};
  while (peek(s) != '"') {
    if (s->at == s->end) return fault(s, "a string is not closed");
    if ((unsigned char)*s->at < 0x20) return fault(s, "a control character in a string");
    if (*s->at != '\\') {
      s->at++;
    } else if (scan_escape(s)) {
      out->escaped = true;
    } else {
      return false;
    }
  }
  out->text = (Str){text, (size_t)(s->at - text)};
  size_t good = utf8_valid_prefix(text, out->text.len);
  if (good < out->text.len) {
    s->at = text + good;
    return fault(s, "a string is not UTF-8");
  }
  s->at++;
  return true;
}

size_t json_unescape(Str text, char *out) {
  JsonScan s = {.begin = text.ptr, .at = text.ptr, .end = text.ptr + text.len};
  size_t n = 0;
  while (s.at < s.end) {
    uint32_t unit, low;
    if (*s.at != '\\') {
      out[n++] = *s.at++;
    } else if (!scan_unit(&s, &unit)) {
      out[n++] = json_unescaped(s.at[1]);
      s.at += 2;
    } else {
      bool pair = unit >= 0xD800 && unit <= 0xDBFF && scan_unit(&s, &low);
      if (pair) unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
      n += utf8_encode(unit, out + n);
    }
  }
  return n;
}

/* --- other values -------------------------------------------------------------------- */

static size_t skip_digits(JsonScan *s) {
  const char *from = s->at;
  while (s->at < s->end && *s->at >= '0' && *s->at <= '9') s->at++;
  return (size_t)(s->at - from);
}

static bool scan_number(JsonScan *s) {
  if (peek(s) == '-') s->at++;
  bool zero = peek(s) == '0';
  size_t n = skip_digits(s);
  if (n == 0) return fault(s, "a digit is missing");
  if (zero && n > 1) return fault(s, "a number with a leading zero");
  if (peek(s) == '.') {
    s->at++;
    if (skip_digits(s) == 0) return fault(s, "a digit is missing");
  }
  if (peek(s) == 'e' || peek(s) == 'E') {
    s->at++;
    if (peek(s) == '+' || peek(s) == '-') s->at++;
    if (skip_digits(s) == 0) return fault(s, "a digit is missing");
  }
  return true;
}

static bool scan_word(JsonScan *s, Str word) {
  if (!str_starts((Str){s->at, (size_t)(s->end - s->at)}, word)) {
    return fault(s, "a value is missing");
  }
  s->at += word.len;
  return true;
}

/* Anything but an object or array. */
static bool scan_scalar(JsonScan *s, JsonValue *out) {
  *out = (JsonValue){.kind = json_kind_at(peek(s)), .text = {s->at, 0}};
  switch (out->kind) {
    case JSON_STRING:
      return scan_string(s, out);
    case JSON_NUMBER:
      if (!scan_number(s)) return false;
      break;
    case JSON_TRUE:
      if (!scan_word(s, STR("true"))) return false;
      break;
    case JSON_FALSE:
      if (!scan_word(s, STR("false"))) return false;
      break;
    case JSON_NULL:
      if (!scan_word(s, STR("null"))) return false;
      break;
    case JSON_NONE:
    case JSON_OBJECT:
    case JSON_ARRAY:
      return fault(s, "a value is missing");
  }
  out->text.len = (size_t)(s->at - out->text.ptr);
  return true;
}

/* What stands between two values: from behind one (or behind the bracket that opened, when fresh)
 * to the next.  *closed: instead, the closing bracket was there and is passed.  In an object
 * the key is told too. */
static bool scan_between(JsonScan *s, bool object, bool fresh, bool *closed, JsonValue *key) {
  skip_blanks(s);
  *closed = peek(s) == (object ? '}' : ']');
  if (*closed) {
    s->at++;
    return true;
  }
  if (!fresh) {
    if (peek(s) != ',') return fault(s, "a comma or a closing bracket is missing");
    s->at++;
    skip_blanks(s);
  }
  if (!object) return true;
  if (!scan_string(s, key)) return false;
  skip_blanks(s);
  if (peek(s) != ':') return fault(s, "a colon is missing");
  s->at++;
  skip_blanks(s);
  return true;
}

static bool is_bracket(char c) { return c == '{' || c == '['; }

/* The object or array at hand; outside brackets are open already. */
static bool scan_nested(JsonScan *s, unsigned outside, JsonValue *out) {
  JsonNesting nest = {.depth = outside};
  JsonValue ignored;
  *out = (JsonValue){.kind = json_kind_at(*s->at), .text = {s->at, 0}};
  bool fresh = true;
  do {
    if (fresh && !json_nest(&nest, *s->at++ == '{')) return fault(s, "nested too deep");
    bool closed;
    if (!scan_between(s, json_in_object(&nest), fresh, &closed, &ignored)) return false;
    if (closed) {
      nest.depth--;
      fresh = false;
    } else {
      fresh = is_bracket(peek(s));
      if (!fresh && !scan_scalar(s, &ignored)) return false;
    }
  } while (nest.depth > outside);
  out->text.len = (size_t)(s->at - out->text.ptr);
  return true;
}

static bool scan_value(JsonScan *s, unsigned outside, JsonValue *out) {
  return is_bracket(peek(s)) ? scan_nested(s, outside, out) : scan_scalar(s, out);
}

/* --- the parts of a text ------------------------------------------------------------- */

JsonKind json_open(JsonScan *s) {
  skip_blanks(s);
  JsonKind kind = json_kind_at(peek(s));
  if (kind == JSON_NONE) fault(s, "a value is missing");
  if (kind == JSON_OBJECT || kind == JSON_ARRAY) {
    s->at++;
    s->fresh = true;
  }
  return kind;
}

static bool next(JsonScan *s, bool object, JsonValue *key, JsonValue *value) {
  bool closed;
  if (!scan_between(s, object, s->fresh, &closed, key) || closed) return false;
  s->fresh = false;
  return scan_value(s, 1, value);
}

bool json_next_member(JsonScan *s, JsonValue *key, JsonValue *value) {
  return next(s, true, key, value);
}

bool json_next_element(JsonScan *s, JsonValue *value) {
  JsonValue none;
  return next(s, false, &none, value);
}

bool json_value(JsonScan *s, JsonValue *value) {
  skip_blanks(s);
  return scan_value(s, 0, value);
}

bool json_close(JsonScan *s) {
  if (s->fault.what != NULL) return false;
  skip_blanks(s);
  return s->at == s->end || fault(s, "text behind the end of the record");
}
