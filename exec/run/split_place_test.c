/* split_place_test.c -- saved after any number of chunks and restored into a new reader, a split
 * gives the chunks that would have come: the same bytes, line numbers and skipped records.  A file
 * that is not what it was is refused.
 */
#include "exec/run/split_reader.h"

#include "exec/connectors/test_compress.h"
#include "exec/connectors/test_files.h"

static uint64_t seed = 88172645463325252u;
static uint32_t below(uint32_t n) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed >> 20) % n;
}

/* --- files ------------------------------------------------------------------------------ */

typedef struct Kind {
  const char *format, *header; /* header: csv.header, NULL for other formats */
  bool bom, crlf;
  const char *suffix;
} Kind;

static void put_end(StrBuf *out, const Kind *k) { strbuf_puts(out, k->crlf ? "\r\n" : "\n"); }

static void random_field(StrBuf *out, bool quotes) {
  bool quoted = quotes && below(4) == 0;
  if (quoted) strbuf_putc(out, '"');
  for (uint32_t i = below(100) == 0 ? below(2000) : below(12); i > 0; i--) {
    strbuf_putc(out, (quoted ? "ab,\n" : "abcd")[below(4)]);
    if (quoted && below(6) == 0) strbuf_puts(out, "\"\"");
  }
  if (quoted) strbuf_putc(out, '"');
}

static void random_file(StrBuf *out, const Kind *k, uint32_t records) {
  bool csv = strcmp(k->format, "csv") == 0, json = strcmp(k->format, "json") == 0;
  if (k->bom) strbuf_puts(out, "\xEF\xBB\xBF");
  if (k->header != NULL && strcmp(k->header, "true") == 0) {
    strbuf_puts(out, "a,b");
    put_end(out, k);
  }
  for (uint32_t r = 0; r < records; r++) {
    if (json) strbuf_puts(out, "{\"a\":\"");
    random_field(out, csv);
    if (csv) strbuf_putc(out, ',');
    if (csv) random_field(out, true);
    if (json) strbuf_puts(out, "\"}");
    if (below(20) == 0) put_end(out, k);
    if (r + 1 < records || below(2) == 0) put_end(out, k);
  }
  if (csv && below(4) == 0) strbuf_puts(out, "1,\"never closed\n2,3\n4,5\n");
}

/* As one piece, or as a few members or frames of any length. */
static const char *write_file(const Kind *k, const char *text, size_t len) {
  static Bytes b;
  char name[64];
  snprintf(name, sizeof name, "t.%s%s", k->format, k->suffix);
  b.len = 0;
  if (*k->suffix == '\0') {
    put_bytes(at(name), text, len);
    return at(name);
  }
  size_t first = len > 0 ? below((uint32_t)len) : 0;
  void (*add)(Bytes *, const char *, size_t) = k->suffix[1] == 'g' ? add_gzip : add_zstd;
  add(&b, text, first);
  add(&b, text + first, len - first);
  put_bytes(at(name), b.data, b.len);
  return at(name);
}

/* --- readers ---------------------------------------------------------------------------- */

static FormatField fields[2];

typedef struct Table {
  OptionPairs pairs;
  ScanSpec scan;
  DecodeSpec decode;
  Split split;
  size_t chunk_bytes;
} Table;

static void table_init(Table *t, const Kind *k, const char *path, size_t chunk_bytes) {
  Options options =
      k->header != NULL ? OPTIONS_OF(&t->pairs, "csv.header", k->header) : (Options){0};
  uint32_t n = strcmp(k->format, "raw") == 0 ? 1 : 2;
  for (uint32_t i = 0; i < 2; i++) fields[i] = (FormatField){i == 0 ? "a" : "b", type_string()};
  t->scan = (ScanSpec){.table = "t",
                       .connector = connector_find("filesystem"),
                       .format = format_find(k->format),
                       .options = options,
                       .fields = fields,
                       .n_fields = n};
  t->decode = (DecodeSpec){.fields = fields, .n_fields = n, .options = options};
  t->split = (Split){.name = path, .bounded = true, .replayable = true};
  t->chunk_bytes = chunk_bytes;
}

