/* format.h -- bytes <-> rows: what a format is, and the list of them.
 *
 * A format has four parts, any of which may be missing:
 *
 *   cutter   finds where records end, so that the input can be cut into chunks of whole
 *            records without parsing it
 *   layout   what the first record of a file says about all of them (csv.header)
 *   decoder  chunk -> batches: parses the wanted columns and skips the others
 *   encoder  batches -> bytes
 *
 * A decoder or encoder belongs to one worker; a layout is made once per file and shared
 * read-only.  None of them does I/O.  formats.def lists the formats.  What a spec points at
 * (names, options, zone) outlives whatever is made from it.
 */
#pragma once
#include "exec/data/batch.h"
#include "exec/data/zone.h"
#include "exec/formats/options.h"

/* What a malformed record or field does ('FORMAT.ignore-parse-errors'): by default the
 * record is skipped and counted; true makes a bad field NULL, false ends the statement. */
typedef enum OnError { ON_ERROR_SKIP, ON_ERROR_NULL, ON_ERROR_FAIL } OnError;

typedef struct FormatField {
  const char *name;
  Type type;
} FormatField;

/* Their types alone, in the arena; NULL: no memory. */
Type *field_types(Arena *arena, const FormatField *fields, uint32_t n);

/* What a decoder is to make of records: all columns of the table in their order, and
 * which of them are asked for, in the order in which they are to come out. */
typedef struct DecodeSpec {
  const FormatField *fields;
  uint32_t n_fields;
  const uint32_t *wanted; /* indexes into fields */
  uint32_t n_wanted;
  Options options; /* all of the table; a format reads its own, with its prefix */
  const Zone *zone;
} DecodeSpec;

/* A run of whole records.  At least CHUNK_PADDING bytes behind text[len) are readable. */
enum { CHUNK_PADDING = 64 };
typedef struct Chunk {
  const char *text;
  size_t len;
  const void *layout; /* of the file, from Format.layout_new; NULL: none */
  /* Where the decoder puts, for each row of a batch, the offset of its record in text; in the order
   * of the rows it does not fall.  BATCH_ROWS of them, good until the next batch; NULL: unasked. */
  uint32_t *places;
} Chunk;

/* A record that could not be used: its place in the chunk and why (names the column and shows
 * the value; valid during the call).  With ON_ERROR_FAIL it is called for the record that ends
 * the statement, before decode_next fails with ERR_DATA: who knows file and line raises his
 * better error there (the first one wins). */
typedef void BadRowFn(void *arg, size_t offset, size_t len, const char *reason);

/* Where a cutter is between two calls.  Zeroed at the start of a file. */
typedef struct CutState {
  uint8_t phase;     /* the format's own; 0: at the start of a record */
  uint64_t newlines; /* seen so far, for line numbers in messages */
} CutState;

typedef struct Decoder Decoder; /* each format's own */
typedef struct Encoder Encoder;

typedef struct EncodeSpec {
  const FormatField *fields;
  uint32_t n_fields;
  Options options;
  const Zone *zone;
  const char *null_text; /* how NULL is written, where a format has a choice; NULL: its default */
  bool with_kind;        /* a first column "op": what each row does to the result */
  bool shown;            /* a result for people, which shows what no table could be written with */
} EncodeSpec;

typedef struct Format {
  const char *name;
  OptionList options; /* keys without the prefix NAME. */
  bool source, sink;  /* what 'format' = '...' can ask it for; neither: only for use inside */

  /* Check what options_check cannot: types of columns, combinations.  NULL: nothing. */
  Code (*check)(const FormatField *fields, uint32_t n_fields, Options options, Span span,
                Error *err);

  /* Offset just behind the first record that ends in bytes[0..len), given the state before
   * bytes; 0 when none ends there.  Does not change the state.  In csv, lines that are blank or
   * comments count to the record behind them. */
  size_t (*first_end)(const CutState *state, const char *bytes, size_t len, Options options);
  /* Offset just behind the last record that ends in bytes[0..len); 0 when none does. */
  size_t (*last_end)(const CutState *state, const char *bytes, size_t len, Options options);
  /* Bring the state from before bytes[0..len) to behind them. */
  void (*advance)(CutState *state, const char *bytes, size_t len, Options options);

  /* Called with a record that is longer than RECORD_MAX, or that the end of the input leaves
   * unfinished.  record[0..len) is its beginning, or all there is.  Returns where the next
   * record begins, when that is inside (an unbalanced quote: the cutter starts again there, at
   * state 0); 0 when it is not: then the record ends with its next newline, and as much of
   * it as is kept, but more than RECORD_MAX, goes to the decoder, which refuses it.  NULL: 0. */
  size_t (*resume)(const char *record, size_t len, Options options);

  /* How many records at the start of a file are not data (0 or 1).  NULL: 0, and no layouts. */
  uint32_t (*header_records)(Options options);
  /* Understand that record; NULL record: the file is empty. */
  Code (*layout_new)(const DecodeSpec *spec, Str record, void **layout, Error *err);
  void (*layout_free)(void *layout);

  Code (*decoder_new)(const DecodeSpec *spec, Decoder **out, Error *err);
  void (*decoder_free)(Decoder *d);
  /* Start on a chunk, which stays readable until the last decode_next. */
  void (*decode_begin)(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg);
  /* The next batch of at most BATCH_ROWS rows, its columns those of spec->wanted, perhaps with a
   * selection that is not empty; 0 rows: the chunk is done.  Borrowed until the next call on d. */
  Code (*decode_next)(Decoder *d, Batch **out, Error *err);

  Code (*encoder_new)(const EncodeSpec *spec, Encoder **out, Error *err);
  void (*encoder_free)(Encoder *e);
  /* What stands before the first row of an output ("" for most). */
  void (*encode_header)(Encoder *e, StrBuf *out);
  /* Append the selected rows.  Memory shows in strbuf_failed(out). */
  Code (*encode)(Encoder *e, const Batch *batch, StrBuf *out, Error *err);
} Format;

/* The formats, each defined in its own file. */
#define FORMAT(name) extern const Format format_##name;
#include "exec/formats/formats.def"
#undef FORMAT

/* By name as in 'format' = '...'; NULL when there is none. */
const Format *format_find(const char *name);
const Format *const *format_list(uint32_t *n);

/* The policy of 'FORMAT.ignore-parse-errors' in options. */
OnError format_on_error(const Format *format, Options options);

/* Cutters for formats whose records end at every newline. */
size_t newline_first_end(const CutState *state, const char *bytes, size_t len, Options options);
size_t newline_last_end(const CutState *state, const char *bytes, size_t len, Options options);
void newline_advance(CutState *state, const char *bytes, size_t len, Options options);
