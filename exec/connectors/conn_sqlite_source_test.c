/* conn_sqlite_source_test.c -- chunks of the sqlite source in any order, while others write, and
 * after a restore. */
#include "exec/connectors/conn_sqlite.h"
#include "exec/connectors/test_files.h"

enum { ROWS = 5 * BATCH_ROWS + 17, CHUNKS = 6 };

static Error last;
static OptionPairs pairs;
static const FormatField fields[] = {{"v", {.kind = TYPE_BIGINT, .nullable = true}},
                                     {"s", {.kind = TYPE_VARCHAR, .nullable = true, .length = 99}}};

static sqlite3 *db;
static void run(const char *sql) {
  if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK) return;
  printf("%s: %s\n", sql, sqlite3_errmsg(db));
  CHECK(!"SQL that runs");
}

static void make_table(void) {
  CHECK_INT(sqlite3_open(at("s.db"), &db), SQLITE_OK);
  run("PRAGMA journal_mode = WAL");
  run("CREATE TABLE t (v, s)");
  run("BEGIN");
  for (uint32_t i = 0; i < ROWS; i++) {
    char sql[128];
    snprintf(sql, sizeof sql, "INSERT INTO t (rowid, v, s) VALUES (%u, %u, 'text of row %u')",
             i * 3 + 1, i, i);
    run(sql);
  }
  run("COMMIT");
}

static Code open_source(RowGenerator **out) {
  static const uint32_t wanted[] = {1, 0};
  last = (Error){.code = OK};
  const SourceSpec spec = {.table = "t",
                           .options = OPTIONS_OF(&pairs, "connector", "sqlite", "path", at("s.db")),
                           .fields = fields,
                           .n_fields = COUNT_OF(fields),
                           .wanted = wanted,
                           .n_wanted = COUNT_OF(wanted)};
  return SQLITE_SOURCE.open(&spec, out, &last);
}

/* Chunk i has rows i * BATCH_ROWS and so on. */
static void check_chunk(const RowGenerator *g, uint64_t chunk) {
  const Type types[] = {fields[1].type, fields[0].type};
  BatchBuilder *b = batch_builder_new((BatchShape){.types = types, .n_cols = 2});
  CHECK_INT(SQLITE_SOURCE.make(g, chunk, 0, b, &last), OK);
  CHECK_INT(b->batch.rows, chunk + 1 < CHUNKS ? BATCH_ROWS : ROWS % BATCH_ROWS);
  bool same = true;
  for (uint32_t i = 0; i < b->batch.rows; i++) {
    char text[64];
    uint64_t row = chunk * BATCH_ROWS + i;
    snprintf(text, sizeof text, "text of row %llu", (unsigned long long)row);
    same &= ((const int64_t *)b->batch.cols[1].data)[i] == (int64_t)row;
    same &= str_eq(text_str((const TextRef *)b->batch.cols[0].data + i), str_of(text));
  }
  CHECK(same);
  batch_builder_free(b);
}

static StateBlock *saved;
static bool keep(StateSink *to, StateBlock *block) {
  (void)to;
  saved = block;
  return true;
}

static void save(const RowGenerator *g) {
  StateSink sink = {.take = keep};
  StateOut out;
  state_begin(&out, &sink, "rows", 1);
  CHECK_INT(SQLITE_SOURCE.save(g, 2, &out, &last), OK);
  CHECK(state_end(&out));
}

/* From the third chunk on, after a restore. */
static Code load(RowGenerator *g) {
  StateIn in;
  state_in_init(&in, saved, 0, UINT64_MAX);
  Code code = SQLITE_SOURCE.load(g, 2, &in, &last);
  CHECK(!in.bad);
  return code;
}

int main(void) {
  RowGenerator *g;
  test_dir_make();
  make_table();

  CHECK_INT(open_source(&g), OK);
  CHECK_INT(SQLITE_SOURCE.chunks(g), CHUNKS);
  save(g);
  for (uint64_t i = CHUNKS; i-- > 0;) {
    if (i == 3) run("UPDATE t SET v = -1; DELETE FROM t WHERE rowid > 9000");
    check_chunk(g, i);
  }
  SQLITE_SOURCE.close(g);

  CHECK_INT(open_source(&g), OK);
  CHECK_INT(load(g), ERR_STATE);
  CHECK(strstr(last.msg, "has other rows than before the checkpoint: 3000, it had 10257") != NULL);
  SQLITE_SOURCE.close(g);

  run("DROP TABLE t");
  sqlite3_close(db);
  remove(at("s.db"));
  make_table();
  CHECK_INT(open_source(&g), OK);
  CHECK_INT(load(g), OK);
  for (uint64_t i = 2; i < CHUNKS; i++) check_chunk(g, i);
  run("PRAGMA wal_checkpoint(TRUNCATE)"); /* nobody reads an old state any more */
  SQLITE_SOURCE.close(g);

  state_block_free(saved);
  sqlite3_close(db);
  test_dir_remove();
  return check_done();
}
