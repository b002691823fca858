/* conn_sqlite_test.c -- checkpoints of the sqlite sink: whatever dies, and whenever, the table is
 * in the end that of a run that nothing disturbed.
 *
 * SQLite does its own input and output, so faults are put in below it, by a VFS around its own.  A
 * crash is a call that does half of its work, after which all calls fail.
 */
#include "exec/connectors/conn_sqlite.h"
#include "exec/connectors/test_files.h"
#include "exec/data/rng.h"
#include "exec/data/value.h"

enum { ROWS = 90, KEYS = 7, HISTORY = 64 };

static Error last;
static uint64_t rng;
static uint64_t rnd(uint64_t n) { return rng_next(&rng) % n; }

/* --- faults below SQLite -------------------------------------------------------------------- */

typedef struct FaultyMethods {
  sqlite3_io_methods methods; /* first: a file points at it */
  const sqlite3_io_methods *real;
} FaultyMethods;

static sqlite3_vfs faulty_vfs, *real_vfs;
static FaultyMethods faulty_methods[8];
static uint64_t calls, fault_at = UINT64_MAX; /* UINT64_MAX: never */
static int fault_code;

/* From the first fault on everything fails. */
static bool faulty(void) { return ++calls >= fault_at; }

static const sqlite3_io_methods *real_of(sqlite3_file *f) {
  return ((const FaultyMethods *)f->pMethods)->real;
}
static int f_write(sqlite3_file *f, const void *bytes, int n, sqlite3_int64 at) {
  if (!faulty()) return real_of(f)->xWrite(f, bytes, n, at);
  if (calls == fault_at && n > 1) (void)real_of(f)->xWrite(f, bytes, n / 2, at);
  return fault_code;
}
/* Nothing here loses power, and the disk is slow. */
static int f_sync(sqlite3_file *f, int flags) {
  (void)f;
  (void)flags;
  return faulty() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}
static int f_truncate(sqlite3_file *f, sqlite3_int64 size) {
  return faulty() ? SQLITE_IOERR_TRUNCATE : real_of(f)->xTruncate(f, size);
}
static int f_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *out) {
  (void)vfs;
  int result = real_vfs->xOpen(real_vfs, name, f, flags, out);
  if (f->pMethods == NULL) return result;
  FaultyMethods *m = faulty_methods;
  while (m->real != NULL && m->real != f->pMethods) m++;
  m->real = f->pMethods;
  m->methods = *m->real;
  m->methods.xWrite = f_write;
  m->methods.xSync = f_sync;
  m->methods.xTruncate = f_truncate;
  f->pMethods = &m->methods;
  return result;
}

static void faults_install(void) {
  real_vfs = sqlite3_vfs_find(NULL);
  faulty_vfs = *real_vfs;
  faulty_vfs.zName = "faulty";
  faulty_vfs.xOpen = f_open;
  CHECK_INT(sqlite3_vfs_register(&faulty_vfs, 1), SQLITE_OK);
}

/* --- rows ----------------------------------------------------------------------------------- */

static const FormatField fields[] = {{"k", {.kind = TYPE_BIGINT, .nullable = true}},
                                     {"v", {.kind = TYPE_VARCHAR, .nullable = true, .length = 99}},
                                     {"d", {.kind = TYPE_DOUBLE, .nullable = true}}};
enum { COLUMNS = COUNT_OF(fields) };

/* Row i of the output: a function of i. */
static RowKind kind_of(uint32_t i, bool upsert) {
  static const RowKind kinds[] = {ROW_INSERT, ROW_UPDATE_BEFORE, ROW_UPDATE_AFTER, ROW_DELETE,
                                  ROW_UPDATE_AFTER};
  return upsert ? kinds[i % 5] : ROW_INSERT;
}
/* A -U and the +U behind it mostly have the same key; sometimes the -U takes away one of its own.
 */
static int64_t key_of(uint32_t i, bool upsert) {
  if (!upsert) return i;
  if (i / 5 % 3 == 0 && i % 5 < 2) return KEYS + i / 5;
  return i % 5 == 2 && i / 5 % 3 != 0 ? key_of(i - 1, true) : (int64_t)(i * i % KEYS);
}
static const char *text_of(uint32_t i) {
  static char text[64];
  snprintf(text, sizeof text, "%u %.*s", i, (int)(i * 5 % 40),
           "'abc\" defghijklmnopqrstuvwxyz 0123456789");
  return text;
}

