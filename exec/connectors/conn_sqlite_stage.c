/* conn_sqlite_stage.c -- exactly once: rows wait in the database until their checkpoint is decided.
 *
 * Rows are collected into pieces, and each piece is committed to a table of weir's in the same
 * database, so that memory is bounded however long a checkpoint takes:
 *
 *     weir_pending      (run, piece, rows)                     what no checkpoint has committed
 *     weir_checkpoints  (run, table_name, checkpoint, rows)    how many rows of a run stand in the
 *                                                              table
 *
 * prepare(n) sees to it that all rows are there and puts two numbers into the checkpoint: of rows
 * since the beginning of the run, and of pieces.  commit(n) moves the pieces below that number into
 * the table, and notes the number of rows, in one transaction: so a commit that is done again after
 * a crash finds what was noted, and does nothing.
 *
 * A run is a job from its beginning over all its restores; its name is random.  So two INSERTs may
 * write one table, and a job that begins anew does not meet what an older one has noted.
 *
 * A restore may go back behind what is committed: to a savepoint, or because the newest checkpoint
 * was damaged.  What was committed since then cannot be told from other rows of the table, and is
 * not taken back.  But the output of a job is a function of its input: the same rows come again, in
 * the same order, and the first of them, as many as were committed, are left out.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "exec/connectors/conn_sqlite.h"

enum { PIECE_BYTES = 1 << 20, RUN_BYTES = 16, RUN_TEXT = 2 * RUN_BYTES };

struct SqliteStage {
  const SqliteDb *db;
  SqliteRows *rows;
  char run[RUN_TEXT + 1]; /* "": not known yet */
  StrBuf piece;           /* rows that are not yet in weir_pending */
  uint64_t next_piece;
  uint64_t n_rows;    /* of the run, also those that are left out */
  uint64_t committed; /* of n_rows; above it while rows come again */
  uint64_t prepared_rows, prepared_pieces;
  sqlite3_stmt *add;
};

static const char *const schema =
    "CREATE TABLE IF NOT EXISTS weir_pending ("
    "run TEXT NOT NULL, piece INTEGER NOT NULL, rows BLOB NOT NULL, PRIMARY KEY (run, piece));"
    "CREATE TABLE IF NOT EXISTS weir_checkpoints ("
    "run TEXT NOT NULL PRIMARY KEY, table_name TEXT NOT NULL,"
    " checkpoint INTEGER NOT NULL, rows INTEGER NOT NULL)";

/* --- statements of one use ----------------------------------------------------------------- */

/* With the run as ?1 and a number as ?2. */
static Code query(const SqliteStage *s, const char *sql, uint64_t number, sqlite3_stmt **out,
                  Error *err) {
  TRY(sqlite_prepare(s->db, sql, out, err));
  int result = sqlite3_bind_text(*out, 1, s->run, -1, SQLITE_STATIC);
  if (result == SQLITE_OK && sqlite3_bind_parameter_count(*out) > 1) {
    result = sqlite3_bind_int64(*out, 2, (int64_t)number);
  }
  if (result == SQLITE_OK) return OK;
  Code code = sqlite_fail(s->db, "use", result, err);
  sqlite3_finalize(*out);
  return code;
}

static Code run_once(const SqliteStage *s, const char *sql, uint64_t number, Error *err) {
  sqlite3_stmt *stmt;
  TRY(query(s, sql, number, &stmt, err));
  Code code = sqlite_step(s->db, stmt, err);
  sqlite3_finalize(stmt);
  return code;
}

static Code rows_noted(const SqliteStage *s, uint64_t *rows, Error *err) {
  sqlite3_stmt *stmt;
  *rows = 0;
  TRY(query(s, "SELECT rows FROM weir_checkpoints WHERE run = ?1", 0, &stmt, err));
  int result = sqlite3_step(stmt);
  if (result == SQLITE_ROW) *rows = (uint64_t)sqlite3_column_int64(stmt, 0);
  Code code = OK;
  if (result != SQLITE_ROW && result != SQLITE_DONE) code = sqlite_fail(s->db, "read", result, err);
  sqlite3_finalize(stmt);
  return code;
}

static Code note_rows(const SqliteStage *s, uint64_t checkpoint, Error *err) {
  sqlite3_stmt *stmt;
  TRY(query(s, "REPLACE INTO weir_checkpoints VALUES (?1, ?4, ?2, ?3)", checkpoint, &stmt, err));
  int result = sqlite3_bind_int64(stmt, 3, (int64_t)s->prepared_rows);
  if (result == SQLITE_OK) result = sqlite3_bind_text(stmt, 4, s->db->table, -1, SQLITE_STATIC);
  Code code =
      result == SQLITE_OK ? sqlite_step(s->db, stmt, err) : sqlite_fail(s->db, "use", result, err);
  sqlite3_finalize(stmt);
  return code;
}

/* --- life ---------------------------------------------------------------------------------- */

Code sqlite_stage_open(const SqliteDb *db, SqliteRows *rows, SqliteStage **out, Error *err) {
  TRY(sqlite_run(db, schema, err));
  SqliteStage *s = calloc(1, sizeof *s);
  if (s == NULL) return sqlite_no_memory(db, err);
  s->db = db;
  s->rows = rows;
  *out = s;
  return sqlite_prepare(db, "INSERT INTO weir_pending VALUES (?, ?, ?)", &s->add, err);
}

