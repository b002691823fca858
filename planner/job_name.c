/* job_name.c -- names of jobs, each once in a session. */
#include "planner/job_name.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/str.h"
#include "planner/catalog.h"

enum { NAME_BYTES = 160 }; /* of a directory's 255; a number may follow */

struct JobNameCount {
  char *name;
  uint32_t n; /* jobs called so: NAME, NAME-2 .. NAME-n */
};

void job_names_deinit(JobNames *names) {
  for (uint32_t i = 0; i < names->n; i++) free(names->items[i].name);
  free(names->items);
  *names = (JobNames){0};
}

/* --- made of tables ------------------------------------------------------------------ */

static const char *without_defaults(const char *full_name) {
  static const char catalog[] = CATALOG_NAME ".", database[] = DEFAULT_DATABASE ".";
  const char *at = full_name;
  if (strncmp(at, catalog, sizeof catalog - 1) != 0) return full_name;
  at += sizeof catalog - 1;
  return strncmp(at, database, sizeof database - 1) == 0 ? at + sizeof database - 1 : at;
}

static int by_text(const void *a, const void *b) {
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char *job_name_of_tables(Arena *arena, const char *const *tables, uint32_t n) {
  const char **sorted = ARENA_ARRAY(arena, const char *, n);
  for (uint32_t i = 0; i < n; i++) sorted[i] = without_defaults(tables[i]);
  if (n > 1) qsort(sorted, n, sizeof *sorted, by_text);
  StrBuf text = {0};
  strbuf_puts(&text, "insert-into");
  for (uint32_t i = 0; i < n; i++) strbuf_printf(&text, "_%s", sorted[i]);
  return strbuf_keep(&text, arena);
}

/* --- safe and unique ----------------------------------------------------------------- */

/* No path leads out of the directory of all jobs, and none is hidden. */
static const char *safe_name(Arena *arena, const char *wanted) {
  static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  size_t len = strlen(wanted);
  if (len == 0) return "_";
  char *name = arena_strdup(arena, wanted);
  for (char *c = name; *c != '\0'; c++) {
    if (strchr(safe, *c) == NULL) *c = '_';
  }
  if (name[0] == '.') name[0] = '_';
  if (len <= NAME_BYTES) return name;
  return arena_printf(arena, "%.*s-%016llx", NAME_BYTES - 17, name,
                      (unsigned long long)hash_bytes(wanted, len));
}

static struct JobNameCount *find(const JobNames *names, Str name) {
  for (uint32_t i = 0; i < names->n; i++) {
    if (str_eq(str_of(names->items[i].name), name)) return &names->items[i];
  }
  return NULL;
}

/* NAME-7 is taken when NAME has seven jobs. */
static bool is_taken(const JobNames *names, const char *name) {
  if (find(names, str_of(name)) != NULL) return true;
  const char *dash = strrchr(name, '-');
  if (dash == NULL) return false;
  const struct JobNameCount *base = find(names, (Str){name, (size_t)(dash - name)});
  char *end;
  unsigned long number = strtoul(dash + 1, &end, 10);
  return base != NULL && end > dash + 1 && *end == '\0' && number <= base->n;
}

static struct JobNameCount *add(JobNames *names, const char *name) {
  if (names->n == names->cap) {
    uint32_t cap = names->cap > 0 ? 2 * names->cap : 8;
    struct JobNameCount *items = realloc(names->items, cap * sizeof *items);
    if (items == NULL) out_of_memory();
    names->items = items;
    names->cap = cap;
  }
  char *copy = strdup(name);
  if (copy == NULL) out_of_memory();
  names->items[names->n] = (struct JobNameCount){copy, 0};
  return &names->items[names->n++];
}

/* The number behind the next name of this base; 1: none. */
static uint32_t next_number(const JobNames *names, Arena *arena, const char *base) {
  if (!is_taken(names, base)) return 1;
  const struct JobNameCount *count = find(names, str_of(base));
  uint32_t n = count != NULL ? count->n + 1 : 2;
  while (find(names, str_of(arena_printf(arena, "%s-%u", base, n))) != NULL) n++;
  return n;
}

static const char *numbered(Arena *arena, const char *base, uint32_t n) {
  return n > 1 ? arena_printf(arena, "%s-%u", base, n) : base;
}

const char *job_name_next(const JobNames *names, Arena *arena, const char *wanted) {
  const char *base = safe_name(arena, wanted);
  return numbered(arena, base, next_number(names, arena, base));
}

const char *job_name_take(JobNames *names, Arena *arena, const char *wanted) {
  const char *base = safe_name(arena, wanted);
  uint32_t n = next_number(names, arena, base);
  struct JobNameCount *count = find(names, str_of(base));
  if (count == NULL) count = add(names, base);
  count->n = n;
  return numbered(arena, base, n);
}