static void encode(uint32_t first, uint32_t n, bool upsert, StrBuf *out) {
  Encoder *e;
  const Type types[] = {fields[0].type, fields[1].type, fields[2].type};
  EncodeSpec spec = {.fields = fields, .n_fields = COLUMNS};
  BatchBuilder *b =
      batch_builder_new((BatchShape){.types = types, .n_cols = COLUMNS, .with_kind = true});
  for (uint32_t i = 0; i < n; i++) {
    Value k = value_int(types[0], key_of(first + i, upsert));
    Value v = (first + i) % 4 == 0 ? value_null(types[1])
                                   : value_text(types[1], str_of(text_of(first + i)));
    Value d = value_double(types[2], (first + i) / 8.0);
    CHECK(batch_builder_put(b, 0, i, &k) && batch_builder_put(b, 1, i, &v) &&
          batch_builder_put(b, 2, i, &d));
    batch_builder_kind(b)[i] = (uint8_t)kind_of(first + i, upsert);
    b->batch.rows++;
  }
  CHECK_INT(format_value_bytes.encoder_new(&spec, &e, &last), OK);
  CHECK_INT(format_value_bytes.encode(e, &b->batch, out, &last), OK);
  format_value_bytes.encoder_free(e);
  batch_builder_free(b);
}

static void model_row(uint32_t i, int64_t k, StrBuf *out) {
  strbuf_printf(out, "%lld|%s|%.17g\n", (long long)k, i % 4 == 0 ? "NULL" : text_of(i), i / 8.0);
}

/* What the table holds after the first n rows: the obvious way. */
static void model(uint32_t n, bool upsert, StrBuf *out) {
  for (uint32_t i = 0; i < n && !upsert; i++) model_row(i, i, out);
  if (!upsert) return;
  for (int64_t k = 0; k < KEYS + ROWS; k++) {
    int64_t now = -1;
    for (uint32_t i = 0; i < n; i++) {
      RowKind kind = kind_of(i, true);
      bool there = kind == ROW_INSERT || kind == ROW_UPDATE_AFTER;
      if (key_of(i, true) == k) now = there ? (int64_t)i : -1;
    }
    if (now >= 0) model_row((uint32_t)now, k, out);
  }
}

