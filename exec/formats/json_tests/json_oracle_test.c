/* json_oracle_test.c -- two other readers of JSON say what is JSON and what is not: jansson and
 * simdjson, where they are installed.
 *
 * Random records, whole and damaged, are read by all; accepting or not must agree, and strings and
 * numbers must be the same.  These are the exceptions, each told from the text or by the
 * generator's care:
 *
 *   - a record that is neither object nor array is refused without a look at the rest
 *   - a byte order mark in front: simdjson and we pass over it, jansson does not (not generated)
 *   - numbers out of the range of 64 bits, or of a double: for the others no number; for us
 *     JSON, and at most out of the range of the column
 *   - U+0000 in a key, which jansson refuses; a NUL byte, which it passes over here and there
 *   - nesting beyond 256, ours, and 1024 or 2048, theirs (not generated)
 */
#include <math.h>

#include "exec/formats/json_tests/json_both.h"
#include "exec/formats/json_tests/json_random.h"

#ifdef HAVE_JANSSON
#include <jansson.h>
#endif
#ifdef HAVE_SIMDJSON
#include "exec/formats/json_tests/json_simdjson.h"
#endif

static const FormatField fields[] = {
    {"s", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"d", {.kind = TYPE_DOUBLE, .nullable = true}},
    {"i", {.kind = TYPE_BIGINT, .nullable = true}},
};
static const uint32_t wanted[] = {0, 1, 2};

/* --- ours ---------------------------------------------------------------------------- */

typedef struct Ours {
  bool accepts; /* it is JSON */
  bool one_row, fits;
  TextRef s;
  double d;
  int64_t i;
  bool has[COUNT_OF(fields)];
} Ours;

static void note_bad(void *arg, size_t offset, size_t len, const char *reason) {
  Ours *ours = arg;
  (void)offset, (void)len;
  ours->fits = false;
  if (strncmp(reason, "not JSON", 8) == 0) ours->accepts = false;
}

/* text[0..len) with its newline; the batch stays with d. */
static Ours read_ours(Decoder *d, const char *text, size_t len) {
  Ours ours = {.accepts = true, .fits = true};
  Error err = {0};
  Batch *b;
  uint32_t n_rows = 0;
  format_json.decode_begin(d, &(Chunk){.text = text, .len = len}, note_bad, &ours);
  for (;;) {
    CHECK_INT(format_json.decode_next(d, &b, &err), OK);
    if (b->rows == 0) break;
    n_rows += b->rows;
    ours.s = ((const TextRef *)b->cols[0].data)[0];
    ours.d = ((const double *)b->cols[1].data)[0];
    ours.i = ((const int64_t *)b->cols[2].data)[0];
    for (uint32_t c = 0; c < COUNT_OF(fields); c++) ours.has[c] = vector_valid(&b->cols[c], 0);
    if (n_rows == 1 && b->rows == 1) break; /* a record; the next call would clear it */
  }
  ours.one_row = n_rows == 1;
  return ours;
}

/* Is there a number that only we take?  Looks at every run of digits and signs; those inside of
 * strings do no harm, they only excuse too much now and then. */
static bool has_huge_number(const char *text) {
  enum { INT_DIGITS = 18 };
  while (*text != '\n') {
    size_t n = strspn(text, "+-0123456789");
    size_t all = n + strspn(text + n, "+-0123456789.eE");
    if (all > 0 && (n > INT_DIGITS || isinf(strtod(text, NULL)))) return true;
    text += all > 0 ? all : 1;
  }
  return false;
}

/* Does it begin as an object or array? */
static bool is_scalar(const char *text) {
  text += strspn(text, " \t\r");
  return *text != '{' && *text != '[';
}

static void show(const char *who, const char *text, size_t len) {
  printf("%s sees it otherwise: %.*s\n", who, (int)len, text);
}

/* --- theirs -------------------------------------------------------------------------- */

