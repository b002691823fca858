/* conn_sqlite.c -- the connector "sqlite": a table in a database file. */
#include "exec/connectors/conn_sqlite.h"

#include <string.h>

static const OptionDef sqlite_option_defs[] = {
    {.key = "path",
     .kind = OPTION_TEXT,
     .required = true,
     .doc = "The database file; a sink makes it when it is missing."},
    {.key = "table-name",
     .kind = OPTION_TEXT,
     .doc = "The table in it; without the option it has the table's own name."},
    {.key = "sink.create-table",
     .kind = OPTION_BOOL,
     .fallback = "true",
     .doc = "A sink makes the table when it is missing."},
};
const OptionList SQLITE_OPTIONS = {sqlite_option_defs, COUNT_OF(sqlite_option_defs)};

/* A database in memory would be gone with the statement. */
static Code check_path(Options options, Span span, Error *err) {
  const Option *given = options_find(options, "path");
  if (given != NULL && given->value_span.len > 0) span = given->value_span;
  const char *path = options_text(options, SQLITE_OPTIONS, "", "path");
  if (*path != '\0' && strcmp(path, ":memory:") != 0) return OK;
  return FAIL(err, ERR_OPTION, span, "option \"path\" is \"%s\", which is no file", path);
}

static Code sqlite_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                         Error *err) {
  TRY(check_path(options, span, err));
  for (uint32_t i = 0; i < n_fields; i++) {
    if (!type_is_interval(fields[i].type)) continue;
    FAIL(err, ERR_UNSUPPORTED, span, "an interval (column \"%s\") in a table of SQLite",
         fields[i].name);
    error_hint(err, "CAST it to STRING");
    return ERR_UNSUPPORTED;
  }
  return OK;
}

const Connector conn_sqlite = {.name = "sqlite",
                               .options = {sqlite_option_defs, COUNT_OF(sqlite_option_defs)},
                               .has_tables = true,
                               .check = sqlite_check,
                               .rows = &SQLITE_SOURCE,
                               .sink = &SQLITE_SINK,
                               .doc = "A table in a database file of SQLite."};
