/* conn_sqlite_db.c -- a connection to a database file, and SQLite's errors as ours.
 *
 * What is committed is on the disk: synchronous is EXTRA, so that with a rollback journal the
 * directory is synced as well when the journal goes.  A database that weir makes has its log ahead
 * (journal_mode WAL): readers see the last commit while rows are written.  One that is there keeps
 * the mode that its owner gave it.
 */
#include <string.h>

#include "exec/connectors/conn_sqlite.h"
#include "exec/connectors/file_list.h"

enum { BUSY_TIMEOUT_MS = 5000, PRIMARY_CODE = 0xff };

/* --- errors -------------------------------------------------------------------------------- */

static Code code_of(int result) {
  switch (result & PRIMARY_CODE) {
    case SQLITE_NOMEM:
      return ERR_MEMORY;
    case SQLITE_ERROR: /* no such table, no such column */
      return ERR_NAME;
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return ERR_DATA;
    default:
      return ERR_IO;
  }
}

Code sqlite_fail(const SqliteDb *db, const char *what, int result, Error *err) {
  Code code = code_of(result);
  int primary = result & PRIMARY_CODE;
  FAIL(err, code, db->span, "cannot %s \"%s\": %s", what, db->path,
       db->handle != NULL ? sqlite3_errmsg(db->handle) : sqlite3_errstr(result));
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    error_hint(err, "another process, or another INSERT, has been writing it for %d s",
               BUSY_TIMEOUT_MS / 1000);
  }
  return code;
}

Code sqlite_no_memory(const SqliteDb *db, Error *err) {
  return FAIL(err, ERR_MEMORY, db->span, "no memory for \"%s\"", db->path);
}

/* --- statements ---------------------------------------------------------------------------- */

Code sqlite_run(const SqliteDb *db, const char *sql, Error *err) {
  int result = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
  return result == SQLITE_OK ? OK : sqlite_fail(db, "use", result, err);
}

Code sqlite_prepare(const SqliteDb *db, const char *sql, sqlite3_stmt **out, Error *err) {
  int result = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
  return result == SQLITE_OK ? OK : sqlite_fail(db, "use", result, err);
}

Code sqlite_step(const SqliteDb *db, sqlite3_stmt *stmt, Error *err) {
  int result = sqlite3_step(stmt);
  Code code = result == SQLITE_DONE ? OK : sqlite_fail(db, "write", result, err);
  sqlite3_reset(stmt); /* tells the same failure again */
  return code;
}

void sqlite_quote(StrBuf *out, const char *name) {
  strbuf_putc(out, '"');
  for (const char *p = name; *p != '\0'; p++) {
    if (*p == '"') strbuf_putc(out, '"');
    strbuf_putc(out, *p);
  }
  strbuf_putc(out, '"');
}

/* --- life ---------------------------------------------------------------------------------- */

static Code names(SqliteDb *db, Options options, const char *table, Error *err) {
  const Option *given = options_find(options, "path");
  const char *path, *name = options_text(options, SQLITE_OPTIONS, "", "table-name");
  if (given != NULL && given->value_span.len > 0) db->span = given->value_span;
  TRY(file_path_of(options_text(options, SQLITE_OPTIONS, "", "path"), db->span, &path, err));
  db->path = arena_strdup(&db->arena, path);
  db->table = arena_strdup(&db->arena, name != NULL ? name : table);
  return OK;
}

/* The file is made by the first page that is written, so WAL is asked for before. */
static Code configure(SqliteDb *db, SqliteMode mode, Error *err) {
  sqlite3_stmt *pages;
  sqlite3_extended_result_codes(db->handle, 1);
  sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
  TRY(sqlite_prepare(db, "PRAGMA page_count", &pages, err));
  int result = sqlite3_step(pages);
  bool is_new = result == SQLITE_ROW && sqlite3_column_int64(pages, 0) == 0;
  Code code = result == SQLITE_ROW ? OK : sqlite_fail(db, "open", result, err);
  sqlite3_finalize(pages);
  if (code != OK || mode == SQLITE_TO_READ) return code;
  if (is_new) TRY(sqlite_run(db, "PRAGMA journal_mode = WAL", err));
  return sqlite_run(db, "PRAGMA synchronous = EXTRA", err);
}

Code sqlite_db_open(SqliteDb *db, Options options, const char *table, Span span, SqliteMode mode,
                    Error *err) {
  *db = (SqliteDb){.span = span};
  arena_init(&db->arena);
  TRY(names(db, options, table, err));
  int flags =
      mode == SQLITE_TO_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  int result = sqlite3_open_v2(db->path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
  if (result != SQLITE_OK) return sqlite_fail(db, "open", result, err);
  return configure(db, mode, err);
}

void sqlite_db_close(SqliteDb *db) {
  sqlite3_close(db->handle);
  db->handle = NULL;
  arena_deinit(&db->arena);
}
