/* nested_column.c -- see nested_column.h. */
#include "exec/formats/nested_column.h"

#include <stdlib.h>

bool nested_column_init(NestedColumn *c) {
  strbuf_init(&c->bytes, 0);
  c->texts = calloc(BATCH_ROWS, sizeof *c->texts);
  return c->texts != NULL;
}

void nested_column_deinit(NestedColumn *c) {
  free(c->texts);
  strbuf_deinit(&c->bytes);
}

/* The bytes move while they grow: first where each text ends, then the texts. */
static bool print_rows(NestedColumn *c, const Vector *v, const uint16_t *rows, uint32_t n,
                       NestedPrint print, const void *arg, size_t *ends) {
  const TextRef *values = v->data;
  for (uint32_t i = 0; i < n; i++) {
    if (vector_valid(v, rows[i])) print(arg, v->type, text_str(&values[rows[i]]), &c->bytes);
    ends[i] = c->bytes.len;
  }
  return !strbuf_failed(&c->bytes);
}

bool nested_column_show(NestedColumn *c, const Batch *b, uint32_t col, NestedPrint print,
                        const void *arg) {
  const Vector *v = &b->cols[col];
  uint16_t rows[BATCH_ROWS] = {0};
  size_t ends[BATCH_ROWS], from = 0;
  uint32_t n = 1; /* of a constant column */
  if (!v->constant) {
    n = batch_count(b);
    batch_rows(b, rows);
  }
  strbuf_clear(&c->bytes);
  if (!print_rows(c, v, rows, n, print, arg, ends)) return false;
  for (uint32_t i = 0; i < n; i++) {
    size_t len = ends[i] - from;
    if (len > UINT32_MAX) return false;
    c->texts[rows[i]] = text_ref(c->bytes.data + from, len);
    from = ends[i];
  }
  c->shown =
      (Vector){.type = type_string(), .constant = v->constant, .data = c->texts, .valid = v->valid};
  return true;
}
