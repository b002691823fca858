/* conn_datagen_test.c -- generated tables: any chunk alone, ranges, sequences, pace, refusals. */
#include <math.h>

#include "base/limits.h"
#include "exec/connectors/connector.h"
#include "exec/connectors/test_files.h"
#include "exec/data/number_text.h"
#include "exec/data/value.h"

enum { COLS_MAX = 32 };
static const Micros NOW = INT64_C(1704110400123456); /* 2024-01-01 12:00:00.123456 */

typedef struct Table {
  FormatField fields[COLS_MAX];
  uint32_t n_fields, wanted[COLS_MAX], n_wanted;
  OptionPairs pairs;
  SourceSpec spec;
  RowGenerator *g;
  BatchBuilder *b;
} Table;

static Error last;
static const RowSource *source(void) { return connector_find("datagen")->rows; }

static void add_column(Table *t, const char *name, Type type) {
  t->wanted[t->n_wanted++] = t->n_fields;
  t->fields[t->n_fields++] = (FormatField){name, type};
}

static Code check(Table *t) {
  const Connector *c;
  const Format *f;
  last = (Error){0};
  return connector_check(t->pairs.all, t->fields, t->n_fields, (Span){1, 1}, &c, &f, &last);
}

static void open_table(Table *t) {
  Type types[COLS_MAX] = {{0}};
  for (uint32_t i = 0; i < t->n_wanted; i++) types[i] = t->fields[t->wanted[i]].type;
  t->spec = (SourceSpec){.table = "g", .options = t->pairs.all, .fields = t->fields};
  t->spec.n_fields = t->n_fields;
  t->spec.wanted = t->wanted;
  t->spec.n_wanted = t->n_wanted;
  t->spec.seed = 42;
  CHECK_INT(check(t), OK);
  if (last.code != OK) printf("%s\n", last.msg);
  CHECK_INT(source()->open(&t->spec, &t->g, &last), OK);
  t->b = batch_builder_new((BatchShape){.types = types, .n_cols = t->n_wanted});
}

static void close_table(Table *t) {
  source()->close(t->g);
  batch_builder_free(t->b);
}

static const Batch *make(Table *t, uint64_t chunk) {
  batch_builder_clear(t->b);
  CHECK_INT(source()->make(t->g, chunk, NOW, t->b, &last), OK);
  batch_verify(&t->b->batch);
  return &t->b->batch;
}

static int64_t int_at(const Batch *b, uint32_t col, uint32_t row) {
  Value v = value_of(&b->cols[col], row);
  CHECK(!v.null);
  return v.as.i;
}

/* Every type there is. */
static void all_types(Table *t) {
  *t = (Table){0};
  add_column(t, "bo", type_of(TYPE_BOOLEAN));
  add_column(t, "ti", type_of(TYPE_TINYINT));
  add_column(t, "sm", type_of(TYPE_SMALLINT));
  add_column(t, "in", type_of(TYPE_INT));
  add_column(t, "bi", type_of(TYPE_BIGINT));
  add_column(t, "fl", type_of(TYPE_FLOAT));
  add_column(t, "do", type_of(TYPE_DOUBLE));
  add_column(t, "de", type_decimal(9, 2));
  add_column(t, "wide", type_decimal(38, 3));
  add_column(t, "ch", type_text(TYPE_CHAR, 20));
  add_column(t, "va", type_string());
  add_column(t, "bin", type_text(TYPE_BINARY, 4));
  add_column(t, "by", type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX));
  add_column(t, "da", type_of(TYPE_DATE));
  add_column(t, "tm", type_time(TYPE_TIME, 0));
  add_column(t, "ts", type_time(TYPE_TIMESTAMP, 3));
  add_column(t, "ltz", type_time(TYPE_TIMESTAMP_LTZ, 6));
  add_column(t, "im", type_of(TYPE_INTERVAL_MONTH));
  add_column(t, "is", type_of(TYPE_INTERVAL_SECOND));
}

