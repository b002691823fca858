/* base64.c -- three bytes, four letters. */
#include "exec/formats/base64.h"

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t base64_encode(const char *bytes, size_t n, char *out) {
  const unsigned char *p = (const unsigned char *)bytes;
  size_t at = 0;
  for (size_t i = 0; i < n; i += 3) {
    uint32_t v = (uint32_t)p[i] << 16;
    if (i + 1 < n) v |= (uint32_t)p[i + 1] << 8;
    if (i + 2 < n) v |= p[i + 2];
    out[at++] = letters[v >> 18];
    out[at++] = letters[v >> 12 & 63];
    out[at++] = i + 1 < n ? letters[v >> 6 & 63] : '=';
    out[at++] = i + 2 < n ? letters[v & 63] : '=';
  }
  return at;
}

/* The six bits of a letter, -1 for any other byte. */
static int bits_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool base64_decode(Str text, char *out, size_t *n) {
  if (text.len % 4 != 0) return false;
  size_t at = 0;
  for (size_t i = 0; i < text.len; i += 4) {
    const char *p = text.ptr + i;
    bool last = i + 4 == text.len;
    int pad = last && p[3] == '=' ? 1 + (p[2] == '=') : 0;
    int a = bits_of(p[0]), b = bits_of(p[1]);
    int c = pad == 2 ? 0 : bits_of(p[2]), d = pad > 0 ? 0 : bits_of(p[3]);
    if ((a | b | c | d) < 0) return false;
    uint32_t v = (uint32_t)a << 18 | (uint32_t)b << 12 | (uint32_t)c << 6 | (uint32_t)d;
    if ((v & ((UINT32_C(1) << (8 * pad)) - 1)) != 0) return false; /* bits under the padding */
    out[at++] = (char)(v >> 16);
    if (pad < 2) out[at++] = (char)(v >> 8);
    if (pad < 1) out[at++] = (char)v;
  }
  *n = at;
  return true;
}
