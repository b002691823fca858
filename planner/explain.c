/* explain.c -- EXPLAIN and EXPLAIN UPGRADE. */
#include "exec/connectors/file_list.h"
#include "exec/run/job.h"
#include "planner/draft.h"
#include "planner/show.h"

enum { EXPLAIN_MAX = 16 << 20 }; /* bytes; a deep tree is indented at every line */

static Code check_details(Binder *b, const AstStmt *stmt) {
  static const char *const words[] = {"ESTIMATED_COST", "CHANGELOG_MODE", "PLAN_ADVICE",
                                      "JSON_EXECUTION_PLAN"};
  const AstExplain *explain = stmt->explain;
  if (explain->mode == AST_EXPLAIN_ANALYZE) return bind_not_built(b, stmt->span, "EXPLAIN ANALYZE");
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if ((explain->details >> i & 1) == 0) continue;
    return FAIL(b->err, ERR_UNSUPPORTED, stmt->span, "EXPLAIN %s is not built yet", words[i]);
  }
  return OK;
}

static Code explain_into(Binder *b, const AstStmt *stmt, StrBuf *text) {
  JobDraft job = {0};
  Lowered plan, *subplans;
  TRY(check_details(b, stmt));
  TRY(draft_bind(b, stmt->explain->stmt, &job));
  strbuf_puts(text, "== Abstract Syntax Tree ==\n");
  for (uint32_t i = 0; i < job.n; i++) {
    if (i > 0) strbuf_putc(text, '\n');
    logical_print(job.roots[i], text);
  }
  subplans_print(b, text);
  TRY(subplans_optimize(b, &subplans));
  TRY(draft_optimize(b, &job, &plan));
  strbuf_puts(text, "\n== Optimized Physical Plan ==\n");
  physical_print(&plan, false, text);
  subplans_print_physical(b, subplans, false, text);
  strbuf_puts(text, "\n== Optimized Execution Plan ==\n");
  physical_print(&plan, true, text);
  subplans_print_physical(b, subplans, true, text);
  return OK;
}

/* The directory that is written, or the session's. */
static Code upgrade_from(Binder *b, const AstStmt *stmt, const char **path) {
  const Settings *s = &b->planner->settings;
  const AstText *written = &stmt->explain->upgrade_from;
  if (written->text != NULL) return file_path_of(written->text, written->span, path, b->err);
  const char *uri = settings_text(s, SETTING_CHECKPOINT_DIR);
  if (uri != NULL) return file_path_of(uri, stmt->span, path, b->err);
  FAIL(b->err, ERR_OPTION, stmt->span, "EXPLAIN UPGRADE from which directory?");
  error_hint(b->err, "EXPLAIN UPGRADE '/a/directory' ..., or SET '%s'",
             settings_key(SETTING_CHECKPOINT_DIR));
  return ERR_OPTION;
}

static Code explain_upgrade(Binder *b, const AstStmt *stmt, StrBuf *text) {
  JobDraft job = {0};
  Lowered plan;
  const char *path;
  bool fits = false;
  TRY(upgrade_from(b, stmt, &path));
  TRY(draft_bind(b, stmt->explain->stmt, &job));
  TRY(subplans_run(b)); /* what they give is compared with what they gave */
  TRY(draft_optimize(b, &job, &plan));
  subplans_describe(b, plan.job);
  plan.job->checkpoints.job =
      job_name_next(&b->planner->job_names, b->arena, draft_wanted_name(b, &job));
  if (job_explain_upgrade(plan.job, path, text, &fits, b->err) != OK) {
    if (b->err->span.len == 0) b->err->span = stmt->explain->upgrade_from.span;
    return b->err->code;
  }
  strbuf_puts(text, fits ? "it goes on\n" : "it is refused without --allow-non-restored-state\n");
  return OK;
}

Code plan_explain(Binder *b, const AstStmt *stmt, PlanResult *result) {
  StrBuf text;
  strbuf_init(&text, EXPLAIN_MAX);
  bool upgrade = stmt->explain->mode == AST_EXPLAIN_UPGRADE;
  Code code = upgrade ? explain_upgrade(b, stmt, &text) : explain_into(b, stmt, &text);
  if (code == OK && strbuf_failed(&text)) {
    code = FAIL(b->err, ERR_LIMIT, stmt->span, "the plan's text is above %d bytes", EXPLAIN_MAX);
  }
  if (code == OK) {
    result->kind = PLAN_ROWS;
    result->rows = text_rows(b->arena, strbuf_text(&text));
  }
  strbuf_deinit(&text);
  return code;
}