static SplitReader reader_of(const Table *t) {
  return (SplitReader){
      .scan = &t->scan, .decode = &t->decode, .split = &t->split, .chunk_bytes = t->chunk_bytes};
}

static bool next(SplitReader *r, ChunkText *out) {
  Error err = {0};
  ReadResult result;
  Code code = split_reader_next(r, false, out, &result, &err);
  CHECK(code == OK && result == READ_CHUNK);
  if (code != OK) printf("%s\n", err.msg);
  return code == OK;
}

/* --- the block -------------------------------------------------------------------------- */

typedef struct Kept {
  StateSink sink;
  StateBlock *block;
} Kept;

static bool keep(StateSink *to, StateBlock *block) {
  ((Kept *)to)->block = block;
  return true;
}

static StateBlock *saved(const SplitReader *r) {
  Kept kept = {.sink.take = keep};
  StateOut out;
  state_begin(&out, &kept.sink, "split", 1);
  split_reader_save(r, &out);
  CHECK(state_end(&out));
  return kept.block;
}

static Code restored(SplitReader *r, const StateBlock *block, Error *err) {
  StateIn in;
  *err = (Error){0};
  state_in_init(&in, block, 0, UINT64_MAX);
  Code code = split_reader_restore(r, 7, &in, err);
  CHECK(!in.bad);
  if (code == OK) CHECK(in.at == in.end);
  return code;
}

static bool same_block(const StateBlock *a, const StateBlock *b) {
  return a->bytes.len == b->bytes.len && memcmp(a->bytes.data, b->bytes.data, a->bytes.len) == 0;
}

/* --- the same chunks -------------------------------------------------------------------- */

enum { CHUNKS_MAX = 400 };
typedef struct Run {
  ChunkText chunks[CHUNKS_MAX];
  StateBlock *before[CHUNKS_MAX + 1]; /* saved before chunk i, and behind the last */
  uint32_t n;
} Run;

static void run_whole(const Table *t, Run *run) {
  SplitReader r = reader_of(t);
  run->n = 0;
  run->before[0] = saved(&r);
  while (!r.done && run->n < CHUNKS_MAX && next(&r, &run->chunks[run->n])) {
    run->before[++run->n] = saved(&r);
  }
  CHECK(r.done);
  split_reader_free(&r);
}

static void run_free(Run *run) {
  for (uint32_t i = 0; i < run->n; i++) free(run->chunks[i].text);
  for (uint32_t i = 0; i <= run->n; i++) state_block_free(run->before[i]);
}

/* All chunks from `from` on, each followed by the state that the whole run had there. */
static void check_rest(const Table *t, const Run *run, uint32_t from) {
  SplitReader r = reader_of(t);
  Error err = {0};
  ChunkText c;
  if (below(2) == 0) {
    CHECK_INT(split_reader_peek(&r, &c, &err), OK);
    free(c.text);
  }
  CHECK_INT(restored(&r, run->before[from], &err), OK);
  CHECK((r.stream != NULL) == (from > 0 && from < run->n));
  for (uint32_t i = from; i < run->n && !r.done && next(&r, &c); i++) {
    const ChunkText *want = &run->chunks[i];
    CHECK(c.len == want->len && memcmp(c.text, want->text, c.len) == 0);
    CHECK_INT(c.first_line, want->first_line);
    CHECK_INT(c.skipped_records, want->skipped_records);
    CHECK_INT(c.skipped_line, want->skipped_line);
    free(c.text);
    StateBlock *block = saved(&r);
    CHECK(same_block(block, run->before[i + 1]));
    CHECK_INT(r.done, i + 1 == run->n);
    state_block_free(block);
  }
  CHECK(r.done);
  if (from > 0 && from < run->n) CHECK((r.layout != NULL) == (t->scan.options.n > 0));
  split_reader_free(&r);
}

static void check_file(const Table *t) {
  static Run run;
  run_whole(t, &run);
  uint32_t step = 1 + run.n / 25;
  for (uint32_t i = 0; i <= run.n; i += step) check_rest(t, &run, i);
  check_rest(t, &run, run.n);
  run_free(&run);
}

