/* weir.h -- the library: open a session, run SQL text, receive rows.
 *
 *     Weir *w = weir_open(&(WeirHandlers){...});
 *     weir_run(w, "-c", "SELECT 1", 8);
 *     weir_close(w);
 *
 * A session keeps tables, views and settings from one call to the next.  It belongs to one
 * thread; handlers that receive rows are called from another thread of the library's while
 * weir_run waits, one at a time, and so are note and error, until weir_wait has returned.  Only
 * weir_interrupt may be called from anywhere, signal handlers included.
 *
 * SIGPIPE has to be ignored by the program.
 *
 * This header includes nothing of the tree: it is all that a client sees.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Weir Weir;

typedef enum WeirStatus {
  WEIR_OK,
  WEIR_FAILED,      /* a statement failed; the error handler has had the text */
  WEIR_CLOSED_PIPE, /* the reader of the output has gone: end quietly */
  WEIR_INTERRUPTED, /* stopped by weir_interrupt; what was complete has come out */
  WEIR_QUIT         /* the text said QUIT or EXIT */
} WeirStatus;

typedef struct WeirColumn {
  const char *name;
  const char *type; /* as SQL writes it: "BIGINT", "TIMESTAMP(3)" */
  bool is_number;   /* usually set to the right */
  bool is_kind; /* what a row does to the result: +I -U +U -D; the first column of a changelog */
} WeirColumn;

/* Text of a value, or NULL.  Not NUL-terminated; valid during the call. */
typedef struct WeirCell {
  const char *text; /* NULL: the SQL NULL */
  size_t len;
} WeirCell;

/* How the rows of a result are handed over. */
typedef enum WeirRows {
  WEIR_ROWS_CELLS, /* handlers.row, one call a row: for tables and the like */
  WEIR_ROWS_CSV,   /* handlers.bytes, encoded by the workers: fast */
  WEIR_ROWS_TSV,
  WEIR_ROWS_JSON, /* one object a line */
  WEIR_ROWS_NONE  /* counted only */
} WeirRows;

typedef struct WeirHandlers {
  void *arg;
  /* A result begins: its columns. live: rows come as they are made, perhaps for a long time. */
  void (*begin)(void *arg, const WeirColumn *columns, uint32_t n, bool live);
  /* One row; false: cannot be written (errno says why), the statement fails. */
  bool (*row)(void *arg, const WeirCell *cells, uint32_t n);
  /* Encoded rows, header line included where the mode has one.  false as above. */
  bool (*bytes)(void *arg, const char *bytes, size_t n);
  /* Nothing more just now: let the reader see what has been given. false as above. */
  bool (*flush)(void *arg);
  /* The result is complete, or was cut short by weir_interrupt: let the reader see it.  Not called
   * when the statement has failed. false as above. */
  bool (*end)(void *arg);
  /* A text to be shown as it is: EXPLAIN, SHOW CREATE.  It ends in a newline; in mode JSON it
   * comes as a row instead.  false as above. */
  bool (*text)(void *arg, const char *text, size_t n);
  /* A line for stderr, without newline: guessed columns, malformed rows, what was dropped. */
  void (*note)(void *arg, const char *line);
  /* An error, rendered: position, source line, caret, hint; ends in a newline. */
  void (*error)(void *arg, const char *text);
  /* CLEAR and HELP, which only a shell can do. NULL: ignored. */
  void (*clear)(void *arg);
  void (*help)(void *arg);
} WeirHandlers;

/* What statements did since the session began or weir_stats_reset. */
typedef struct WeirStats {
  uint64_t rows_in, rows_out, bytes_in;
  uint64_t bad_rows;            /* malformed and skipped */
  uint64_t late_rows;           /* dropped: all their windows had fired */
  uint64_t null_time_rows;      /* dropped: no event time */
  uint64_t elapsed_us;          /* while a job ran */
  uint64_t checkpoints;         /* taken */
  uint64_t checkpoint_bytes;    /* of state in them, before compression */
  uint64_t checkpoint_us;       /* that writing them took, beside the work */
  uint64_t checkpoint_pause_us; /* longest time for which a worker did nothing but save */
  uint64_t restored_bytes;      /* of state that was gone on from */
  uint64_t restored_us;
  uint64_t rescales;   /* changes of the number of workers */
  uint64_t rescale_us; /* longest of them */
} WeirStats;

/* NULL: no memory.  handlers is copied. */
Weir *weir_open(const WeirHandlers *handlers);
void weir_close(Weir *w); /* NULL is allowed */

/* How the next results are handed over; header and null_text (NULL: the mode's own; copied) are for
 * the encoded modes.  The default is cells.  false: no memory. */
bool weir_set_rows(Weir *w, WeirRows rows, bool header, const char *null_text);

/* As SET 'key' = 'value'.  false: the error handler has had the text; name stands for the place
 * ("-s"). */
bool weir_set(Weir *w, const char *name, const char *key, const char *value);
/* The value of a setting, or NULL. Valid until the next call. */
const char *weir_setting(Weir *w, const char *key);

/* Standard input is where the script comes from, so that no table may read it. */
void weir_stdin_is_script(Weir *w, bool is_script);

/* May CREATE FUNCTION ... LANGUAGE C load libraries, whose code runs in this process?  Not unless
 * it is said. */
void weir_allow_extensions(Weir *w, bool allow);

/* Run all statements of a text, in order, up to the first that fails.  name stands for it in
 * messages: a path, "-c", "<stdin>".  text is NUL-terminated.
 *
 * An INSERT is waited for, but not one whose input never ends: that one runs on beside the
 * statements that follow, until its input ends after all, weir_interrupt, or a failure. */
WeirStatus weir_run(Weir *w, const char *name, const char *text, size_t len);

/* Wait for the INSERTs that run on; WEIR_FAILED when one of them has failed, which has stopped
 * everything else: until then weir_run returns WEIR_INTERRUPTED. */
WeirStatus weir_wait(Weir *w);

/* Show what a checkpoint is and what it has, as a text; path is its directory.  Where it is
 * damaged, what can be told is, and then the error, which calls the place name (".checkpoint"). */
WeirStatus weir_checkpoint_dump(Weir *w, const char *name, const char *path);

/* Is the text finished, or does a shell have to ask for more? */
bool weir_is_complete(const char *text, size_t len);

/* Stop what runs: it finishes what it has read.  Between two calls of weir_run: the next one
 * returns WEIR_INTERRUPTED at once.  Async-signal-safe. */
void weir_interrupt(Weir *w);

const WeirStats *weir_stats(const Weir *w);
void weir_stats_reset(Weir *w);

/* The standard output of the process, in order with what tables with the connector "print" write:
 * for handlers.  Whole rows; flush lets the reader see them.  false: it failed; the handler passes
 * that on, and the error of the statement tells why. */
bool weir_stdout_write(const char *bytes, size_t n);
bool weir_stdout_flush(void);

/* "0.1.0" */
const char *weir_version(void);