static bool same_value(Value a, Value b) {
  if (a.null || b.null) return a.null && b.null;
  return value_compare(&a, &b) == 0;
}

/* Chunks in order, backwards and alone, one column alone, another seed. */
static void test_determinism(void) {
  Table t, again, one, other;
  all_types(&t);
  OPTIONS_OF(&t.pairs, "connector", "datagen", "number-of-rows", "2500", "fields.bi.null-rate",
             "0.3", "fields.va.var-len", "true", "fields.ltz.max-past", "1 h");
  again = one = other = t;
  one.n_wanted = other.n_wanted = 1;
  one.wanted[0] = other.wanted[0] = 4;
  again.pairs.all.items = again.pairs.items;
  one.pairs.all.items = one.pairs.items;
  other.pairs.all.items = other.pairs.items;
  open_table(&t);
  open_table(&again);
  open_table(&one);
  open_table(&other);
  other.spec.seed = 43;
  source()->close(other.g);
  CHECK_INT(source()->open(&other.spec, &other.g, &last), OK);
  uint64_t n = source()->chunks(t.g);
  CHECK_INT(n, 3);
  uint32_t rows = 0, nulls = 0, equal = 0;
  for (uint64_t i = 0; i < n; i++) {
    make(&again, n - 1 - i); /* something else before it */
    const Batch *a = make(&t, i), *b = make(&again, i), *c = make(&one, i), *d = make(&other, i);
    CHECK(a->rows == b->rows && a->rows == c->rows);
    rows += a->rows;
    for (uint32_t col = 0; col < a->n_cols; col++) {
      for (uint32_t r = 0; r < a->rows; r++) {
        CHECK(same_value(value_of(&a->cols[col], r), value_of(&b->cols[col], r)));
      }
    }
    for (uint32_t r = 0; r < a->rows; r++) {
      Value v = value_of(&a->cols[4], r);
      CHECK(same_value(v, value_of(&c->cols[0], r)));
      nulls += v.null;
      equal += !v.null && same_value(v, value_of(&d->cols[0], r));
    }
  }
  CHECK_INT(rows, 2500);
  CHECK(nulls > 650 && nulls < 850);
  CHECK_INT(equal, 0);
  close_table(&t);
  close_table(&again);
  close_table(&one);
  close_table(&other);
}

static void test_defaults(void) {
  Table t;
  all_types(&t);
  OPTIONS_OF(&t.pairs, "connector", "datagen");
  open_table(&t);
  CHECK(source()->chunks(t.g) == UINT64_MAX);
  CHECK_INT(source()->due_us(t.g, 0), 0);
  CHECK_INT(source()->due_us(t.g, 10), 1000000); /* 10,000 rows a second, 1,000 at a time */
  CHECK_INT(source()->due_us(t.g, UINT64_MAX), MICROS_MAX);
  const Batch *b = make(&t, UINT64_C(1) << 50);
  CHECK_INT(b->rows, 1000);
  uint32_t trues = 0, negative = 0;
  for (uint32_t r = 0; r < b->rows; r++) {
    int64_t bo = int_at(b, 0, r);
    CHECK(bo == 0 || bo == 1);
    trues += bo == 1;
    negative += int_at(b, 4, r) < 0;
    CHECK(isfinite(value_of(&b->cols[5], r).as.f) && value_of(&b->cols[5], r).as.f >= 0);
    CHECK(int_at(b, 7, r) >= 0 && int_at(b, 7, r) < 1000000000);
    CHECK_INT(value_of(&b->cols[9], r).as.text.len, 20);
    CHECK_INT(value_of(&b->cols[10], r).as.text.len, 100);
    CHECK_INT(value_of(&b->cols[11], r).as.text.len, 4);
    CHECK_INT(int_at(b, 13, r), NOW / MICROS_PER_DAY);
    CHECK_INT(int_at(b, 14, r), INT64_C(12) * 3600 * 1000000);
    CHECK_INT(int_at(b, 15, r), NOW / 1000 * 1000);
    CHECK_INT(int_at(b, 16, r), NOW);
    CHECK(int_at(b, 17, r) >= 0 && int_at(b, 18, r) >= 0);
  }
  CHECK(trues > 400 && trues < 600 && negative > 400 && negative < 600);
  Value text = value_of(&b->cols[10], 0);
  Str s = text_str(&text.as.text);
  for (size_t i = 0; i < s.len; i++) CHECK(strchr("0123456789abcdef", s.ptr[i]) != NULL);
  close_table(&t);
}

