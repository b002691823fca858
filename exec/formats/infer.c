/* infer.c -- the format of an input, and what comes of it: see infer.h.
 *
 * infer_csv.c and infer_json.c find the columns, infer_type.c their types.
 */
#include "exec/formats/infer.h"

#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "exec/formats/infer_parts.h"

/* --- which format -------------------------------------------------------------------- */

static bool ends_nocase(Str s, Str suffix) {
  return s.len >= suffix.len &&
         str_eq_nocase((Str){s.ptr + s.len - suffix.len, suffix.len}, suffix);
}

/* The name without what tells of compression. */
static Str plain_name(const char *name) {
  Str s = str_of(name);
  if (ends_nocase(s, STR(".gz"))) s.len -= 3;
  if (ends_nocase(s, STR(".zst"))) s.len -= 4;
  return s;
}

static bool is_tsv(const char *name) { return ends_nocase(plain_name(name), STR(".tsv")); }

static const Format *format_of_name(const char *name) {
  static const struct {
    const char *suffix;
    const Format *format;
  } suffixes[] = {{".csv", &format_csv},
                  {".tsv", &format_csv},
                  {".json", &format_json},
                  {".jsonl", &format_json},
                  {".ndjson", &format_json}};
  for (size_t i = 0; i < COUNT_OF(suffixes); i++) {
    if (ends_nocase(plain_name(name), str_of(suffixes[i].suffix))) return suffixes[i].format;
  }
  return NULL;
}

/* 'csv.header' without 'format' says enough. */
static const Format *format_of_options(Options given) {
  uint32_t n;
  const Format *const *list = format_list(&n);
  for (uint32_t i = 0; i < given.n; i++) {
    for (uint32_t k = 0; k < n; k++) {
      size_t len = strlen(list[k]->name);
      const char *key = given.items[i].key;
      bool prefix = strncmp(key, list[k]->name, len) == 0 && key[len] == '.';
      if (prefix && list[k]->source) return list[k];
    }
  }
  return NULL;
}

static Code unknown_format(const Option *o, Error *err) {
  uint32_t n, distance = 0;
  const Format *const *list = format_list(&n);
  const char *near = NULL;
  FAIL(err, ERR_OPTION, o->value_span, "no format \"%s\" to read", o->value);
  for (uint32_t i = 0; i < n; i++) {
    if (list[i]->source) nearest_name_offer(o->value, list[i]->name, &near, &distance);
  }
  if (near != NULL) error_hint(err, "did you mean \"%s\"?", near);
  error_hint(err, "there are csv, json and raw");
  return ERR_OPTION;
}

/* --- which delimiter ----------------------------------------------------------------- */

/* The one that cuts the records evenly and into the most fields; '\0' when none does. */
static char find_delimiter(CsvDialect d, Str sample, bool complete) {
  static const char delimiters[] = {',', '\t', ';', '|'};
  uint32_t most = 1;
  char best = '\0';
  for (size_t i = 0; i < sizeof delimiters; i++) {
    d.delimiter = delimiters[i];
    if (d.has_quote && d.quote == d.delimiter) continue;
    uint32_t n = infer_csv_fields(&d, sample, complete);
    if (n <= most) continue;
    most = n;
    best = delimiters[i];
  }
  return best;
}

static const Format *format_of_bytes(Str sample, bool complete, Options given) {
  Str text = str_trim(sample);
  if (text.len > 0 && text.ptr[0] == '{') return &format_json;
  return find_delimiter(csv_dialect(given), sample, complete) != '\0' ? &format_csv : &format_raw;
}

/* --- the answer ---------------------------------------------------------------------- */

typedef struct Infer {
  Arena *arena;
  Str sample;
  bool complete;
  const char *name;
  Options given;
  Span span;
  Inferred *out;
  Error *err;
} Infer;

static void set_fields(Infer *in, const Guess *g) {
  in->out->fields = ARENA_ARRAY(in->arena, FormatField, g->n);
  in->out->n_fields = g->n;
  for (uint32_t i = 0; i < g->n; i++) {
    in->out->fields[i] = (FormatField){g->names[i], seen_type(g->seen[i])};
  }
}

static void add_option(Infer *in, const char *key, const char *value) {
  in->out->options[in->out->n_options++] = (Option){key, value, in->span, in->span};
}

enum { TOLD_COLUMNS = 64, TOLD_BYTES = 4000 }; /* as much is told of them */

