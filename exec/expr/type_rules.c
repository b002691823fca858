/* type_rules.c -- which types go together: common, compared, implicit, castable, DECIMAL.
 *
 * The tables are those of Flink: LogicalTypeMerging (common types, DECIMAL arithmetic) and
 * LogicalTypeCasts (what converts to what, silently or by CAST).
 */
#include "exec/expr/type_rules.h"

#include "base/arena.h"
#include "base/limits.h"

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }
static unsigned most(unsigned a, unsigned b) { return a > b ? a : b; }

/* --- DECIMAL ---------------------------------------------------------------------------- */

Type decimal_adjusted(unsigned precision, unsigned scale) {
  if (precision <= DECIMAL_PRECISION_MAX) return type_decimal(precision, scale);
  unsigned digits = precision - scale; /* before the point */
  unsigned left = digits < DECIMAL_PRECISION_MAX ? DECIMAL_PRECISION_MAX - digits : 0;
  return type_decimal(DECIMAL_PRECISION_MAX, most(left, least(scale, 6)));
}

Type decimal_of(Type exact) {
  if (exact.kind == TYPE_DECIMAL) return exact;
  Type t = type_decimal(type_integer_digits((TypeKind)exact.kind), 0);
  t.nullable = exact.nullable;
  return t;
}

Type decimal_result(char op, Type a, Type b) {
  a = decimal_of(a), b = decimal_of(b);
  unsigned p1 = a.precision, s1 = a.scale, p2 = b.precision, s2 = b.scale;
  unsigned s = most(s1, s2);
  switch (op) {
    case '*':
      return decimal_adjusted(p1 + p2 + 1, s1 + s2);
    case '/':
      s = most(6, s1 + p2 + 1);
      return decimal_adjusted(p1 - s1 + s2 + s, s);
    case '%': {
      unsigned p = least(p1 - s1, p2 - s2) + s;
      return decimal_adjusted(most(p, 1), s);
    }
    default: /* + and - */
      return decimal_adjusted(most(p1 - s1, p2 - s2) + s + 1, s);
  }
}

/* The type that holds all values of both, up to 38 digits; digits before the point win. */
static Type decimal_common(Type a, Type b) {
  a = decimal_of(a), b = decimal_of(b);
  unsigned digits = most(a.precision - a.scale, b.precision - b.scale);
  unsigned scale = least(most(a.scale, b.scale), DECIMAL_PRECISION_MAX - digits);
  return type_decimal(most(digits + scale, 1), scale);
}

/* --- common types ----------------------------------------------------------------------- */

static Type numeric_common(Type a, Type b) {
  if (type_is_integer(a) && type_is_integer(b)) return a.kind > b.kind ? a : b;
  if (type_is_exact(a) && type_is_exact(b)) return decimal_common(a, b);
  bool is_double = a.kind == TYPE_DOUBLE || b.kind == TYPE_DOUBLE || a.kind == TYPE_DECIMAL ||
                   b.kind == TYPE_DECIMAL;
  return type_of(is_double ? TYPE_DOUBLE : TYPE_FLOAT);
}

/* CHAR of one length stays CHAR; all else becomes VARCHAR of the longer. */
static Type text_common(Type a, Type b, TypeKind fixed, TypeKind varying) {
  if (a.kind == fixed && b.kind == fixed && a.length == b.length) return a;
  return type_text(varying, most(a.length, b.length));
}

static bool datetime_common(Type a, Type b, Type *out) {
  if (a.kind == TYPE_TIME || b.kind == TYPE_TIME) {
    if (a.kind != b.kind) return false;
    *out = type_time(TYPE_TIME, most(a.precision, b.precision));
    return true;
  }
  bool zoned = a.kind == TYPE_TIMESTAMP_LTZ || b.kind == TYPE_TIMESTAMP_LTZ;
  unsigned pa = a.kind == TYPE_DATE ? 0 : a.precision, pb = b.kind == TYPE_DATE ? 0 : b.precision;
  *out = a.kind == TYPE_DATE && b.kind == TYPE_DATE
             ? a
             : type_time(zoned ? TYPE_TIMESTAMP_LTZ : TYPE_TIMESTAMP, most(pa, pb));
  return true;
}

/* Part by part; fields are called as in a. */
static bool nested_common(Type a, Type b, Type *out) {
  if (a.kind != b.kind || a.shape->n != b.shape->n) return false;
  *out = a;
  if (a.shape == b.shape) return true;
  Arena scratch = {0};
  Type *types = ARENA_ARRAY(&scratch, Type, a.shape->n);
  bool all = true;
  for (uint32_t i = 0; i < a.shape->n && all; i++) {
    all = type_common(a.shape->types[i], b.shape->types[i], &types[i]);
  }
  if (all) *out = type_like(a, types);
  arena_deinit(&scratch);
  return all;
}