void sqlite_stage_close(SqliteStage *s) {
  if (s == NULL) return;
  sqlite3_finalize(s->add);
  strbuf_deinit(&s->piece);
  free(s);
}

bool sqlite_stage_has_rest(const SqliteStage *s) { return s->n_rows > s->committed; }

/* --- rows come ----------------------------------------------------------------------------- */

static Code add_piece(SqliteStage *s, Error *err) {
  if (s->piece.len == 0) return OK;
  sqlite3_bind_text(s->add, 1, s->run, -1, SQLITE_STATIC);
  sqlite3_bind_int64(s->add, 2, (int64_t)s->next_piece);
  int result = sqlite3_bind_blob64(s->add, 3, s->piece.data, s->piece.len, SQLITE_STATIC);
  if (result != SQLITE_OK) return sqlite_fail(s->db, "write", result, err);
  TRY(sqlite_step(s->db, s->add, err));
  s->next_piece++;
  strbuf_clear(&s->piece);
  return OK;
}

Code sqlite_stage_write(SqliteStage *s, Str rows, Error *err) {
  Str row, rest = rows;
  while (value_bytes_row(&rest, &row)) {
    if (s->n_rows++ < s->committed) rows = rest; /* it has come before */
  }
  assert(rest.len == 0);
  strbuf_str(&s->piece, rows);
  if (strbuf_failed(&s->piece)) return sqlite_no_memory(s->db, err);
  return s->piece.len >= PIECE_BYTES ? add_piece(s, err) : OK;
}

/* --- checkpoints --------------------------------------------------------------------------- */

static void begin_run(SqliteStage *s) {
  unsigned char id[RUN_BYTES];
  static const char digits[] = "0123456789abcdef";
  sqlite3_randomness(RUN_BYTES, id);
  for (uint32_t i = 0; i < RUN_BYTES; i++) {
    s->run[2 * i] = digits[id[i] >> 4];
    s->run[2 * i + 1] = digits[id[i] & 15];
  }
}

Code sqlite_stage_prepare(SqliteStage *s, bool last, StateOut *out, Error *err) {
  if (s->run[0] == '\0') begin_run(s);
  if (last && s->n_rows < s->committed) {
    return FAIL(err, ERR_STATE, s->db->span,
                "\"%s\" has %" PRIu64 " rows of this job, of which only %" PRIu64 " came again",
                s->db->path, s->committed, s->n_rows);
  }
  TRY(add_piece(s, err));
  s->prepared_rows = s->n_rows;
  s->prepared_pieces = s->next_piece;
  state_put(out, s->run, RUN_TEXT);
  state_put_u64(out, s->prepared_rows);
  state_put_u64(out, s->prepared_pieces);
  return OK;
}

/* Rows of the pieces that are prepared go into the table. */
static Code apply_pieces(SqliteStage *s, uint64_t *n_rows, Error *err) {
  sqlite3_stmt *stmt;
  int result;
  Code code = OK;
  *n_rows = 0;
  TRY(query(s, "SELECT rows FROM weir_pending WHERE run = ?1 AND piece < ?2 ORDER BY piece",
            s->prepared_pieces, &stmt, err));
  while (code == OK && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
    uint64_t n;
    Str rows = {sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0)};
    code = sqlite_rows_apply(s->rows, rows, &n, err);
    *n_rows += n;
  }
  if (code == OK && result != SQLITE_DONE) code = sqlite_fail(s->db, "read", result, err);
  sqlite3_finalize(stmt);
  if (code == OK) code = sqlite_rows_finish(s->rows, err);
  return code;
}

static Code move_rows(SqliteStage *s, uint64_t checkpoint, Error *err) {
  uint64_t n;
  TRY(apply_pieces(s, &n, err));
  if (n != s->prepared_rows - s->committed) {
    return FAIL(err, ERR_STATE, s->db->span,
                "\"%s\" has not what checkpoint %" PRIu64 " prepared: %" PRIu64
                " rows wait in it, not %" PRIu64,
                s->db->path, checkpoint, n, s->prepared_rows - s->committed);
  }
  TRY(run_once(s, "DELETE FROM weir_pending WHERE run = ?1 AND piece < ?2", s->prepared_pieces,
               err));
  TRY(note_rows(s, checkpoint, err));
  TRY(sqlite_run(s->db, "COMMIT", err));
  s->committed = s->prepared_rows;
  return OK;
}

Code sqlite_stage_commit(SqliteStage *s, uint64_t checkpoint, Error *err) {
  if (s->prepared_rows <= s->committed) return OK; /* nothing new */
  TRY(sqlite_run(s->db, "BEGIN IMMEDIATE", err));
  Code code = move_rows(s, checkpoint, err);
  if (code != OK) sqlite3_exec(s->db->handle, "ROLLBACK", NULL, NULL, NULL);
  return code;
}

Code sqlite_stage_restore(SqliteStage *s, uint64_t checkpoint, StateIn *in, Error *err) {
  state_get(in, s->run, RUN_TEXT);
  s->n_rows = s->prepared_rows = state_get_u64(in);
  s->next_piece = s->prepared_pieces = state_get_u64(in);
  if (in->bad) return OK; /* told by whoever reads the checkpoint */
  TRY(run_once(s, "DELETE FROM weir_pending WHERE run = ?1 AND piece >= ?2", s->prepared_pieces,
               err));
  TRY(rows_noted(s, &s->committed, err));
  return sqlite_stage_commit(s, checkpoint, err);
}