static void read_table(const char *path, StrBuf *out) {
  sqlite3 *db;
  sqlite3_stmt *rows;
  CHECK_INT(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  int result = sqlite3_prepare_v2(db, "SELECT k, v, d FROM \"a t\" ORDER BY k", -1, &rows, NULL);
  CHECK_INT(result, SQLITE_OK);
  while (result == SQLITE_OK && sqlite3_step(rows) == SQLITE_ROW) {
    const char *v = (const char *)sqlite3_column_text(rows, 1);
    strbuf_printf(out, "%lld|%s|%.17g\n", sqlite3_column_int64(rows, 0), v != NULL ? v : "NULL",
                  sqlite3_column_double(rows, 2));
  }
  sqlite3_finalize(rows);
  sqlite3_close(db);
}

static int64_t number_in(const char *path, const char *sql) {
  sqlite3 *db;
  sqlite3_stmt *rows;
  int64_t n = -1;
  CHECK_INT(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
  if (sqlite3_prepare_v2(db, sql, -1, &rows, NULL) == SQLITE_OK) {
    if (sqlite3_step(rows) == SQLITE_ROW) n = sqlite3_column_int64(rows, 0);
    sqlite3_finalize(rows);
  }
  sqlite3_close(db);
  return n;
}

static bool holds(const char *path, uint32_t n, bool upsert) {
  StrBuf want = {0}, got = {0};
  model(n, upsert, &want);
  read_table(path, &got);
  bool same = strcmp(strbuf_text(&got), strbuf_text(&want)) == 0;
  if (!same) printf("after %u rows:\n%s-- not\n%s", n, strbuf_text(&got), strbuf_text(&want));
  strbuf_deinit(&want);
  strbuf_deinit(&got);
  return same;
}

/* --- a job ---------------------------------------------------------------------------------- */

typedef struct Checkpoint {
  bool last;
  uint64_t id;
  uint32_t position;
  StateBlock *block;
} Checkpoint;

typedef struct Job {
  OptionPairs pairs;
  SinkSpec spec;
  Sink *sink;
  const char *path;
  bool upsert;
  uint32_t position;
  Checkpoint decided[HISTORY]; /* the newest at the end */
  uint32_t n_decided;
} Job;

static void job_init(Job *j, const char *path, bool upsert, bool checkpointing) {
  static const uint32_t key = 0;
  *j = (Job){.path = path, .upsert = upsert};
  j->spec = (SinkSpec){.table = "a t",
                       .fields = fields,
                       .n_fields = COLUMNS,
                       .checkpointing = checkpointing,
                       .span = {9, 1}};
  if (upsert) j->spec.primary_key = &key, j->spec.n_primary_key = 1;
  j->spec.options = OPTIONS_OF(&j->pairs, "connector", "sqlite", "path", path);
}

static void drop_decided(Job *j, uint32_t keep) {
  while (j->n_decided > keep) state_block_free(j->decided[--j->n_decided].block);
}

typedef struct Keeper {
  StateSink sink;
  StateBlock *block;
} Keeper;
static bool keep(StateSink *to, StateBlock *block) {
  CHECK(((Keeper *)to)->block == NULL);
  ((Keeper *)to)->block = block;
  return true;
}

static Code write_rows(Job *j, uint32_t n) {
  StrBuf bytes = {0};
  if (n > ROWS - j->position) n = ROWS - j->position;
  encode(j->position, n, j->upsert, &bytes);
  Code code = SQLITE_SINK.write(j->sink, STR(""), bytes.data, bytes.len, &last);
  j->position += n;
  strbuf_deinit(&bytes);
  return code;
}

/* One checkpoint; perhaps it is given up before it is decided. */
static Code checkpoint(Job *j, bool is_last, bool give_up) {
  Keeper keeper = {.sink.take = keep};
  StateOut out;
  uint64_t id = j->n_decided > 0 ? j->decided[j->n_decided - 1].id + 1 : 0;
  uint32_t position = j->position;
  state_begin(&out, &keeper.sink, "sink", 1);
  Code code = SQLITE_SINK.prepare(j->sink, id, is_last, &out, &last);
  CHECK(state_end(&out));
  if (code != OK || give_up) {
    state_block_free(keeper.block);
    return code;
  }
  j->decided[j->n_decided++] = (Checkpoint){is_last, id, position, keeper.block};
  if (!is_last && rnd(3) == 0 && j->position < ROWS) TRY(write_rows(j, 3));
  return SQLITE_SINK.commit(j->sink, id, &last);
}

static Code restore(Job *j) {
  const Checkpoint *c = &j->decided[j->n_decided - 1];
  StateIn in;
  state_in_init(&in, c->block, 0, UINT64_MAX);
  Code code = SQLITE_SINK.restore(j->sink, c->id, &in, true, &last);
  CHECK(!in.bad);
  j->position = c->position;
  return code;
}

static bool is_over(const Job *j) { return j->n_decided > 0 && j->decided[j->n_decided - 1].last; }

/* From the newest checkpoint to the end. */
static Code run(Job *j) {
  last = (Error){.code = OK};
  j->position = 0;
  TRY(SQLITE_SINK.open(&j->spec, &j->sink, &last));
  Code code = j->n_decided > 0 ? restore(j) : checkpoint(j, false, false);
  while (code == OK && j->position < ROWS && j->n_decided < HISTORY - 1) {
    uint64_t step = rnd(8);
    if (step < 5) {
      code = write_rows(j, 1 + (uint32_t)rnd(7));
    } else if (step == 5) {
      code = SQLITE_SINK.flush(j->sink, &last);
    } else {
      code = checkpoint(j, false, rnd(4) == 0);
    }
  }
  if (code == OK && !is_over(j)) code = checkpoint(j, true, false);
  Code closed = SQLITE_SINK.close(j->sink, code == OK, &last);
  return code != OK ? code : closed;
}

/* --- the tests ------------------------------------------------------------------------------ */

static void remove_database(const char *path) {
  char name[1100];
  static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
  for (size_t i = 0; i < COUNT_OF(ends); i++) {
    snprintf(name, sizeof name, "%s%s", path, ends[i]);
    unlink(name);
  }
}

static void test_crashes(uint64_t seed, bool upsert) {
  const char *path = at("crash.db");
  Job j;
  rng = seed;
  remove_database(path);
  job_init(&j, path, upsert, true);
  for (uint32_t tries = 0;; tries++) {
    calls = 0;
    fault_at = tries < 5 ? 1 + rnd(150) : UINT64_MAX;
    fault_code = rnd(2) == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    Code code = run(&j);
    bool hit = calls >= fault_at;
    fault_at = UINT64_MAX;
    if (code == OK) break;
    CHECK_INT(code, ERR_IO);
    CHECK(hit);
    CHECK(strstr(last.msg, "crash.db") != NULL);
    if (!hit) break;
    if (rnd(3) == 0 && j.n_decided > 1) drop_decided(&j, 1 + (uint32_t)rnd(j.n_decided - 1));
  }
  CHECK(holds(path, ROWS, upsert));
  CHECK_INT(number_in(path, "SELECT count(*) FROM weir_pending"), 0);
  drop_decided(&j, 0);
}

/* Without checkpoints what was flushed stays.  Of a commit that fails nobody knows whether it has
 * happened, but it is whole. */
static void test_without_checkpoints(bool upsert) {
  const char *path = at("plain.db");
  for (uint64_t fault = 0; fault < 40; fault++) {
    Job j;
    remove_database(path);
    job_init(&j, path, upsert, false);
    CHECK_INT(SQLITE_SINK.open(&j.spec, &j.sink, &last), OK);
    calls = 0;
    fault_at = fault == 0 ? UINT64_MAX : fault;
    uint32_t kept = 0;
    Code code = OK;
    last = (Error){.code = OK};
    while (code == OK && j.position < ROWS) {
      code = write_rows(&j, 10);
      if (code == OK) code = SQLITE_SINK.flush(j.sink, &last);
      if (code == OK) kept = j.position; /* no -U at its end: that would wait */
    }
    Code closed = SQLITE_SINK.close(j.sink, code == OK, &last);
    CHECK_INT(closed, OK);
    fault_at = UINT64_MAX;
    CHECK_INT(code, kept == ROWS ? OK : ERR_IO);
    uint32_t also =
        number_in(path, "SELECT coalesce(max(d) * 8, -1) FROM \"a t\"") >= kept ? 10 : 0;
    CHECK(holds(path, kept + (code == OK ? 0 : also), upsert));
  }
}

/* A job that begins anew knows nothing of the rows of the one before, nor of its checkpoints. */
static void test_two_runs(void) {
  const char *path = at("two.db");
  remove_database(path);
  for (int i = 0; i < 2; i++) {
    Job j;
    job_init(&j, path, false, true);
    CHECK_INT(run(&j), OK);
    CHECK_INT(run(&j), OK); /* it is over: nothing happens */
    drop_decided(&j, 0);
  }
  CHECK_INT(number_in(path, "SELECT count(*) FROM \"a t\""), 2 * ROWS);
  CHECK_INT(number_in(path, "SELECT count(*) FROM weir_checkpoints"), 2);
}

static Code open_at(const char *path, Job *j, bool checkpointing) {
  job_init(j, path, false, checkpointing);
  last = (Error){.code = OK};
  return SQLITE_SINK.open(&j->spec, &j->sink, &last);
}

/* The database is not the one that the checkpoint knows. */
static void test_lost_database(void) {
  const char *path = at("lost.db");
  Job j;
  remove_database(path);
  job_init(&j, path, false, true);
  CHECK_INT(run(&j), OK);
  remove_database(path);
  CHECK_INT(run(&j), ERR_STATE);
  CHECK(strstr(last.msg, "has not what checkpoint") != NULL);
  drop_decided(&j, 0);
}

static void test_errors(void) {
  Job j;
  CHECK_INT(open_at(at("no/such/x.db"), &j, false), ERR_IO);
  CHECK(strstr(last.msg, "unable to open") != NULL);
  put_text(at("text.db"), "this is no database, however long its text may be, and it is no");
  CHECK_INT(open_at(at("text.db"), &j, false), ERR_IO);
  CHECK(strstr(last.msg, "not a database") != NULL);

  sqlite3 *db;
  sqlite3_open(at("other.db"), &db);
  sqlite3_exec(db, "CREATE TABLE \"a t\" (k CHECK (k <> 5), v)", NULL, NULL, NULL);
  CHECK_INT(open_at(at("other.db"), &j, false), ERR_NAME);
  CHECK(strstr(last.msg, "no column named d") != NULL);
  sqlite3_exec(db, "ALTER TABLE \"a t\" ADD COLUMN d", NULL, NULL, NULL);
  CHECK_INT(open_at(at("other.db"), &j, false), OK);
  CHECK_INT(write_rows(&j, 10), ERR_DATA);
  CHECK(strstr(last.msg, "CHECK constraint failed") != NULL);
  CHECK_INT(SQLITE_SINK.close(j.sink, false, &last), OK);
  CHECK_INT(number_in(at("other.db"), "SELECT count(*) FROM \"a t\""), 0);
  sqlite3_close(db);
}

int main(void) {
  test_dir_make();
  faults_install();
  for (uint64_t seed = 1; seed <= 60; seed++) test_crashes(seed * 7919, seed % 2 == 0);
  test_without_checkpoints(false);
  test_without_checkpoints(true);
  test_two_runs();
  test_lost_database();
  test_errors();
  test_dir_remove();
  return check_done();
}
