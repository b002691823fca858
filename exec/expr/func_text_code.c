/* func_text_code.c -- texts encoded and taken apart: Base64 (RFC 4648), URLs.
 *
 * What is decoded may be no UTF-8: put_valid_utf8 mends it, so that a STRING stays text for whoever
 * writes it out.
 */
#include "exec/expr/func_text.h"

#include <string.h>

#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"

static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* --- Base64 --------------------------------------------------------------------------- */

void encode_base64(Str s, char *out) {
  for (size_t i = 0; i < s.len; i += 3) {
    size_t n = s.len - i < 3 ? s.len - i : 3;
    uint32_t word = 0;
    for (size_t j = 0; j < 3; j++) word = word << 8 | (j < n ? (unsigned char)s.ptr[i + j] : 0u);
    for (size_t j = 0; j < 4; j++) {
      *out++ = j <= n ? base64_digits[word >> (18 - 6 * j) & 63] : '=';
    }
  }
}

Code bind_to_base64(FuncBind *b) {
  return bind_shape(b, "y", type_string(), "a string or bytes");
}

Code kernel_to_base64(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    size_t len = (s.len + 2) / 3 * 4;
    TextRoom room;
    TRY(text_room(k, len, &room));
    encode_base64(s, room.at);
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

static int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* As Java's basic decoder: no blanks or line ends; padding may be missing, but not be wrong. */
static bool decode_base64(Str s, char *out, size_t *len) {
  size_t n = s.len;
  while (n > 0 && s.len - n < 2 && s.ptr[n - 1] == '=') n--;
  if (n % 4 == 1 || (n < s.len && s.len % 4 != 0)) return false;
  uint32_t word = 0;
  *len = 0;
  for (size_t i = 0; i < n; i++) {
    int value = base64_value(s.ptr[i]);
    if (value < 0) return false;
    word = word << 6 | (uint32_t)value;
    /* Digit i ends byte i - 1 - i / 4; what is left of the last one does not count. */
    if (i % 4 != 0) out[(*len)++] = (char)(word >> (6 - 2 * (i % 4)) & 0xFF);
  }
  return true;
}

Code kernel_from_base64(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    TextRoom room;
    size_t len;
    TRY(text_room(k, s.len / 4 * 3 + 3, &room));
    if (!decode_base64(s, room.at, &len)) return func_fail(k, "a text that is no Base64");
    TRY(put_valid_utf8(k, row, room.at, len));
  }
  return OK;
}

/* --- URL_ENCODE, URL_DECODE ------------------------------------------------------------- */

Code bind_url(FuncBind *b) { return bind_shape(b, "t*", type_string(), "strings"); }

/* What a form leaves as it is (java.net.URLEncoder): letters, digits, - . * _, a bit each. */
static inline bool is_plain(char c) {
  static const uint64_t plain[4] = {UINT64_C(0x03FF640000000000), UINT64_C(0x07FFFFFE87FFFFFE)};
  unsigned char byte = (unsigned char)c;
  return plain[byte / 64] >> (byte % 64) & 1;
}

Code kernel_url_encode(KernelCall *k) {
  static const char hex[] = "0123456789ABCDEF";
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    size_t len = 0;
    for (size_t j = 0; j < s.len; j++) len += is_plain(s.ptr[j]) || s.ptr[j] == ' ' ? 1 : 3;
    TextRoom room;
    TRY(text_room(k, len, &room));
    char *out = room.at;
    for (size_t j = 0; j < s.len; j++) {
      unsigned char c = (unsigned char)s.ptr[j];
      if (is_plain(s.ptr[j]) || c == ' ') {
        *out++ = c == ' ' ? '+' : s.ptr[j];
      } else {
        *out++ = '%';
        *out++ = hex[c >> 4];
        *out++ = hex[c & 15];
      }
    }
    put_text(k, row, (Str){room.at, len});
  }
  return OK;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* false: a '%' without two hexadecimal digits behind it. */
static bool decode_url(Str s, char *out, size_t *len) {
  *len = 0;
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    if (c == '%') {
      int high = i + 1 < s.len ? hex_value(s.ptr[i + 1]) : -1;
      int low = i + 2 < s.len ? hex_value(s.ptr[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      c = (char)(high << 4 | low);
      i += 2;
    } else if (c == '+') {
      c = ' ';
    }
    out[(*len)++] = c;
  }
  return true;
}

Code kernel_url_decode(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str s = text_at(text, row);
    TextRoom room;
    size_t len;
    TRY(text_room(k, s.len, &room));
    if (decode_url(s, room.at, &len)) {
      TRY(put_valid_utf8(k, row, room.at, len));
    } else {
      put_null(k, row);
    }
  }
  return OK;
}

