/* csv_layout.c -- the header record: which field of a file is which column of the table. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "exec/formats/csv.h"

#define NOT_THERE UINT32_MAX

/* The names in a header, in an arena. */
typedef struct Header {
  Arena arena;
  const char **names;
  uint32_t n, cap;
} Header;

static Code header_parse(const CsvDialect *d, Str text, Header *h, Error *err) {
  static const char bom[] = "\xEF\xBB\xBF";
  if (str_starts(text, STR(bom))) text = (Str){text.ptr + 3, text.len - 3};
  Str body = {text.ptr, 0};
  CsvRecordKind kind = CSV_NO_RECORD;
  while (text.len > 0 && kind == CSV_NO_RECORD) {
    size_t next;
    kind = csv_record(d, text.ptr, text.len, &body, &next);
    text = (Str){text.ptr + next, text.len - next};
  }
  if (kind == CSV_NO_RECORD) return OK; /* nothing there: no names */
  CsvField f;
  bool more = true, good = kind == CSV_RECORD;
  while (good && csv_field_next(d, &body, &more, &f)) {
    char *name = arena_try_alloc(&h->arena, f.raw.len + 1, 1);
    if (name == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for the header");
    good = !f.torn && h->n < COLUMNS_MAX;
    name[csv_unescape(d, &f, name)] = '\0';
    ARENA_PUSH(&h->arena, h->names, h->n, h->cap, name);
  }
  if (good) return OK;
  if (h->n > COLUMNS_MAX) {
    return FAIL(err, ERR_LIMIT, NO_SPAN, "the header has more than %d fields", COLUMNS_MAX);
  }
  return FAIL(err, ERR_DATA, NO_SPAN, "the quotes of the header are not balanced");
}

static Code find_columns(const DecodeSpec *spec, const Header *h, CsvLayout *out, Error *err) {
  for (uint32_t c = 0; c < spec->n_fields; c++) {
    const char *name = spec->fields[c].name;
    out->file_of[c] = NOT_THERE;
    for (uint32_t i = 0; i < h->n; i++) {
      if (strcmp(h->names[i], name) != 0) continue;
      if (out->file_of[c] != NOT_THERE) {
        return FAIL(err, ERR_DATA, NO_SPAN, "column \"%s\" stands twice in the header", name);
      }
      out->file_of[c] = i;
    }
    if (out->file_of[c] != NOT_THERE) continue;
    Code code = FAIL(err, ERR_DATA, NO_SPAN, "column \"%s\" is not in the header", name);
    const char *near = nearest_name(name, h->names, h->n);
    if (near != NULL) error_hint(err, "the nearest name there is \"%s\"", near);
    return code;
  }
  return OK;
}

Code csv_layout_new(const DecodeSpec *spec, Str record, void **layout, Error *err) {
  CsvLayout *l = malloc(sizeof *l + spec->n_fields * sizeof *l->file_of);
  if (l == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory for the header");
  Header h = {.n = 0};
  Code code = OK;
  if (record.ptr != NULL) {
    const CsvDialect d = csv_dialect(spec->options);
    code = header_parse(&d, record, &h, err);
  }
  if (code == OK && h.n > 0) {
    code = find_columns(spec, &h, l, err);
    l->n_file = h.n;
  } else {
    for (uint32_t c = 0; c < spec->n_fields; c++) l->file_of[c] = c;
    l->n_file = spec->n_fields;
  }
  arena_deinit(&h.arena);
  if (code != OK) {
    free(l);
    return code;
  }
  *layout = l;
  return OK;
}

void csv_layout_free(void *layout) { free(layout); }
