/* options.h -- the 'key' = 'value' pairs of WITH clauses, hints and SET: declared, checked, read.
 *
 * A connector or a format declares its options once, as an array of OptionDef; unknown
 * keys (with the nearest valid one), missing required ones and values of the wrong form are
 * then refused with a position by options_check, and the readers below cannot fail.
 */
#pragma once
#include "base/error.h"
#include "base/str.h"

typedef enum OptionKind {
  OPTION_TEXT,
  OPTION_BOOL, /* true, false */
  OPTION_INT,  /* whole number */
  OPTION_DOUBLE,
  OPTION_DURATION, /* 10 s, 5min, 500 ms */
  OPTION_SIZE,     /* 128MB, 64 kb, 1024 */
  OPTION_CHAR,     /* one code point; \t and other escapes are understood */
  OPTION_ENUM      /* one of choices, case ignored */
} OptionKind;

typedef struct OptionDef {
  const char *key; /* "fields.#.kind": # stands for any column name */
  OptionKind kind;
  bool required;
  const char *fallback;       /* its default, as text; NULL: none */
  const char *const *choices; /* OPTION_ENUM: NULL-terminated */
  const char *doc;            /* one sentence */
} OptionDef;

typedef struct OptionList {
  const OptionDef *defs;
  uint32_t n;
} OptionList;

typedef struct Option {
  const char *key, *value;
  Span key_span, value_span;
} Option;

/* In the order written; for a key given twice the last wins. */
typedef struct Options {
  const Option *items;
  uint32_t n;
} Options;

/* Every key of given must be in one of the lists (and every required one given), every value of
 * its kind.  what names the thing in messages: `connector "filesystem"`.  prefix is put
 * in front of the keys of lists[i] ("csv." for formats), "" for none. */
MUST_USE Code options_check(Options given, const OptionList *lists, const char *const *prefixes,
                            uint32_t n_lists, const char *what, Span span, Error *err);

/* The value given or the default; NULL when there is neither.  key is the full one. */
const char *options_text(Options given, OptionList list, const char *prefix, const char *key);
bool options_bool(Options given, OptionList list, const char *prefix, const char *key);
int64_t options_int(Options given, OptionList list, const char *prefix, const char *key);
double options_double(Options given, OptionList list, const char *prefix, const char *key);
Micros options_duration_us(Options given, OptionList list, const char *prefix, const char *key);
/* "128 mb", "64 kb", "1024" in bytes.  false: it is no size. */
MUST_USE bool size_parse(const char *text, uint64_t *out);
uint64_t options_size_bytes(Options given, OptionList list, const char *prefix, const char *key);
uint32_t options_char(Options given, OptionList list, const char *prefix, const char *key);
/* Was the key written by the user? */
const Option *options_find(Options given, const char *key);
