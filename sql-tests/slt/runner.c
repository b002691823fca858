/* runner.c -- running the files of tests through the cells of the matrix.
 *
 * For each cell: a new directory, a new session, all records in their order.  What a record gave in
 * the first cell, as it came and unsorted, is what it must give in every other.  A record passes
 * when it does so in all cells; its first failure is told.
 *
 * A statement that hangs cannot be taken back, nor one that crashes: SIGALRM and SIGABRT end the
 * program with the record's place.
 */
#include "sql-tests/slt/runner.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sql-tests/slt/check.h"

/* What is kept of a record from cell to cell. */
typedef struct Case {
  Text reference; /* raw result in the first cell */
  bool failed;
} Case;

typedef struct Run {
  TestFile file;
  const char *shown;
  char *directory; /* of the test file, $SLT_DIR of its scripts */
  const RunOptions *options;
  Case *cases;
  Update *updates;
  const Cell *cell; /* the one that runs */
  bool first;       /* it is the reference */
  Session session;
  const Record *input; /* stdin for the next program */
  Lines labels;        /* label, result, label, result, ...: of one cell */
} Run;

/* "FILE:LINE: [CELL] " of the record that runs, ready for a signal handler. */
static char place[1024];

static void say(const char *text) {
  if (write(STDOUT_FILENO, text, strlen(text)) < 0) _exit(3);
}

static void on_end(int signal) {
  say(place);
  say(signal == SIGALRM ? "hangs" : "crashes");
  say("\n0 passed, 1 failed\n");
  _exit(1);
}

static const char *kind_name(RecordKind kind) {
  static const char *const names[] = {
      "statement ok", "statement error", "query", "file", "stdin", "run", "sh", "notes", "stats"};
  return names[kind];
}

static void tell(Run *run, const Record *rec, const Text *why) {
  printf("%s:%zu: [%s] %s\n%s", run->shown, rec->line, run->cell->name, kind_name(rec->kind),
         text_of(why));
}

/* --- directories --- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw) {
  (void)st, (void)type, (void)ftw;
  return remove(path);
}

static bool enter_directory(Run *run, char *dir, size_t size) {
  const char *tmp = getenv("TMPDIR");
  snprintf(dir, size, "%s/weir-slt.XXXXXX", tmp != NULL ? tmp : "/tmp");
  if (mkdtemp(dir) != NULL && chdir(dir) == 0) return true;
  fprintf(stderr, "%s: no directory to run in: %s\n", run->shown, strerror(errno));
  return false;
}

static void leave_directory(const char *dir, bool keep) {
  if (keep) printf("kept %s\n", dir);
  if (chdir("/") != 0 || keep) return;
  nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool write_file(const Record *rec, Text *why) {
  for (char *p = strchr(rec->name, '/'); p != NULL; p = strchr(p + 1, '/')) {
    *p = '\0';
    mkdir(rec->name, 0777);
    *p = '/';
  }
  FILE *out = fopen(rec->name, "wb");
  bool ok = out != NULL && fwrite(text_of(&rec->text), 1, rec->text.len, out) == rec->text.len;
  if (out != NULL && fclose(out) != 0) ok = false;
  if (!ok) text_printf(why, "  cannot write %s: %s\n", rec->name, strerror(errno));
  return ok;
}

/* --- statements and queries --- */

/* How many rows come before an error is a question of timing; the error is not. */
static void raw_of_capture(const Capture *c, Text *raw) {
  text_printf(raw, "%d %s", (int)c->status, text_of(&c->error));
  if (c->status != WEIR_OK) return;
  text_printf(raw, "%zu\n", c->n_columns);
  for (size_t i = 0; i < c->values.n; i++) text_printf(raw, "%s\n", c->values.at[i]);
}

/* Queries with the same label have the same result. */
static bool check_label(Run *run, const Record *rec, const Lines *result, Text *why) {
  if (rec->kind != RECORD_QUERY || rec->name == NULL) return true;
  Text all = {0};
  for (size_t i = 0; i < result->n; i++) text_printf(&all, "%s\n", result->at[i]);
  bool same = true, known = false;
  for (size_t i = 0; i < run->labels.n && !known; i += 2) {
    known = strcmp(run->labels.at[i], rec->name) == 0;
    if (known) same = strcmp(run->labels.at[i + 1], text_of(&all)) == 0;
  }
  if (!known) {
    lines_add(&run->labels, rec->name, strlen(rec->name));
    lines_add(&run->labels, text_of(&all), all.len);
  }
  text_free(&all);
  if (!same) text_printf(why, "  another result than before with label \"%s\"\n", rec->name);
  return same;
}

