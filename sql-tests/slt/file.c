/* file.c -- a test file as records: reading, one function for each kind of record. */
#include "sql-tests/slt/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sql-tests/slt/cells.h"

typedef struct Reader {
  TestFile *f;
  size_t i; /* index of the line that comes next */
  size_t hash_threshold;
  bool skip_next, halted;
} Reader;

bool record_is_case(RecordKind kind) {
  switch (kind) {
    case RECORD_FILE:
    case RECORD_STDIN:
      return false;
    case RECORD_STATEMENT_OK:
    case RECORD_STATEMENT_ERROR:
    case RECORD_QUERY:
    case RECORD_RUN:
    case RECORD_SH:
    case RECORD_NOTES:
    case RECORD_STATS:
      return true;
  }
  return true;
}

/* --- lines --- */

static bool complain(const Reader *r, size_t line, const char *what, const char *detail) {
  fprintf(stderr, "%s:%zu: %s%s%s\n", r->f->path, line + 1, what, detail[0] != '\0' ? ": " : "",
          detail);
  return false;
}

static const char *line_at(const Reader *r, size_t i) { return r->f->lines.at[i]; }

static bool is_blank(const char *s) { return s[strspn(s, " \t\r")] == '\0'; }

/* What follows "----": "" for the plain line, NULL when it is no such line. */
static const char *separator(const char *line) {
  if (strncmp(line, "----", 4) != 0) return NULL;
  const char *rest = line + 4 + strspn(line + 4, " \t");
  return rest[0] != '-' ? rest : NULL;
}

static bool at_body(const Reader *r) {
  return r->i < r->f->lines.n && !is_blank(line_at(r, r->i)) && separator(line_at(r, r->i)) == NULL;
}

/* The lines of a record up to a blank line or "----", joined by newlines. */
static void take_body(Reader *r, Text *text) {
  for (; at_body(r); r->i++) {
    if (text->len > 0) text_str(text, "\n");
    text_str(text, line_at(r, r->i));
  }
}

static void take_expected(Reader *r, Expect *e) {
  e->given = true;
  e->at = r->i;
  for (; r->i < r->f->lines.n && !is_blank(line_at(r, r->i)) &&
         strncmp(line_at(r, r->i), "---- ", 5) != 0;
       r->i++) {
    lines_add(&e->lines, line_at(r, r->i), strlen(line_at(r, r->i)));
  }
}

/* "----" and what is expected, if it stands here. */
static void take_plain_section(Reader *r, Expect *e) {
  if (r->i >= r->f->lines.n || separator(line_at(r, r->i)) == NULL) return;
  r->i++;
  take_expected(r, e);
}

static Record *add_record(Reader *r, RecordKind kind) {
  TestFile *f = r->f;
  if (f->n == f->cap) {
    f->cap = f->cap * 2 + 16;
    f->records = grow(f->records, f->cap * sizeof *f->records);
  }
  Record *rec = &f->records[f->n++];
  *rec = (Record){.kind = kind, .line = r->i + 1, .hash_threshold = r->hash_threshold};
  return rec;
}

static char *copy_of(const char *s) {
  size_t n = strlen(s) + 1;
  return memcpy(grow(NULL, n), s, n);
}

/* --- sqllogictest's records --- */

static bool read_statement(Reader *r, const Lines *words, const char *line) {
  bool error = words->n > 1 && strcmp(words->at[1], "error") == 0;
  if (!error && (words->n != 2 || strcmp(words->at[1], "ok") != 0)) {
    return complain(r, r->i, "a statement is ok or error", "");
  }
  Record *rec = add_record(r, error ? RECORD_STATEMENT_ERROR : RECORD_STATEMENT_OK);
  const char *pattern = strstr(line, "error");
  if (error && !is_blank(pattern + 5)) {
    rec->name = copy_of(pattern + 5 + strspn(pattern + 5, " \t"));
  }
  r->i++;
  take_body(r, &rec->text);
  take_plain_section(r, &rec->expect);
  return true;
}

static bool read_query(Reader *r, const Lines *words) {
  if (words->n < 2 || words->at[1][strspn(words->at[1], "TIR")] != '\0') {
    return complain(r, r->i, "a query needs its columns' types, letters of TIR", "");
  }
  Record *rec = add_record(r, RECORD_QUERY);
  rec->types = copy_of(words->at[1]);
  for (size_t k = 2; k < words->n; k++) {
    const char *word = words->at[k];
    if (strcmp(word, "rowsort") == 0) {
      rec->sort = SORT_ROWS;
    } else if (strcmp(word, "valuesort") == 0) {
      rec->sort = SORT_VALUES;
    } else if (strcmp(word, "nosort") != 0) {
      if (rec->name != NULL) return complain(r, r->i, "two labels", word);
      rec->name = copy_of(word);
    }
  }
  r->i++;
  take_body(r, &rec->text);
  take_plain_section(r, &rec->expect);
  return rec->expect.given || complain(r, rec->line - 1, "the query has no ----", "");
}

