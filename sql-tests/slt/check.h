/* check.h -- comparing what came with what a test expects. */
#pragma once
#include "sql-tests/slt/file.h"
#include "sql-tests/slt/process.h"
#include "sql-tests/slt/session.h"

/* Each is false when the expectation is not met, with the reason, in whole lines, appended to why.
 */
bool check_statement(const Record *rec, const Capture *got, Text *why);
bool check_query(const Record *rec, const Capture *got, Text *why);
bool check_notes(const Record *rec, const Capture *got, Text *why);
bool check_stats(const Record *rec, const Capture *got, Text *why);
bool check_output(const Record *rec, const Output *got, Text *why);

/* The lines that would have been right, for --update. */
void lines_of_error(const Capture *got, Lines *out);
void lines_of_query(const Record *rec, const Capture *got, Lines *out);
void lines_of_stats(const Record *rec, const Capture *got, Lines *out);