static bool run_sql(Run *run, const Record *rec, Update *update, Text *raw, Text *why) {
  alarm(run->options->seconds);
  session_run(&run->session, text_of(&rec->text), rec->text.len);
  alarm(0);
  const Capture *got = &run->session.last;
  raw_of_capture(got, raw);
  if (rec->kind != RECORD_QUERY) {
    lines_of_error(got, &update->out_lines);
    update->out = rec->kind == RECORD_STATEMENT_ERROR && got->status == WEIR_FAILED;
    return check_statement(rec, got, why);
  }
  lines_of_query(rec, got, &update->out_lines);
  update->out = got->status == WEIR_OK;
  return check_label(run, rec, &update->out_lines, why) && check_query(rec, got, why);
}

/* --- programs --- */

static void cell_options(const Cell *cell, Text *out) {
  text_printf(
      out, "-p %s -s weir.chunk-bytes=%s -s weir.batch-rows=%s -s weir.autoscale.every-epochs=%s",
      cell->parallelism, cell->chunk_bytes, cell->batch_rows, cell->autoscale_epochs);
}

/* The command line of a run or sh record. */
static bool program_words(Run *run, const Record *rec, Lines *words, Text *why) {
  if (run->options->weir == NULL) {
    text_str(why, "  needs --weir PATH\n");
    return false;
  }
  Text options = {0};
  cell_options(run->cell, &options);
  bool ok = true;
  if (rec->kind == RECORD_SH) {
    Text script = {0};
    setenv("WEIR_OPTIONS", text_of(&options), 1);
    text_printf(&script, "weir() { \"$WEIR\" $WEIR_OPTIONS \"$@\"; }\n%s", text_of(&rec->text));
    lines_add(words, "/bin/sh", 7);
    lines_add(words, "-c", 2);
    lines_add(words, text_of(&script), script.len);
    text_free(&script);
  } else {
    lines_add(words, run->options->weir, strlen(run->options->weir));
    ok = words_split(words, text_of(&options)) && words_split(words, text_of(&rec->text));
    if (!ok) text_str(why, "  a quote is not closed\n");
  }
  text_free(&options);
  return ok;
}

static bool run_program(Run *run, const Record *rec, Update *update, Text *raw, Text *why) {
  Lines words = {0};
  Output got = {0};
  bool ok = program_words(run, rec, &words, why);
  if (ok) {
    words.at = grow(words.at, (words.n + 1) * sizeof *words.at);
    words.cap = words.n + 1;
    words.at[words.n] = NULL;
    ok = process_run(words.at, run->input != NULL ? &run->input->text : NULL, run->options->seconds,
                     &got);
  }
  run->input = NULL;
  if (ok) {
    text_printf(raw, "status %d\n", got.status);
    text_add(raw, text_of(&got.out), got.out.len);
    lines_of_output(&update->out_lines, text_of(&got.out), got.out.len);
    lines_of_output(&update->err_lines, text_of(&got.err), got.err.len);
    update->out = rec->expect.given;
    update->err = rec->err.given;
    update->has_status = true;
    update->status = got.status;
    ok = check_output(rec, &got, why);
  }
  output_free(&got);
  lines_free(&words);
  return ok;
}

/* --- records --- */

static bool run_record(Run *run, const Record *rec, Update *update, Text *raw, Text *why) {
  const Capture *last = &run->session.last;
  switch (rec->kind) {
    case RECORD_STATEMENT_OK:
    case RECORD_STATEMENT_ERROR:
    case RECORD_QUERY:
      return run_sql(run, rec, update, raw, why);
    case RECORD_FILE:
      return write_file(rec, why);
    case RECORD_STDIN:
      run->input = rec;
      return true;
    case RECORD_RUN:
    case RECORD_SH:
      return run_program(run, rec, update, raw, why);
    case RECORD_NOTES:
      for (size_t i = 0; i < last->notes.n; i++) {
        lines_add(&update->out_lines, last->notes.at[i], strlen(last->notes.at[i]));
      }
      update->out = true;
      return check_notes(rec, last, why);
    case RECORD_STATS:
      lines_of_stats(rec, last, &update->out_lines);
      update->out = true;
      return check_stats(rec, last, why);
  }
  return false;
}

