/* conn_sqlite_rows.c -- rows of value_bytes.h into a table: appended, or by the primary key.
 *
 * Without a primary key all rows are appended.  With one, +I and +U put the row in the place of the
 * one that has its key, and -D and -U remove that.  A -U whose +U of the same key comes next
 * removes nothing: the row stays the same row.
 *
 * A NaN is stored as the text NaN: SQLite knows none, and would make it NULL.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exec/connectors/conn_sqlite.h"

/* --- statements ---------------------------------------------------------------------------- */

static const char *column_type(Type t) {
  switch ((TypeKind)t.kind) {
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return "INTEGER";
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
      return "REAL";
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return "BLOB";
    case TYPE_NULL:
    case TYPE_DECIMAL:
    case TYPE_CHAR:
    case TYPE_VARCHAR:
    case TYPE_DATE:
    case TYPE_TIME:
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
    case TYPE_KIND_COUNT:
      break;
  }
  return "TEXT";
}

/* "a", "b" */
static void put_key(const SinkSpec *spec, StrBuf *sql) {
  for (uint32_t i = 0; i < spec->n_primary_key; i++) {
    if (i > 0) strbuf_puts(sql, ", ");
    sqlite_quote(sql, spec->fields[spec->primary_key[i]].name);
  }
}

/* What may be NULL is the planner's affair, but for the key: NULLs are never the same to SQLite. */
static void create_sql(const SqliteRows *r, const SinkSpec *spec, StrBuf *sql) {
  strbuf_puts(sql, "CREATE TABLE IF NOT EXISTS ");
  sqlite_quote(sql, r->db->table);
  for (uint32_t c = 0; c < r->n_cols; c++) {
    strbuf_puts(sql, c == 0 ? " (" : ", ");
    sqlite_quote(sql, spec->fields[c].name);
    strbuf_printf(sql, " %s%s", column_type(spec->fields[c].type), r->is_key[c] ? " NOT NULL" : "");
  }
  if (spec->n_primary_key > 0) {
    strbuf_puts(sql, ", PRIMARY KEY (");
    put_key(spec, sql);
    strbuf_putc(sql, ')');
  }
  strbuf_putc(sql, ')');
}

/* ON CONFLICT (key) DO UPDATE SET column = excluded.column, ... */
static void put_update(const SqliteRows *r, const SinkSpec *spec, StrBuf *sql) {
  uint32_t n = 0;
  strbuf_puts(sql, " ON CONFLICT (");
  put_key(spec, sql);
  strbuf_puts(sql, ") DO ");
  for (uint32_t c = 0; c < r->n_cols; c++) {
    if (r->is_key[c]) continue;
    strbuf_puts(sql, n++ == 0 ? "UPDATE SET " : ", ");
    sqlite_quote(sql, spec->fields[c].name);
    strbuf_puts(sql, " = excluded.");
    sqlite_quote(sql, spec->fields[c].name);
  }
  if (n == 0) strbuf_puts(sql, "NOTHING");
}

/* Column i is parameter i + 1. */
static void put_sql(const SqliteRows *r, const SinkSpec *spec, StrBuf *sql) {
  strbuf_puts(sql, "INSERT INTO ");
  sqlite_quote(sql, r->db->table);
  for (uint32_t c = 0; c < r->n_cols; c++) {
    strbuf_puts(sql, c == 0 ? " (" : ", ");
    sqlite_quote(sql, spec->fields[c].name);
  }
  strbuf_puts(sql, ") VALUES ");
  for (uint32_t c = 0; c < r->n_cols; c++) strbuf_puts(sql, c == 0 ? "(?" : ", ?");
  strbuf_putc(sql, ')');
  if (spec->n_primary_key > 0) put_update(r, spec, sql);
}

static void removal_sql(const SqliteRows *r, const SinkSpec *spec, StrBuf *sql) {
  strbuf_puts(sql, "DELETE FROM ");
  sqlite_quote(sql, r->db->table);
  for (uint32_t i = 0; i < spec->n_primary_key; i++) {
    uint32_t c = spec->primary_key[i];
    strbuf_puts(sql, i == 0 ? " WHERE " : " AND ");
    sqlite_quote(sql, spec->fields[c].name);
    strbuf_printf(sql, " = ?%u", c + 1);
  }
}

/* --- life ---------------------------------------------------------------------------------- */

static Code prepare_all(SqliteRows *r, const SinkSpec *spec, StrBuf *sql, Error *err) {
  if (options_bool(spec->options, SQLITE_OPTIONS, "", "sink.create-table")) {
    create_sql(r, spec, sql);
    if (strbuf_failed(sql)) return sqlite_no_memory(r->db, err);
    TRY(sqlite_run(r->db, strbuf_text(sql), err));
    strbuf_clear(sql);
  }
  put_sql(r, spec, sql);
  if (strbuf_failed(sql)) return sqlite_no_memory(r->db, err);
  TRY(sqlite_prepare(r->db, strbuf_text(sql), &r->put, err));
  if (spec->n_primary_key == 0) return OK;
  strbuf_clear(sql);
  removal_sql(r, spec, sql);
  if (strbuf_failed(sql)) return sqlite_no_memory(r->db, err);
  return sqlite_prepare(r->db, strbuf_text(sql), &r->removal, err);
}

