/* conn_sqlite.h -- the inside of the connector "sqlite": what its source and its sink share.
 *
 * SQLite does its own input and output: it does not go through base/sys.h.  Its errors come back as
 * ours, with the path, and nothing that SQLite refuses is passed over.
 */
#pragma once
#include <sqlite3.h>

#include "exec/connectors/connector.h"
#include "exec/formats/value_bytes.h"

extern const OptionList SQLITE_OPTIONS;
extern const SinkTable SQLITE_SINK;
extern const RowSource SQLITE_SOURCE;

/* --- conn_sqlite_db.c: a connection ---------------------------------------------------------- */

/* Not to be used by two threads at once. */
typedef struct SqliteDb {
  sqlite3 *handle;
  const char *path, *table; /* in the arena */
  Arena arena;
  Span span; /* of the table, or of what is given as 'path' */
} SqliteDb;

typedef enum SqliteMode { SQLITE_TO_READ, SQLITE_TO_WRITE } SqliteMode;

/* 'path' and 'table-name' of the options; the table's own name is the default. */
MUST_USE Code sqlite_db_open(SqliteDb *db, Options options, const char *table, Span span,
                             SqliteMode mode, Error *err);
void sqlite_db_close(SqliteDb *db); /* also one that is zeroed, or was not opened */

/* Record what SQLite has just said; what: "read", "write". */
Code sqlite_fail(const SqliteDb *db, const char *what, int result, Error *err);
MUST_USE Code sqlite_run(const SqliteDb *db, const char *sql, Error *err);
MUST_USE Code sqlite_prepare(const SqliteDb *db, const char *sql, sqlite3_stmt **out, Error *err);
/* Run a statement that gives no rows, and reset it. */
MUST_USE Code sqlite_step(const SqliteDb *db, sqlite3_stmt *stmt, Error *err);
/* Append a name in quotes, as SQLite reads it. */
void sqlite_quote(StrBuf *out, const char *name);
Code sqlite_no_memory(const SqliteDb *db, Error *err);

/* --- conn_sqlite_rows.c: rows into the table ------------------------------------------------- */

typedef struct SqliteRows {
  const SqliteDb *db;
  sqlite3_stmt *put;     /* INSERT, or upsert by the primary key */
  sqlite3_stmt *removal; /* DELETE by the primary key; NULL: there is none */
  uint32_t n_cols;
  bool *is_key; /* by column; in the arena of db */
  StrBuf held;  /* a -U that the +U behind it may make unnecessary: the row; empty: none */
} SqliteRows;

/* Make the table where it is missing and the options say so, and prepare the statements. */
MUST_USE Code sqlite_rows_open(SqliteRows *r, SqliteDb *db, const SinkSpec *spec, Error *err);
void sqlite_rows_close(SqliteRows *r);
/* Apply rows, in a transaction of the caller's. *n: how many. */
MUST_USE Code sqlite_rows_apply(SqliteRows *r, Str rows, uint64_t *n, Error *err);
/* Nothing comes behind what was applied. */
MUST_USE Code sqlite_rows_finish(SqliteRows *r, Error *err);

/* --- conn_sqlite_stage.c: rows that wait for their checkpoint -------------------------------- */

typedef struct SqliteStage SqliteStage;

/* Nothing is changed but that its tables are made. */
MUST_USE Code sqlite_stage_open(const SqliteDb *db, SqliteRows *rows, SqliteStage **out,
                                Error *err);
MUST_USE Code sqlite_stage_write(SqliteStage *s, Str rows, Error *err);
MUST_USE Code sqlite_stage_prepare(SqliteStage *s, bool last, StateOut *out, Error *err);
MUST_USE Code sqlite_stage_commit(SqliteStage *s, uint64_t checkpoint, Error *err);
MUST_USE Code sqlite_stage_restore(SqliteStage *s, uint64_t checkpoint, StateIn *in, Error *err);
/* Are there rows that are not committed? */
bool sqlite_stage_has_rest(const SqliteStage *s);
void sqlite_stage_close(SqliteStage *s); /* NULL is allowed */
