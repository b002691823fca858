/* expr_random.c -- see expr_random.h. */
#include "planner/expr_tests/expr_random.h"

#include <string.h>

#include "planner/expr_tests/expr_sorts.h"

enum { DEPTH_MAX = 5, MORE_MAX = 3, TRIES = 16, ODD_ONE_IN = 24 };

/* --- columns ---------------------------------------------------------------------------- */

#define VALUES(name, ...) static const char *const name[] = {__VA_ARGS__, NULL}
VALUES(booleans, "TRUE", "FALSE", "NULL");
VALUES(tiny, "0", "1", "-1", "127", "-128", "NULL");
VALUES(ints, "0", "1", "-1", "7", "2147483647", "-2147483648", "NULL");
VALUES(longs, "0", "1", "-1", "86400", "9223372036854775807", "-9223372036854775808", "NULL");
VALUES(floats, "0", "1.5", "-2.25", "'NaN'", "'Infinity'", "1e30", "NULL");
VALUES(doubles, "0", "-0.5", "1e300", "'NaN'", "'-Infinity'", "123456.789", "NULL");
VALUES(decimals, "0", "1.50", "-99999.99", "0.01", "NULL");
VALUES(wides, "0", "'12345678901234567890123456.123456789012'", "-0.000000000001", "NULL");
VALUES(texts, "''", "'a'", "' Ab c '", "'x,y,,z'", "'a longer text, beyond twelve bytes'",
       "'\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80'", "'12'", "'2024-02-29 12:34:56.789'",
       "'{\"a\": [1, null, {\"b\": \"c\"}]}'", "'a=1,b=2'", "'(a+)+b'", "NULL");
VALUES(chars, "'a'", "'abcde'", "''", "NULL");
VALUES(byte_texts, "'abc'", "''", "'a longer run of bytes'", "NULL");
VALUES(dates, "'1970-01-01'", "'2024-02-29'", "'0000-01-01'", "'9999-12-31'", "NULL");
VALUES(times, "'00:00:00'", "'23:59:59.999'", "'12:34:56'", "NULL");
VALUES(stamps, "'1970-01-01 00:00:00'", "'2024-03-31 02:30:00.123'", "'0000-01-01 00:00:00'",
       "'9999-12-31 23:59:59.999'", "'1969-12-31 23:59:59.999'", "NULL");
VALUES(months, "0", "-13", "25", "NULL");
VALUES(seconds, "0", "-1", "90061001", "NULL");
VALUES(arrays, "ARRAY[1, 2, 3]", "ARRAY[2, NULL, 2]", "NULL");
VALUES(text_arrays, "ARRAY['b', 'a', 'b', 'a text of more than twelve bytes']", "ARRAY['']",
       "NULL");
VALUES(maps, "MAP['a', 1, 'b', 2]", "MAP['', 0]", "NULL");
VALUES(rows, "ROW(1, 'x')", "ROW(2, 'a text of more than twelve bytes')", "NULL");

const ExprColumn expr_columns[] = {
    {"bo", "BOOLEAN", booleans},
    {"ti", "TINYINT", tiny},
    {"i", "INT", ints},
    {"l", "BIGINT", longs},
    {"f", "FLOAT", floats},
    {"d", "DOUBLE", doubles},
    {"de", "DECIMAL(7, 2)", decimals},
    {"w", "DECIMAL(38, 12)", wides},
    {"s", "STRING", texts},
    {"s2", "STRING", texts},
    {"c", "CHAR(5)", chars},
    {"by", "BYTES", byte_texts},
    {"da", "DATE", dates},
    {"t", "TIME(3)", times},
    {"ts", "TIMESTAMP(3)", stamps},
    {"lz", "TIMESTAMP_LTZ(3)", stamps},
    {"im", "INTERVAL MONTH", months},
    {"iv", "INTERVAL SECOND(3)", seconds},
    {"a", "ARRAY<INT>", arrays},
    {"sa", "ARRAY<STRING>", text_arrays},
    {"m", "MAP<STRING, INT>", maps},
    {"r", "ROW<x INT, y STRING>", rows},
};
const uint32_t expr_n_columns = COUNT_OF(expr_columns);

/* --- choices ---------------------------------------------------------------------------- */

static uint32_t choose(Choices *c, uint32_t n) {
  uint32_t byte = c->at < c->end ? *c->at++ : 0;
  if (n > 256) byte = byte << 8 | (c->at < c->end ? *c->at++ : 0);
  return byte % n;
}

