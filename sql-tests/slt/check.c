/* check.c -- comparing what came with what a test expects. */
#include "sql-tests/slt/check.h"

#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql-tests/slt/md5.h"

/* --- telling --- */

static void tell_lines(Text *why, const char *title, const Lines *l) {
  text_printf(why, "  %s:\n", title);
  for (size_t i = 0; i < l->n; i++) text_printf(why, "    %s\n", l->at[i]);
}

static bool tell(Text *why, const char *what) {
  text_printf(why, "  %s\n", what);
  return false;
}

/* --- lines --- */

static bool regex_found(const char *pattern, const char *text) {
  regex_t re;
  if (regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB) != 0) return false;
  bool found = regexec(&re, text, 0, NULL, 0) == 0;
  regfree(&re);
  return found;
}

static bool line_matches(const char *expected, const char *got) {
  static const char mark[] = "<REGEX>:";
  if (strncmp(expected, mark, sizeof mark - 1) == 0) {
    return regex_found(expected + sizeof mark - 1, got);
  }
  return strcmp(expected, got) == 0;
}

static bool lines_match(const Lines *expected, const Lines *got) {
  bool same = expected->n == got->n;
  for (size_t i = 0; same && i < got->n; i++) same = line_matches(expected->at[i], got->at[i]);
  return same;
}

static bool check_lines(const char *what, const Lines *expected, const Lines *got, Text *why) {
  if (lines_match(expected, got)) return true;
  text_printf(why, "  %s:\n", what);
  tell_lines(why, "expected", expected);
  tell_lines(why, "got", got);
  return false;
}

/* --- statements --- */

/* "LINE:COLUMN: error: MESSAGE" and "hint: HINT" of a rendered error, without the source line. */
void lines_of_error(const Capture *got, Lines *out) {
  Lines all = {0};
  lines_split(&all, text_of(&got->error), got->error.len);
  for (size_t i = 0; i < all.n; i++) {
    const char *line = all.at[i];
    if (i == 0 && strncmp(line, "sql:", 4) == 0) line += 4 + (line[4] == ' ');
    if (i == 0 || strncmp(line, "hint: ", 6) == 0) lines_add(out, line, strlen(line));
  }
  lines_free(&all);
}

static const char *status_name(WeirStatus s) {
  static const char *const names[] = {"ok", "failed", "closed pipe", "interrupted", "quit"};
  return names[s];
}

static bool check_ok(const Capture *got, Text *why) {
  if (got->status == WEIR_OK && got->error.len == 0) return true;
  text_printf(why, "  status %s\n", status_name(got->status));
  Lines error = {0};
  lines_split(&error, text_of(&got->error), got->error.len);
  tell_lines(why, "error", &error);
  lines_free(&error);
  return false;
}

bool check_statement(const Record *rec, const Capture *got, Text *why) {
  if (rec->kind == RECORD_STATEMENT_OK) return check_ok(got, why);
  if (got->status != WEIR_FAILED) {
    text_printf(why, "  an error was expected, not status %s\n", status_name(got->status));
    return false;
  }
  if (got->error.len == 0) return tell(why, "it failed without an error");
  Lines error = {0};
  lines_of_error(got, &error);
  bool ok = !rec->expect.given || check_lines("error", &rec->expect.lines, &error, why);
  if (ok && rec->name != NULL && !regex_found(rec->name, text_of(&got->error))) {
    text_printf(why, "  no \"%s\" in the error\n", rec->name);
    tell_lines(why, "got", &error);
    ok = false;
  }
  lines_free(&error);
  return ok;
}

/* --- results --- */

static size_t sort_width; /* columns of the rows that are being sorted */