/* --- additions --- */

/* Content of a file or of standard input: lines, each with its newline; escaped: a line that ends
 * in a lone backslash has none. */
static bool take_content(Reader *r, Text *text, bool escaped) {
  for (; at_body(r); r->i++) {
    const char *line = line_at(r, r->i);
    size_t n = strlen(line), back = 0;
    while (back < n && line[n - 1 - back] == '\\') back++;
    bool join = escaped && back % 2 == 1;
    Text part = {0};
    text_add(&part, line, join ? n - 1 : n);
    if (!escaped) {
      text_add(text, text_of(&part), part.len);
    } else if (!text_unescape(text, text_of(&part))) {
      text_free(&part);
      return complain(r, r->i, "escapes are \\n \\t \\r \\0 \\xHH and \\\\", "");
    }
    text_free(&part);
    if (!join) text_str(text, "\n");
  }
  if (r->i < r->f->lines.n && separator(line_at(r, r->i)) != NULL) r->i++;
  return true;
}

static bool read_content(Reader *r, const Lines *words, RecordKind kind) {
  size_t options = kind == RECORD_FILE ? 2 : 1;
  bool escaped = words->n == options + 1 && strcmp(words->at[options], "escaped") == 0;
  if (words->n != options + escaped) {
    return complain(r, r->i, "file NAME [escaped], stdin [escaped]", "");
  }
  Record *rec = add_record(r, kind);
  if (kind == RECORD_FILE) rec->name = copy_of(words->at[1]);
  r->i++;
  return take_content(r, &rec->text, escaped);
}

/* One "---- stdout", "---- stderr" or "---- status N". */
static bool take_section(Reader *r, Record *rec) {
  const char *what = separator(line_at(r, r->i));
  size_t line = r->i++;
  if (strcmp(what, "stdout") == 0 || what[0] == '\0') {
    take_expected(r, &rec->expect);
  } else if (strcmp(what, "stderr") == 0) {
    take_expected(r, &rec->err);
  } else if (strncmp(what, "status ", 7) == 0) {
    rec->status = (int)strtol(what + 7, NULL, 10);
    rec->status_line = line;
  } else {
    return complain(r, line, "a section is stdout, stderr or status N", what);
  }
  return true;
}

static bool read_program(Reader *r, RecordKind kind, const char *line) {
  Record *rec = add_record(r, kind);
  const char *rest = line + strcspn(line, " \t");
  text_str(&rec->text, rest + strspn(rest, " \t"));
  r->i++;
  take_body(r, &rec->text);
  while (r->i < r->f->lines.n && separator(line_at(r, r->i)) != NULL) {
    if (!take_section(r, rec)) return false;
  }
  return true;
}

static bool read_expectation(Reader *r, RecordKind kind) {
  Record *rec = add_record(r, kind);
  r->i++;
  if (r->i < r->f->lines.n && separator(line_at(r, r->i)) != NULL) r->i++;
  take_expected(r, &rec->expect);
  return true;
}

static bool read_mode(Reader *r, const Lines *words) {
  if (words->n >= 3 && strcmp(words->at[1], "long") == 0) {
    r->f->is_long = true;
    return true;
  }
  if (words->n < 4 || strcmp(words->at[1], "skip") != 0) {
    return complain(r, r->i, "mode skip CELL[,CELL] REASON, or mode long REASON", "");
  }
  char *name = words->at[2], *next;
  for (; name != NULL; name = next) {
    next = strchr(name, ',');
    if (next != NULL) *next++ = '\0';
    int cell = cell_find(name);
    if (cell < 0) return complain(r, r->i, "no such cell", name);
    r->f->skipped_cells |= 1u << cell;
  }
  return true;
}

/* --- the file --- */

/* Words of a record's first line, without a comment behind them. */
static void header_words(const char *line, Lines *words) {
  const char *comment = strstr(line, " #");
  Text head = {0};
  text_add(&head, line, comment != NULL ? (size_t)(comment - line) : strlen(line));
  for (char *p = head.s; *p != '\0';) {
    p += strspn(p, " \t\r");
    size_t n = strcspn(p, " \t\r");
    if (n > 0) lines_add(words, p, n);
    p += n;
  }
  text_free(&head);
}

static bool read_condition(Reader *r, const Lines *words, bool only) {
  if (words->n < 2) return complain(r, r->i, "skipif and onlyif need a name", "");
  bool weir = strcmp(words->at[1], "weir") == 0;
  if (weir != only) r->skip_next = true;
  r->i++;
  return true;
}