/* An INTEGER stands where a NUMBER is wanted; anything stands where anything may. */
static bool serves(Sort is, Sort wanted) {
  if (wanted == SORT_ANY || is == wanted || is == SORT_ANY) return true;
  return wanted == SORT_NUMBER && is == SORT_INTEGER;
}

static void put_column(Choices *c, Sort wanted, StrBuf *out) {
  for (uint32_t i = choose(c, expr_n_columns), tries = 0; tries < expr_n_columns; tries++) {
    const ExprColumn *column = &expr_columns[(i + tries) % expr_n_columns];
    if (!serves(sort_of_type(column->type), wanted)) continue;
    strbuf_puts(out, column->name);
    return;
  }
}

/* --- literals --------------------------------------------------------------------------- */

static const struct {
  Sort sort;
  const char *text;
} literals[] = {
    {SORT_INTEGER, "0"},
    {SORT_INTEGER, "1"},
    {SORT_INTEGER, "-1"},
    {SORT_INTEGER, "2"},
    {SORT_INTEGER, "3"},
    {SORT_INTEGER, "10"},
    {SORT_INTEGER, "1000000"},
    {SORT_INTEGER, "9223372036854775807"},
    {SORT_NUMBER, "0.5"},
    {SORT_NUMBER, "1.10"},
    {SORT_NUMBER, "-3.14159"},
    {SORT_NUMBER, "1e0"},
    {SORT_NUMBER, "1e308"},
    {SORT_TEXT, "''"},
    {SORT_TEXT, "'a'"},
    {SORT_TEXT, "','"},
    {SORT_TEXT, "'%a_'"},
    {SORT_TEXT, "'[a-c]+'"},
    {SORT_TEXT, "'(.)(.)'"},
    {SORT_TEXT, "'yyyy-MM-dd HH:mm:ss'"},
    {SORT_TEXT, "'UTC'"},
    {SORT_TEXT, "'Europe/Berlin'"},
    {SORT_TEXT, "'$.a[0]'"},
    {SORT_TEXT, "'UTF-8'"},
    {SORT_TEXT, "'HOST'"},
    {SORT_TEXT, "'%5.2f|%s'"},
    {SORT_TEXT, "'2024-01-02'"},
    {SORT_TEXT, "'0'"},
    {SORT_BOOLEAN, "TRUE"},
    {SORT_BOOLEAN, "FALSE"},
    {SORT_ANY, "NULL"},
    {SORT_INTEGER, "CAST(NULL AS INT)"},
    {SORT_TIME, "DATE '2024-02-29'"},
    {SORT_TIME, "TIME '12:34:56'"},
    {SORT_TIME, "TIMESTAMP '2024-03-31 02:30:00.123'"},
    {SORT_INTERVAL, "INTERVAL '1' DAY"},
    {SORT_INTERVAL, "INTERVAL '-1-2' YEAR TO MONTH"},
    {SORT_ARRAY, "ARRAY[1, 2, NULL]"},
    {SORT_MAP, "MAP['a', 1]"},
    {SORT_ROW, "ROW(1, 'a')"},
    {SORT_BYTES, "x'00ff'"},
};

static void put_literal(Choices *c, Sort wanted, StrBuf *out) {
  for (uint32_t i = choose(c, COUNT_OF(literals)), tries = 0; tries < COUNT_OF(literals); tries++) {
    uint32_t at = (i + tries) % COUNT_OF(literals);
    if (!serves(literals[at].sort, wanted)) continue;
    strbuf_puts(out, literals[at].text);
    return;
  }
}

/* --- calls and forms -------------------------------------------------------------------- */

static void put_expr(Choices *c, Sort wanted, uint32_t depth, StrBuf *out);

static bool put_call(Choices *c, Sort wanted, uint32_t depth, StrBuf *out) {
  uint32_t n, tries = 0;
  const CallShape *shapes = expr_call_shapes(&n), *s;
  do {
    if (tries++ == TRIES) return false;
    s = &shapes[choose(c, n)];
  } while (!serves(s->gives, wanted));
  uint32_t args = s->n_needed + choose(c, s->n_args - s->n_needed + 1);
  if (s->more) args = s->n_args + choose(c, MORE_MAX);
  strbuf_printf(out, "%s(", s->name);
  for (uint32_t i = 0; i < args; i++) {
    if (i > 0) strbuf_puts(out, ", ");
    put_expr(c, s->args[i < s->n_args ? i : s->n_args - 1], depth, out);
  }
  strbuf_putc(out, ')');
  return true;
}

