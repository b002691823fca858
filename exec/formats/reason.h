/* reason.h -- why a record was refused: one line that names the column and shows the value. */
#pragma once
#include "base/str.h"
#include "exec/data/types.h"

enum {
  REASON_VALUE_MAX = 40, /* bytes of a value that are shown */
  REASON_MAX = 1600      /* a name of IDENTIFIER_MAX bytes, an escaped value, some words */
};

typedef struct Reason {
  char text[REASON_MAX];
} Reason;

/* `column "price": "12x" is not BIGINT`: what is "is not", type may be NULL. */
void reason_value(Reason *r, const char *column, Str value, const char *what, const Type *type);
/* `column "price" WHAT`. */
void reason_column(Reason *r, const char *column, const char *what);
/* Anything else, printf-like. */
void reason_text(Reason *r, const char *fmt, ...) PRINTF(2, 3);