static bool read_record(Reader *r, const Lines *words) {
  const char *line = line_at(r, r->i), *what = words->at[0];
  bool ok;
  if (strcmp(what, "statement") == 0) {
    ok = read_statement(r, words, line);
  } else if (strcmp(what, "query") == 0) {
    ok = read_query(r, words);
  } else if (strcmp(what, "file") == 0) {
    ok = read_content(r, words, RECORD_FILE);
  } else if (strcmp(what, "stdin") == 0) {
    ok = read_content(r, words, RECORD_STDIN);
  } else if (strcmp(what, "run") == 0) {
    ok = read_program(r, RECORD_RUN, line);
  } else if (strcmp(what, "sh") == 0) {
    ok = read_program(r, RECORD_SH, line);
  } else if (strcmp(what, "notes") == 0) {
    ok = read_expectation(r, RECORD_NOTES);
  } else if (strcmp(what, "stats") == 0) {
    ok = read_expectation(r, RECORD_STATS);
  } else {
    return complain(r, r->i, "no such record", what);
  }
  if (ok) r->f->records[r->f->n - 1].end = r->i;
  return ok;
}

static void free_record(Record *rec) {
  text_free(&rec->text);
  free(rec->name);
  free(rec->types);
  lines_free(&rec->expect.lines);
  lines_free(&rec->err.lines);
}

/* What stands at line r->i. */
static bool read_item(Reader *r, const Lines *words) {
  const char *what = words->at[0];
  if (strcmp(what, "skipif") == 0) return read_condition(r, words, false);
  if (strcmp(what, "onlyif") == 0) return read_condition(r, words, true);
  if (strcmp(what, "halt") == 0) {
    r->halted = !r->skip_next;
    r->skip_next = false;
    r->i++;
    return true;
  }
  if (strcmp(what, "hash-threshold") == 0) {
    if (words->n != 2) return complain(r, r->i, "hash-threshold needs a number", "");
    r->hash_threshold = strtoul(words->at[1], NULL, 10);
    r->i++;
    return true;
  }
  if (strcmp(what, "mode") == 0) {
    bool ok = read_mode(r, words);
    r->i++;
    return ok;
  }
  if (!read_record(r, words)) return false;
  if (r->skip_next) {
    free_record(&r->f->records[--r->f->n]);
    r->f->skipped++;
    r->skip_next = false;
  }
  return true;
}

static bool read_lines(TestFile *f, const char *path) {
  FILE *in = fopen(path, "rb");
  if (in == NULL) return fprintf(stderr, "%s: %s\n", path, strerror(errno)), false;
  Text all = {0};
  char buf[65536];
  size_t n;
  while ((n = fread(buf, 1, sizeof buf, in)) > 0) text_add(&all, buf, n);
  bool ok = !ferror(in);
  fclose(in);
  lines_split(&f->lines, text_of(&all), all.len);
  text_free(&all);
  if (!ok) fprintf(stderr, "%s: cannot be read\n", path);
  return ok;
}

bool test_file_read(TestFile *f, const char *path) {
  *f = (TestFile){.path = path};
  if (!read_lines(f, path)) return false;
  Reader r = {.f = f};
  while (r.i < f->lines.n && !r.halted) {
    const char *line = line_at(&r, r.i);
    if (is_blank(line) || line[strspn(line, " \t\r")] == '#') {
      r.i++;
      continue;
    }
    Lines words = {0};
    header_words(line, &words);
    bool ok = read_item(&r, &words);
    lines_free(&words);
    if (!ok) return false;
  }
  return true;
}

void test_file_free(TestFile *f) {
  for (size_t i = 0; i < f->n; i++) free_record(&f->records[i]);
  free(f->records);
  lines_free(&f->lines);
}

/* --- writing back --- */

static void print_lines(FILE *out, const Lines *l) {
  for (size_t i = 0; i < l->n; i++) fprintf(out, "%s\n", l->at[i]);
}

/* Print line i, or what replaces the lines from i on; the index of the next line. */
static size_t print_updated(FILE *out, const TestFile *f, size_t i, const Record *rec,
                            const Update *u) {
  if (u->out && i == rec->expect.at) {
    print_lines(out, &u->out_lines);
    i += rec->expect.lines.n;
  }
  if (u->err && i == rec->err.at) {
    print_lines(out, &u->err_lines);
    i += rec->err.lines.n;
  }
  if (i >= rec->end) return i;
  if (u->has_status && i == rec->status_line && rec->status_line > 0) {
    fprintf(out, "---- status %d\n", u->status);
  } else {
    fprintf(out, "%s\n", f->lines.at[i]);
  }
  return i + 1;
}

bool test_file_rewrite(const TestFile *f, const Update *updates) {
  FILE *out = fopen(f->path, "wb");
  if (out == NULL) return fprintf(stderr, "%s: %s\n", f->path, strerror(errno)), false;
  size_t i = 0;
  for (size_t k = 0; k < f->n; k++) {
    const Record *rec = &f->records[k];
    for (; i + 1 < rec->line; i++) fprintf(out, "%s\n", f->lines.at[i]);
    while (i < rec->end) i = print_updated(out, f, i, rec, &updates[k]);
    /* An expectation that was empty stands behind the record's last line. */
    if (i == rec->expect.at || i == rec->err.at) {
      i = print_updated(out, f, i, rec, &updates[k]);
    }
  }
  for (; i < f->lines.n; i++) fprintf(out, "%s\n", f->lines.at[i]);
  return fclose(out) == 0;
}