/* --- PARSE_URL -------------------------------------------------------------------------- */

/* protocol://userinfo@host:port/path?query#ref; a part that is not there has ptr NULL. */
typedef struct UrlParts {
  Str protocol, authority, userinfo, host, file, path, query, ref;
} UrlParts;

/* Cut s at the first c: true, *head in front of it and *tail behind it; else *head is all. */
static bool cut(Str s, char c, Str *head, Str *tail) {
  const char *hit = memchr(s.ptr, c, s.len);
  *head = s;
  if (hit == NULL) return false;
  *head = str_part(s, 0, (size_t)(hit - s.ptr));
  *tail = str_part(s, head->len + 1, s.len);
  return true;
}

static bool is_protocol(Str s) {
  for (size_t i = 0; i < s.len; i++) {
    char c = s.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!letter && (i == 0 || !later)) return false;
  }
  return s.len > 0;
}

/* [2001:db8::1]:80 or host:80.  false: a port that is no number. */
static bool parse_host(Str s, Str *host) {
  Str port = {0};
  if (s.len > 0 && s.ptr[0] == '[') {
    Str inner;
    if (!cut(s, ']', &inner, &port)) return false;
    *host = str_part(s, 0, inner.len + 1);
    if (port.len > 0 && port.ptr[0] != ':') return false;
    if (port.len > 0) port = str_part(port, 1, port.len);
  } else {
    cut(s, ':', host, &port);
  }
  for (size_t i = 0; i < port.len; i++) {
    if (port.ptr[i] < '0' || port.ptr[i] > '9') return false;
  }
  return true;
}

/* As java.net.URL does; any protocol is taken. */
static bool parse_url(Str s, UrlParts *url) {
  Str rest, tail = {0};
  *url = (UrlParts){0};
  s = str_trim(s);
  if (!cut(s, ':', &url->protocol, &rest) || !is_protocol(url->protocol)) return false;
  if (cut(rest, '#', &rest, &tail)) url->ref = tail;
  if (str_starts(rest, STR("//"))) {
    rest = str_part(rest, 2, rest.len);
    size_t n = 0;
    while (n < rest.len && rest.ptr[n] != '/' && rest.ptr[n] != '?') n++;
    url->authority = str_part(rest, 0, n);
    rest = str_part(rest, n, rest.len);
    Str host = url->authority;
    if (cut(url->authority, '@', &url->userinfo, &tail)) {
      host = tail;
    } else {
      url->userinfo = (Str){0};
    }
    if (!parse_host(host, &url->host)) return false;
  }
  url->file = rest;
  if (cut(rest, '?', &url->path, &tail)) url->query = tail;
  return true;
}

/* The value of key in a query of key=value joined by '&'; ptr NULL: not there. */
static Str query_value(Str query, Str key) {
  while (query.ptr != NULL) {
    Str pair, name, value = {0}, tail = {0};
    cut(query, '&', &pair, &tail);
    if (cut(pair, '=', &name, &value) && str_eq(name, key)) return value;
    query = tail;
  }
  return (Str){0};
}

/* Part names are case-sensitive, as in Flink; an unknown one gives NULL. */
static Str url_part(const UrlParts *url, Str name) {
  const struct {
    Str name, part;
  } parts[] = {{STR("HOST"), url->host},           {STR("PATH"), url->path},
               {STR("QUERY"), url->query},         {STR("REF"), url->ref},
               {STR("PROTOCOL"), url->protocol},   {STR("FILE"), url->file},
               {STR("AUTHORITY"), url->authority}, {STR("USERINFO"), url->userinfo}};
  for (size_t i = 0; i < COUNT_OF(parts); i++) {
    if (str_eq(name, parts[i].name)) return parts[i].part;
  }
  return (Str){0};
}

Code kernel_parse_url(KernelCall *k) {
  TextArg text = text_arg(k, 0), name = text_arg(k, 1), key = {0};
  if (k->n_args == 3) key = text_arg(k, 2);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    UrlParts url;
    Str part = {0}, wanted = text_at(name, row);
    if (parse_url(text_at(text, row), &url)) part = url_part(&url, wanted);
    if (k->n_args == 3) {
      part = str_eq(wanted, STR("QUERY")) ? query_value(part, text_at(key, row)) : (Str){0};
    }
    if (part.ptr != NULL) {
      put_text(k, row, part); /* borrowed from the argument */
    } else {
      put_null(k, row);
    }
  }
  return OK;
}