#ifdef HAVE_JANSSON
/* The values of the members that fit our columns as they are. */
static void compare_values(const Ours *ours, const json_t *root, const char *text, size_t len) {
  const json_t *s = json_object_get(root, "s"), *d = json_object_get(root, "d");
  const json_t *i = json_object_get(root, "i");
  Str mine = text_str(&ours->s);
  bool same = true;
  if (json_is_string(s)) {
    same = ours->has[0] && mine.len == json_string_length(s) &&
           memcmp(mine.ptr, json_string_value(s), mine.len) == 0;
  }
  if (json_is_real(d)) same = same && ours->has[1] && ours->d == json_real_value(d);
  if (json_is_integer(i)) same = same && ours->has[2] && ours->i == json_integer_value(i);
  if (s == NULL) same = same && !ours->has[0];
  CHECK(same);
  if (!same) show("jansson (a value)", text, len);
}

static void ask_jansson(const Ours *ours, const char *text, size_t len) {
  json_error_t error;
  json_t *root = json_loadb(text, len, JSON_ALLOW_NUL, &error);
  bool excused = memchr(text, '\0', len) != NULL ||
                 (root == NULL && json_error_code(&error) == json_error_null_byte_in_key);
  if (!excused) {
    CHECK_INT(root != NULL, ours->accepts);
    if ((root != NULL) != ours->accepts) show("jansson", text, len);
    if (json_is_object(root) && ours->one_row && ours->fits) compare_values(ours, root, text, len);
  }
  json_decref(root);
}
#endif

#ifdef HAVE_SIMDJSON
static void ask_simdjson(SimdjsonReader *r, const Ours *ours, const char *text, size_t len) {
  bool accepts = simdjson_accepts(r, text, len);
  CHECK_INT(accepts, ours->accepts);
  if (accepts != ours->accepts) show("simdjson", text, len);
  size_t n;
  const char *s = accepts && ours->one_row && ours->fits ? simdjson_string(r, "s", &n) : NULL;
  if (s == NULL) return;
  Str mine = text_str(&ours->s);
  bool same = ours->has[0] && mine.len == n && memcmp(mine.ptr, s, n) == 0;
  CHECK(same);
  if (!same) show("simdjson (a value)", text, len);
}
#endif

int main(int argc, char **argv) {
  static const char *const names[] = {"s", "d", "i"};
  uint64_t rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 20000, n_good = 0, n_bad = 0;
  JsonRandom r = {
      .state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1, .names = names, .n_names = 3};
  const DecodeSpec spec = {
      .fields = fields, .n_fields = 3, .wanted = wanted, .n_wanted = 3, .zone = zone_utc()};
  Error err = {0};
  Decoder *d;
  StrBuf text;
#ifdef HAVE_SIMDJSON
  SimdjsonReader *simdjson = simdjson_reader_new();
#endif
  strbuf_init(&text, 0);
  CHECK_INT(format_json.decoder_new(&spec, &d, &err), OK);
  for (uint64_t i = 0; i < rounds && check_failures == 0; i++) {
    strbuf_clear(&text);
    r.wild = json_one_in(&r, 2);
    json_random_record(&r, &text);
    if (json_one_in(&r, 2)) json_random_damage(&r, &text, 0);
    size_t len = text.len;
    if (len > 0 && memchr(text.data, '\n', len) != NULL) continue;
    strbuf_putc(&text, '\n');
    strbuf_fill(&text, '7', CHUNK_PADDING);
    if (is_scalar(text.data) || has_huge_number(text.data)) continue;
    Ours ours = read_ours(d, text.data, len + 1);
    n_good += ours.accepts;
    n_bad += !ours.accepts;
#ifdef HAVE_JANSSON
    ask_jansson(&ours, text.data, len);
#endif
#ifdef HAVE_SIMDJSON
    ask_simdjson(simdjson, &ours, text.data, len);
#endif
  }
  CHECK(n_good > rounds / 4 && n_bad > rounds / 8);
  printf("%llu accepted, %llu refused\n", (unsigned long long)n_good, (unsigned long long)n_bad);
  format_json.decoder_free(d);
  strbuf_deinit(&text);
#ifdef HAVE_SIMDJSON
  simdjson_reader_free(simdjson);
#endif
  return check_done();
}