static int compare_values(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_rows(const void *a, const void *b) {
  char *const *x = a, *const *y = b;
  int order = 0;
  for (size_t i = 0; i < sort_width && order == 0; i++) order = strcmp(x[i], y[i]);
  return order;
}

static void sort_result(char **values, size_t n, size_t n_columns, SortMode mode) {
  if (n == 0 || n_columns == 0) return;
  sort_width = n_columns;
  if (mode == SORT_ROWS) {
    qsort(values, n / n_columns, n_columns * sizeof *values, compare_rows);
  } else if (mode == SORT_VALUES) {
    qsort(values, n, sizeof *values, compare_values);
  }
}

/* The values in the order in which the test compares them; the list is the caller's, the strings
 * are not. */
static char **sorted_values(const Record *rec, const Lines *values, size_t n_columns) {
  char **list = grow(NULL, (values->n + 1) * sizeof *list);
  if (values->n > 0) memcpy(list, values->at, values->n * sizeof *list);
  sort_result(list, values->n, n_columns, rec->sort);
  return list;
}

static void lines_of_rows(char *const *values, size_t n, size_t n_columns, Lines *out) {
  Text row = {0};
  for (size_t i = 0; i < n; i += n_columns) {
    text_clear(&row);
    for (size_t k = 0; k < n_columns; k++) {
      text_printf(&row, "%s%s", k > 0 ? "\t" : "", values[i + k]);
    }
    lines_add(out, text_of(&row), row.len);
  }
  text_free(&row);
}

static void hash_line(char *const *values, size_t n, Lines *out) {
  Text all = {0};
  for (size_t i = 0; i < n; i++) text_printf(&all, "%s\n", values[i]);
  char hex[33], line[96];
  md5_hex(text_of(&all), all.len, hex);
  int len = snprintf(line, sizeof line, "%zu values hashing to %s", n, hex);
  lines_add(out, line, (size_t)len);
  text_free(&all);
}

static bool is_hash_line(const Lines *l) {
  return l->n == 1 && strstr(l->at[0], " values hashing to ") != NULL;
}

void lines_of_query(const Record *rec, const Capture *got, Lines *out) {
  char **values = sorted_values(rec, &got->values, got->n_columns);
  size_t n = got->values.n;
  bool hash =
      (rec->hash_threshold > 0 && n > rec->hash_threshold) || is_hash_line(&rec->expect.lines);
  if (hash) {
    hash_line(values, n, out);
  } else if (got->n_columns > 0) {
    lines_of_rows(values, n, got->n_columns, out);
  }
  free(values);
}

/* Cut an expected row; false when it has not n_columns values. */
static bool cut_row(const char *line, size_t n_columns, bool tabs, Lines *values) {
  size_t before = values->n;
  if (tabs || n_columns == 1) {
    for (;;) {
      size_t len = n_columns == 1 ? strlen(line) : strcspn(line, "\t");
      lines_add(values, line, len);
      if (line[len] == '\0') break;
      line += len + 1;
    }
  } else {
    for (line += strspn(line, " "); *line != '\0'; line += strspn(line, " ")) {
      size_t len = strcspn(line, " ");
      lines_add(values, line, len);
      line += len;
    }
  }
  return values->n - before == n_columns;
}

/* The expected values: one row a line, or one value a line when the number of lines says so. */
static bool expected_values(const Record *rec, const Capture *got, Lines *values, Text *why) {
  const Lines *lines = &rec->expect.lines;
  size_t n = got->n_columns;
  bool tabs = false;
  for (size_t i = 0; i < lines->n; i++) tabs = tabs || strchr(lines->at[i], '\t') != NULL;
  if (!tabs && lines->n == got->values.n) n = 1;
  for (size_t i = 0; i < lines->n; i++) {
    if (cut_row(lines->at[i], n, tabs, values)) continue;
    text_printf(why, "  expected row %zu has not %zu values\n", i + 1, n);
    return false;
  }
  return true;
}

static bool is_integer(const char *s) {
  s += s[0] == '-';
  return s[0] != '\0' && s[strspn(s, "0123456789")] == '\0';
}

static bool value_matches(char type, const char *expected, const char *got) {
  if (line_matches(expected, got)) return true;
  if (type != 'R' || strcmp(got, "NULL") == 0) return false;
  char rounded[512];
  char *end;
  double value = strtod(got, &end);
  if (*end != '\0' || !isfinite(value) || fabs(value) > 1e300) return false;
  snprintf(rounded, sizeof rounded, "%.3f", value);
  return strcmp(expected, rounded) == 0;
}

/* Are the columns of the types that the test says? */
static bool check_types(const Record *rec, const Capture *got, Text *why) {
  if (strlen(rec->types) != got->n_columns) {
    text_printf(why, "  %zu columns, not %zu\n", got->n_columns, strlen(rec->types));
    return false;
  }
  for (size_t i = 0; i < got->n_columns; i++) {
    if (rec->types[i] != 'T' && !got->is_number[i]) {
      text_printf(why, "  column %zu is not a number\n", i + 1);
      return false;
    }
  }
  for (size_t i = 0; i < got->values.n; i++) {
    const char *value = got->values.at[i];
    if (rec->types[i % got->n_columns] == 'I' && strcmp(value, "NULL") != 0 && !is_integer(value)) {
      text_printf(why, "  \"%s\" is not an integer\n", value);
      return false;
    }
  }
  return true;
}

static bool check_values(const Record *rec, const Capture *got, Text *why) {
  Lines expected = {0};
  bool ok = expected_values(rec, got, &expected, why) && expected.n == got->values.n;
  if (ok) {
    char **want = sorted_values(rec, &expected, got->n_columns);
    char **have = sorted_values(rec, &got->values, got->n_columns);
    for (size_t i = 0; ok && i < expected.n; i++) {
      char type = rec->sort == SORT_VALUES ? 'T' : rec->types[i % got->n_columns];
      ok = value_matches(type, want[i], have[i]);
    }
    free(want);
    free(have);
  }
  lines_free(&expected);
  return ok;
}

bool check_query(const Record *rec, const Capture *got, Text *why) {
  if (!check_ok(got, why)) return false;
  if (got->mixed) return tell(why, "results with different numbers of columns");
  Lines lines = {0};
  lines_of_query(rec, got, &lines);
  bool ok = check_types(rec, got, why) &&
            (is_hash_line(&rec->expect.lines) ? lines_match(&rec->expect.lines, &lines)
                                              : check_values(rec, got, why));
  if (!ok) {
    tell_lines(why, "expected", &rec->expect.lines);
    tell_lines(why, "got", &lines);
  }
  lines_free(&lines);
  return ok;
}

/* --- what is told beside the result --- */

bool check_notes(const Record *rec, const Capture *got, Text *why) {
  return check_lines("notes", &rec->expect.lines, &got->notes, why);
}

static uint64_t stat_of(const WeirStats *s, const char *name, bool *found) {
  const struct {
    const char *name;
    uint64_t value;
  } all[] = {{"rows_in", s->rows_in},     {"rows_out", s->rows_out},
             {"bytes_in", s->bytes_in},   {"bad_rows", s->bad_rows},
             {"late_rows", s->late_rows}, {"null_time_rows", s->null_time_rows}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if (strcmp(all[i].name, name) == 0) return *found = true, all[i].value;
  }
  return *found = false, 0;
}

void lines_of_stats(const Record *rec, const Capture *got, Lines *out) {
  for (size_t i = 0; i < rec->expect.lines.n; i++) {
    char name[64] = "", line[128];
    sscanf(rec->expect.lines.at[i], "%63s", name);
    bool found;
    uint64_t value = stat_of(&got->stats, name, &found);
    int len = found ? snprintf(line, sizeof line, "%s %llu", name, (unsigned long long)value)
                    : snprintf(line, sizeof line, "no such counter");
    lines_add(out, line, (size_t)len);
  }
}

bool check_stats(const Record *rec, const Capture *got, Text *why) {
  Lines lines = {0};
  lines_of_stats(rec, got, &lines);
  bool ok = check_lines("counters", &rec->expect.lines, &lines, why);
  lines_free(&lines);
  return ok;
}

static bool check_stream(const char *what, const Expect *e, const Text *got, Text *why) {
  if (!e->given) return true;
  Lines lines = {0};
  lines_of_output(&lines, text_of(got), got->len);
  bool ok = check_lines(what, &e->lines, &lines, why);
  lines_free(&lines);
  return ok;
}

bool check_output(const Record *rec, const Output *got, Text *why) {
  if (got->hung) return tell(why, "it hung and was killed");
  bool ok = check_stream("standard output", &rec->expect, &got->out, why);
  ok = check_stream("standard error", &rec->err, &got->err, why) && ok;
  if (got->status == rec->status) return ok;
  text_printf(why, "  status %d, not %d\n", got->status, rec->status);
  if (!rec->err.given) {
    Lines lines = {0};
    lines_of_output(&lines, text_of(&got->err), got->err.len);
    tell_lines(why, "standard error", &lines);
    lines_free(&lines);
  }
  return false;
}
