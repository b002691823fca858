/* identity_text.c -- texts of sources and sinks.
 *
 * Options are written in the order of their keys.  Of a source those count that say which rows
 * come, of a sink those that say where they go. */
#include "planner/identity_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "exec/connectors/file_list.h"

const char *identity_take(Arena *arena, StrBuf *text, size_t max) {
  enum { HASH_BYTES = 20 };
  const char *whole = strbuf_text(text);
  const char *out;
  if (strbuf_failed(text)) out_of_memory();
  if (text->len <= max) {
    out = arena_strndup(arena, whole, text->len);
  } else {
    size_t shown = max - HASH_BYTES;
    while (shown > 0 && ((unsigned char)whole[shown] & 0xC0) == 0x80) shown--;
    out = arena_printf(arena, "%.*s...#%016llx", (int)shown, whole,
                       (unsigned long long)hash_bytes(whole, text->len));
  }
  strbuf_deinit(text);
  return out;
}

void identity_of_column(const char *definition, Type type, StrBuf *out) {
  strbuf_puts(out, definition);
  strbuf_putc(out, ' ');
  type_print(type, out);
}

/* --- options ------------------------------------------------------------------------- */

typedef bool OptionTest(const char *key);

/* How a source is watched and what a sink does with its files changes no row that is read. */
static bool decides_rows(const char *key) {
  static const char *const others[] = {"sink.", "source.", "partition.", "auto-compaction",
                                       "compaction."};
  if (strcmp(key, "connector") == 0) return false;
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    if (strncmp(key, others[i], strlen(others[i])) == 0) return false;
  }
  return true;
}

static bool decides_place(const char *key) {
  static const char *const places[] = {"path", "format", "table", "table-name", "url", "topic"};
  for (size_t i = 0; i < COUNT_OF(places); i++) {
    if (strcmp(key, places[i]) == 0) return true;
  }
  return false;
}

/* By key; of two with the same key the later first, which is the one that counts. */
static int by_key(const void *a, const void *b) {
  const Option *x = *(const Option *const *)a, *y = *(const Option *const *)b;
  int order = strcmp(x->key, y->key);
  if (order != 0) return order;
  return x > y ? -1 : x < y;
}

/* file:///x and /x are the same. */
static const char *path_or_value(const Option *o) {
  Error ignored = {.code = OK};
  const char *path;
  if (strcmp(o->key, "path") != 0) return o->value;
  return file_path_of(o->value, NO_SPAN, &path, &ignored) == OK ? path : o->value;
}

static void print_options(Options options, OptionTest *counts, StrBuf *out) {
  const Option **sorted = malloc((options.n + 1) * sizeof *sorted);
  uint32_t n = 0;
  if (sorted == NULL) out_of_memory();
  for (uint32_t i = 0; i < options.n; i++) {
    if (counts(options.items[i].key)) sorted[n++] = &options.items[i];
  }
  if (n > 1) qsort(sorted, n, sizeof *sorted, by_key);
  for (uint32_t i = 0; i < n; i++) {
    if (i > 0 && strcmp(sorted[i - 1]->key, sorted[i]->key) == 0) continue;
    strbuf_printf(out, "%s%s=%s", i > 0 ? ", " : "", sorted[i]->key, path_or_value(sorted[i]));
  }
  free(sorted);
}

static void print_connector(const Connector *c, Options options, OptionTest *counts,
                            const char *table, StrBuf *out) {
  strbuf_puts(out, c->name);
  strbuf_putc(out, '(');
  print_options(options, counts, out);
  if (c->has_tables && options_find(options, "table-name") == NULL) {
    strbuf_printf(out, ", table-name=%s", table);
  }
  strbuf_putc(out, ')');
}

void identity_of_source(const ScanSpec *scan, StrBuf *out) {
  print_connector(scan->connector, scan->options, decides_rows, scan->table, out);
}

void identity_of_sink(const SinkOpSpec *sink, StrBuf *out) {
  if (sink->connector == NULL) {
    strbuf_puts(out, "result");
    return;
  }
  print_connector(sink->connector, sink->options, decides_place, sink->table, out);
}
