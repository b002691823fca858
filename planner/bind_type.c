/* bind_type.c -- types as they are written: checked, with their defaults filled in. */
#include <string.h>

#include "base/limits.h"
#include "planner/bind.h"

static Code out_of_range(Binder *b, const AstType *ast, const char *name, int low, int high) {
  return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s takes %d to %d", name, low, high);
}

/* CHAR(n) and its kin: n from 1, which is the default. */
static Code bind_sized(Binder *b, const AstType *ast, TypeKind kind, const char *name, Type *out) {
  if (ast->precision == 0 || ast->precision < -1) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "%s has a length of at least 1", name);
  }
  *out = type_text(kind, ast->precision < 0 ? 1 : (uint32_t)ast->precision);
  return OK;
}

static Code bind_decimal(Binder *b, const AstType *ast, Type *out) {
  int precision = ast->precision < 0 ? 10 : ast->precision, scale = ast->scale < 0 ? 0 : ast->scale;
  if (precision < 1 || precision > DECIMAL_PRECISION_MAX) {
    return out_of_range(b, ast, "the precision of DECIMAL", 1, DECIMAL_PRECISION_MAX);
  }
  if (scale > precision) return out_of_range(b, ast, "the scale of this DECIMAL", 0, precision);
  *out = type_decimal((unsigned)precision, (unsigned)scale);
  return OK;
}

static Code bind_timed(Binder *b, const AstType *ast, TypeKind kind, int fallback, Type *out) {
  int precision = ast->precision < 0 ? fallback : ast->precision;
  if (precision > 9) return out_of_range(b, ast, "the precision of a time", 0, 9);
  if (precision > TIMESTAMP_PRECISION_MAX) {
    StrBuf name = {0};
    type_print(type_time(kind, (unsigned)precision), &name);
    FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, ast->span), "%s is not supported",
         strbuf_text(&name));
    strbuf_deinit(&name);
    error_hint(b->err, "times have at most %d fraction digits", TIMESTAMP_PRECISION_MAX);
    return ERR_UNSUPPORTED;
  }
  *out = type_time(kind, (unsigned)precision);
  return OK;
}

static bool unit_counts_months(AstUnit unit) {
  return unit == AST_UNIT_YEAR || unit == AST_UNIT_QUARTER || unit == AST_UNIT_MONTH;
}

static Code zoned(Binder *b, const AstType *ast) {
  FAIL(b->err, ERR_UNSUPPORTED, bind_span(b, ast->span),
       "TIMESTAMP WITH TIME ZONE is not supported, as in Flink");
  error_hint(b->err, "TIMESTAMP_LTZ(3) is an instant, shown in the session's zone");
  return ERR_UNSUPPORTED;
}

/* Types without parameters. */
static bool plain_type(AstTypeKind kind, Type *out) {
  switch ((int)kind) {
    case AST_TYPE_BOOLEAN:
      *out = type_of(TYPE_BOOLEAN);
      return true;
    case AST_TYPE_TINYINT:
      *out = type_of(TYPE_TINYINT);
      return true;
    case AST_TYPE_SMALLINT:
      *out = type_of(TYPE_SMALLINT);
      return true;
    case AST_TYPE_INT:
      *out = type_of(TYPE_INT);
      return true;
    case AST_TYPE_BIGINT:
      *out = type_of(TYPE_BIGINT);
      return true;
    case AST_TYPE_FLOAT:
      *out = type_of(TYPE_FLOAT);
      return true;
    case AST_TYPE_DOUBLE:
      *out = type_of(TYPE_DOUBLE);
      return true;
    case AST_TYPE_STRING:
      *out = type_string();
      return true;
    case AST_TYPE_BYTES:
      *out = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
      return true;
    case AST_TYPE_DATE:
      *out = type_of(TYPE_DATE);
      return true;
    default:
      return false;
  }
}

/* --- nested types -------------------------------------------------------------------- */

static Code bind_row_type(Binder *b, const AstType *ast, Type *out) {
  const AstFields *fields = &ast->fields;
  if (fields->n == 0 || fields->n > COLUMNS_MAX) {
    return out_of_range(b, ast, "the number of fields of a ROW", 1, COLUMNS_MAX);
  }
  Type *types = ARENA_ARRAY(b->arena, Type, fields->n);
  const char **names = ARENA_ARRAY(b->arena, const char *, fields->n);
  for (uint32_t i = 0; i < fields->n; i++) {
    TRY(bind_type(b, fields->items[i].type, &types[i]));
    names[i] = fields->items[i].name.text;
    for (uint32_t j = 0; j < i; j++) {
      if (strcmp(names[i], names[j]) != 0) continue;
      return FAIL(b->err, ERR_NAME, bind_span(b, fields->items[i].name.span),
                  "field \"%s\" occurs twice in this ROW", names[i]);
    }
  }
  *out = type_row(types, names, fields->n);
  return OK;
}

