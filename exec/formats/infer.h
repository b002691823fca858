/* infer.h -- guess format, columns and types from the first bytes of an input.
 *
 * design.md section 1: .csv .tsv .json .jsonl .ndjson (also behind .gz .zst) name the format;
 * on stdin and for other names the bytes decide: '{' first means json; a delimiter that cuts the
 * lines evenly (comma, tab, semicolon, bar) means csv; else raw, one column `line`.
 * CSV line 1 is a header iff none of its fields is a number, a timestamp or empty; else
 * the columns are f0, f1, ...  Types: BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP(3),
 * TIMESTAMP_LTZ(3) (text with Z or offset), else STRING; leading zeros mean STRING.  JSON objects
 * within are ROWs of all names seen, arrays ARRAYs; where there is no common type, STRING holds
 * the JSON as it is written.
 */
#pragma once
#include "base/arena.h"
#include "exec/formats/format.h"

typedef struct Inferred {
  const Format *format;
  FormatField *fields;
  uint32_t n_fields;
  Option *options; /* with prefix: csv.field-delimiter, csv.header */
  uint32_t n_options;
  const char
      *told; /* one line for stderr: "csv with header: k STRING, v BIGINT, ts TIMESTAMP(3)" */
} Inferred;

/* sample: the first bytes (at most SNIFF_BYTES; complete says that there are no more).  name: of
 * the file, for its extension, or NULL.  given: options that the user fixed in a hint ('format',
 * 'csv.field-delimiter', 'csv.header' ...), which are obeyed.  Results live in the arena. */
MUST_USE Code infer_schema(Arena *arena, Str sample, bool complete, const char *name, Options given,
                           Span span, Inferred *out, Error *err);