static void check_kind(const Kind *k) {
  static const uint32_t records[] = {0, 1, 10, 200, 3000};
  static const size_t grids[] = {50, 300, 5000, 100000};
  for (size_t i = 0; i < COUNT_OF(records); i++) {
    StrBuf text = {0};
    Table t;
    random_file(&text, k, records[i]);
    size_t grid = grids[below(COUNT_OF(grids))];
    if (text.len / grid > CHUNKS_MAX / 2) grid = text.len / (CHUNKS_MAX / 2);
    table_init(&t, k, write_file(k, strbuf_text(&text), text.len), grid);
    check_file(&t);
    strbuf_deinit(&text);
  }
}

static void test_same_chunks(void) {
  static const char *const suffixes[] = {"", ".gz", ".zst"};
  static const Kind kinds[] = {{.format = "csv"},
                               {.format = "csv", .header = "true"},
                               {.format = "csv", .header = "true", .bom = true},
                               {.format = "csv", .header = "true", .crlf = true},
                               {.format = "json"},
                               {.format = "json", .bom = true},
                               {.format = "raw"}};
  for (int round = 0; round < 6; round++) {
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
      for (size_t s = 0; s < COUNT_OF(suffixes); s++) {
        Kind k = kinds[i];
        k.suffix = suffixes[s];
        check_kind(&k);
      }
    }
  }
}

/* The whole run has seen the end already, since a long record made it read ahead; a reader that is
 * restored stops reading just there.  Both have to find that the chunk is the last one. */
static void test_end_at_look_ahead(void) {
  const Kind k = {.format = "raw", .suffix = ""};
  enum { GRID = 100, FIRST = 8400, LOOK_AHEAD = 4 << 10 };
  StrBuf text = {0};
  Table t;
  strbuf_fill(&text, 'x', FIRST - 1);
  strbuf_putc(&text, '\n');
  strbuf_fill(&text, 'y', GRID + LOOK_AHEAD - 1);
  strbuf_putc(&text, '\n');
  table_init(&t, &k, write_file(&k, strbuf_text(&text), text.len), GRID);
  check_file(&t);
  strbuf_deinit(&text);
}

/* Records that are too long, among good ones: what is skipped does not depend on what else had
 * been read. */
static void test_long_records(void) {
  const Kind k = {.format = "csv", .suffix = ""};
  StrBuf text = {0};
  Table t;
  for (int i = 0; i < 3; i++) {
    for (int r = 0; r < 30000; r++) strbuf_printf(&text, "%d,some text\n", r);
    strbuf_puts(&text, i == 1 ? "1,\"" : "1,");
    strbuf_fill(&text, 'x', (size_t)RECORD_MAX - (i == 0 ? 100 : 2));
    for (int r = 0; r < 30000; r++) strbuf_printf(&text, "%d,\nmore text\n", r);
  }
  put_bytes(at("long.csv"), strbuf_text(&text), text.len);
  table_init(&t, &k, at("long.csv"), CHUNK_BYTES);
  check_file(&t);
  strbuf_deinit(&text);
}

/* --- changed files ---------------------------------------------------------------------- */

/* Read three chunks of 5000 bytes, let change have its way, restore. */
static void check_changed(const Kind *k, void (*change)(const char *path, StrBuf *text),
                          const char *words) {
  StrBuf text = {0};
  Table t;
  Error err = {0};
  ChunkText c;
  for (int i = 0; i < 3000; i++) strbuf_printf(&text, "%d,%d\n", i, i * i);
  table_init(&t, k, write_file(k, strbuf_text(&text), text.len), 5000);
  SplitReader r = reader_of(&t), again = reader_of(&t);
  for (int i = 0; i < 3 && next(&r, &c); i++) free(c.text);
  StateBlock *block = saved(&r);
  split_reader_free(&r);
  change(t.split.name, &text);
  if (text.len > 0) write_file(k, strbuf_text(&text), text.len);
  Code code = restored(&again, block, &err);
  CHECK_INT(code, words == NULL ? OK : ERR_STATE);
  if (words != NULL && strstr(err.msg, words) == NULL) CHECK_STR(err.msg, words);
  if (words != NULL) CHECK(strstr(err.msg, "since checkpoint 7: ") != NULL && *err.hint != '\0');
  split_reader_free(&again);
  state_block_free(block);
  strbuf_deinit(&text);
}

