/* ast_text.c -- names and string literals: from the bytes of a token to what they mean.
 *
 *   'it''s'               doubled quotes
 *   E'a\tb \x41 \u263A'   C's escapes; octal and \x give code points, not bytes
 *   U&'\263A \+01F600'    code points in hex; UESCAPE 'c' replaces the backslash
 *   `na``me`              doubled back-ticks
 *
 * The result has no NUL in it (a NUL is refused), so that it can be a C string.
 */
#include "base/limits.h"
#include "base/utf8.h"
#include "parser/parse_state.h"

/* Reads the token's bytes and writes the result, which is never longer: an escape of n
 * bytes gives at most n bytes of UTF-8. */
typedef struct Decoder {
  Parse *p;
  const char *in;
  uint32_t at, end; /* what is left of the token, in bytes of the whole text */
  char *out;
  size_t n;
} Decoder;

static void put_code_point(Decoder *d, uint32_t cp, Span escape) {
  if (cp == 0) {
    parse_fail(d->p, ERR_SYNTAX, escape, "a text cannot hold a NUL character");
  } else if (cp > 0x10FFFF || (cp >= 0xD800 && cp <= 0xDFFF)) {
    parse_fail(d->p, ERR_SYNTAX, escape, "there is no character U+%04X", (unsigned)cp);
  } else {
    d->n += utf8_encode(cp, d->out + d->n);
  }
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

/* Up to max digits of the base; returns how many there were. */
static uint32_t read_digits(Decoder *d, uint32_t base, uint32_t max, uint32_t *value) {
  uint32_t n = 0;
  *value = 0;
  while (n < max && d->at < d->end) {
    uint32_t digit = (uint32_t)digit_value(d->in[d->at]);
    if (digit >= base) break;
    *value = *value * base + digit;
    d->at++;
    n++;
  }
  return n;
}

static void bad_escape(Decoder *d, uint32_t from, const char *want) {
  Span span = {from, d->at > from ? d->at - from : 1};
  parse_fail(d->p, ERR_SYNTAX, span, "\"%.*s\" is no escape of a text: %s", (int)span.len,
             d->in + from, want);
}

/* \uXXXX, \UXXXXXXXX, \xH[H]: exactly or up to digits digits. */
static void hex_escape(Decoder *d, uint32_t from, uint32_t digits, bool exactly) {
  uint32_t value;
  uint32_t n = read_digits(d, 16, digits, &value);
  if (n == 0 || (exactly && n < digits)) {
    bad_escape(d, from, "hex digits are missing");
  } else {
    put_code_point(d, value, (Span){from, d->at - from});
  }
}

/* at is behind the backslash of E'...'. */
static void c_escape(Decoder *d) {
  uint32_t from = d->at - 1;
  char c = d->in[d->at];
  if (c >= '0' && c <= '7') {
    uint32_t value;
    read_digits(d, 8, 3, &value);
    put_code_point(d, value, (Span){from, d->at - from});
    return;
  }
  d->at++;
  switch (c) {
    case 'b':
      d->out[d->n++] = '\b';
      return;
    case 'f':
      d->out[d->n++] = '\f';
      return;
    case 'n':
      d->out[d->n++] = '\n';
      return;
    case 'r':
      d->out[d->n++] = '\r';
      return;
    case 't':
      d->out[d->n++] = '\t';
      return;
    case '\\':
    case '\'':
    case '"':
      d->out[d->n++] = c;
      return;
    case 'x':
      hex_escape(d, from, 2, false);
      return;
    case 'u':
      hex_escape(d, from, 4, true);
      return;
    case 'U':
      hex_escape(d, from, 8, true);
      return;
    default:
      break;
  }
  while (d->at < d->end && ((unsigned char)d->in[d->at] & 0xC0) == 0x80) d->at++;
  bad_escape(d, from, "use \\b \\f \\n \\r \\t \\\\ \\' \\xhh \\uhhhh or an octal number");
}

/* at is behind the escape character of U&'...'. */
static void unicode_escape(Decoder *d, char escape) {
  uint32_t from = d->at - 1;
  uint32_t value, low;
  if (d->in[d->at] == escape) {
    d->out[d->n++] = escape;
    d->at++;
    return;
  }
  bool plus = d->in[d->at] == '+';
  if (plus) d->at++;
  if (read_digits(d, 16, plus ? 6 : 4, &value) < (plus ? 6u : 4u)) {
    bad_escape(d, from, "four hex digits, or + and six, are wanted");
    return;
  }
  bool high = value >= 0xD800 && value <= 0xDBFF;
  if (high && d->end - d->at >= 5 && d->in[d->at] == escape) { /* two surrogates */
    d->at++;
    if (read_digits(d, 16, 4, &low) == 4 && low >= 0xDC00 && low <= 0xDFFF)
      value = 0x10000 + ((value - 0xD800) << 10) + (low - 0xDC00);
  }
  put_code_point(d, value, (Span){from, d->at - from});
}

/* Between the quotes [d->at, d->end); escape '\0': none. */
static const char *decode(Decoder *d, char quote, char escape, bool c_style) {
  while (d->at < d->end && d->p->code == OK) {
    char c = d->in[d->at++];
    if (escape != '\0' && c == escape && d->at < d->end) {
      if (c_style) {
        c_escape(d);
      } else {
        unicode_escape(d, escape);
      }
    } else {
      d->out[d->n++] = c;
      if (c == quote) d->at++; /* it is doubled */
    }
  }
  d->out[d->n] = '\0';
  return d->out;
}

/* The character of UESCAPE 'c', which ends at end, or the backslash. */
static char escape_character(Parse *p, Span span, uint32_t string_end) {
  uint32_t end = span.at + span.len;
  if (string_end == end) return '\\';
  char c = p->text[end - 2];
  bool single = p->text[end - 3] == '\'';
  if (single && digit_value(c) == 99 && c != '+' && c != '\'' && (unsigned char)c > ' ' &&
      (unsigned char)c < 0x7F)
    return c;
  parse_fail(p, ERR_SYNTAX, (Span){end - 2, 1},
             "UESCAPE takes one character that is no hex digit, sign, quote or blank");
  return '\\';
}

/* Where the string that opens at p->text[at] is closed: behind its last quote. */
static uint32_t string_end(const Parse *p, uint32_t at) {
  for (at++;; at++) {
    if (p->text[at] != '\'') continue;
    if (p->text[at + 1] != '\'') return at + 1;
    at++;
  }
}

const char *decode_string(Parse *p, Span span) {
  uint32_t end = span.at + span.len;
  Decoder d = {.p = p, .in = p->text, .out = arena_alloc(p->arena, span.len + 1)};
  switch (p->text[span.at]) {
    case 'e':
    case 'E':
      d.at = span.at + 2;
      d.end = end - 1;
      return decode(&d, '\'', '\\', true);
    case 'u':
    case 'U':
      d.at = span.at + 3;
      d.end = string_end(p, span.at + 2) - 1;
      return decode(&d, '\'', escape_character(p, span, d.end + 1), false);
    default:
      d.at = span.at + 1;
      d.end = end - 1;
      return decode(&d, '\'', '\0', false);
  }
}

AstName ast_name(Parse *p, Span span) {
  const char *at = p->text + span.at;
  AstName name = {.span = span, .quoted = at[0] == '`'};
  if (!name.quoted) {
    name.text = arena_strndup(p->arena, at, span.len);
  } else {
    Decoder d = {.p = p,
                 .in = p->text,
                 .at = span.at + 1,
                 .end = span.at + span.len - 1,
                 .out = arena_alloc(p->arena, span.len + 1)};
    name.text = decode(&d, '`', '\0', false);
    if (d.n == 0) parse_fail(p, ERR_SYNTAX, span, "a name cannot be empty");
  }
  if (span.len > IDENTIFIER_MAX)
    parse_fail(p, ERR_LIMIT, (Span){span.at, 1}, "a name has more than %d bytes", IDENTIFIER_MAX);
  return name;
}