static void test_ranges(void) {
  Table t = {0};
  add_column(&t, "a", type_of(TYPE_TINYINT));
  add_column(&t, "b", type_decimal(38, 2));
  add_column(&t, "c", type_of(TYPE_DOUBLE));
  add_column(&t, "d", type_time(TYPE_TIMESTAMP_LTZ, 3));
  add_column(&t, "e", type_string());
  OPTIONS_OF(&t.pairs, "connector", "datagen", "rows-per-second", "1000000", "fields.a.min", "-1",
             "fields.a.max", "1", "fields.b.min", "-99999999999999999999999999999999999.99",
             "fields.b.max", "99999999999999999999999999999999999.99", "fields.c.min", "-0.5",
             "fields.c.max", "0.5", "fields.d.max-past", "10 s", "fields.e.length", "3",
             "fields.e.var-len", "true");
  open_table(&t);
  const Batch *b = make(&t, 3);
  CHECK_INT(b->rows, BATCH_ROWS);
  uint32_t seen[3] = {0}, lengths[4] = {0}, halves[2] = {0}, old = 0;
  Int128 limit = 1;
  for (int i = 0; i < 37; i++) limit *= 10;
  for (uint32_t r = 0; r < b->rows; r++) {
    int64_t a = int_at(b, 0, r);
    CHECK(a >= -1 && a <= 1);
    seen[a + 1]++;
    Int128 d = value_of(&b->cols[1], r).as.d128;
    CHECK(d > -limit && d < limit);
    halves[d < 0]++;
    double c = value_of(&b->cols[2], r).as.f;
    CHECK(c >= -0.5 && c <= 0.5);
    int64_t us = int_at(b, 3, r);
    CHECK(us <= NOW && us >= NOW - 10001000 && us % 1000 == 0);
    old += us < NOW - 5000000;
    lengths[value_of(&b->cols[4], r).as.text.len]++;
  }
  for (int i = 0; i < 3; i++) CHECK(seen[i] > 550);
  CHECK(lengths[0] == 0 && lengths[1] > 550 && lengths[2] > 550 && lengths[3] > 550);
  CHECK(halves[0] > 900 && halves[1] > 900 && old > 900);
  close_table(&t);
}