/* How deep the type will be, without following what is too deep anyway. */
static uint32_t written_depth(const AstType *ast, uint32_t left) {
  uint32_t deepest = 0;
  if (left == 0) return 0;
  if (ast->key != NULL) deepest = written_depth(ast->key, left - 1);
  if (ast->element != NULL) {
    uint32_t depth = written_depth(ast->element, left - 1);
    if (depth > deepest) deepest = depth;
  }
  for (uint32_t i = 0; i < ast->fields.n; i++) {
    uint32_t depth = written_depth(ast->fields.items[i].type, left - 1);
    if (depth > deepest) deepest = depth;
  }
  return deepest + 1;
}

static Code bind_nested(Binder *b, const AstType *ast, Type *out) {
  Type item, key;
  if (written_depth(ast, TYPE_DEPTH_MAX + 2) > TYPE_DEPTH_MAX + 1) {
    return FAIL(b->err, ERR_LIMIT, bind_span(b, ast->span), "types are nested deeper than %d",
                TYPE_DEPTH_MAX);
  }
  if (ast->kind == AST_TYPE_ROW) return bind_row_type(b, ast, out);
  TRY(bind_type(b, ast->element, &item));
  if (ast->kind == AST_TYPE_MAP) {
    TRY(bind_type(b, ast->key, &key));
    *out = type_map(key, item);
  } else {
    *out = ast->kind == AST_TYPE_ARRAY ? type_array(item) : type_multiset(item);
  }
  return OK;
}

/* Types that the language has and no column can have yet. */
static Code refuse_type(Binder *b, const AstType *ast) {
  static const char *const names[] = {[AST_TYPE_RAW] = "RAW",
                                      [AST_TYPE_VARIANT] = "VARIANT",
                                      [AST_TYPE_BITMAP] = "BITMAP",
                                      [AST_TYPE_UUID] = "UUID"};
  if (ast->kind == AST_TYPE_NULL) {
    return FAIL(b->err, ERR_TYPE, bind_span(b, ast->span), "NULL is no type to declare");
  }
  assert(ast->kind < COUNT_OF(names) && names[ast->kind] != NULL);
  return bind_not_built(b, ast->span, names[ast->kind]);
}

static Code bind_kind(Binder *b, const AstType *ast, Type *out) {
  if (plain_type(ast->kind, out)) return OK;
  switch ((int)ast->kind) {
    case AST_TYPE_DECIMAL:
      return bind_decimal(b, ast, out);
    case AST_TYPE_CHAR:
      return bind_sized(b, ast, TYPE_CHAR, "CHAR", out);
    case AST_TYPE_VARCHAR:
      return bind_sized(b, ast, TYPE_VARCHAR, "VARCHAR", out);
    case AST_TYPE_BINARY:
      return bind_sized(b, ast, TYPE_BINARY, "BINARY", out);
    case AST_TYPE_VARBINARY:
      return bind_sized(b, ast, TYPE_VARBINARY, "VARBINARY", out);
    case AST_TYPE_TIME:
      return bind_timed(b, ast, TYPE_TIME, 0, out);
    case AST_TYPE_TIMESTAMP:
      return bind_timed(b, ast, TYPE_TIMESTAMP, 6, out);
    case AST_TYPE_TIMESTAMP_LTZ:
      return bind_timed(b, ast, TYPE_TIMESTAMP_LTZ, 6, out);
    case AST_TYPE_TIMESTAMP_TZ:
      return zoned(b, ast);
    case AST_TYPE_ARRAY:
    case AST_TYPE_MULTISET:
    case AST_TYPE_MAP:
    case AST_TYPE_ROW:
      return bind_nested(b, ast, out);
    case AST_TYPE_INTERVAL:
      *out = type_of(unit_counts_months(ast->interval.from) ? TYPE_INTERVAL_MONTH
                                                            : TYPE_INTERVAL_SECOND);
      return OK;
    default:
      return refuse_type(b, ast);
  }
}

Code bind_type(Binder *b, const AstType *ast, Type *out) {
  TRY(bind_kind(b, ast, out));
  out->nullable = !ast->not_null;
  return OK;
}
