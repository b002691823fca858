/* conn_sqlite_source.c -- the connector "sqlite" as a source: the rows of a table, in the order of
 * their rowids.
 *
 * Opening reads all rowids once, and keeps the first of every chunk; a chunk is then a range of
 * rowids, which any worker can read.  There is one connection, used by one worker at a time, and
 * all is read in one transaction, so the table is what it was when it was opened, whoever writes
 * meanwhile.  The transaction ends with the last chunk.
 *
 * A checkpoint keeps how many rows there are and a hash of their rowids: after a restore the number
 * of a chunk means the same rows only where these are the same.
 */
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "exec/connectors/conn_sqlite.h"
#include "exec/formats/value_parse.h"

typedef struct SourceColumn {
  const char *name;
  Type type;
} SourceColumn;

struct RowGenerator {
  pthread_mutex_t lock; /* of all below that changes: db, select, chunks_left */
  SqliteDb db;
  sqlite3_stmt *select; /* rowid and the wanted columns of a range */
  const Zone *zone;
  int64_t *first; /* rowid of each chunk */
  size_t room;
  uint64_t n_chunks, n_rows, chunks_left;
  int64_t last_rowid;
  uint64_t rowids; /* a hash of all of them */
  uint32_t n_cols;
  SourceColumn cols[];
};

/* --- the statements ------------------------------------------------------------------------ */

/* "table" or "view" of what has the name; "": nothing has. */
static Code kind_of(const SqliteDb *db, char *kind, size_t room, Error *err) {
  sqlite3_stmt *stmt;
  TRY(sqlite_prepare(db, "SELECT type FROM sqlite_master WHERE name = ? COLLATE NOCASE", &stmt,
                     err));
  sqlite3_bind_text(stmt, 1, db->table, -1, SQLITE_STATIC);
  int result = sqlite3_step(stmt);
  kind[0] = '\0';
  if (result == SQLITE_ROW) {
    snprintf(kind, room, "%s", (const char *)sqlite3_column_text(stmt, 0));
  }
  Code code = OK;
  if (result != SQLITE_ROW && result != SQLITE_DONE) code = sqlite_fail(db, "read", result, err);
  sqlite3_finalize(stmt);
  return code;
}

static Code check_table(const SqliteDb *db, Error *err) {
  char kind[16];
  TRY(kind_of(db, kind, sizeof kind, err));
  if (strcmp(kind, "table") == 0) return OK;
  if (*kind == '\0') {
    return FAIL(err, ERR_NAME, db->span, "\"%s\" has no table \"%s\"", db->path, db->table);
  }
  FAIL(err, ERR_UNSUPPORTED, db->span, "\"%s\" of \"%s\" is a %s, which cannot be read", db->table,
       db->path, kind);
  error_hint(err, "make a table of it, or read the tables it is made of");
  return ERR_UNSUPPORTED;
}

static Code has_column(const SqliteDb *db, const char *name, bool *has, Error *err) {
  sqlite3_stmt *stmt;
  TRY(sqlite_prepare(db, "SELECT count(*) FROM pragma_table_xinfo(?) WHERE name = ? COLLATE NOCASE",
                     &stmt, err));
  sqlite3_bind_text(stmt, 1, db->table, -1, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 2, name, -1, SQLITE_STATIC);
  int result = sqlite3_step(stmt);
  *has = result == SQLITE_ROW && sqlite3_column_int(stmt, 0) > 0;
  Code code = result == SQLITE_ROW ? OK : sqlite_fail(db, "read", result, err);
  sqlite3_finalize(stmt);
  return code;
}

/* What the rowid is called: one of its names that no column has.  NULL: there is none. */
static Code rowid_name(const SqliteDb *db, const char **out, Error *err) {
  static const char *const names[] = {"rowid", "_rowid_", "oid"};
  *out = NULL;
  for (size_t i = 0; i < COUNT_OF(names) && *out == NULL; i++) {
    bool is_column;
    TRY(has_column(db, names[i], &is_column, err));
    if (is_column) continue;
    int result = sqlite3_table_column_metadata(db->handle, "main", db->table, names[i], NULL, NULL,
                                               NULL, NULL, NULL);
    if (result == SQLITE_OK) *out = names[i];
  }
  return OK;
}