static void test_sequences(void) {
  Table t = {0};
  add_column(&t, "a", type_of(TYPE_TINYINT));
  add_column(&t, "b", type_decimal(5, 2));
  add_column(&t, "c", type_of(TYPE_FLOAT));
  add_column(&t, "d", type_string());
  add_column(&t, "e", type_text(TYPE_CHAR, 15));
  OPTIONS_OF(&t.pairs, "connector", "datagen", "number-of-rows", "1000", "fields.a.kind",
             "sequence", "fields.a.start", "-128", "fields.a.end", "127", "fields.b.kind",
             "SEQUENCE", "fields.b.start", "-3", "fields.b.end", "999", "fields.c.kind", "sequence",
             "fields.c.start", "0", "fields.c.end", "299", "fields.d.kind", "sequence",
             "fields.d.start", "5", "fields.d.end", "1000");
  open_table(&t);
  CHECK_INT(source()->chunks(t.g), 1); /* the shortest: 256 rows */
  const Batch *b = make(&t, 0);
  CHECK_INT(b->rows, 256);
  CHECK_INT(int_at(b, 0, 0), -128);
  CHECK_INT(int_at(b, 0, 255), 127);
  CHECK_INT(int_at(b, 1, 0), -300);
  CHECK(value_of(&b->cols[2], 7).as.f == 7);
  Value d = value_of(&b->cols[3], 250);
  CHECK(str_eq(text_str(&d.as.text), STR("255")));
  close_table(&t);

  OPTIONS_OF(&t.pairs, "connector", "datagen", "fields.e.kind", "sequence", "fields.e.start",
             "9223372036854775", "fields.e.end", "9223372036854776");
  CHECK_INT(check(&t), ERR_OPTION); /* 16 digits */
  t.fields[0].type = type_of(TYPE_BIGINT);
  OPTIONS_OF(&t.pairs, "connector", "datagen", "fields.e.kind", "sequence", "fields.e.start", "7",
             "fields.e.end", "8", "fields.a.kind", "sequence", "fields.a.start",
             "-9223372036854775808", "fields.a.end", "9223372036854775807");
  open_table(&t);
  b = make(&t, 0);
  CHECK_INT(b->rows, 2);
  CHECK_INT(int_at(b, 0, 1), INT64_MIN + 1);
  Value e = value_of(&b->cols[4], 1);
  CHECK(str_eq(text_str(&e.as.text), STR("8              ")));
  close_table(&t);
}

/* Counting asks for no columns; long texts make small chunks; slow tables too. */
static void test_chunks(void) {
  Table t = {0};
  add_column(&t, "a", type_string());
  t.n_wanted = 0;
  OPTIONS_OF(&t.pairs, "connector", "datagen", "number-of-rows", "5", "rows-per-second", "3");
  open_table(&t);
  CHECK_INT(source()->chunks(t.g), 5);
  CHECK_INT(source()->due_us(t.g, 4), 1333333);
  CHECK_INT(make(&t, 4)->rows, 1);
  close_table(&t);
  OPTIONS_OF(&t.pairs, "connector", "datagen", "number-of-rows", "500", "fields.a.length",
             "1048576");
  t.n_wanted = 1;
  open_table(&t);
  CHECK_INT(source()->chunks(t.g), 125);
  CHECK_INT(make(&t, 124)->rows, 4);
  close_table(&t);
  OPTIONS_OF(&t.pairs, "connector", "datagen", "number-of-rows", "0");
  open_table(&t);
  CHECK_INT(source()->chunks(t.g), 0);
  close_table(&t);
}

