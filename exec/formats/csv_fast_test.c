/* csv_fast_test.c -- the fast ways against a simple one: random CSV through the index in all its
 * kinds, through the cutter in random blocks and through the decoder, and through a parser written
 * here that goes byte by byte.
 *
 * The seed is fixed; give another one, and a number of rounds, on the command line.
 */
#include "exec/formats/csv_index.h"
#include "exec/formats/decode_check.h"

static uint64_t state;

static uint32_t below(uint32_t n) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (uint32_t)(state >> 33) % n;
}

/* --- the simple parser --------------------------------------------------------------- */

typedef struct Simple {
  const CsvDialect *d;
  uint32_t n_fields;
  const char *text;
  size_t len;
  StrBuf rows, bad;
} Simple;

typedef struct SimpleRecord {
  size_t next;  /* offset behind it */
  bool closed;  /* no quote is open at its end */
  size_t quote; /* the last one that opened a field */
  bool torn;    /* text behind a closing quote; in which field, first */
  uint32_t torn_field, n_fields;
  StrBuf line;
} SimpleRecord;

static bool is_null_field(const CsvDialect *d, const char *raw, size_t len) {
  return len == 0 || (d->null_literal.ptr != NULL && len == d->null_literal.len &&
                      memcmp(raw, d->null_literal.ptr, len) == 0);
}

static char meaning_of(char c) {
  return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c == '0' ? '\0' : c;
}

/* Parse the record at `at`. */
static SimpleRecord simple_record(const Simple *s, size_t at) {
  const CsvDialect *d = s->d;
  SimpleRecord r = {.closed = true};
  strbuf_init(&r.line, 0);
  for (bool end = false; !end;) {
    size_t field = at, before = r.line.len;
    bool quoted = d->has_quote && at < s->len && s->text[at] == d->quote, behind = false;
    if (quoted) {
      r.quote = at++;
      r.closed = false;
      while (at < s->len) {
        char c = s->text[at++];
        if (d->has_escape && c == d->escape && at < s->len) {
          strbuf_putc(&r.line, meaning_of(s->text[at++]));
        } else if (c == d->quote && at < s->len && s->text[at] == d->quote) {
          strbuf_putc(&r.line, c);
          at++;
        } else if (c == d->quote) {
          r.closed = true;
          break;
        } else {
          strbuf_putc(&r.line, c);
        }
      }
    }
    size_t plain = at;
    while (at < s->len && s->text[at] != d->delimiter && s->text[at] != '\n') {
      char c = s->text[at++];
      bool line_end = at < s->len && s->text[at] == '\r' &&
                      (at + 1 == s->len || s->text[at + 1] == '\n'); /* is never escaped */
      if (d->has_escape && c == d->escape && at < s->len && !line_end) {
        c = meaning_of(s->text[at++]);
      }
      strbuf_putc(&r.line, c);
    }
    end = at >= s->len || s->text[at] == '\n';
    size_t stop = at;
    if (end && stop > plain && s->text[stop - 1] == '\r' && r.line.len > before) {
      stop--;
      r.line.len--;
    }
    behind = quoted && stop > plain;
    if (behind && !r.torn) r.torn_field = r.n_fields + 1;
    r.torn |= behind;
    if (!quoted && is_null_field(d, s->text + field, stop - field)) {
      r.line.len = before;
      strbuf_putc(&r.line, '~');
    }
    if (!end) strbuf_putc(&r.line, '|');
    r.n_fields++;
    at += at < s->len;
  }
  r.next = at;
  return r;
}

static size_t simple_line(const Simple *s, size_t at) {
  while (at < s->len && s->text[at] != '\n') at++;
  return at < s->len ? at + 1 : at;
}

static void simple_bad(Simple *s, size_t at, size_t next, const char *reason) {
  strbuf_printf(&s->bad, "%zu+%zu %s\n", at, next - at, reason);
}

