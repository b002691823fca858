/* plan_test.c -- statements in, plans and messages out, compared with files of testdata/.
 *
 *     plan_test FILE       compare
 *     plan_test -u FILE    print the file as it would have to be
 *
 * A file is a list of blocks:
 *
 *     SELECT ...;          one or more statements
 *     ----
 *     what comes out
 *     <an empty line>
 *
 * Lines that begin with # are comments.  All blocks of a file share a session, which the line
 * `# new session` begins anew.  Behind `# identities` those of operators are shown, not the plan.
 * Standard input is stdin.csv.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/str.h"
#include "base/sys.h"
#include "exec/connectors/conn_stdin.h"
#include "parser/parse.h"
#include "planner/plan.h"

static Planner *planner;
static bool show_identities;

static void print_fields(const FormatField *fields, uint32_t n, StrBuf *out) {
  for (uint32_t i = 0; i < n; i++) {
    strbuf_printf(out, "%s%s ", i > 0 ? ", " : "", fields[i].name);
    type_print_full(fields[i].type, out);
  }
}

static void print_rows(const PlanRows *rows, StrBuf *out) {
  if (rows->is_text) {
    strbuf_printf(out, "%s\n", rows->cells[0]);
    return;
  }
  for (uint32_t c = 0; c < rows->n_columns; c++) {
    strbuf_printf(out, "%s%s", c > 0 ? " | " : "", rows->columns[c]);
  }
  strbuf_putc(out, '\n');
  for (uint32_t i = 0; i < rows->n_rows * rows->n_columns; i++) {
    bool ends = (i + 1) % rows->n_columns == 0;
    strbuf_printf(out, "%s%s", rows->cells[i] != NULL ? rows->cells[i] : "NULL",
                  ends ? "\n" : " | ");
  }
}

static void print_aggs(const AggCall *aggs, uint32_t n, StrBuf *out) {
  for (uint32_t i = 0; i < n; i++) strbuf_printf(out, "  %s\n", aggs[i].identity);
}

static void print_identities(const JobPlan *job, StrBuf *out) {
  for (uint32_t i = 0; i < job->n_ops; i++) {
    const OpSpec *op = job->ops[i];
    if (op->identity == NULL) continue;
    strbuf_printf(out, "%s\n", op->identity);
    if (op->id == OP_GROUP_AGG) print_aggs(op->u.group_agg->aggs, op->u.group_agg->n_aggs, out);
    if (op->id == OP_WINDOW_AGG || op->id == OP_SESSION_AGG || op->id == OP_ROWS_AGG ||
        op->id == OP_UPDATING_WINDOW_AGG) {
      print_aggs(op->u.window_agg->aggs, op->u.window_agg->n_aggs, out);
    }
  }
}

/* The part of EXPLAIN that a test of a plan is about. */
static void print_plan(const char *sql, size_t len, Arena *arena, StrBuf *out) {
  static const char begin[] = "== Optimized Physical Plan ==\n";
  Error err = {.code = OK};
  AstStmt *stmt;
  PlanResult result;
  size_t at = 0;
  const char *text = arena_printf(arena, "EXPLAIN %.*s", (int)len, sql);
  if (parse_statement(arena, text, strlen(text), &at, &stmt, &err) != OK) return;
  if (plan_statement(planner, stmt, arena, &result, &err) != OK) return;
  const char *plan = strstr(result.rows.cells[0], begin) + strlen(begin);
  strbuf_put(out, plan, (size_t)(strstr(plan, "\n==") - plan));
}

static void print_checkpoints(const CheckpointPlan *c, StrBuf *out) {
  if (c->dir == NULL && c->restore_from == NULL) return;
  strbuf_printf(out, "checkpoints: %s/%s", c->dir != NULL ? c->dir : "(none)", c->job);
  if (c->interval_us > 0) strbuf_printf(out, ", every %lld ms", (long long)c->interval_us / 1000);
  if (c->min_pause_us > 0) strbuf_printf(out, ", pause %lld ms", (long long)c->min_pause_us / 1000);
  if (c->every_epochs > 0) strbuf_printf(out, ", every %u epochs", c->every_epochs);
  strbuf_printf(out, ", keep %u", c->retained);
  if (c->savepoint_dir != NULL) strbuf_printf(out, ", savepoints in %s", c->savepoint_dir);
  if (c->restore_from != NULL) strbuf_printf(out, ", from %s", c->restore_from);
  strbuf_printf(out, "%s%s\n", c->resume ? ", resume" : "",
                c->allow_non_restored ? ", allow non-restored" : "");
}

static void print_result(const PlanResult *r, StrBuf *out) {
  for (uint32_t i = 0; i < r->n_notes; i++) strbuf_printf(out, "note: %s\n", r->notes[i]);
  const char *flags[] = {r->bounded ? "" : " endless", r->ordered ? " ordered" : "",
                         r->limited ? " limited" : "", r->at_end ? " at end" : ""};
  switch (r->kind) {
    case PLAN_NOTHING:
      return;
    case PLAN_ROWS:
      print_rows(&r->rows, out);
      return;
    case PLAN_QUERY:
    case PLAN_INSERT:
      strbuf_printf(out, "%s%s%s%s%s: ", r->kind == PLAN_QUERY ? "query" : r->name, flags[0],
                    flags[1], flags[2], flags[3]);
      print_fields(r->fields, r->n_fields, out);
      strbuf_putc(out, '\n');
      print_checkpoints(&r->job->checkpoints, out);
      return;
    case PLAN_SHOW_JOBS:
    case PLAN_CHECKPOINT:
    case PLAN_STOP_JOB:
    case PLAN_QUIT:
    case PLAN_CLEAR:
    case PLAN_HELP:
      break;
  }
  strbuf_puts(out, "for the shell\n");
}