static Code no_rowid(const SqliteDb *db, Error *err) {
  return FAIL(err, ERR_UNSUPPORTED, db->span,
              "table \"%s\" of \"%s\" is WITHOUT ROWID, which cannot be read", db->table, db->path);
}

static Code prepare_text(const SqliteDb *db, StrBuf *sql, sqlite3_stmt **out, Error *err) {
  Code code = strbuf_failed(sql) ? sqlite_no_memory(db, err)
                                 : sqlite_prepare(db, strbuf_text(sql), out, err);
  strbuf_deinit(sql);
  return code;
}

/* Names stand behind that of the table: alone, one that is no column would be a text. */
static Code prepare_select(RowGenerator *g, const char *rowid, Error *err) {
  StrBuf sql = {0};
  strbuf_printf(&sql, "SELECT t.%s", rowid);
  for (uint32_t i = 0; i < g->n_cols; i++) {
    strbuf_puts(&sql, ", t.");
    sqlite_quote(&sql, g->cols[i].name);
  }
  strbuf_puts(&sql, " FROM ");
  sqlite_quote(&sql, g->db.table);
  strbuf_printf(&sql, " AS t WHERE t.%s BETWEEN ? AND ? ORDER BY t.%s", rowid, rowid);
  return prepare_text(&g->db, &sql, &g->select, err);
}

/* --- where chunks begin -------------------------------------------------------------------- */

static bool add_rowid(RowGenerator *g, int64_t rowid) {
  if (g->n_rows % BATCH_ROWS == 0) {
    if (g->n_chunks == g->room) {
      size_t room = g->room > 0 ? 2 * g->room : 16;
      int64_t *first = realloc(g->first, room * sizeof *first);
      if (first == NULL) return false;
      g->first = first;
      g->room = room;
    }
    g->first[g->n_chunks++] = rowid;
  }
  g->n_rows++;
  g->last_rowid = rowid;
  g->rowids = hash_u64(g->rowids ^ (uint64_t)rowid);
  return true;
}

static Code find_chunks(RowGenerator *g, const char *rowid, Error *err) {
  StrBuf sql = {0};
  sqlite3_stmt *stmt;
  int result;
  Code code = OK;
  strbuf_printf(&sql, "SELECT %s FROM ", rowid);
  sqlite_quote(&sql, g->db.table);
  strbuf_printf(&sql, " ORDER BY %s", rowid);
  TRY(prepare_text(&g->db, &sql, &stmt, err));
  while (code == OK && (result = sqlite3_step(stmt)) == SQLITE_ROW) {
    if (!add_rowid(g, sqlite3_column_int64(stmt, 0))) code = sqlite_no_memory(&g->db, err);
  }
  if (code == OK && result != SQLITE_DONE) code = sqlite_fail(&g->db, "read", result, err);
  g->chunks_left = g->n_chunks;
  sqlite3_finalize(stmt);
  return code;
}

/* --- life ---------------------------------------------------------------------------------- */

static void source_close(RowGenerator *g) {
  sqlite3_finalize(g->select);
  sqlite_db_close(&g->db);
  pthread_mutex_destroy(&g->lock);
  free(g->first);
  free(g);
}

static Code open_table(RowGenerator *g, const SourceSpec *spec, Error *err) {
  TRY(sqlite_db_open(&g->db, spec->options, spec->table, spec->span, SQLITE_TO_READ, err));
  for (uint32_t i = 0; i < g->n_cols; i++) {
    const FormatField *f = &spec->fields[spec->wanted[i]];
    g->cols[i] = (SourceColumn){arena_strdup(&g->db.arena, f->name), f->type};
  }
  TRY(sqlite_run(&g->db, "BEGIN", err));
  TRY(check_table(&g->db, err));
  const char *rowid;
  TRY(rowid_name(&g->db, &rowid, err));
  if (rowid == NULL) return no_rowid(&g->db, err);
  TRY(find_chunks(g, rowid, err));
  return prepare_select(g, rowid, err);
}

