/* func_charset.c -- text as bytes of a character set and back: ENCODE, DECODE, IS_VALID_UTF8,
 * MAKE_VALID_UTF8.
 *
 * As Java's String does: what a character set does not have becomes '?', what is no text in it
 * U+FFFD.  UTF-16 is written in big endian behind a byte order mark, and read in the order that its
 * mark says, big endian without one.
 */
#include "exec/expr/func_bind.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/func_text.h"

enum { REPLACEMENT = 0xFFFD, BYTE_ORDER_MARK = 0xFEFF };

typedef enum Charset { ASCII, LATIN1, UTF8, UTF16, UTF16BE, UTF16LE } Charset;

static bool charset_find(Str name, Charset *out) {
  static const struct {
    const char *name;
    Charset charset;
  } names[] = {{"UTF-8", UTF8},       {"UTF8", UTF8},         {"US-ASCII", ASCII},
               {"ASCII", ASCII},      {"ISO-8859-1", LATIN1}, {"ISO8859-1", LATIN1},
               {"LATIN1", LATIN1},    {"UTF-16", UTF16},      {"UTF16", UTF16},
               {"UTF-16BE", UTF16BE}, {"UTF-16LE", UTF16LE}};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    if (!str_eq_nocase(name, str_of(names[i].name))) continue;
    *out = names[i].charset;
    return true;
  }
  return false;
}

static Code row_charset(KernelCall *k, uint32_t row, Charset *out) {
  Str name = text_at(text_arg(k, 1), row);
  if (charset_find(name, out)) return OK;
  Code code =
      func_fail(k, "no character set \"%.*s\"", (int)(name.len < 40 ? name.len : 40), name.ptr);
  error_hint(k->err, "there are US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE, UTF-16LE");
  return code;
}

/* --- UTF-8 that may be none -------------------------------------------------------------- */

static bool continues(Str s, size_t i) {
  return i < s.len && ((unsigned char)s.ptr[i] & 0xC0) == 0x80;
}

/* Bytes that belong together at byte i, where no code point is: the part of one that was cut, a
 * surrogate, or one byte.  As Java, each becomes one U+FFFD. */
static size_t bad_size(Str s, size_t i) {
  unsigned lead = (unsigned char)s.ptr[i];
  unsigned second = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
  if (!continues(s, i + 1)) return 1;
  if (lead >= 0xE0 && lead <= 0xEF) {
    if (lead == 0xE0 && second < 0xA0) return 1;
    return lead == 0xED && second >= 0xA0 && continues(s, i + 2) ? 3 : 2;
  }
  if (lead < 0xF0 || lead > 0xF4) return 1;
  if ((lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F)) return 1;
  return continues(s, i + 2) ? 3 : 2;
}

static bool is_bad(Str s, size_t i, size_t size) {
  return size == 1 && (unsigned char)s.ptr[i] >= 0x80;
}

/* The next code point at byte *i, which moves behind it. */
static uint32_t next_char(Str s, size_t *i) {
  uint32_t cp;
  size_t size = utf8_decode(s.ptr + *i, s.len - *i, &cp);
  if (is_bad(s, *i, size)) size = bad_size(s, *i);
  *i += size;
  return cp;
}

Code put_valid_utf8(KernelCall *k, uint32_t row, const char *bytes, size_t len) {
  Str s = {bytes, len};
  size_t good = utf8_valid_prefix(bytes, len), total = good;
  if (good == len) {
    put_text(k, row, s);
    return OK;
  }
  char encoded[4];
  for (size_t i = good; i < len;) total += utf8_encode(next_char(s, &i), encoded);
  TextRoom room;
  TRY(text_room(k, total, &room));
  char *out = room.at;
  for (size_t i = 0; i < len;) out += utf8_encode(next_char(s, &i), out);
  put_text(k, row, (Str){room.at, total});
  return OK;
}

Code bind_is_valid_utf8(FuncBind *b) { return bind_shape(b, "y", type_of(TYPE_BOOLEAN), "bytes"); }

Code bind_make_valid_utf8(FuncBind *b) { return bind_shape(b, "y", type_string(), "bytes"); }

Code kernel_is_valid_utf8(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    put_bool(k, row, utf8_valid(s.ptr, s.len));
  }
  return OK;
}

Code kernel_make_valid_utf8(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    TRY(put_valid_utf8(k, row, s.ptr, s.len));
  }
  return OK;
}

/* --- ENCODE ------------------------------------------------------------------------------ */

Code bind_encode(FuncBind *b) {
  return bind_shape(b, "tt", type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX),
                    "a string and the name of a character set");
}