Code sqlite_rows_open(SqliteRows *r, SqliteDb *db, const SinkSpec *spec, Error *err) {
  *r = (SqliteRows){.db = db, .n_cols = spec->n_fields};
  r->is_key = ARENA_ARRAY(&db->arena, bool, r->n_cols + 1);
  for (uint32_t i = 0; i < spec->n_primary_key; i++) r->is_key[spec->primary_key[i]] = true;
  StrBuf sql = {0};
  Code code = prepare_all(r, spec, &sql, err);
  strbuf_deinit(&sql);
  return code;
}

void sqlite_rows_close(SqliteRows *r) {
  sqlite3_finalize(r->put);
  sqlite3_finalize(r->removal);
  strbuf_deinit(&r->held);
}

/* --- rows ---------------------------------------------------------------------------------- */

static Code damaged(const SqliteRows *r, Error *err) {
  return FAIL(err, ERR_STATE, r->db->span, "rows that \"%s\" kept for a checkpoint are damaged",
              r->db->path);
}

static int bind(sqlite3_stmt *stmt, int at, const TaggedValue *v) {
  switch (v->tag) {
    case VALUE_NULL:
      return sqlite3_bind_null(stmt, at);
    case VALUE_INT:
      return sqlite3_bind_int64(stmt, at, v->i);
    case VALUE_DOUBLE:
      if (isnan(v->f)) return sqlite3_bind_text(stmt, at, "NaN", -1, SQLITE_STATIC);
      return sqlite3_bind_double(stmt, at, v->f);
    case VALUE_TEXT:
      return sqlite3_bind_text64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BINARY:
      return sqlite3_bind_blob64(stmt, at, v->bytes.ptr, v->bytes.len, SQLITE_STATIC);
  }
  return SQLITE_MISUSE;
}

/* Run a statement with the values of a row, of which a removal takes the key. */
static Code run_row(const SqliteRows *r, sqlite3_stmt *stmt, Str values, Error *err) {
  for (uint32_t c = 0; c < r->n_cols; c++) {
    TaggedValue v;
    if (!value_bytes_next(&values, &v)) return damaged(r, err);
    if (stmt == r->removal && !r->is_key[c]) continue;
    int result = bind(stmt, (int)c + 1, &v);
    if (result != SQLITE_OK) return sqlite_fail(r->db, "write", result, err);
  }
  if (values.len > 0) return damaged(r, err);
  return sqlite_step(r->db, stmt, err);
}

/* The bytes of the values of a key are the same. */
static bool same_key(const SqliteRows *r, Str a, Str b) {
  for (uint32_t c = 0; c < r->n_cols; c++) {
    TaggedValue ignored;
    Str from_a = a, from_b = b;
    if (!value_bytes_next(&a, &ignored) || !value_bytes_next(&b, &ignored)) return false;
    from_a.len -= a.len;
    from_b.len -= b.len;
    if (r->is_key[c] && !str_eq(from_a, from_b)) return false;
  }
  return true;
}

Code sqlite_rows_finish(SqliteRows *r, Error *err) {
  if (r->held.len == 0) return OK;
  Str row = {r->held.data, r->held.len};
  TRY(run_row(r, r->removal, row, err));
  strbuf_clear(&r->held);
  return OK;
}

static Code hold(SqliteRows *r, Str values, Error *err) {
  strbuf_str(&r->held, values);
  return strbuf_failed(&r->held) ? sqlite_no_memory(r->db, err) : OK;
}

static Code apply(SqliteRows *r, Str row, Error *err) {
  RowKind kind;
  if (!value_bytes_kind(&row, &kind)) return damaged(r, err);
  bool follows = r->held.len > 0 && kind == ROW_UPDATE_AFTER &&
                 same_key(r, (Str){r->held.data, r->held.len}, row);
  if (follows) {
    strbuf_clear(&r->held);
  } else {
    TRY(sqlite_rows_finish(r, err));
  }
  if (kind == ROW_INSERT || kind == ROW_UPDATE_AFTER) return run_row(r, r->put, row, err);
  if (r->removal == NULL) return damaged(r, err); /* the planner refuses such a query */
  return kind == ROW_UPDATE_BEFORE ? hold(r, row, err) : run_row(r, r->removal, row, err);
}

Code sqlite_rows_apply(SqliteRows *r, Str rows, uint64_t *n, Error *err) {
  Str row;
  for (*n = 0; value_bytes_row(&rows, &row); ++*n) TRY(apply(r, row, err));
  return rows.len == 0 ? OK : damaged(r, err);
}
