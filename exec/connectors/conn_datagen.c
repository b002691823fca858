/* conn_datagen.c -- the connector "datagen": rows out of nothing, the same ones every time.
 *
 * The table is a function of its options and the seed.  It is cut into chunks of a fixed number
 * of rows, at most a tenth of a second's worth at 'rows-per-second', so that the pace is even.
 * The columns' values are made in datagen_fill.c; which columns a query wants changes neither
 * chunks nor values.  Only timestamps, DATE and TIME depend on when a chunk is made.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/limits.h"
#include "exec/connectors/datagen_field.h"

enum {
  CHUNKS_PER_SECOND = 10,
  CHUNK_TEXT_BYTES = 4 << 20 /* fewer rows to a chunk when their texts are long */
};

static const char *const kinds[] = {"random", "sequence", NULL};

static const OptionDef datagen_option_defs[] = {
    {.key = "rows-per-second",
     .kind = OPTION_INT,
     .fallback = "10000",
     .doc = "How many rows are made in a second at most."},
    {.key = "number-of-rows",
     .kind = OPTION_INT,
     .doc = "How many rows the table has; without it, and without a sequence, it never ends."},
    {.key = "fields.#.kind",
     .kind = OPTION_ENUM,
     .fallback = "random",
     .choices = kinds,
     .doc = "random values, or a sequence of numbers."},
    {.key = "fields.#.min",
     .kind = OPTION_TEXT,
     .doc = "The least random number; default: the least of an integer type, else 0."},
    {.key = "fields.#.max",
     .kind = OPTION_TEXT,
     .doc = "The greatest random number; default: the greatest of the type."},
    {.key = "fields.#.max-past",
     .kind = OPTION_DURATION,
     .fallback = "0 ms",
     .doc = "How far random timestamps lie before now at most."},
    {.key = "fields.#.length",
     .kind = OPTION_INT,
     .doc = "Length of random texts; default: 100, or that of the type when it is less."},
    {.key = "fields.#.var-len",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "Random texts have 1 to length characters instead of exactly length."},
    {.key = "fields.#.start", .kind = OPTION_INT, .doc = "First number of a sequence."},
    {.key = "fields.#.end",
     .kind = OPTION_INT,
     .doc = "Last number of a sequence; the table ends with its shortest sequence."},
    {.key = "fields.#.null-rate",
     .kind = OPTION_DOUBLE,
     .fallback = "0",
     .doc = "The share of random values that are NULL, 0 to 1."},
};
const OptionList DATAGEN_OPTIONS = {datagen_option_defs, COUNT_OF(datagen_option_defs)};

struct RowGenerator {
  uint64_t rows; /* UINT64_MAX: no end */
  uint64_t rows_per_second;
  uint32_t chunk_rows;
  uint64_t fingerprint; /* of what decides the values of row i */
  const char *table;
  const Zone *zone;
  Span span;
  uint32_t n_cols;
  DatagenField cols[]; /* the wanted ones */
};

/* --- options ------------------------------------------------------------------------------- */

static Code check_count(Options options, const char *key, int64_t least, Error *err) {
  const Option *o = options_find(options, key);
  if (o == NULL || options_int(options, DATAGEN_OPTIONS, "", key) >= least) return OK;
  return FAIL(err, ERR_OPTION, o->value_span, "option \"%s\" is \"%s\", not %lld or more", key,
              o->value, (long long)least);
}

/* "fields.NAME.what" has to name a column. */
static Code check_column(const Option *o, const FormatField *fields, uint32_t n, Error *err) {
  Str prefix = STR("fields."), key = str_of(o->key);
  const char *last = strrchr(o->key, '.');
  if (!str_starts(key, prefix) || last < o->key + prefix.len) return OK;
  Str name = {o->key + prefix.len, (size_t)(last - o->key) - prefix.len};
  for (uint32_t i = 0; i < n; i++) {
    if (str_eq(str_of(fields[i].name), name)) return OK;
  }
  FAIL(err, ERR_OPTION, o->key_span, "option \"%s\" names no column", o->key);
  char wanted[IDENTIFIER_MAX + 1];
  const char *best = NULL;
  uint32_t distance = 0;
  if (name.len >= sizeof wanted) return ERR_OPTION;
  memcpy(wanted, name.ptr, name.len);
  wanted[name.len] = '\0';
  for (uint32_t i = 0; i < n; i++) nearest_name_offer(wanted, fields[i].name, &best, &distance);
  if (best != NULL) error_hint(err, "did you mean \"fields.%s%s\"?", best, last);
  return ERR_OPTION;
}

static Code datagen_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                          Error *err) {
  TRY(check_count(options, "rows-per-second", 1, err));
  TRY(check_count(options, "number-of-rows", 0, err));
  for (uint32_t i = 0; i < options.n; i++) {
    TRY(check_column(&options.items[i], fields, n_fields, err));
  }
  for (uint32_t i = 0; i < n_fields; i++) {
    DatagenField f;
    TRY(datagen_field_init(&f, fields, i, options, 0, span, err));
  }
  return OK;
}

/* --- the source ---------------------------------------------------------------------------- */

/* All columns count, wanted or not: the table is the same for every query. */
static Code measure_table(RowGenerator *g, const SourceSpec *spec, Error *err) {
  uint64_t text_bytes = 0;
  g->rows = UINT64_MAX;
  if (options_find(spec->options, "number-of-rows") != NULL) {
    g->rows = (uint64_t)options_int(spec->options, DATAGEN_OPTIONS, "", "number-of-rows");
  }
  for (uint32_t i = 0; i < spec->n_fields; i++) {
    DatagenField f;
    TRY(datagen_field_init(&f, spec->fields, i, spec->options, spec->seed, spec->span, err));
    if (f.sequence_rows < g->rows) g->rows = f.sequence_rows;
    text_bytes += f.length;
  }
  uint64_t n = g->rows_per_second / CHUNKS_PER_SECOND;
  if (text_bytes > 0 && n > CHUNK_TEXT_BYTES / text_bytes) n = CHUNK_TEXT_BYTES / text_bytes;
  g->chunk_rows = n == 0 ? 1 : n < BATCH_ROWS ? (uint32_t)n : BATCH_ROWS;
  return OK;
}

