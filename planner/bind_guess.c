/* bind_guess.c -- tables without DDL: FROM 'file.csv' and FROM stdin.
 *
 * Format, names and types come from the first bytes (exec/formats/infer.h) and from an OPTIONS
 * hint, which wins.  What was guessed is told.
 */
#include <string.h>

#include "base/limits.h"
#include "exec/formats/infer.h"
#include "planner/bind.h"

static Option option(const char *key, const char *value, Span span) {
  return (Option){key, value, NO_SPAN, span};
}

/* What the hint may not say: the name in FROM says it. */
static Code check_hint(Binder *b, const Option *options, uint32_t n) {
  for (uint32_t i = 0; i < n; i++) {
    const Option *o = &options[i];
    if (strcmp(o->key, "connector") != 0 && strcmp(o->key, "path") != 0) continue;
    FAIL(b->err, ERR_OPTION, o->key_span, "the option \"%s\" cannot be hinted here", o->key);
    error_hint(b->err, "CREATE TABLE declares a table with other options");
    return ERR_OPTION;
  }
  return OK;
}

/* Connector, path and format, what was guessed, what was hinted: later ones win. */
static void put_options(Binder *b, Source *s, const char *path, const Inferred *guess,
                        Options hinted, Span span) {
  Option *all = ARENA_ARRAY(b->arena, Option, 3 + guess->n_options + hinted.n);
  uint32_t n = 0;
  all[n++] = option("connector", path != NULL ? "filesystem" : "stdin", NO_SPAN);
  if (path != NULL) all[n++] = option("path", path, span);
  if (options_find(hinted, "format") == NULL) {
    all[n++] = option("format", guess->format->name, NO_SPAN);
  }
  for (uint32_t i = 0; i < guess->n_options; i++) all[n++] = guess->options[i];
  for (uint32_t i = 0; i < hinted.n; i++) all[n++] = hinted.items[i];
  s->options = (Options){all, n};
}

static Code look(Binder *b, Source *s, const char *path, Options hinted) {
  Str sample;
  bool complete;
  Inferred guess;
  if (path != NULL) {
    TRY(source_peek_file(b->arena, path, s->span, &sample, &complete, b->err));
  } else {
    TRY(source_peek_stdin(b->arena, s->span, &sample, &complete, b->err));
  }
  TRY(infer_schema(b->arena, sample, complete, path, hinted, s->span, &guess, b->err));
  if (guess.n_fields > COLUMNS_MAX) {
    return FAIL(b->err, ERR_LIMIT, s->span, "\"%s\" has more than %d columns", s->table,
                COLUMNS_MAX);
  }
  s->physical = guess.fields;
  s->n_physical = guess.n_fields;
  put_options(b, s, path, &guess, hinted, s->span);
  SourceColumn *columns = ARENA_ARRAY(b->arena, SourceColumn, s->n_physical);
  for (uint32_t i = 0; i < s->n_physical; i++) {
    columns[i] = (SourceColumn){.field = s->physical[i], .physical = i};
  }
  s->columns = columns;
  s->n_columns = s->n_physical;
  bind_note(b, "\"%s\": %s", s->table, guess.told);
  return connector_check(s->options, s->physical, s->n_physical, s->span, &s->connector, &s->format,
                         b->err);
}

/* The same file with the same hint is looked at once in a statement. */
static Node *find_guessed(const Binder *b, const char *path, Options hinted) {
  const char *connector = path != NULL ? "filesystem" : "stdin";
  for (uint32_t i = 0; i < b->n_sources; i++) {
    const Source *s = b->sources[i]->u.source;
    if (s->path[0] != NULL || strcmp(s->connector->name, connector) != 0) continue;
    if (path != NULL && strcmp(s->path[2], path) != 0) continue;
    if (options_equal(s->hinted, hinted)) return b->sources[i];
  }
  return NULL;
}

Code bind_guessed(Binder *b, const AstText *file, const AstHints *hints, Span span, Relation *out) {
  Option *hinted;
  uint32_t n_hinted;
  const char *path = file != NULL ? file->text : NULL;
  TRY(bind_hints(b, hints, &hinted, &n_hinted));
  TRY(check_hint(b, hinted, n_hinted));
  if (path == NULL) TRY(bind_check_stdin(b, span)); /* before it is waited for */
  const ObjectName name = {NULL, path != NULL ? path : "stdin"};
  const Options options = {hinted, n_hinted};
  Node *known = find_guessed(b, path, options);
  if (known != NULL) {
    *out = bind_source_relation(b, known, name);
    return OK;
  }
  Source *s = ARENA_NEW(b->arena, Source);
  s->path[2] = s->table = name.name;
  s->hinted = options;
  s->rowtime = -1;
  s->span = bind_span(b, span);
  TRY(look(b, s, path, options));
  return bind_add_source(b, s, name, out);
}
