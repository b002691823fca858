/* connector.c -- the list of connectors, and the check of WITH options against it. */
#include "exec/connectors/connector.h"

#include <stdio.h>
#include <string.h>

#define CONNECTOR(object) extern const Connector object;
#include "exec/connectors/connectors.def"
#undef CONNECTOR

static const Connector *const connectors[] = {
#define CONNECTOR(object) &object,
#include "exec/connectors/connectors.def"
#undef CONNECTOR
};

/* Names that users of Flink will try.  A better answer than "unknown". */
static const char *const connectors_not_built[] = {
    "kafka",           "upsert-kafka", "jdbc",    "socket",
    "kinesis",         "pulsar",       "mongodb", "hbase-2.2",
    "elasticsearch-7", "opensearch",   "hive",    "python-input-format"};
static const char *const formats_not_built[] = {"avro",          "avro-confluent",
                                                "debezium-json", "debezium-avro-confluent",
                                                "canal-json",    "maxwell-json",
                                                "ogg-json",      "protobuf",
                                                "parquet",       "orc"};

/* --- options that do not belong to one connector alone ------------------------------------- */

static const OptionDef common_defs[] = {
    {.key = "connector",
     .kind = OPTION_TEXT,
     .required = true,
     .doc = "What the table stands for."},
};
static const OptionDef format_defs[] = {
    {.key = "format",
     .kind = OPTION_TEXT,
     .required = true,
     .doc = "How rows are written as bytes."},
};
static const char *const emit_strategies[] = {"on-periodic", "on-event", NULL};
static const OptionDef source_defs[] = {
    {.key = "scan.watermark.emit.strategy",
     .kind = OPTION_ENUM,
     .fallback = "on-periodic",
     .choices = emit_strategies,
     .doc = "Accepted and without effect: watermarks are exact for every row."},
    {.key = "scan.parallelism",
     .kind = OPTION_INT,
     .doc = "Accepted and without effect: all workers read every table."},
};
static const OptionDef byte_source_defs[] = {
    {.key = "weir.dead-letter.path",
     .kind = OPTION_TEXT,
     .doc = "A file that malformed records are appended to, as they came."},
};
static const OptionDef sink_defs[] = {
    {.key = "sink.parallelism",
     .kind = OPTION_INT,
     .doc = "Accepted and without effect: rows are written in order by one writer."},
};
static const char *const source_not_built[] = {"scan.watermark.alignment.",
                                               "scan.watermark.idle-timeout", NULL};

#define LIST_OF(defs) ((OptionList){(defs), COUNT_OF(defs)})

OptionList format_option(void) { return LIST_OF(format_defs); }
OptionList source_options(void) { return LIST_OF(source_defs); }
OptionList byte_source_options(void) { return LIST_OF(byte_source_defs); }
OptionList sink_options(void) { return LIST_OF(sink_defs); }

/* --- the list ------------------------------------------------------------------------------ */

const Connector *connector_find(const char *name) {
  for (size_t i = 0; i < COUNT_OF(connectors); i++) {
    if (strcmp(connectors[i]->name, name) == 0) return connectors[i];
  }
  return NULL;
}

const Connector *const *connector_list(uint32_t *n) {
  *n = COUNT_OF(connectors);
  return connectors;
}

/* "filesystem, stdin, ..." */
static void connector_names(StrBuf *out) {
  for (size_t i = 0; i < COUNT_OF(connectors); i++) {
    strbuf_printf(out, "%s%s", i > 0 ? ", " : "", connectors[i]->name);
  }
}

static void format_names(StrBuf *out) {
  uint32_t n;
  const Format *const *formats = format_list(&n);
  for (uint32_t i = 0; i < n; i++) {
    if (!formats[i]->source && !formats[i]->sink) continue; /* for use inside */
    strbuf_printf(out, "%s%s", out->len > 0 ? ", " : "", formats[i]->name);
  }
}

/* --- the check ----------------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *names, size_t n) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(name, names[i]) == 0) return true;
  }
  return false;
}

/* Names a thing that is not there: what it is, the nearest name, all names. */
static Code unknown(const char *what, const Option *o, const char *nearest, void (*names)(StrBuf *),
                    Error *err) {
  StrBuf all = {0};
  names(&all);
  FAIL(err, ERR_OPTION, o->value_span, "unknown %s \"%s\"", what, o->value);
  if (nearest != NULL) {
    error_hint(err, "did you mean \"%s\"? There are: %s", nearest, strbuf_text(&all));
  } else {
    error_hint(err, "there are: %s", strbuf_text(&all));
  }
  strbuf_deinit(&all);
  return ERR_OPTION;
}

static Code missing(const char *key, Span table_span, void (*names)(StrBuf *), Error *err) {
  StrBuf all = {0};
  names(&all);
  FAIL(err, ERR_OPTION, table_span, "the table has no option '%s'", key);
  error_hint(err, "add '%s' = '...', one of: %s", key, strbuf_text(&all));
  strbuf_deinit(&all);
  return ERR_OPTION;
}