bool type_common(Type a, Type b, Type *out) {
  Type t = a;
  if (a.kind == TYPE_NULL) {
    t = b;
  } else if (type_is_nested(a) && type_is_nested(b)) {
    if (!nested_common(a, b, &t)) return false;
  } else if (b.kind == TYPE_NULL || type_same(a, b)) {
    t = a;
  } else if (type_is_numeric(a) && type_is_numeric(b)) {
    t = numeric_common(a, b);
  } else if (type_is_character(a) && type_is_character(b)) {
    t = text_common(a, b, TYPE_CHAR, TYPE_VARCHAR);
  } else if (type_is_binary(a) && type_is_binary(b)) {
    t = text_common(a, b, TYPE_BINARY, TYPE_VARBINARY);
  } else if (type_is_datetime(a) && type_is_datetime(b)) {
    if (!datetime_common(a, b, &t)) return false;
  } else {
    return false;
  }
  *out = type_nullable(t, a.nullable || b.nullable);
  return true;
}

bool type_compared(Type a, Type b, Type *out) {
  if (type_common(a, b, out)) return true;
  if (type_is_character(b)) {
    Type swap = a;
    a = b, b = swap;
  }
  bool from_text = type_is_numeric(b) || type_is_datetime(b) || b.kind == TYPE_BOOLEAN;
  if (!type_is_character(a) || !from_text) return false;
  if (b.kind == TYPE_TIME || type_is_timestamp(b)) b.precision = TIMESTAMP_PRECISION_MAX;
  *out = type_nullable(b, a.nullable || b.nullable);
  return true;
}

/* --- conversions ------------------------------------------------------------------------ */

/* Does what holds of two types hold of all parts of two nested ones? */
static bool of_all_parts(Type from, Type to, bool (*holds)(Type, Type)) {
  if (from.kind != to.kind || from.shape->n != to.shape->n) return false;
  for (uint32_t i = 0; i < from.shape->n; i++) {
    if (!holds(from.shape->types[i], to.shape->types[i])) return false;
  }
  return true;
}

bool type_implicit(Type from, Type to) {
  if (type_same(from, to) || from.kind == TYPE_NULL) return true;
  switch ((TypeKind)to.kind) {
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return type_is_integer(from) && from.kind <= to.kind;
    case TYPE_FLOAT:
      return type_is_exact(from) || from.kind == TYPE_FLOAT;
    case TYPE_DECIMAL:
    case TYPE_DOUBLE:
      return type_is_numeric(from);
    case TYPE_CHAR:
    case TYPE_BINARY:
      return from.kind == to.kind;
    case TYPE_VARCHAR:
      return type_is_character(from);
    case TYPE_VARBINARY:
      return type_is_binary(from);
    case TYPE_TIME:
      return from.kind == TYPE_TIME;
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return type_is_timestamp(from) || from.kind == TYPE_DATE;
    case TYPE_NULL:
    case TYPE_BOOLEAN:
    case TYPE_TINYINT:
    case TYPE_DATE:
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
    case TYPE_KIND_COUNT:
      break;
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
      return of_all_parts(from, to, type_implicit);
  }
  return false;
}

static bool to_number_castable(Type from) {
  return type_is_numeric(from) || from.kind == TYPE_BOOLEAN || type_is_character(from);
}

bool type_castable(Type from, Type to) {
  if (type_same(from, to) || from.kind == TYPE_NULL) return true;
  switch ((TypeKind)to.kind) {
    case TYPE_BOOLEAN:
    case TYPE_DECIMAL:
    case TYPE_FLOAT:
    case TYPE_DOUBLE:
      return to_number_castable(from);
    case TYPE_TINYINT:
    case TYPE_SMALLINT:
    case TYPE_INT:
    case TYPE_BIGINT:
      return to_number_castable(from) || type_is_interval(from);
    case TYPE_CHAR:
    case TYPE_VARCHAR:
      return true;
    case TYPE_BINARY:
    case TYPE_VARBINARY:
      return type_is_binary(from) || type_is_character(from);
    case TYPE_DATE:
      return from.kind == TYPE_DATE || type_is_timestamp(from) || type_is_character(from);
    case TYPE_TIME:
      return from.kind == TYPE_TIME || type_is_timestamp(from) || type_is_character(from);
    case TYPE_TIMESTAMP:
    case TYPE_TIMESTAMP_LTZ:
      return type_is_datetime(from) || type_is_character(from);
    case TYPE_INTERVAL_MONTH:
    case TYPE_INTERVAL_SECOND:
      return type_is_integer(from);
    case TYPE_ARRAY:
    case TYPE_MULTISET:
    case TYPE_MAP:
    case TYPE_ROW:
      return of_all_parts(from, to, type_castable);
    case TYPE_NULL:
    case TYPE_KIND_COUNT:
      break;
  }
  return false;
}