/* What the grammar has beside calls.  A hole is % and a letter: e anything, w what is wanted of the
 * whole, b BOOLEAN, i INTEGER, n NUMBER, s TEXT, t TIME, v INTERVAL, a ARRAY, m MAP, r ROW, y a
 * type, u a unit of time. */
static const struct {
  Sort gives;
  const char *text;
} forms[] = {
    {SORT_ANY, "CAST(%e AS %y)"},
    {SORT_ANY, "TRY_CAST(%e AS %y)"},
    {SORT_ANY, "TRY_CAST(%s AS %y)"},
    {SORT_ANY, "CASE WHEN %b THEN %w ELSE %w END"},
    {SORT_ANY, "CASE %i WHEN %n THEN %w WHEN %i, %i THEN %w END"},
    {SORT_ANY, "COALESCE(%w, %w, %w)"},
    {SORT_ANY, "NULLIF(%w, %w)"},
    {SORT_ANY, "IF(%b, %w, %w)"},
    {SORT_ANY, "IFNULL(%w, %w)"},
    {SORT_NUMBER, "(%n + %n)"},
    {SORT_NUMBER, "(%n - %n)"},
    {SORT_NUMBER, "(%n * %n)"},
    {SORT_NUMBER, "(%n / %n)"},
    {SORT_INTEGER, "(%i %% %i)"},
    {SORT_NUMBER, "(- %n)"},
    {SORT_TIME, "(%t + %v)"},
    {SORT_TIME, "(%t - %v)"},
    {SORT_INTERVAL, "(%v + %v)"},
    {SORT_INTERVAL, "(%v * %i)"},
    {SORT_TEXT, "(%s || %s)"},
    {SORT_BOOLEAN, "(%n = %n)"},
    {SORT_BOOLEAN, "(%s <> %s)"},
    {SORT_BOOLEAN, "(%t < %t)"},
    {SORT_BOOLEAN, "(%s >= %s)"},
    {SORT_BOOLEAN, "(%n > %n)"},
    {SORT_BOOLEAN, "(%e IS NOT DISTINCT FROM %e)"},
    {SORT_BOOLEAN, "(%n BETWEEN %n AND %n)"},
    {SORT_BOOLEAN, "(%t NOT BETWEEN SYMMETRIC %t AND %t)"},
    {SORT_BOOLEAN, "(%n IN (%n, %n, %n))"},
    {SORT_BOOLEAN, "(%s NOT IN ('a', 'x,y,,z', %s))"},
    {SORT_BOOLEAN, "(%b AND %b)"},
    {SORT_BOOLEAN, "(%b OR %b)"},
    {SORT_BOOLEAN, "(NOT %b)"},
    {SORT_BOOLEAN, "(%e IS NULL)"},
    {SORT_BOOLEAN, "(%b IS NOT TRUE)"},
    {SORT_BOOLEAN, "(%b IS UNKNOWN)"},
    {SORT_BOOLEAN, "(%s LIKE %s)"},
    {SORT_BOOLEAN, "(%s LIKE %s ESCAPE '!')"},
    {SORT_BOOLEAN, "(%s SIMILAR TO %s)"},
    {SORT_BOOLEAN, "((%n, %s) = (%n, %s))"},
    {SORT_BOOLEAN, "((%n, %t) < (%n, %t))"},
    {SORT_BOOLEAN, "((%t, %t) OVERLAPS (%t, %t))"},
    {SORT_BOOLEAN, "(%s IS JSON)"},
    {SORT_BOOLEAN, "JSON_EXISTS(%s, '$.a')"},
    {SORT_BOOLEAN, "(%a = %a)"},
    {SORT_BOOLEAN, "(%m = %m)"},
    {SORT_BOOLEAN, "(%r = %r)"},
    {SORT_INTEGER, "EXTRACT(%u FROM %t)"},
    {SORT_TIME, "FLOOR(%t TO %u)"},
    {SORT_TIME, "CEIL(%t TO %u)"},
    {SORT_TIME, "TIMESTAMPADD(%u, %i, %t)"},
    {SORT_INTEGER, "TIMESTAMPDIFF(%u, %t, %t)"},
    {SORT_TEXT, "TRIM(BOTH %s FROM %s)"},
    {SORT_TEXT, "SUBSTRING(%s FROM %i FOR %i)"},
    {SORT_TEXT, "OVERLAY(%s PLACING %s FROM %i)"},
    {SORT_INTEGER, "POSITION(%s IN %s)"},
    {SORT_TEXT, "JSON_VALUE(%s, '$.a[1]' DEFAULT %s ON EMPTY)"},
    {SORT_TEXT, "JSON_QUERY(%s, %s WITH WRAPPER)"},
    {SORT_TEXT, "JSON_OBJECT(%s VALUE %e)"},
    {SORT_TEXT, "JSON_ARRAY(%e, %e NULL ON NULL)"},
    {SORT_ARRAY, "ARRAY[%n, %n]"},
    {SORT_ARRAY, "ARRAY[%s, %s, %s]"},
    {SORT_ARRAY, "ARRAY[%e]"},
    {SORT_MAP, "MAP[%s, %n, %s, %n]"},
    {SORT_ROW, "ROW(%e, %e)"},
    {SORT_ANY, "%a[%i]"},
    {SORT_INTEGER, "a[%i]"},
    {SORT_TEXT, "sa[%i]"},
    {SORT_INTEGER, "m[%s]"},
    {SORT_INTEGER, "r.x"},
    {SORT_TEXT, "r.y"},
};