/* Plan the statements of one block, as far as they go. */
static void run_block(const char *sql, size_t len, StrBuf *out) {
  Arena arena;
  Error err = {.code = OK};
  size_t at = 0;
  arena_init(&arena);
  char *text = arena_strndup(&arena, sql, len);
  for (;;) {
    AstStmt *stmt;
    PlanResult result;
    if (parse_statement(&arena, text, len, &at, &stmt, &err) != OK || stmt == NULL) break;
    StrBuf plan = {0};
    bool is_job = stmt->kind == AST_STMT_QUERY || stmt->kind == AST_STMT_INSERT ||
                  stmt->kind == AST_STMT_SET_OF;
    if (is_job) print_plan(text + stmt->span.at, stmt->span.len, &arena, &plan);
    Code code = plan_statement(planner, stmt, &arena, &result, &err);
    print_result(&result, out);
    if (code == OK && !show_identities) strbuf_puts(out, strbuf_text(&plan));
    if (code == OK && is_job && show_identities) print_identities(result.job, out);
    strbuf_deinit(&plan);
    if (code != OK) break;
  }
  if (err.code != OK) {
    if (err.span.len == 0 || err.span.at + err.span.len > len) {
      strbuf_puts(out, "no place: ");
    } else {
      TextPosition p = text_position(text, len, err.span.at);
      strbuf_printf(out, "%u:%u: ", p.line, p.column);
    }
    strbuf_printf(out, "error: %s\n", err.msg);
    if (err.span.len > 0 && err.span.at + err.span.len <= len) {
      strbuf_printf(out, "at: %.*s\n", (int)(err.span.len < 60 ? err.span.len : 60),
                    text + err.span.at);
    }
    if (err.hint[0] != '\0') strbuf_printf(out, "hint: %s\n", err.hint);
  }
  arena_deinit(&arena);
}

static Code run_subquery(void *arg, const JobPlan *plan, const JobResult *result, Error *err) {
  const JobHooks hooks = {.result = *result};
  JobStats stats;
  Job *job;
  (void)arg;
  TRY(job_new(plan, &hooks, &job, err));
  Code code = job_run(job, &stats, err);
  job_free(job);
  return code;
}

static void new_session(void) {
  planner_free(planner);
  planner = planner_new(2);
  planner_on_subquery(planner, run_subquery, NULL);
  Error err = {.code = OK};
  CHECK(planner_set(planner, "table.local-time-zone", "UTC", &err) == OK);
  int fd = open("stdin.csv", O_RDONLY);
  CHECK(fd >= 0 && dup2(fd, 0) == 0);
  close(fd);
  stdin_reset();
}

static Str take_line(const char **at) {
  size_t n = strcspn(*at, "\n");
  Str line = {*at, n};
  *at += n + ((*at)[n] == '\n');
  return line;
}

/* One block, from its first line of SQL on.  Appends it with what really comes out. */
static void do_block(const char **at, StrBuf *updated, const char *file, bool compare) {
  const char *sql = *at;
  size_t sql_len = 0;
  while (**at != '\0') {
    Str line = take_line(at);
    if (str_eq(line, STR("----"))) break;
    sql_len = (size_t)(*at - sql);
  }
  const char *want = *at;
  size_t want_len = 0;
  while (**at != '\0') {
    Str line = take_line(at);
    if (line.len == 0) break;
    want_len = (size_t)(*at - want);
  }
  StrBuf got = {0};
  run_block(sql, sql_len, &got);
  for (size_t i = 0; i + 1 < got.len; i++) { /* an empty line would end the block */
    if (got.data[i] == '\n' && got.data[i + 1] == '\n') got.data[i] = ' ';
  }
  strbuf_put(updated, sql, sql_len);
  strbuf_printf(updated, "----\n%s\n", strbuf_text(&got));
  if (compare && (got.len != want_len || memcmp(strbuf_text(&got), want, want_len) != 0)) {
    check_failures++;
    printf("%s: after\n%.*sthere is\n%s\nnot\n%.*s\n", file, (int)sql_len, sql, strbuf_text(&got),
           (int)want_len, want);
  }
  strbuf_deinit(&got);
}

int main(int argc, char **argv) {
  bool update = argc == 3 && strcmp(argv[1], "-u") == 0;
  if (argc != 2 && !update) return 2;
  const char *file = argv[argc - 1];
  size_t len;
  char *text = sys_read_file(file, 16 << 20, &len);
  if (text == NULL) {
    printf("no file %s\n", file);
    return 1;
  }
  StrBuf updated = {0};
  new_session();
  for (const char *at = text; *at != '\0';) {
    const char *begin = at;
    Str line = take_line(&at);
    if (line.len > 0 && line.ptr[0] != '#') {
      at = begin;
      do_block(&at, &updated, file, !update);
      continue;
    }
    if (str_eq(line, STR("# new session"))) new_session();
    if (str_eq(line, STR("# identities"))) show_identities = true;
    if (str_eq(line, STR("# stdin is the script"))) planner_stdin_is_script(planner, true);
    strbuf_put(&updated, begin, (size_t)(at - begin));
  }
  if (update) fwrite(strbuf_text(&updated), 1, updated.len, stdout);
  strbuf_deinit(&updated);
  planner_free(planner);
  free(text);
  return check_done();
}