static Code check_connector(Options options, Span table_span, const Connector **out, Error *err) {
  const Option *o = options_find(options, "connector");
  if (o == NULL) return missing("connector", table_span, connector_names, err);
  *out = connector_find(o->value);
  if (*out != NULL) return OK;
  if (is_one_of(o->value, connectors_not_built, COUNT_OF(connectors_not_built))) {
    FAIL(err, ERR_UNSUPPORTED, o->value_span, "the connector \"%s\" is not built yet", o->value);
    StrBuf all = {0};
    connector_names(&all);
    error_hint(err, "there are: %s", strbuf_text(&all));
    strbuf_deinit(&all);
    return ERR_UNSUPPORTED;
  }
  const char *nearest = NULL;
  uint32_t distance = 0;
  for (size_t i = 0; i < COUNT_OF(connectors); i++) {
    nearest_name_offer(o->value, connectors[i]->name, &nearest, &distance);
  }
  return unknown("connector", o, nearest, connector_names, err);
}

static Code check_format(Options options, const Connector *c, Span table_span, const Format **out,
                         Error *err) {
  const Option *o = options_find(options, "format");
  *out = NULL;
  if (!c->takes_format) {
    if (o == NULL) return OK;
    return FAIL(err, ERR_OPTION, o->key_span, "the connector \"%s\" takes no format", c->name);
  }
  if (o == NULL) return missing("format", table_span, format_names, err);
  *out = format_find(o->value);
  if (*out != NULL && ((*out)->source || (*out)->sink)) return OK;
  if (is_one_of(o->value, formats_not_built, COUNT_OF(formats_not_built))) {
    return FAIL(err, ERR_UNSUPPORTED, o->value_span, "the format \"%s\" is not built yet",
                o->value);
  }
  uint32_t n, distance = 0;
  const Format *const *formats = format_list(&n);
  const char *nearest = NULL;
  for (uint32_t i = 0; i < n; i++) {
    if (!formats[i]->source && !formats[i]->sink) continue;
    nearest_name_offer(o->value, formats[i]->name, &nearest, &distance);
  }
  return unknown("format", o, nearest, format_names, err);
}

/* Flink's keys that mean something here some day: refused by name. */
static Code check_not_built(Options options, const char *const *keys, const char *connector,
                            Error *err) {
  for (uint32_t i = 0; i < options.n && keys != NULL; i++) {
    const Option *o = &options.items[i];
    for (const char *const *key = keys; *key != NULL; key++) {
      size_t n = strlen(*key);
      bool same = (*key)[n - 1] == '.' ? strncmp(o->key, *key, n) == 0 : strcmp(o->key, *key) == 0;
      if (!same) continue;
      return FAIL(err, ERR_UNSUPPORTED, o->key_span,
                  "option \"%s\" of the connector \"%s\" is not built yet", o->key, connector);
    }
  }
  return OK;
}

/* Every key in one of the lists, every value of its kind. */
static Code check_keys(Options options, const Connector *c, const Format *f, Span table_span,
                       Error *err) {
  enum { LISTS_MAX = 7 };
  OptionList lists[LISTS_MAX];
  const char *prefixes[LISTS_MAX];
  uint32_t n = 0;
  char format_prefix[64] = "", what[96];
  lists[n++] = c->options;
  if (f != NULL) lists[n++] = f->options;
  if (f != NULL) lists[n++] = format_option();
  lists[n++] = LIST_OF(common_defs);
  if (c->bytes != NULL || c->rows != NULL) lists[n++] = source_options();
  if (c->bytes != NULL) lists[n++] = byte_source_options();
  if (c->sink != NULL) lists[n++] = sink_options();
  assert(n <= LISTS_MAX);
  for (uint32_t i = 0; i < n; i++) prefixes[i] = "";
  if (f != NULL) {
    snprintf(format_prefix, sizeof format_prefix, "%s.", f->name);
    prefixes[1] = format_prefix;
  }
  snprintf(what, sizeof what, "the connector \"%s\"", c->name);
  return options_check(options, lists, prefixes, n, what, table_span, err);
}

Code connector_check(Options options, const FormatField *fields, uint32_t n_fields, Span table_span,
                     const Connector **connector, const Format **format, Error *err) {
  const Connector *c = NULL;
  const Format *f = NULL;
  TRY(check_connector(options, table_span, &c, err));
  TRY(check_format(options, c, table_span, &f, err));
  TRY(check_not_built(options, c->not_built, c->name, err));
  if (c->bytes != NULL || c->rows != NULL) {
    TRY(check_not_built(options, source_not_built, c->name, err));
  }
  TRY(check_keys(options, c, f, table_span, err));
  if (c->check != NULL) TRY(c->check(fields, n_fields, options, table_span, err));
  if (f != NULL && f->check != NULL) TRY(f->check(fields, n_fields, options, table_span, err));
  *connector = c;
  *format = f;
  return OK;
}