/* One line whatever the file holds: control characters become blanks. */
static char *on_one_line(char *text) {
  for (char *p = text; *p != '\0'; p++) {
    if ((unsigned char)*p < 0x20 || *p == 0x7F) *p = ' ';
  }
  return text;
}

/* "csv with header: k STRING, v BIGINT", in the arena. */
static void tell(Infer *in, const char *how, const char *left_out) {
  StrBuf b;
  strbuf_init(&b, 0);
  strbuf_printf(&b, "%s%s: ", in->out->format->name, how);
  const uint32_t n = in->out->n_fields;
  for (uint32_t i = 0; i < n && i < TOLD_COLUMNS; i++) {
    strbuf_printf(&b, "%s%s ", i > 0 ? ", " : "", in->out->fields[i].name);
    type_print(in->out->fields[i].type, &b);
  }
  if (n > TOLD_COLUMNS) strbuf_printf(&b, " and %u more", n - TOLD_COLUMNS);
  if (b.len > TOLD_BYTES) {
    b.len = utf8_valid_prefix(b.data, TOLD_BYTES);
    strbuf_puts(&b, "...");
  }
  if (left_out[0] != '\0') strbuf_printf(&b, "; left out: %s", left_out);
  in->out->told = on_one_line(strbuf_keep(&b, in->arena));
}

static const char *delimiter_told(char c) {
  return c == ','    ? ""
         : c == '\t' ? ", tabs between"
         : c == ';'  ? ", semicolons between"
         : c == '|'  ? ", bars between"
                     : ", its own delimiter";
}

static Code infer_csv(Infer *in) {
  CsvDialect d = csv_dialect(in->given);
  in->out->options = ARENA_ARRAY(in->arena, Option, 2);
  if (options_find(in->given, "csv.field-delimiter") == NULL) {
    char found = is_tsv(in->name) ? '\t' : find_delimiter(d, in->sample, in->complete);
    if (found != '\0') d.delimiter = found;
    add_option(in, "csv.field-delimiter", arena_strndup(in->arena, &d.delimiter, 1));
  }
  if (options_find(in->given, "csv.header") == NULL) {
    d.header = infer_csv_header(&d, in->sample, in->complete);
    add_option(in, "csv.header", d.header ? "true" : "false");
  }
  Guess g = {.arena = in->arena};
  StrBuf left_out;
  strbuf_init(&left_out, 0);
  Code code =
      infer_csv_columns(&d, d.header, in->sample, in->complete, &g, &left_out, in->span, in->err);
  if (code == OK) {
    char how[64];
    snprintf(how, sizeof how, " %s header%s", d.header ? "with" : "without",
             delimiter_told(d.delimiter));
    set_fields(in, &g);
    tell(in, how, strbuf_text(&left_out));
  }
  strbuf_deinit(&left_out);
  return code;
}

static Code infer_json(Infer *in) {
  Inferred *out = in->out;
  TRY(infer_json_columns(in->sample, in->complete, in->arena, &out->fields, &out->n_fields,
                         in->span, in->err));
  tell(in, "", "");
  return OK;
}

static Code infer_raw(Infer *in) {
  Guess g = {.arena = in->arena};
  uint32_t index;
  guess_add(&g, "line", &index);
  set_fields(in, &g);
  tell(in, "", "");
  return OK;
}

Code infer_schema(Arena *arena, Str sample, bool complete, const char *name, Options given,
                  Span span, Inferred *out, Error *err) {
  const Str mark = STR("\xEF\xBB\xBF");
  const Option *wish = options_find(given, "format");
  if (str_starts(sample, mark)) sample = (Str){sample.ptr + mark.len, sample.len - mark.len};
  Inferred found = {.format = wish != NULL ? format_find(wish->value) : NULL};
  if (wish != NULL && (found.format == NULL || !found.format->source)) {
    return unknown_format(wish, err);
  }
  if (found.format == NULL) found.format = format_of_options(given);
  if (found.format == NULL) found.format = format_of_name(name);
  if (found.format == NULL) found.format = format_of_bytes(sample, complete, given);
  Infer in = {arena, sample, complete, name, given, span, &found, err};
  Code code = found.format == &format_csv    ? infer_csv(&in)
              : found.format == &format_json ? infer_json(&in)
                                             : infer_raw(&in);
  if (code == OK) *out = found;
  return code;
}
