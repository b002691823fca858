/* show_checkpoints.c -- SHOW CHECKPOINTS: what a directory of checkpoints has. */
#include <string.h>

#include "exec/connectors/file_list.h"
#include "exec/data/timestamp.h"
#include "exec/data/zone.h"
#include "exec/run/checkpoint_file.h"
#include "planner/show.h"

/* The directory that is written, or the session's. */
static Code find_dir(const Planner *p, const AstShow *show, const char **dir, Error *err) {
  const char *uri = show->dir.text;
  Span span = show->dir.span;
  if (uri == NULL) uri = settings_text(&p->settings, SETTING_CHECKPOINT_DIR);
  if (uri != NULL && uri[0] != '\0') return file_path_of(uri, span, dir, err);
  FAIL(err, ERR_OPTION, span, "SHOW CHECKPOINTS of which directory?");
  error_hint(err, "SHOW CHECKPOINTS '/a/directory', or SET '%s'",
             settings_key(SETTING_CHECKPOINT_DIR));
  return ERR_OPTION;
}

static void add_number(RowList *l, uint64_t number) {
  row_list_add(l, arena_printf(l->arena, "%llu", (unsigned long long)number));
}

static void add_time(RowList *l, const Zone *zone, Micros time_us) {
  char text[TIMESTAMP_TEXT_MAX];
  size_t n = timestamp_print(zone_to_local(zone, time_us), 3, ' ', text);
  row_list_add(l, arena_strndup(l->arena, text, n));
}

static void add_checkpoint(RowList *l, const Zone *zone, const CheckpointInfo *info) {
  add_number(l, info->id);
  add_time(l, zone, info->time_us);
  add_number(l, info->epochs);
  add_number(l, info->file_bytes);
  row_list_add(l, info->job);
  row_list_add(l, checkpoint_kind(info));
}

/* What cannot be read is listed, too: somebody looks for it.  path is .../chk-7. */
static void add_damaged(RowList *l, const char *path) {
  const char *dash = strrchr(path, '-');
  row_list_add(l, dash != NULL ? dash + 1 : NULL);
  for (int i = 0; i < 4; i++) row_list_add(l, NULL);
  row_list_add(l, "damaged");
}

Code show_checkpoints(const Planner *p, const AstShow *show, const Zone *zone, Arena *arena,
                      PlanRows *out, Error *err) {
  static const char *const columns[] = {"id", "time", "epoch", "bytes", "job", "kind"};
  RowList l = {.arena = arena, .columns = columns, .n_columns = COUNT_OF(columns)};
  const char *dir, **paths;
  uint32_t n;
  TRY(find_dir(p, show, &dir, err));
  if (checkpoint_list_all(arena, dir, &paths, &n, err) != OK) {
    err->span = show->dir.span;
    return err->code;
  }
  for (uint32_t i = 0; i < n; i++) {
    CheckpointInfo info;
    Error unread = {.code = OK};
    Code code = checkpoint_peek(arena, paths[i], &info, &unread);
    if (code == OK) {
      add_checkpoint(&l, zone, &info);
    } else if (code == ERR_STATE) {
      add_damaged(&l, paths[i]);
    } else {
      *err = unread;
      return code;
    }
  }
  *out = row_list_done(&l);
  return OK;
}