static void put_one(Choices *c, const char *const *words, uint32_t n, StrBuf *out) {
  strbuf_puts(out, words[choose(c, n)]);
}

static void put_type(Choices *c, StrBuf *out) {
  static const char *const types[] = {"BOOLEAN",
                                      "TINYINT",
                                      "SMALLINT",
                                      "INT",
                                      "BIGINT",
                                      "FLOAT",
                                      "DOUBLE",
                                      "DECIMAL(10, 3)",
                                      "DECIMAL(38, 10)",
                                      "CHAR(3)",
                                      "VARCHAR(4)",
                                      "STRING",
                                      "BINARY(2)",
                                      "BYTES",
                                      "DATE",
                                      "TIME(3)",
                                      "TIMESTAMP(3)",
                                      "TIMESTAMP(0)",
                                      "TIMESTAMP_LTZ(3)",
                                      "INTERVAL MONTH",
                                      "INTERVAL SECOND(3)",
                                      "ARRAY<BIGINT>",
                                      "ARRAY<STRING>",
                                      "MAP<STRING, STRING>",
                                      "ROW<x STRING, y STRING>"};
  put_one(c, types, COUNT_OF(types), out);
}

static void put_unit(Choices *c, StrBuf *out) {
  static const char *const units[] = {"YEAR", "QUARTER", "MONTH",  "WEEK",   "DAY",
                                      "HOUR", "MINUTE",  "SECOND", "DECADE", "MILLENNIUM"};
  put_one(c, units, COUNT_OF(units), out);
}

static void put_hole(Choices *c, char hole, Sort wanted, uint32_t depth, StrBuf *out) {
  static const char letters[] = "ebinsctvamr";
  static const Sort sorts[] = {SORT_ANY,   SORT_BOOLEAN, SORT_INTEGER, SORT_NUMBER,
                               SORT_TEXT,  SORT_BYTES,   SORT_TIME,    SORT_INTERVAL,
                               SORT_ARRAY, SORT_MAP,     SORT_ROW};
  const char *letter = strchr(letters, hole);
  if (hole == '%') {
    strbuf_putc(out, '%');
  } else if (hole == 'y') {
    put_type(c, out);
  } else if (hole == 'u') {
    put_unit(c, out);
  } else {
    put_expr(c, hole == 'w' || letter == NULL ? wanted : sorts[letter - letters], depth, out);
  }
}

static bool put_form(Choices *c, Sort wanted, uint32_t depth, StrBuf *out) {
  uint32_t form, tries = 0;
  do {
    if (tries++ == TRIES) return false;
    form = choose(c, COUNT_OF(forms));
  } while (!serves(forms[form].gives, wanted));
  for (const char *f = forms[form].text; *f != '\0'; f++) {
    if (*f == '%') {
      put_hole(c, *++f, wanted, depth, out);
    } else {
      strbuf_putc(out, *f);
    }
  }
  return true;
}

/* Now and then of another sort than is wanted: that has to be refused, or converted. */
static void put_expr(Choices *c, Sort wanted, uint32_t depth, StrBuf *out) {
  if (choose(c, ODD_ONE_IN) == 1) wanted = SORT_ANY;
  uint32_t how = depth < DEPTH_MAX ? choose(c, 9) : choose(c, 3);
  if (how == 3 || how == 4 || how == 5) {
    if (put_call(c, wanted, depth + 1, out)) return;
  } else if (how > 5) {
    if (put_form(c, wanted, depth + 1, out)) return;
  }
  if (how == 2) {
    put_literal(c, wanted, out);
  } else {
    put_column(c, wanted, out);
  }
}

void expr_random(Choices *c, StrBuf *out) { put_expr(c, SORT_ANY, 0, out); }
