/* conn_sqlite_sink.c -- the connector "sqlite" as a sink.
 *
 * Without checkpoints rows are committed at every flush, and at the latest after some thousands;
 * what is not committed when the statement fails is rolled back.  With them conn_sqlite_stage.c
 * has them until their checkpoint is decided.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/connectors/conn_sqlite.h"

enum { TRANSACTION_ROWS = 50000 };

typedef struct SqliteSink {
  SqliteDb db;
  SqliteRows rows;
  SqliteStage *stage;  /* NULL: without checkpoints */
  bool in_transaction; /* of ours */
  uint64_t n_open;     /* rows in it */
} SqliteSink;

static const Format *sqlite_format(const SinkSpec *spec) {
  (void)spec;
  return format_find("value-bytes");
}

static const char *sqlite_guarantee(const SinkSpec *spec) {
  (void)spec;
  return "exactly once";
}

/* --- life ---------------------------------------------------------------------------------- */

static void sink_free(SqliteSink *s) {
  sqlite_stage_close(s->stage);
  sqlite_rows_close(&s->rows);
  sqlite_db_close(&s->db);
  free(s);
}

static Code open_all(SqliteSink *s, const SinkSpec *spec, Error *err) {
  TRY(sqlite_db_open(&s->db, spec->options, spec->table, spec->span, SQLITE_TO_WRITE, err));
  TRY(sqlite_rows_open(&s->rows, &s->db, spec, err));
  return spec->checkpointing ? sqlite_stage_open(&s->db, &s->rows, &s->stage, err) : OK;
}

static Code sqlite_sink_open(const SinkSpec *spec, Sink **out, Error *err) {
  assert(spec->n_partition_by == 0);
  SqliteSink *s = calloc(1, sizeof *s);
  if (s == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory to write a database");
  Code code = open_all(s, spec, err);
  if (code != OK) {
    sink_free(s);
    return code;
  }
  *out = (Sink *)s;
  return OK;
}

/* --- without checkpoints ------------------------------------------------------------------- */

static Code commit_open(SqliteSink *s, Error *err) {
  if (!s->in_transaction) return OK;
  TRY(sqlite_run(&s->db, "COMMIT", err));
  s->in_transaction = false;
  s->n_open = 0;
  return OK;
}

static Code write_now(SqliteSink *s, Str rows, Error *err) {
  uint64_t n;
  if (!s->in_transaction) TRY(sqlite_run(&s->db, "BEGIN IMMEDIATE", err));
  s->in_transaction = true;
  TRY(sqlite_rows_apply(&s->rows, rows, &n, err));
  s->n_open += n;
  return s->n_open >= TRANSACTION_ROWS ? commit_open(s, err) : OK;
}

static Code sqlite_sink_write(Sink *sink, Str partition, const char *bytes, size_t n, Error *err) {
  SqliteSink *s = (SqliteSink *)sink;
  (void)partition;
  const Str rows = {bytes, n};
  return s->stage != NULL ? sqlite_stage_write(s->stage, rows, err) : write_now(s, rows, err);
}

static Code sqlite_sink_flush(Sink *sink, Error *err) {
  return commit_open((SqliteSink *)sink, err);
}

/* A -U that was held until the end has no +U. */
static Code finish_rows(SqliteSink *s, Error *err) {
  if (s->rows.held.len == 0) return OK;
  if (!s->in_transaction) TRY(sqlite_run(&s->db, "BEGIN IMMEDIATE", err));
  s->in_transaction = true;
  return sqlite_rows_finish(&s->rows, err);
}

static Code sqlite_sink_close(Sink *sink, bool commit, Error *err) {
  SqliteSink *s = (SqliteSink *)sink;
  Code code = OK;
  if (commit && s->stage == NULL) {
    code = finish_rows(s, err);
    if (code == OK) code = commit_open(s, err);
  } else if (commit && sqlite_stage_has_rest(s->stage)) {
    code = FAIL(err, ERR_STATE, s->db.span, "\"%s\" has rows that no checkpoint has committed",
                s->db.path);
  }
  sink_free(s); /* rolls back what is open */
  return code;
}

/* --- with them ----------------------------------------------------------------------------- */

static Code sqlite_sink_prepare(Sink *sink, uint64_t checkpoint, bool last, StateOut *out,
                                Error *err) {
  (void)checkpoint;
  return sqlite_stage_prepare(((SqliteSink *)sink)->stage, last, out, err);
}

static Code sqlite_sink_commit(Sink *sink, uint64_t checkpoint, Error *err) {
  return sqlite_stage_commit(((SqliteSink *)sink)->stage, checkpoint, err);
}

static Code sqlite_sink_restore(Sink *sink, uint64_t checkpoint, StateIn *in, bool last,
                                Error *err) {
  (void)last; /* there is one block */
  return sqlite_stage_restore(((SqliteSink *)sink)->stage, checkpoint, in, err);
}

const SinkTable SQLITE_SINK = {.format = sqlite_format,
                               .upserts = true,
                               .open = sqlite_sink_open,
                               .write = sqlite_sink_write,
                               .flush = sqlite_sink_flush,
                               .prepare = sqlite_sink_prepare,
                               .commit = sqlite_sink_commit,
                               .restore = sqlite_sink_restore,
                               .close = sqlite_sink_close,
                               .guarantee = sqlite_guarantee};
