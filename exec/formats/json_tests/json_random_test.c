/* json_random_test.c -- the format json over random texts, whole and damaged: the fast and the
 * strict way agree, whatever columns are asked for, however the text is cut.
 */
#include "exec/formats/json_tests/json_random.h"
#include "exec/formats/json_tests/json_both.h"

/* Every kind of column. */
static const FormatField scalars[] = {
    {"a", {.kind = TYPE_BIGINT, .nullable = true}},
    {"b", {.kind = TYPE_VARCHAR, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"c", {.kind = TYPE_TIMESTAMP, .nullable = true, .precision = 3}},
    {"d", {.kind = TYPE_DOUBLE, .nullable = true}},
    {"price", {.kind = TYPE_DECIMAL, .nullable = true, .precision = 10, .scale = 2}},
    {"i", {.kind = TYPE_INT, .nullable = true}},
    {"yes", {.kind = TYPE_BOOLEAN, .nullable = true}},
    {"an_even_longer_name", {.kind = TYPE_TIMESTAMP_LTZ, .nullable = true, .precision = 3}},
    {"day", {.kind = TYPE_DATE, .nullable = true}},
    {"time", {.kind = TYPE_TIME, .nullable = true, .precision = 3}},
    {"wide", {.kind = TYPE_DECIMAL, .nullable = true, .precision = 38, .scale = 6}},
    {"raw", {.kind = TYPE_VARBINARY, .nullable = true, .length = TYPE_LENGTH_MAX}},
    {"must", {.kind = TYPE_SMALLINT}},
    {"f", {.kind = TYPE_FLOAT, .nullable = true}},
    {"span", {.kind = TYPE_INTERVAL_SECOND, .nullable = true}},
};
enum { N_SCALARS = COUNT_OF(scalars), N_FIELDS = N_SCALARS + 4 };

static FormatField fields[N_FIELDS];
static const char *names[N_FIELDS];
static Type types[N_FIELDS];

/* With nested types of several depths, whose fields have names of columns, too. */
static void init_fields(void) {
  const char *const inner[] = {"a", "b", "x", "i"};
  const Type parts[] = {type_of(TYPE_BIGINT), type_string(), type_decimal(10, 2),
                        type_not_null(type_of(TYPE_INT))};
  const Type row = type_row(parts, inner, 4);
  const Type of_rows[] = {type_array(row), type_map(type_string(), row)};
  memcpy(fields, scalars, sizeof scalars);
  fields[N_SCALARS] = (FormatField){"row", row};
  fields[N_SCALARS + 1] = (FormatField){"list", type_array(type_time(TYPE_TIMESTAMP, 3))};
  fields[N_SCALARS + 2] = (FormatField){"deep", type_row(of_rows, inner, 2)};
  fields[N_SCALARS + 3] = (FormatField){"counts", type_multiset(type_string())};
  for (uint32_t i = 0; i < N_FIELDS; i++) {
    names[i] = fields[i].name;
    types[i] = fields[i].type;
  }
}

/* Some of the columns, in any order. */
static uint32_t random_wanted(JsonRandom *r, uint32_t *wanted) {
  uint32_t all[N_FIELDS], n = json_below(r, N_FIELDS + 1);
  for (uint32_t i = 0; i < N_FIELDS; i++) all[i] = i;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = i + json_below(r, N_FIELDS - i), swap = all[i];
    all[i] = all[k];
    all[k] = swap;
    wanted[i] = all[i];
  }
  return n;
}

static void random_text(JsonRandom *r, StrBuf *text) {
  bool damaged = json_one_in(r, 2);
  uint32_t n = 1 + json_below(r, 12);
  size_t again = text->len;
  r->wild = json_one_in(r, 2);
  for (uint32_t i = 0; i < n; i++) {
    size_t from = text->len;
    if (i > 0 && json_one_in(r, 2)) { /* the same keys again, so that they are known */
      size_t len = from - again;
      char *room = strbuf_reserve(text, len);
      if (room == NULL) out_of_memory();
      memcpy(room, text->data + again, len);
      text->len += len;
      from = text->len - 1;
    } else {
      json_random_record(r, text);
      again = from;
    }
    if (damaged && json_one_in(r, 3)) json_random_damage(r, text, from);
    strbuf_putc(text, '\n');
  }
  if (json_one_in(r, 4)) text->len--;
  if (text->len < again) text->len = again;
}

/* What is JSON does not depend on the columns: counting refuses what is refused as such, and
 * nothing that is read. */
static void check_counting(const DecodeSpec *spec, const Decoded *all, const StrBuf *text) {
  DecodeSpec none = *spec;
  JsonBoth both;
  none.n_wanted = 0;
  CHECK(json_both_run(&both, &none, text->data, text->len));
  CHECK(both.fast.n_rows >= all->n_rows);
  for (const char *at = strbuf_text(&both.fast.bad); *at != '\0';) {
    const char *end = strchr(at, '\n');
    size_t len = (size_t)(end - at) + 1;
    CHECK(memmem(all->bad.data, all->bad.len, at, len) != NULL);
    at += len;
  }
  json_both_free(&both);
}

static void check_cutting(const DecodeSpec *spec, const Decoded *all, const StrBuf *text,
                          size_t block) {
  Decoded d;
  decoded_run(&d, &format_json, spec, text->data, text->len, block);
  CHECK(json_same_bytes(&d.rows, &all->rows));
  CHECK(json_same_bytes(&d.bad, &all->bad));
  decoded_free(&d);
}

static void round_of(JsonRandom *r, uint64_t *n_rows, uint64_t *n_bad) {
  uint32_t wanted[N_FIELDS];
  static const Option ignore = {.key = "json.ignore-parse-errors", .value = "true"};
  static const Option missing = {.key = "json.fail-on-missing-field", .value = "true"};
  DecodeSpec spec = {.fields = fields, .n_fields = N_FIELDS, .wanted = wanted, .zone = zone_utc()};
  spec.n_wanted = random_wanted(r, wanted);
  if (json_one_in(r, 2)) spec.options = (Options){json_one_in(r, 5) ? &missing : &ignore, 1};
  StrBuf text;
  JsonBoth both;
  strbuf_init(&text, 0);
  random_text(r, &text);
  bool same = json_both_run(&both, &spec, text.data, text.len);
  CHECK(same);
  if (!same) json_both_show(&both, text.data, text.len);
  check_counting(&spec, &both.fast, &text);
  check_cutting(&spec, &both.fast, &text, 1 + json_below(r, 200));
  *n_rows += both.fast.n_rows;
  *n_bad += both.fast.n_bad;
  json_both_free(&both);
  strbuf_deinit(&text);
}

int main(int argc, char **argv) {
  uint64_t n_rows = 0, n_bad = 0, rounds = argc > 1 ? strtoull(argv[1], NULL, 10) : 3000;
  JsonRandom r = {.state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1,
                  .names = names,
                  .n_names = N_FIELDS,
                  .types = types};
  init_fields();
  for (uint64_t i = 0; i < rounds && check_failures == 0; i++) round_of(&r, &n_rows, &n_bad);
  CHECK(n_rows > rounds && n_bad > rounds); /* both happen */
  printf("%llu rows, %llu malformed\n", (unsigned long long)n_rows, (unsigned long long)n_bad);
  return check_done();
}