static void test_refusals(void) {
  static const struct {
    const char *key, *value, *words;
  } cases[] = {
      {"rows-per-second", "0", "not 1 or more"},
      {"number-of-rows", "-1", "not 0 or more"},
      {"number-of-rows", "many", "not a whole number"},
      {"fields.a.min", "128", "is no TINYINT"},
      {"fields.a.max", "1.5", "is no TINYINT"},
      {"fields.a.max", "-129", "is no TINYINT"},
      {"fields.a.length", "3", "means nothing for a random column of type TINYINT"},
      {"fields.a.start", "3", "means nothing"},
      {"fields.a.kind", "sequence", "needs the option \"fields.a.start\""},
      {"fields.a.kind", "sometimes", "fields.a.kind"},
      {"fields.a.null-rate", "1.5", "between 0 and 1"},
      {"fields.a.null-rate", "NaN", "between 0 and 1"},
      {"fields.n.null-rate", "0.5", "NOT NULL"},
      {"fields.c.length", "4", "length of its own"},
      {"fields.v.length", "9", "cannot have that length"},
      {"fields.v.length", "-1", "cannot have that length"},
      {"fields.s.length", "16777217", "at most"},
      {"fields.b.kind", "sequence", "cannot be a sequence"},
      {"fields.d.max", "1000", "is no DECIMAL(3, 1)"},
      {"fields.f.max", "1e39", "is no FLOAT"},
      {"fields.f.max", "-1", "minimum above its maximum"},
      {"fields.aa.min", "1", "names no column"},
      {"format", "csv", "takes no format"},
  };
  Table t = {0};
  add_column(&t, "a", type_of(TYPE_TINYINT));
  add_column(&t, "n", type_not_null(type_of(TYPE_INT)));
  add_column(&t, "c", type_text(TYPE_CHAR, 3));
  add_column(&t, "v", type_text(TYPE_VARCHAR, 8));
  add_column(&t, "s", type_string());
  add_column(&t, "b", type_of(TYPE_BOOLEAN));
  add_column(&t, "d", type_decimal(3, 1));
  add_column(&t, "f", type_of(TYPE_FLOAT));
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    OPTIONS_OF(&t.pairs, "connector", "datagen", cases[i].key, cases[i].value);
    CHECK(check(&t) != OK);
    CHECK(last.span.at >= 110 && last.span.at <= 115); /* at the key or its value */
    if (strstr(last.msg, cases[i].words) == NULL) CHECK_STR(last.msg, cases[i].words);
  }
  OPTIONS_OF(&t.pairs, "connector", "datagen", "fields.a.min", "5", "fields.a.max", "4");
  CHECK_INT(check(&t), ERR_OPTION);
  OPTIONS_OF(&t.pairs, "connector", "datagen", "fields.a.kind", "sequence", "fields.a.start", "2",
             "fields.a.end", "1");
  CHECK_INT(check(&t), ERR_OPTION);
}

/* --- checkpoints ------------------------------------------------------------------------ */

typedef struct Kept {
  StateSink sink;
  StateBlock *block;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  ((Kept *)to)->block = block;
  return true;
}

static StateBlock *saved(Table *t) {
  Kept kept = {.sink.take = keep};
  StateOut out;
  state_begin(&out, &kept.sink, "source", 1);
  CHECK_INT(source()->save(t->g, 3, &out, &last), OK);
  CHECK(state_end(&out));
  return kept.block;
}

/* Two columns, `key` set to `value`, loaded into from a state of the table without that. */
static Code load_with(const char *key, const char *value, uint32_t columns) {
  Table before = {0}, t = {0};
  StateIn in;
  add_column(&before, "a", type_of(TYPE_INT));
  add_column(&before, "b", type_string());
  OPTIONS_OF(&before.pairs, "connector", "datagen", "fields.a.max", "9", "fields.b.length", "7");
  open_table(&before);
  StateBlock *block = saved(&before);
  add_column(&t, "a", type_of(TYPE_INT));
  add_column(&t, "b", type_string());
  if (columns == 3) add_column(&t, "c", type_string());
  OPTIONS_OF(&t.pairs, "connector", "datagen", "fields.b.length", "7", "fields.a.max", "9", key,
             value);
  open_table(&t);
  state_in_init(&in, block, 0, UINT64_MAX);
  Code code = source()->load(t.g, 3, &in, &last);
  CHECK(!in.bad);
  close_table(&before);
  close_table(&t);
  state_block_free(block);
  return code;
}

static void test_checkpoint(void) {
  CHECK_INT(load_with("number-of-rows", "99", 2), OK);
  CHECK_INT(load_with(NULL, NULL, 2), OK);
  CHECK_INT(load_with("fields.a.min", "2", 2), ERR_STATE);
  CHECK(strstr(last.hint, "weir.seed") != NULL);
  CHECK_INT(load_with("rows-per-second", "50", 2), ERR_STATE);
  CHECK(strstr(last.hint, "rows-per-second") != NULL);
  CHECK_INT(load_with(NULL, NULL, 3), ERR_STATE);
}

int main(void) {
  test_determinism();
  test_defaults();
  test_ranges();
  test_sequences();
  test_chunks();
  test_refusals();
  test_checkpoint();
  return check_done();
}