/* Columns, their options in any order, and the seed.  How fast rows come and how many there are
 * does not change them. */
static Code fingerprint(RowGenerator *g, const SourceSpec *spec, Error *err) {
  uint64_t sum = hash_u64(spec->seed);
  StrBuf text = {0};
  for (uint32_t i = 0; i < spec->n_fields; i++) {
    strbuf_printf(&text, "%s ", spec->fields[i].name);
    type_print_full(spec->fields[i].type, &text);
    strbuf_putc(&text, '\n');
  }
  bool failed = text.failed;
  sum += hash_bytes(strbuf_text(&text), text.len);
  for (uint32_t i = 0; i < spec->options.n && !failed; i++) {
    const Option *o = &spec->options.items[i];
    if (!str_starts(str_of(o->key), STR("fields."))) continue;
    strbuf_clear(&text);
    strbuf_printf(&text, "%s=%s", o->key, o->value);
    failed = text.failed;
    sum += hash_bytes(strbuf_text(&text), text.len);
  }
  strbuf_deinit(&text);
  g->fingerprint = sum;
  return failed ? FAIL(err, ERR_MEMORY, spec->span, "no memory for generated rows") : OK;
}

static Code datagen_open(const SourceSpec *spec, RowGenerator **out, Error *err) {
  TRY(check_count(spec->options, "rows-per-second", 1, err));
  RowGenerator *g = calloc(1, sizeof *g + spec->n_wanted * sizeof g->cols[0]);
  if (g == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory for generated rows");
  g->table = spec->table;
  g->zone = spec->zone;
  g->span = spec->span;
  g->n_cols = spec->n_wanted;
  g->rows_per_second = (uint64_t)options_int(spec->options, DATAGEN_OPTIONS, "", "rows-per-second");
  Code code = measure_table(g, spec, err);
  if (code == OK) code = fingerprint(g, spec, err);
  for (uint32_t i = 0; i < spec->n_wanted && code == OK; i++) {
    code = datagen_field_init(&g->cols[i], spec->fields, spec->wanted[i], spec->options, spec->seed,
                              spec->span, err);
  }
  if (code != OK) {
    free(g);
    return code;
  }
  *out = g;
  return OK;
}

static void datagen_close(RowGenerator *g) { free(g); }

static uint64_t datagen_chunks(const RowGenerator *g) {
  if (g->rows == UINT64_MAX) return UINT64_MAX;
  return g->rows / g->chunk_rows + (g->rows % g->chunk_rows > 0);
}

static Micros datagen_due_us(const RowGenerator *g, uint64_t chunk) {
  UInt128 us = (UInt128)chunk * g->chunk_rows * (UInt128)MICROS_PER_SECOND / g->rows_per_second;
  return us > (UInt128)MICROS_MAX ? MICROS_MAX : (Micros)us;
}

static Code datagen_make(const RowGenerator *g, uint64_t chunk, Micros now_us, BatchBuilder *out,
                         Error *err) {
  assert(out->batch.rows == 0 && out->batch.n_cols == g->n_cols);
  assert(chunk < datagen_chunks(g));
  uint64_t first = chunk * g->chunk_rows; /* an endless table outlives no 2^64 rows */
  uint64_t left = g->rows - first;
  uint32_t n = left < g->chunk_rows ? (uint32_t)left : g->chunk_rows;
  for (uint32_t c = 0; c < g->n_cols; c++) {
    TRY(datagen_field_fill(&g->cols[c], first, n, now_us, g->zone, out, c, err));
  }
  out->batch.rows = n;
  return OK;
}

/* --- checkpoints ---------------------------------------------------------------------------- */

static Code datagen_save(const RowGenerator *g, uint64_t next_chunk, StateOut *out, Error *err) {
  (void)next_chunk;
  (void)err;
  state_put_u32(out, g->chunk_rows);
  state_put_u64(out, g->fingerprint);
  return OK;
}

/* The number of a chunk means the same rows only of the same table. */
static Code datagen_load(RowGenerator *g, uint64_t next_chunk, StateIn *in, Error *err) {
  (void)next_chunk;
  uint32_t chunk_rows = state_get_u32(in);
  uint64_t before = state_get_u64(in);
  if (in->bad || (chunk_rows == g->chunk_rows && before == g->fingerprint)) return OK;
  FAIL(err, ERR_STATE, g->span, "table \"%s\" generates other rows than before the checkpoint",
       g->table);
  error_hint(err, before != g->fingerprint
                      ? "columns, their options and weir.seed have to stay as they were"
                      : "'rows-per-second' and the length of texts have to stay as they were");
  return ERR_STATE;
}

static const RowSource datagen_source = {.open = datagen_open,
                                         .close = datagen_close,
                                         .chunks = datagen_chunks,
                                         .due_us = datagen_due_us,
                                         .make = datagen_make,
                                         .save = datagen_save,
                                         .load = datagen_load};

const Connector conn_datagen = {.name = "datagen",
                                .options = {datagen_option_defs, COUNT_OF(datagen_option_defs)},
                                .check = datagen_check,
                                .rows = &datagen_source,
                                .doc = "Random rows and sequences, the same for the same seed."};