static char *put_unit(char *out, uint32_t unit, bool little) {
  out[little ? 1 : 0] = (char)(unit >> 8);
  out[little ? 0 : 1] = (char)unit;
  return out + 2;
}

static char *put_char16(char *out, uint32_t cp, bool little) {
  if (cp < 0x10000) return put_unit(out, cp, little);
  out = put_unit(out, 0xD800 + ((cp - 0x10000) >> 10), little);
  return put_unit(out, 0xDC00 + ((cp - 0x10000) & 0x3FF), little);
}

static Code encode_bytes(KernelCall *k, uint32_t row, Str s, uint32_t max) {
  TextRoom room;
  TRY(text_room(k, s.len, &room)); /* no character takes more than in UTF-8 */
  size_t len = 0;
  for (size_t i = 0; i < s.len;) {
    uint32_t cp = next_char(s, &i);
    room.at[len++] = (char)(cp <= max ? cp : '?');
  }
  put_text(k, row, (Str){room.at, len});
  return OK;
}

static Code encode_units(KernelCall *k, uint32_t row, Str s, Charset charset) {
  bool little = charset == UTF16LE;
  TextRoom room;
  TRY(text_room(k, 2 * s.len + 2, &room)); /* a byte of UTF-8 is at most one unit */
  char *out = room.at;
  if (charset == UTF16 && s.len > 0) out = put_unit(out, BYTE_ORDER_MARK, little);
  for (size_t i = 0; i < s.len;) out = put_char16(out, next_char(s, &i), little);
  put_text(k, row, (Str){room.at, (size_t)(out - room.at)});
  return OK;
}

Code kernel_encode(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Charset charset;
    Str s = text_at(text, row);
    TRY(row_charset(k, row, &charset));
    if (charset == UTF8) {
      put_text(k, row, s); /* borrowed */
    } else if (charset <= LATIN1) {
      TRY(encode_bytes(k, row, s, charset == ASCII ? 0x7F : 0xFF));
    } else {
      TRY(encode_units(k, row, s, charset));
    }
  }
  return OK;
}

/* --- DECODE ------------------------------------------------------------------------------ */

Code bind_decode(FuncBind *b) {
  return bind_shape(b, "yt", type_string(), "bytes and the name of a character set");
}

static Code decode_bytes(KernelCall *k, uint32_t row, Str s, bool latin1) {
  TextRoom room;
  TRY(text_room(k, 3 * s.len, &room));
  char *out = room.at;
  for (size_t i = 0; i < s.len; i++) {
    uint32_t c = (unsigned char)s.ptr[i];
    out += utf8_encode(c < 0x80 || latin1 ? c : REPLACEMENT, out);
  }
  put_text(k, row, (Str){room.at, (size_t)(out - room.at)});
  return OK;
}

/* The code point at unit *i of n; a high surrogate without its low one takes the unit behind it
 * along, as Java's decoder does. */
static uint32_t take_char16(Str s, size_t *i, bool little) {
  const unsigned char *at = (const unsigned char *)s.ptr + 2 * *i;
  size_t n = s.len / 2;
  uint32_t unit = (uint32_t)at[little] << 8 | at[!little];
  ++*i;
  if (unit < 0xD800 || unit > 0xDFFF) return unit;
  if (unit >= 0xDC00 || *i == n) return REPLACEMENT;
  uint32_t low = (uint32_t)at[2 + little] << 8 | at[2 + !little];
  ++*i;
  if (low < 0xDC00 || low > 0xDFFF) return REPLACEMENT;
  return 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
}

static Code decode_units(KernelCall *k, uint32_t row, Str s, Charset charset) {
  TextRoom room;
  size_t units = s.len / 2, i = 0;
  bool little = charset == UTF16LE;
  TRY(text_room(k, 3 * units + 3, &room));
  char *out = room.at;
  if (charset == UTF16 && units > 0) {
    size_t next = 0;
    little = s.ptr[0] == '\xFF' && s.ptr[1] == '\xFE';
    if (take_char16(s, &next, little) == BYTE_ORDER_MARK) i = 1;
  }
  while (i < units) out += utf8_encode(take_char16(s, &i, little), out);
  if (s.len % 2 == 1) out += utf8_encode(REPLACEMENT, out);
  put_text(k, row, (Str){room.at, (size_t)(out - room.at)});
  return OK;
}

Code kernel_decode(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Charset charset;
    Str s = text_at(text, row);
    TRY(row_charset(k, row, &charset));
    if (charset == UTF8) {
      TRY(put_valid_utf8(k, row, s.ptr, s.len));
    } else if (charset <= LATIN1) {
      TRY(decode_bytes(k, row, s, charset == LATIN1));
    } else {
      TRY(decode_units(k, row, s, charset));
    }
  }
  return OK;
}
