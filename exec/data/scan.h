/* scan.h -- a place in a short text that is read byte by byte. */
#pragma once
#include "base/base.h"
#include "base/str.h"

typedef struct Scan {
  const char *at, *end;
} Scan;

static inline Scan scan_of(Str text) { return (Scan){text.ptr, text.ptr + text.len}; }

static inline bool scan_at(const Scan *s, char c) { return s->at < s->end && *s->at == c; }

/* Pass c, if it comes next. */
static inline bool scan_eat(Scan *s, char c) {
  bool there = scan_at(s, c);
  s->at += there;
  return there;
}

static inline bool scan_at_digit(const Scan *s) {
  return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

/* The digits behind the point of a second, one to nine; those past the sixth are cut. */
static inline bool scan_fraction(Scan *s, Micros *us, unsigned *n_digits) {
  Micros unit = MICROS_PER_SECOND / 10;
  *us = 0;
  for (*n_digits = 0; scan_at_digit(s); ++*n_digits, s->at++, unit /= 10) {
    if (*n_digits == 9) return false;
    *us += (*s->at - '0') * unit;
  }
  return *n_digits > 0;
}
