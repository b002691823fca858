/* file.h -- a test file as records: sqllogictest's own, and what this runner adds.
 *
 *     statement ok                      SQL up to a blank line must run
 *     statement error [REGEX]           it must fail; behind ---- the exact message and hint:
 *                                         LINE:COLUMN: error: MESSAGE
 *                                         hint: HINT
 *     query TIR [nosort|rowsort|valuesort] [LABEL]
 *                                       its rows stand behind ----
 *     hash-threshold N                  longer results are written as a hash
 *     skipif weir, onlyif weir          for the next record; another name is another program
 *     halt                              the rest of the file is not read
 *
 * Additions:
 *     file NAME [escaped]               a file in the test's own directory, its working directory
 *     stdin [escaped]                   standard input of the next run or sh
 *     run ARGS                          the weir program; ---- stdout, ---- stderr, ---- status N
 *     sh SCRIPT                         the same for /bin/sh, in which "weir" is the program and
 *                                         $SLT_DIR the directory of the test file
 *     notes                             what the last statement told, besides its result
 *     stats                             counters of the last statement: "late_rows 1"
 *     mode skip CELL[,CELL] REASON      this file does not run in these cells of the matrix
 *     mode long REASON                  only with --long
 *
 * A result is one row a line, values separated by TABs (or by blanks where no value has one), or
 * one value a line as in the original.  NULL, (empty), and \n \t \r \xHH for control characters.
 * The types: T any text, I an integer, R a number, also matched by its value to three decimals.  In
 * the output of programs an empty line is written (empty), a missing last newline (no newline).  An
 * expected line of the form <REGEX>:... matches by a POSIX extended regular expression.
 *
 * A file owns its records; nothing here knows weir.
 */
#pragma once
#include <stdint.h>

#include "sql-tests/slt/text.h"

typedef enum RecordKind {
  RECORD_STATEMENT_OK,
  RECORD_STATEMENT_ERROR,
  RECORD_QUERY,
  RECORD_FILE,
  RECORD_STDIN,
  RECORD_RUN,
  RECORD_SH,
  RECORD_NOTES,
  RECORD_STATS,
} RecordKind;

typedef enum SortMode { SORT_NONE, SORT_ROWS, SORT_VALUES } SortMode;

/* Expected lines, and where they stand. */
typedef struct Expect {
  bool given;
  Lines lines;
  size_t at; /* index of the first line in the file */
} Expect;

typedef struct Record {
  RecordKind kind;
  size_t line; /* from 1: of the record's first line */
  Text text;   /* SQL, content, arguments, script */
  char *name;  /* file: its name; query: its label; statement error: the pattern; or NULL */
  char *types; /* query */
  SortMode sort;
  size_t hash_threshold; /* query; 0: none */
  Expect expect;         /* rows, message, notes, stdout */
  Expect err;            /* run, sh: stderr */
  int status;            /* run, sh */
  size_t status_line;    /* index of "---- status N"; 0: not given */
  size_t end;            /* index of the line behind the record */
} Record;

typedef struct TestFile {
  const char *path;
  Lines lines;
  Record *records;
  size_t n, cap;
  size_t skipped;         /* records left out by skipif and onlyif */
  uint32_t skipped_cells; /* bits by index in cells.h */
  bool is_long;
} TestFile;

/* Is what follows the kind of record that counts as a case? */
bool record_is_case(RecordKind kind);

/* false: told on stderr with its line. path is kept by the caller. */
bool test_file_read(TestFile *f, const char *path);
void test_file_free(TestFile *f);

/* Write the lines back, with other expectations: update[i] (may be NULL) replaces those of
 * record i. */
typedef struct Update {
  bool out, err, has_status;
  Lines out_lines, err_lines;
  int status;
} Update;
bool test_file_rewrite(const TestFile *f, const Update *updates);