static Code source_open(const SourceSpec *spec, RowGenerator **out, Error *err) {
  RowGenerator *g = calloc(1, sizeof *g + spec->n_wanted * sizeof g->cols[0]);
  if (g == NULL) return FAIL(err, ERR_MEMORY, spec->span, "no memory to read a database");
  pthread_mutex_init(&g->lock, NULL);
  g->n_cols = spec->n_wanted;
  g->zone = spec->zone;
  Code code = open_table(g, spec, err);
  if (code != OK) {
    source_close(g);
    return code;
  }
  *out = g;
  return OK;
}

static uint64_t source_chunks(const RowGenerator *g) { return g->n_chunks; }

static Micros source_due_us(const RowGenerator *g, uint64_t chunk) {
  (void)g;
  (void)chunk;
  return 0;
}

/* --- values -------------------------------------------------------------------------------- */

/* A value as SQLite has it: it puts any value into any column. */
typedef struct Cell {
  int sort; /* SQLITE_INTEGER, ... */
  double f; /* of a number */
  Str text; /* bytes, or the value as text */
} Cell;

static bool is_floating(Type t) { return t.kind == TYPE_FLOAT || t.kind == TYPE_DOUBLE; }

/* Can a value of this sort be one of the type?  A DOUBLE that is no number has come as text. */
static bool is_of_sort(const Cell *cell, Type t) {
  switch (cell->sort) {
    case SQLITE_INTEGER:
      if (t.kind != TYPE_BOOLEAN) return type_is_numeric(t) || type_is_character(t);
      return str_eq(cell->text, STR("0")) || str_eq(cell->text, STR("1"));
    case SQLITE_FLOAT:
      return is_floating(t) || t.kind == TYPE_DECIMAL || type_is_character(t);
    case SQLITE_BLOB:
      return type_is_binary(t);
    default:
      if (is_floating(t)) return str_eq(cell->text, STR("NaN"));
      return type_is_character(t) || type_is_datetime(t) || t.kind == TYPE_DECIMAL;
  }
}

static ValueFit put_double(const Cell *cell, Type type, void *slot) {
  double f = cell->sort == SQLITE_TEXT ? (double)NAN : cell->f;
  if (type.kind == TYPE_DOUBLE) {
    *(double *)slot = f;
    return FIT_GOOD;
  }
  *(float *)slot = (float)f;
  return isinf((float)f) && !isinf(f) ? FIT_OUT_OF_RANGE : FIT_GOOD;
}

static ValueFit put_text(const Cell *cell, Type type, BatchBuilder *b, void *slot) {
  Str text = cell->text;
  if (type_is_character(type) && !utf8_valid(text.ptr, text.len)) return FIT_NOT_UTF8;
  return batch_builder_text(b, text, slot) ? FIT_GOOD : FIT_NO_MEMORY;
}

/* Into slot row of column c. */
static ValueFit put_value(const RowGenerator *g, const Cell *cell, BatchBuilder *b, uint32_t c,
                          uint32_t row) {
  const Type type = g->cols[c].type;
  void *slot = value_slot(&b->batch.cols[c], row);
  if (cell->sort == SQLITE_NULL) return value_set_null(b, c, row);
  if (!is_of_sort(cell, type)) return FIT_NOT_OF_TYPE;
  if (is_floating(type)) return put_double(cell, type, slot);
  if (type_phys(type) == PHYS_TEXT) return put_text(cell, type, b, slot);
  if (type.kind != TYPE_BOOLEAN) return value_parse(cell->text, type, g->zone, &b->text, slot);
  *(int8_t *)slot = cell->text.ptr[0] == '1';
  return FIT_GOOD;
}

static Code refuse(const RowGenerator *g, ValueFit fit, uint32_t c, Str text, Error *err) {
  if (fit == FIT_NO_MEMORY) return sqlite_no_memory(&g->db, err);
  Reason reason;
  value_fit_reason(fit, g->cols[c].name, text, g->cols[c].type, "is NULL, and NOT NULL", &reason);
  return FAIL(err, ERR_DATA, g->db.span, "\"%s\": row %" PRId64 " of \"%s\": %s", g->db.path,
              (int64_t)sqlite3_column_int64(g->select, 0), g->db.table, reason.text);
}

