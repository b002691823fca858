/* conn_file.c -- the connector "filesystem": its options and its source.
 *
 * 'path' is a file, a directory or a pattern (file_list.h); every file is one split, which
 * byte_stream.c inflates when its name says so.  The sink is in file_sink.c.
 */
#include "exec/connectors/conn_file.h"

#include "base/limits.h"
#include "exec/connectors/byte_stream.h"
#include "exec/connectors/file_list.h"

static const char *const commit_policies[] = {"success-file", "metastore", "custom", NULL};
static const char *const commit_triggers[] = {"process-time", "partition-time", NULL};

static const OptionDef file_option_defs[] = {
    {.key = "path",
     .kind = OPTION_TEXT,
     .required = true,
     .doc = "A file, a directory (all files in it, at any depth) or a pattern with * ? [..]; a "
            "source inflates .gz and .zst.  A sink writes one file when the path ends in .csv "
            ".tsv .json .jsonl .ndjson or .txt, else a directory of part files."},
    {.key = "source.monitor-interval",
     .kind = OPTION_DURATION,
     .doc = "A source looks so often for new files in the directory or pattern, and never ends; "
            "without it the files are listed once."},
    {.key = "source.report-statistics",
     .kind = OPTION_TEXT,
     .fallback = "all",
     .doc = "Accepted and without effect: no plan depends on statistics."},
    {.key = "sink.rolling-policy.file-size",
     .kind = OPTION_SIZE,
     .fallback = "128MB",
     .doc = "A part file is complete behind the row with which it has this size."},
    {.key = "sink.rolling-policy.rollover-interval",
     .kind = OPTION_DURATION,
     .fallback = "30 min",
     .doc = "A part file that has been open for so long is complete."},
    {.key = "sink.rolling-policy.check-interval",
     .kind = OPTION_DURATION,
     .fallback = "1 min",
     .doc = "How often the two intervals are looked at."},
    {.key = "sink.rolling-policy.inactivity-interval",
     .kind = OPTION_DURATION,
     .fallback = "30 min",
     .doc = "A part file that has got no rows for so long is complete."},
    {.key = "sink.partition-commit.policy.kind",
     .kind = OPTION_ENUM,
     .choices = commit_policies,
     .doc = "How a complete partition is told: success-file writes an empty file into it."},
    {.key = "sink.partition-commit.trigger",
     .kind = OPTION_ENUM,
     .fallback = "process-time",
     .choices = commit_triggers,
     .doc = "When a partition is complete: process-time, the delay after its first rows."},
    {.key = "sink.partition-commit.delay",
     .kind = OPTION_DURATION,
     .fallback = "0 s",
     .doc = "How long rows are waited for; 0: every checkpoint completes a partition."},
    {.key = "sink.partition-commit.success-file.name",
     .kind = OPTION_TEXT,
     .fallback = "_SUCCESS",
     .doc = "The name of that file."},
    {.key = "partition.default-name",
     .kind = OPTION_TEXT,
     .fallback = "__DEFAULT_PARTITION__",
     .doc = "The directory of rows whose partition column is NULL or empty."},
};
const OptionList FILE_OPTIONS = {file_option_defs, COUNT_OF(file_option_defs)};

/* Flink's options that are not built, by what they begin with. */
static const char *const not_built[] = {"source.path.regex-pattern",
                                        "partition.time-extractor.",
                                        "sink.partition-commit.watermark-time-zone",
                                        "sink.partition-commit.policy.class",
                                        "sink.shuffle-by-partition.enable",
                                        "auto-compaction",
                                        "compaction.",
                                        NULL};

static Micros file_monitor_us(Options options) {
  if (options_find(options, "source.monitor-interval") == NULL) return 0;
  return options_duration_us(options, FILE_OPTIONS, "", "source.monitor-interval");
}

