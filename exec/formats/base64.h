/* base64.h -- bytes as text (RFC 4648 section 4: the usual alphabet, padded). */
#pragma once
#include "base/str.h"

static inline size_t base64_encoded_len(size_t n) { return (n + 2) / 3 * 4; }
/* out has room for base64_encoded_len(n); returns that. */
size_t base64_encode(const char *bytes, size_t n, char *out);

static inline size_t base64_decoded_max(size_t n) { return n / 4 * 3; }
/* The whole text, padding included, no blanks.  out has room for base64_decoded_max(text.len). */
MUST_USE bool base64_decode(Str text, char *out, size_t *n);
