/* json_random.h -- for tests: random JSON, mostly right, and random damage to it. */
#pragma once
#include <string.h>

#include "base/str.h"
#include "exec/data/rng.h"
#include "exec/data/types.h"

typedef struct JsonRandom {
  uint64_t state;
  const char *const *names; /* keys to prefer */
  uint32_t n_names;
  const Type *types; /* of those keys: half of their values are made to fit; NULL: none */
  bool wild;         /* blanks, escapes and nested values in unusual number */
} JsonRandom;

static inline uint32_t json_below(JsonRandom *r, uint32_t n) {
  return (uint32_t)(rng_next(&r->state) % n);
}
static inline bool json_one_in(JsonRandom *r, uint32_t n) { return json_below(r, n) == 0; }
static inline const char *json_pick(JsonRandom *r, const char *const *of, size_t n) {
  return of[json_below(r, (uint32_t)n)];
}

static inline void json_random_blanks(JsonRandom *r, StrBuf *out) {
  static const char *const blanks[] = {" ", "  ", "\t", " \r ", "                    "};
  if (json_one_in(r, r->wild ? 3 : 60)) strbuf_puts(out, json_pick(r, blanks, COUNT_OF(blanks)));
}

static inline void json_random_string(JsonRandom *r, StrBuf *out) {
  static const char *const parts[] = {"a",
                                      "B7",
                                      " ",
                                      "plain text of some length",
                                      "\xC3\xA4",
                                      "\xE4\xB8\xAD\xE6\x96\x87",
                                      "\xF0\x9F\x98\x80",
                                      "'",
                                      "{\"",
                                      "12",
                                      "/",
                                      "\x7F",
                                      "2024-01-01 00:00:00.000",
                                      "}\r"};
  static const char *const escapes[] = {"\\n",          "\\\"",    "\\\\",           "\\/",
                                        "\\u0041",      "\\u00e4", "\\uD83D\\uDE00", "\\u0000",
                                        "\\b\\f\\r\\t", "\\uFFFF"};
  strbuf_putc(out, '"');
  for (uint32_t n = json_below(r, 4); n > 0; n--) {
    const char *part = json_pick(r, parts, COUNT_OF(parts));
    if (strpbrk(part, "\"\r") != NULL) part = "[]";
    if (json_one_in(r, r->wild ? 3 : 20)) part = json_pick(r, escapes, COUNT_OF(escapes));
    strbuf_puts(out, part);
  }
  strbuf_putc(out, '"');
}

static inline void json_random_number(JsonRandom *r, StrBuf *out) {
  static const char *const odd[] = {"0",
                                    "-0",
                                    "-0.0",
                                    "1e5",
                                    "1E+2",
                                    "0.5e-3",
                                    "123456789012345678",
                                    "1234567890123456789",
                                    "9223372036854775807",
                                    "-9223372036854775808",
                                    "9223372036854775808",
                                    "0.1",
                                    "123456.78",
                                    "3.14159265358979323846",
                                    "1e-400",
                                    "2147483648",
                                    "9007199254740993",
                                    "99999999.99",
                                    "0.005",
                                    "12345678",
                                    "1e15"};
  if (json_one_in(r, 2)) {
    strbuf_puts(out, json_pick(r, odd, COUNT_OF(odd)));
    return;
  }
  if (json_one_in(r, 4)) strbuf_putc(out, '-');
  uint32_t shift = 1 + json_below(r, 63);
  uint64_t v = rng_next(&r->state) >> shift;
  strbuf_printf(out, "%llu", (unsigned long long)v);
  if (json_one_in(r, 3)) strbuf_printf(out, ".%u", json_below(r, 100000));
}

static inline void json_random_scalar(JsonRandom *r, StrBuf *out) {
  static const char *const others[] = {"null",
                                       "true",
                                       "false",
                                       "\"12\"",
                                       "\" 1.5 \"",
                                       "\"true\"",
                                       "\"2024-02-29\"",
                                       "\"2024-02-29 12:34:56.789\"",
                                       "\"2024-02-29T12:34:56Z\"",
                                       "\"1969-12-31 23:59:59.9999\"",
                                       "\"2024-02-29 12:34:5\"",
                                       "\"12:34:56\"",
                                       "\"aGVsbG8=\"",
                                       "\"NaN\"",
                                       "\"\"",
                                       "\"2024-02-29 12:34:60\"",
                                       "\"2024-02-29 12:34:56+02:00\""};
  uint32_t kind = json_below(r, 3);
  if (kind == 0) json_random_string(r, out);
  if (kind == 1) json_random_number(r, out);
  if (kind == 2) strbuf_puts(out, json_pick(r, others, COUNT_OF(others)));
}

static inline void json_random_value(JsonRandom *r, StrBuf *out, unsigned depth);

static inline void json_random_key(JsonRandom *r, StrBuf *out) {
  static const char *const more[] = {
      "x", "other", "", "\xC3\xA4", "a key that is longer than the sixty-four bytes that are kept"};
  uint32_t i = json_below(r, r->n_names + 3);
  if (json_one_in(r, r->wild ? 10 : 500)) {
    json_random_string(r, out);
  } else {
    const char *name = i < r->n_names ? r->names[i] : json_pick(r, more, COUNT_OF(more));
    bool escape = json_one_in(r, r->wild ? 10 : 500) && name[0] != '\0' && (name[0] & 0x80) == 0;
    strbuf_putc(out, '"');
    if (escape) strbuf_printf(out, "\\u%04x", (unsigned)*name++);
    strbuf_printf(out, "%s\"", name);
  }
  json_random_blanks(r, out);
  strbuf_putc(out, ':');
}