static void simple_run(Simple *s) {
  for (size_t at = 0; at < s->len;) {
    size_t line = simple_line(s, at);
    char c = s->text[at], reason[100];
    bool blank = c == '\n' || (c == '\r' && line - at == 1) ||
                 (c == '\r' && line - at == 2 && s->text[at + 1] == '\n');
    if (blank || (s->d->comments && c == '#')) {
      at = line;
      continue;
    }
    SimpleRecord r = simple_record(s, at);
    if (!r.closed) {
      r.next = simple_line(s, r.quote);
      simple_bad(s, at, r.next, "a quote is never closed");
    } else if (r.torn) {
      snprintf(reason, sizeof reason, "text behind the closing quote of field %u", r.torn_field);
      simple_bad(s, at, r.next, reason);
    } else if (r.n_fields != s->n_fields) {
      snprintf(reason, sizeof reason, "%u field%s, %u expected", r.n_fields,
               r.n_fields == 1 ? "" : "s", s->n_fields);
      simple_bad(s, at, r.next, reason);
    } else {
      strbuf_put(&s->rows, r.line.data, r.line.len);
      strbuf_putc(&s->rows, '\n');
    }
    strbuf_deinit(&r.line);
    at = r.next;
  }
}

/* --- random text --------------------------------------------------------------------- */

static void random_word(StrBuf *out) {
  static const char *const words[] = {
      "a",   "bc", "",  "1234567890123",         "x y", "\xC3\xA9", "-7", "N", "a\"b",
      "5\"", "\r", "#", "a somewhat longer word"};
  strbuf_puts(out, words[below(COUNT_OF(words))]);
}

static void random_quoted(StrBuf *out) {
  static const char *const parts[] = {"a",
                                      "\"\"",
                                      ",",
                                      "\n",
                                      "\r\n",
                                      "",
                                      "bcdef",
                                      "\xE2\x82\xAC",
                                      "#",
                                      "\n#",
                                      "a longer part of a quoted field"};
  strbuf_putc(out, '"');
  for (uint32_t n = below(4); n > 0; n--) strbuf_puts(out, parts[below(COUNT_OF(parts))]);
  strbuf_putc(out, '"');
}

/* Records that are mostly right. */
static void random_records(StrBuf *out, uint32_t n_fields, uint32_t n_records, uint32_t quotes) {
  for (uint32_t i = 0; i < n_records; i++) {
    uint32_t n = below(40) == 0 ? below(n_fields + 2) : n_fields;
    for (uint32_t f = 0; f < n; f++) {
      if (f > 0) strbuf_putc(out, ',');
      if (below(100) < quotes) {
        random_quoted(out);
        if (below(100) == 0) strbuf_putc(out, "x \r\""[below(4)]);
      } else {
        random_word(out);
      }
    }
    if (below(60) == 0) strbuf_puts(out, "#\",\n");
    strbuf_puts(out, below(4) == 0 ? "\r\n" : "\n");
  }
  if (below(3) == 0 && out->len > 0) out->len--;
}

/* Bytes in no order. */
static void random_bytes(StrBuf *out, uint32_t n) {
  static const char bytes[] = {'a', 'b', ',', ',', '"', '"', '\n', '\r', '#', '\\', 'n', 'N'};
  for (; n > 0; n--) strbuf_putc(out, bytes[below(COUNT_OF(bytes))]);
}

/* --- comparisons --------------------------------------------------------------------- */

static CsvDialect random_dialect(Option *o, uint32_t *n) {
  *n = 0;
  if (below(4) == 0) o[(*n)++] = (Option){"csv.allow-comments", "true", NO_SPAN, NO_SPAN};
  if (below(4) == 0) o[(*n)++] = (Option){"csv.escape-character", "\\", NO_SPAN, NO_SPAN};
  if (below(8) == 0) o[(*n)++] = (Option){"csv.disable-quote-character", "true", NO_SPAN, NO_SPAN};
  if (below(4) == 0) o[(*n)++] = (Option){"csv.null-literal", "N", NO_SPAN, NO_SPAN};
  return csv_dialect((Options){o, *n});
}