/* Is the raw result what it was in the first cell? */
static bool check_reference(Run *run, Case *c, const Text *raw, Text *why) {
  if (run->first) {
    text_add(&c->reference, text_of(raw), raw->len);
    return true;
  }
  if (raw->len == c->reference.len && memcmp(text_of(raw), text_of(&c->reference), raw->len) == 0) {
    return true;
  }
  text_printf(why, "  other bytes than in the first cell, which gave\n%s\n  and here\n%s\n",
              text_of(&c->reference), text_of(raw));
  return false;
}

static void free_update(Update *u) {
  lines_free(&u->out_lines);
  lines_free(&u->err_lines);
}

static void run_case(Run *run, size_t i) {
  const Record *rec = &run->file.records[i];
  Case *c = &run->cases[i];
  Text raw = {0}, why = {0};
  Update update = {0};
  snprintf(place, sizeof place, "%s:%zu: [%s] ", run->shown, rec->line, run->cell->name);
  bool ok = run_record(run, rec, &update, &raw, &why) && check_reference(run, c, &raw, &why);
  if (run->first && !ok) {
    free_update(&run->updates[i]);
    run->updates[i] = update;
  } else {
    free_update(&update);
  }
  if (!ok && !c->failed) {
    c->failed = true;
    tell(run, rec, &why);
  }
  text_free(&raw);
  text_free(&why);
}

static bool run_cell(Run *run, const Cell *cell) {
  char dir[512];
  run->cell = cell;
  if (!enter_directory(run, dir, sizeof dir)) return false;
  setenv("HOME", dir, 1);
  setenv("SLT_DIR", run->directory, 1);
  bool opened = session_open(&run->session, cell);
  for (size_t i = 0; opened && i < run->file.n; i++) run_case(run, i);
  session_close(&run->session);
  lines_clear(&run->labels);
  leave_directory(dir, run->options->keep);
  return opened;
}

static void count(Run *run, Totals *totals) {
  for (size_t i = 0; i < run->file.n; i++) {
    if (run->cases[i].failed) {
      totals->failed++;
    } else if (record_is_case(run->file.records[i].kind)) {
      totals->passed++;
    }
  }
  totals->skipped += run->file.skipped;
}

static bool run_cells(Run *run) {
  uint32_t wanted = run->options->cells & ~run->file.skipped_cells;
  bool ok = true;
  run->first = true;
  for (int i = 0; i < CELLS && ok; i++) {
    if ((wanted >> i & 1) == 0) continue;
    ok = run_cell(run, &cells[i]);
    run->first = false;
  }
  return ok;
}

static void free_run(Run *run) {
  free(run->directory);
  for (size_t i = 0; run->cases != NULL && i < run->file.n; i++) {
    text_free(&run->cases[i].reference);
    free_update(&run->updates[i]);
  }
  free(run->cases);
  free(run->updates);
  lines_free(&run->labels);
  test_file_free(&run->file);
}

static char *directory_of(const char *path) {
  const char *slash = strrchr(path, '/');
  size_t n = slash == NULL ? 0 : (size_t)(slash - path);
  char *dir = grow(NULL, n + 1);
  memcpy(dir, path, n);
  dir[n] = '\0';
  return dir;
}

bool run_test_file(const char *path, const char *shown, const RunOptions *options, Totals *totals) {
  Run run = {.shown = shown, .options = options, .directory = directory_of(path)};
  bool ok = test_file_read(&run.file, path);
  if (ok) {
    size_t n = run.file.n + 1;
    run.cases = grow(NULL, n * sizeof *run.cases);
    run.updates = grow(NULL, n * sizeof *run.updates);
    memset(run.cases, 0, n * sizeof *run.cases);
    memset(run.updates, 0, n * sizeof *run.updates);
    signal(SIGALRM, on_end);
    signal(SIGABRT, on_end);
    if (run.file.is_long && !options->with_long) {
      totals->skipped += run.file.n;
    } else {
      ok = run_cells(&run);
      count(&run, totals);
      if (ok && options->update) ok = test_file_rewrite(&run.file, run.updates);
    }
  }
  free_run(&run);
  return ok;
}
