/* csv.h -- what a CSV text is (RFC 4180 with Flink's options): records and fields.
 *
 *   record   ends with a newline (or CR and newline) outside of quotes, or with the text
 *   field    begins with the quote character: quoted, up to the next quote that is not
 *            doubled; then only a delimiter or the end of the record may follow.  Otherwise it
 *            ends before the next delimiter, and quotes in it are plain bytes
 *   escape   with an escape character, the byte behind one is data, and n r t 0 mean control
 *            characters, in quotes and outside; the CR of a line end is not escaped by it
 *   comment  a line that begins with #, where comments are allowed; quotes in it mean nothing
 *
 * Blank lines and comments are no records.  A record that is still in quotes after RECORD_MAX
 * bytes, or at the end of its chunk, has an unbalanced quote: it ends with the first newline behind
 * the quote that opened.  One that is longer than RECORD_MAX otherwise ends with the next newline.
 * Cutter (csv_cut.c), decoder (csv_read.c) and index (csv_index.c) agree on all this, and
 * csv_test.c compares them with a reader that goes byte by byte.
 */
#pragma once
#include "base/limits.h"
#include "exec/formats/format.h"

typedef struct CsvDialect {
  char delimiter, quote, escape, part_delimiter;
  bool has_quote, has_escape, comments, header;
  Str null_literal; /* ptr NULL: none */
} CsvDialect;

CsvDialect csv_dialect(Options options);

/* --- records ------------------------------------------------------------------------- */

/* Where in a record a byte stands: the state of a cutter. */
typedef enum CsvPhase {
  CSV_RECORD_START,
  CSV_FIELD_START,
  CSV_PLAIN,
  CSV_PLAIN_ESCAPE, /* behind an escape character */
  CSV_QUOTED,
  CSV_QUOTED_ESCAPE,
  CSV_QUOTE_SEEN, /* behind a quote in quotes: the end of them, or the first of two */
  CSV_COMMENT
} CsvPhase;

/* Walk over text[0..len) from *phase on, up to and including the newline that ends a record, a
 * comment or a blank line; returns the bytes walked.  *phase is then CSV_RECORD_START if such a
 * newline was met, else that of the byte behind.  *opened, if given, becomes the offset of the
 * last quote that opened a field, if one did. */
size_t csv_walk(const CsvDialect *d, const char *text, size_t len, CsvPhase *phase, size_t *opened);

typedef enum CsvRecordKind {
  CSV_RECORD,
  CSV_NO_RECORD, /* a blank line or a comment */
  CSV_UNBALANCED,
  CSV_TOO_LONG
} CsvRecordKind;

/* One record, comment or blank line at the start of text[0..len).  *next is where the next one
 * begins; body is the record without its line end. */
CsvRecordKind csv_record(const CsvDialect *d, const char *text, size_t len, Str *body,
                         size_t *next);

/* --- fields -------------------------------------------------------------------------- */

typedef struct CsvField {
  Str raw;      /* without the quotes around it */
  bool quoted;  /* it had them */
  bool escaped; /* doubled quotes or escapes are in it: csv_unescape */
  bool torn;    /* malformed: there was text behind the closing quote, or none closed */
} CsvField;

/* Take the next field off the front of a record body; false when there is none.  Start with
 * *rest = body and *more = true. */
bool csv_field_next(const CsvDialect *d, Str *rest, bool *more, CsvField *out);
/* Write what the field means to out, which has room for raw.len bytes; returns how many. */
size_t csv_unescape(const CsvDialect *d, const CsvField *f, char *out);

/* --- the parts of the format --------------------------------------------------------- */

extern const OptionDef csv_options[];
extern const uint32_t csv_n_options;

size_t csv_first_end(const CutState *state, const char *bytes, size_t len, Options options);
size_t csv_last_end(const CutState *state, const char *bytes, size_t len, Options options);
void csv_advance(CutState *state, const char *bytes, size_t len, Options options);
size_t csv_resume(const char *record, size_t len, Options options);

/* What the header says: where in a record each column of the table stands. */
typedef struct CsvLayout {
  uint32_t n_file;    /* fields in a record */
  uint32_t file_of[]; /* per column of the table */
} CsvLayout;
Code csv_layout_new(const DecodeSpec *spec, Str record, void **layout, Error *err);
void csv_layout_free(void *layout);

Code csv_decoder_new(const DecodeSpec *spec, Decoder **out, Error *err);
void csv_decoder_free(Decoder *d);
void csv_decode_begin(Decoder *d, const Chunk *chunk, BadRowFn *bad, void *bad_arg);
Code csv_decode_next(Decoder *d, Batch **out, Error *err);