/* Every kind of index gives the same as plain C. */
static void compare_index(const CsvDialect *d, Str text) {
  CsvIndexKind kinds[CSV_INDEX_KINDS_MAX];
  uint32_t n = csv_index_kinds(kinds);
  size_t room = CSV_INDEX_ROOM(text.len);
  uint32_t *memory = calloc(4 * room, sizeof *memory);
  if (memory == NULL) out_of_memory();
  CsvIndex want = {.sep = memory, .line = memory + room};
  kinds[n - 1].fn(d, text.ptr, 0, (uint32_t)text.len, &want);
  for (uint32_t i = 0; i + 1 < n; i++) {
    if (!kinds[i].runs) continue;
    CsvIndex got = {.sep = memory + 2 * room, .line = memory + 3 * room};
    kinds[i].fn(d, text.ptr, 0, (uint32_t)text.len, &got);
    CHECK_INT(got.n_sep, want.n_sep);
    CHECK_INT(got.n_line, want.n_line);
    CHECK(got.quotes == want.quotes && got.high == want.high);
    CHECK(memcmp(got.sep, want.sep, want.n_sep * sizeof *want.sep) == 0);
    CHECK(memcmp(got.line, want.line, (want.n_line + 1) * sizeof *want.line) == 0);
  }
  free(memory);
}

static bool same(const StrBuf *got, const StrBuf *want) {
  return str_eq((Str){got->data, got->len}, (Str){want->data, want->len});
}

static void compare(Str text, uint32_t n_fields) {
  static const FormatField fields[] = {{"a", {.kind = TYPE_VARCHAR, .nullable = true}},
                                       {"b", {.kind = TYPE_VARCHAR, .nullable = true}},
                                       {"c", {.kind = TYPE_VARCHAR, .nullable = true}},
                                       {"d", {.kind = TYPE_VARCHAR, .nullable = true}}};
  static const uint32_t wanted[] = {0, 1, 2, 3};
  Option options[4];
  DecodeSpec spec = {.fields = fields,
                     .n_fields = n_fields,
                     .wanted = wanted,
                     .n_wanted = n_fields,
                     .zone = zone_utc()};
  const CsvDialect d = random_dialect(options, &spec.options.n);
  spec.options.items = options;
  Simple s = {.d = &d, .n_fields = n_fields, .text = text.ptr, .len = text.len};
  strbuf_init(&s.rows, 0);
  strbuf_init(&s.bad, 0);
  simple_run(&s);
  static const size_t blocks[] = {1, 64, 1 << 20};
  size_t block = below(2) == 0 ? 1 + below(200) : blocks[below(COUNT_OF(blocks))];
  if (text.len > 2000 && block < 64) block = 64;
  Decoded got;
  decoded_run(&got, &format_csv, &spec, text.ptr, text.len, block);
  CHECK_INT(got.code, OK);
  CHECK(same(&got.rows, &s.rows));
  CHECK(same(&got.bad, &s.bad));
  if (!same(&got.rows, &s.rows) || !same(&got.bad, &s.bad)) {
    printf("%u fields, blocks of %zu, options", n_fields, block);
    for (uint32_t i = 0; i < spec.options.n; i++) printf(" %s", options[i].key);
    printf("\n[%.*s]\n", text.len < 500 ? (int)text.len : 500, text.ptr);
    printf("got:\n%.500s\n%.500s\nwant:\n%.500s\n%.500s\n", strbuf_text(&got.rows),
           strbuf_text(&got.bad), strbuf_text(&s.rows), strbuf_text(&s.bad));
  }
  decoded_free(&got);
  strbuf_deinit(&s.rows);
  strbuf_deinit(&s.bad);
  compare_index(&d, text);
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
  uint32_t rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 4000;
  state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
  StrBuf text;
  strbuf_init(&text, 0);
  for (uint32_t i = 0; i < rounds && check_failures == 0; i++) {
    strbuf_clear(&text);
    uint32_t n_fields = 1 + below(4), records = i % 100 == 0 ? 5000 : below(60);
    if (i % 4 == 0) random_bytes(&text, below(200));
    if (i % 4 != 0) random_records(&text, n_fields, records, below(3) * 20);
    compare((Str){text.len > 0 ? text.data : "", text.len}, n_fields);
  }
  strbuf_deinit(&text);
  return check_done();
}