static void nothing(const char *path, StrBuf *text) { (void)path, (void)text; }
static void other_inode(const char *path, StrBuf *text) {
  (void)text;
  char aside[1024];
  snprintf(aside, sizeof aside, "%s.old", path);
  CHECK_INT(sys.rename(path, aside), 0);
}
static void grow(const char *path, StrBuf *text) {
  (void)path;
  strbuf_puts(text, "one,more\n");
}
static void change_behind(const char *path, StrBuf *text) {
  (void)path;
  text->data[16000] = 'x';
}
static void change_before(const char *path, StrBuf *text) {
  (void)path;
  text->data[14900] = 'x';
}
static void replace(const char *path, StrBuf *text) {
  other_inode(path, text);
  change_before(path, text);
}
static void shrink(const char *path, StrBuf *text) {
  (void)path;
  text->len = 12000;
}
static void shrink_behind(const char *path, StrBuf *text) {
  (void)path;
  text->len = 16000;
}
static void prepend_bom(const char *path, StrBuf *text) {
  StrBuf with = {0};
  (void)path;
  strbuf_puts(&with, "\xEF\xBB\xBF");
  strbuf_put(&with, strbuf_text(text), text->len);
  strbuf_deinit(text);
  *text = with;
}
static void take_away(const char *path, StrBuf *text) {
  CHECK_INT(sys.unlink(path), 0);
  text->len = 0;
}
static void cut_off(const char *path, StrBuf *text) {
  CHECK_INT(truncate(path, 400), 0);
  text->len = 0;
}

static void test_changed_files(void) {
  static const char *const suffixes[] = {"", ".gz", ".zst"};
  for (size_t s = 0; s < COUNT_OF(suffixes); s++) {
    const Kind k = {.format = "csv", .suffix = suffixes[s]};
    check_changed(&k, nothing, NULL);
    check_changed(&k, other_inode, NULL);
    check_changed(&k, grow, NULL);
    check_changed(&k, change_behind, NULL);
    check_changed(&k, shrink_behind, NULL);
    check_changed(&k, change_before, "was changed since checkpoint 7: the bytes before");
    check_changed(&k, replace, "was replaced since checkpoint 7: the bytes before");
    check_changed(&k, shrink, "it ends after 12000 bytes");
    check_changed(&k, prepend_bom, "the bytes before");
    check_changed(&k, take_away, "was taken away since");
    check_changed(&k, cut_off, s == 0 ? "it ends after 400 bytes" : "truncated");
  }
}

/* A block that is cut anywhere is noticed, and nothing is opened for it. */
static void test_cut_block(void) {
  const Kind k = {.format = "csv", .suffix = ""};
  Table t;
  ChunkText c;
  put_text(at("t.csv"), "1,2\n3,4\n5,6\n");
  table_init(&t, &k, at("t.csv"), 4);
  SplitReader r = reader_of(&t);
  CHECK(next(&r, &c));
  free(c.text);
  StateBlock *block = saved(&r);
  split_reader_free(&r);
  for (uint32_t len = 0; len < block->bytes.len; len++) {
    StateIn in;
    Error err = {0};
    SplitReader again = reader_of(&t);
    state_in_init(&in, block, 0, UINT64_MAX);
    in.end = in.at + len;
    CHECK_INT(split_reader_restore(&again, 7, &in, &err), OK);
    CHECK(in.bad && again.stream == NULL);
    split_reader_free(&again);
  }
  state_block_free(block);
}

int main(void) {
  test_dir_make();
  test_same_chunks();
  test_end_at_look_ahead();
  test_long_records();
  test_changed_files();
  test_cut_block();
  test_dir_remove();
  return check_done();
}