static inline void json_random_fit(JsonRandom *r, StrBuf *out, Type type);

/* The fields of a ROW, mostly in their order, or entries of a MAP. */
static inline void json_random_members(JsonRandom *r, StrBuf *out, Type type) {
  bool row = type.kind == TYPE_ROW;
  uint32_t n = row ? type.shape->n + json_one_in(r, 6) : json_below(r, 4);
  const char *before = "";
  for (uint32_t i = 0; i < n; i++) {
    if (json_one_in(r, 8)) continue;
    strbuf_puts(out, before);
    before = ",";
    uint32_t field = json_one_in(r, 6) ? json_below(r, n) : i;
    json_random_blanks(r, out);
    if (row && field < type.shape->n) {
      strbuf_printf(out, "\"%s\"", type.shape->names[field]);
    } else {
      json_random_string(r, out);
    }
    strbuf_putc(out, ':');
    json_random_blanks(r, out);
    json_random_fit(r, out,
                    row && field < type.shape->n ? type.shape->types[field]
                                                 : type.shape->types[type.shape->n - 1]);
    json_random_blanks(r, out);
  }
}

/* A value that mostly has the shape of a type. */
static inline void json_random_fit(JsonRandom *r, StrBuf *out, Type type) {
  if (json_one_in(r, 30)) {
    json_random_value(r, out, 4);
  } else if (json_one_in(r, 20)) {
    strbuf_puts(out, "null");
  } else if (type.kind == TYPE_ARRAY) {
    strbuf_putc(out, '[');
    for (uint32_t n = json_below(r, 4); n > 0; n--) {
      json_random_blanks(r, out);
      json_random_fit(r, out, type_item(type));
      json_random_blanks(r, out);
      if (n > 1) strbuf_putc(out, ',');
    }
    strbuf_putc(out, ']');
  } else if (type_is_nested(type)) {
    strbuf_putc(out, '{');
    json_random_members(r, out, type);
    json_random_blanks(r, out);
    strbuf_putc(out, '}');
  } else if (type_is_integer(type)) {
    strbuf_printf(out, "%u", json_below(r, 100));
  } else if (type_is_timestamp(type)) {
    strbuf_puts(out, "\"2024-02-29 12:34:56.789\"");
  } else if (type_is_numeric(type)) {
    json_random_number(r, out);
  } else {
    json_random_string(r, out);
  }
}

static inline void json_random_object(JsonRandom *r, StrBuf *out, unsigned depth) {
  strbuf_putc(out, '{');
  for (uint32_t n = json_below(r, r->n_names + 2); n > 0; n--) {
    json_random_blanks(r, out);
    if (r->types != NULL && r->n_names > 0 && json_one_in(r, 2)) {
      uint32_t i = json_below(r, r->n_names);
      strbuf_printf(out, "\"%s\":", r->names[i]);
      json_random_fit(r, out, r->types[i]);
    } else {
      json_random_key(r, out);
      json_random_blanks(r, out);
      json_random_value(r, out, depth);
    }
    json_random_blanks(r, out);
    if (n > 1) strbuf_putc(out, ',');
  }
  json_random_blanks(r, out);
  strbuf_putc(out, '}');
}

static inline void json_random_array(JsonRandom *r, StrBuf *out, unsigned depth) {
  strbuf_putc(out, '[');
  for (uint32_t n = json_below(r, 4); n > 0; n--) {
    json_random_blanks(r, out);
    json_random_value(r, out, depth);
    if (n > 1) strbuf_putc(out, ',');
  }
  json_random_blanks(r, out);
  strbuf_putc(out, ']');
}

static inline void json_random_value(JsonRandom *r, StrBuf *out, unsigned depth) {
  if (depth < 5 && json_one_in(r, r->wild ? 4 : 12)) {
    if (json_one_in(r, 2)) {
      json_random_object(r, out, depth + 1);
    } else {
      json_random_array(r, out, depth + 1);
    }
  } else {
    json_random_scalar(r, out);
  }
}

/* One record without its newline. */
static inline void json_random_record(JsonRandom *r, StrBuf *out) {
  if (json_one_in(r, 100)) {
    json_random_value(r, out, 0);
  } else {
    json_random_blanks(r, out);
    json_random_object(r, out, 0);
    json_random_blanks(r, out);
  }
}

/* Change some bytes of text[from..). */
static inline void json_random_damage(JsonRandom *r, StrBuf *text, size_t from) {
  static const char bytes[] =
      "{}[]\",:\\ 0123456789.eE+-tfnul\t\r\n\0\x01\x1F\x7F\x80\xC3\xED\xF4\xFF";
  for (uint32_t n = 1 + json_below(r, 3); n > 0 && text->len > from; n--) {
    size_t at = from + json_below(r, (uint32_t)(text->len - from));
    size_t len = 1 + json_below(r, 4), left = text->len - at;
    if (len > left) len = left;
    switch (json_below(r, 4)) {
      case 0: /* another byte */
        text->data[at] = bytes[json_below(r, sizeof bytes - 1)];
        break;
      case 1: /* some bytes less */
        memmove(text->data + at, text->data + at + len, left - len);
        text->len -= len;
        break;
      case 2: /* a byte more */
        strbuf_putc(text, ' ');
        memmove(text->data + at + 1, text->data + at, left);
        text->data[at] = bytes[json_below(r, sizeof bytes - 1)];
        break;
      default: /* the end is lost */
        if (json_one_in(r, 4)) text->len = at;
    }
  }
}