/* Of Flink's ways to commit a partition, those that are not built. */
static Code refuse_values(Options options, Span span, Error *err) {
  static const char *const refused[][2] = {
      {"sink.partition-commit.policy.kind", "metastore"},
      {"sink.partition-commit.policy.kind", "custom"},
      {"sink.partition-commit.trigger", "partition-time"},
  };
  for (size_t i = 0; i < COUNT_OF(refused); i++) {
    const Option *o = options_find(options, refused[i][0]);
    if (o == NULL || !text_eq_nocase(o->value, refused[i][1])) continue;
    return FAIL(err, ERR_UNSUPPORTED, o->value_span.len > 0 ? o->value_span : span,
                "\"%s\" = '%s' is not built yet", refused[i][0], refused[i][1]);
  }
  return OK;
}

static Code file_check(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                       Error *err) {
  (void)fields;
  (void)n_fields;
  TRY(refuse_values(options, span, err));
  const Option *given = options_find(options, "path");
  if (given != NULL && given->value_span.len > 0) span = given->value_span;
  const char *path;
  TRY(file_path_of(options_text(options, FILE_OPTIONS, "", "path"), span, &path, err));
  const Option *monitor = options_find(options, "source.monitor-interval");
  if (monitor == NULL || file_monitor_us(options) > 0) return OK;
  return FAIL(err, ERR_OPTION, monitor->value_span, "option \"%s\" is \"%s\", not longer than 0",
              monitor->key, monitor->value);
}

static Code file_splits(const SourceSpec *spec, Arena *arena, Split **splits, uint32_t *n,
                        Error *err) {
  const char *path;
  TRY(file_path_of(options_text(spec->options, FILE_OPTIONS, "", "path"), spec->span, &path, err));
  bool watched = file_monitor_us(spec->options) > 0;
  return (watched ? file_list_watched : file_list)(path, spec->span, arena, splits, n, err);
}

static Code file_open(const SourceSpec *spec, const Split *split, ByteStream **out, Error *err) {
  return stream_open_path(split->name, spec->span, out, err);
}

static const ByteSource file_source = {
    .splits = file_splits, .open = file_open, .monitor_us = file_monitor_us};

const Connector conn_filesystem = {
    .name = "filesystem",
    .options = {file_option_defs, COUNT_OF(file_option_defs)},
    .not_built = not_built,
    .takes_format = true,
    .partitions = true,
    .metadata = (1U << META_COUNT) - 1,
    .check = file_check,
    .bytes = &file_source,
    .sink = &FILE_SINK,
    .doc = "Files: read one, a directory or a pattern of them; write one or a directory of parts."};

/* --- the first bytes ----------------------------------------------------------------------- */

/* The first file that is not empty stands for all of them. */
static Code peek_splits(const Split *splits, uint32_t n, Span span, char *buf, size_t *len,
                        Error *err) {
  *len = 0;
  for (uint32_t i = 0; i < n && *len == 0; i++) {
    if (!splits[i].bounded) {
      FAIL(err, ERR_UNSUPPORTED, span, "\"%s\" can be read only once, so nothing is inferred",
           splits[i].name);
      error_hint(err, "declare its columns with CREATE TABLE, or read it as stdin");
      return ERR_UNSUPPORTED;
    }
    ByteStream *s = NULL;
    TRY(stream_open_path(splits[i].name, span, &s, err));
    Code code = stream_fill(s, buf, SNIFF_BYTES + 1, len, err);
    stream_close(s);
    TRY(code);
  }
  return OK;
}

Code source_peek_file(Arena *arena, const char *path, Span span, Str *sample, bool *complete,
                      Error *err) {
  const char *local;
  Split *splits = NULL;
  uint32_t n = 0;
  size_t len = 0;
  TRY(file_path_of(path, span, &local, err));
  TRY(file_list(local, span, arena, &splits, &n, err));
  char *buf = arena_alloc(arena, SNIFF_BYTES + 1);
  TRY(peek_splits(splits, n, span, buf, &len, err));
  *complete = len <= SNIFF_BYTES;
  *sample = (Str){buf, *complete ? len : SNIFF_BYTES};
  return OK;
}