/* The text comes last: asking for it changes what SQLite has in hand. */
static bool read_cell(const RowGenerator *g, int at, Cell *cell) {
  cell->sort = sqlite3_column_type(g->select, at);
  cell->f = sqlite3_column_double(g->select, at);
  const void *bytes = cell->sort == SQLITE_BLOB ? sqlite3_column_blob(g->select, at)
                                                : (const void *)sqlite3_column_text(g->select, at);
  cell->text = (Str){bytes, (size_t)sqlite3_column_bytes(g->select, at)};
  if (bytes != NULL) return true;
  cell->text = STR("");
  return cell->sort == SQLITE_NULL ||
         sqlite3_errcode(g->db.handle) != SQLITE_NOMEM; /* an empty BLOB has no bytes either */
}

static Code put_row(const RowGenerator *g, BatchBuilder *b, Error *err) {
  for (uint32_t c = 0; c < g->n_cols; c++) {
    Cell cell;
    if (!read_cell(g, (int)c + 1, &cell)) return sqlite_no_memory(&g->db, err);
    ValueFit fit = put_value(g, &cell, b, c, b->batch.rows);
    if (fit != FIT_GOOD) return refuse(g, fit, c, cell.text, err);
  }
  b->batch.rows++;
  return OK;
}

/* --- chunks -------------------------------------------------------------------------------- */

static Code read_range(const RowGenerator *g, int64_t first, int64_t last, BatchBuilder *out,
                       Error *err) {
  Code code = OK;
  int result;
  sqlite3_bind_int64(g->select, 1, first);
  sqlite3_bind_int64(g->select, 2, last);
  while (code == OK && (result = sqlite3_step(g->select)) == SQLITE_ROW) {
    code = put_row(g, out, err);
  }
  if (code == OK && result != SQLITE_DONE) code = sqlite_fail(&g->db, "read", result, err);
  sqlite3_reset(g->select);
  return code;
}

/* A table without rows has one chunk without rows. */
static Code source_make(const RowGenerator *g, uint64_t chunk, Micros now_us, BatchBuilder *out,
                        Error *err) {
  RowGenerator *mine = (RowGenerator *)(uintptr_t)g; /* what the lock is for */
  (void)now_us;
  if (chunk >= g->n_chunks) return OK;
  int64_t last = chunk + 1 < g->n_chunks ? g->first[chunk + 1] - 1 : g->last_rowid;
  pthread_mutex_lock(&mine->lock);
  Code code = read_range(g, g->first[chunk], last, out, err);
  if (--mine->chunks_left == 0 && code == OK) code = sqlite_run(&g->db, "COMMIT", err);
  pthread_mutex_unlock(&mine->lock);
  return code;
}

/* --- checkpoints --------------------------------------------------------------------------- */

static Code source_save(const RowGenerator *g, uint64_t next_chunk, StateOut *out, Error *err) {
  (void)next_chunk;
  (void)err;
  state_put_u64(out, g->n_rows);
  state_put_u64(out, g->rowids);
  return OK;
}

static Code source_load(RowGenerator *g, uint64_t next_chunk, StateIn *in, Error *err) {
  uint64_t n_rows = state_get_u64(in), rowids = state_get_u64(in);
  if (in->bad) return OK; /* told by whoever reads the checkpoint */
  if (n_rows != g->n_rows || rowids != g->rowids) {
    FAIL(err, ERR_STATE, g->db.span,
         "table \"%s\" of \"%s\" has other rows than before the checkpoint: %" PRIu64
         ", it had %" PRIu64,
         g->db.table, g->db.path, g->n_rows, n_rows);
    error_hint(err, "what is read must stay as it was until the job has read it");
    return ERR_STATE;
  }
  g->chunks_left = next_chunk < g->n_chunks ? g->n_chunks - next_chunk : 1;
  return OK;
}

const RowSource SQLITE_SOURCE = {.ends = true,
                                 .open = source_open,
                                 .close = source_close,
                                 .chunks = source_chunks,
                                 .due_us = source_due_us,
                                 .make = source_make,
                                 .save = source_save,
                                 .load = source_load};
