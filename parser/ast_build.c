/* ast_build.c -- builders of names, lists and types, and the limit on depth. */
#include "parser/ast_build.h"

#include "base/limits.h"
#include "base/str.h"

uint32_t node_depth(Parse *p, uint32_t parts, Span span) {
  if (parts >= SQL_DEPTH_MAX) {
    parse_fail(p, ERR_LIMIT, (Span){span.at, 1}, "what begins here is nested more than %d deep",
               SQL_DEPTH_MAX);
    parse_hint(p, "a long chain of operators counts as nested; parentheses make it shallower");
  }
  return parts + 1;
}

uint32_t depth_of_exprs(AstExprs list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list.n; i++) depth = deeper(depth, list.items[i]->depth);
  return depth;
}

uint32_t depth_of_order(AstOrderItems list) {
  uint32_t depth = 0;
  for (uint32_t i = 0; i < list.n; i++) depth = deeper(depth, list.items[i].expr->depth);
  return depth;
}

/* ---- lists ---- */

#define LIST_BUILDER(function, List, Item)                    \
  List function(Parse *p, List list, Item item) {             \
    ARENA_PUSH(p->arena, list.items, list.n, list.cap, item); \
    return list;                                              \
  }

LIST_BUILDER(ast_names, AstNames, AstName)
LIST_BUILDER(ast_texts, AstTexts, AstText)
LIST_BUILDER(ast_options, AstOptions, AstOption)
LIST_BUILDER(ast_exprs, AstExprs, AstExpr *)
LIST_BUILDER(ast_order_items, AstOrderItems, AstOrderItem)
LIST_BUILDER(ast_args, AstArgs, AstArg)
LIST_BUILDER(ast_hints, AstHints, AstHint)
LIST_BUILDER(ast_hint_args, AstHintArgs, AstHintArg)
LIST_BUILDER(ast_fields, AstFields, AstField)

AstExprs ast_exprs_two(Parse *p, AstExpr *a, AstExpr *b) {
  return ast_exprs(p, ast_exprs(p, (AstExprs){0}, a), b);
}

AstExprs ast_exprs_front(Parse *p, AstExpr *first, AstExprs rest) {
  AstExprs list = ast_exprs(p, (AstExprs){0}, first);
  return ast_exprs_join(p, list, rest);
}

AstExprs ast_exprs_join(Parse *p, AstExprs a, AstExprs b) {
  for (uint32_t i = 0; i < b.n; i++) a = ast_exprs(p, a, b.items[i]);
  return a;
}

static bool is_bare_row(const AstExpr *e) { return e->kind == AST_ROW && !e->row.keyword; }

AstExprs ast_flatten_row(Parse *p, AstExprs list) {
  (void)p;
  return list.n == 1 && is_bare_row(list.items[0]) ? list.items[0]->row.items : list;
}

AstOrderItems ast_flatten_order(Parse *p, AstOrderItem item) {
  AstOrderItems list = {0};
  if (!is_bare_row(item.expr)) return ast_order_items(p, list, item);
  AstExprs row = item.expr->row.items;
  for (uint32_t i = 0; i < row.n; i++)
    list = ast_order_items(p, list, (AstOrderItem){row.items[i], item.descending, item.nulls});
  return list;
}

/* ---- names, texts, hints ---- */

AstPath ast_path(Parse *p, AstPath path, AstName name) {
  ARENA_PUSH(p->arena, path.items, path.n, path.cap, name);
  path.span = span_join(path.span, name.span);
  return path;
}

AstPath ast_path_of_word(Parse *p, Span word) {
  return ast_path(p, (AstPath){0}, ast_name(p, word));
}

AstText ast_text(Parse *p, Span token) { return (AstText){decode_string(p, token), token}; }

AstText ast_digits(Parse *p, Span token) {
  return (AstText){arena_strndup(p->arena, p->text + token.at, token.len), token};
}

AstHint ast_hint(Parse *p, AstName name, AstHintArgs args) {
  return (AstHint){name, args, span_to_here(p, name.span)};
}

int32_t ast_int(Parse *p, Span token) {
  int64_t value = 0;
  for (uint32_t i = 0; i < token.len && value <= INT32_MAX; i++) {
    char c = p->text[token.at + i];
    if (c < '0' || c > '9') {
      parse_fail(p, ERR_SYNTAX, token, "a decimal number is wanted here, not \"%.*s\"",
                 (int)token.len, p->text + token.at);
      return 0;
    }
    value = value * 10 + (c - '0');
  }
  if (value > INT32_MAX) {
    parse_fail(p, ERR_SYNTAX, token, "this number is larger than %d", INT32_MAX);
    value = INT32_MAX;
  }
  return (int32_t)value;
}

/* ---- units of time ---- */

static const char *const unit_words[] = {
#define UNIT(name, word) word,
#include "parser/units.def"
#undef UNIT
};

/* DAY, DAYS, SQL_TSI_DAY; AST_UNIT_COUNT when there is none. */
static AstUnit find_unit(Str word) {
  static const Str prefix = {"SQL_TSI_", 8};
  if (word.len > prefix.len && str_eq_nocase((Str){word.ptr, prefix.len}, prefix))
    word = (Str){word.ptr + prefix.len, word.len - prefix.len};
  for (int i = 0; i < AST_UNIT_COUNT; i++) {
    Str unit = str_of(unit_words[i]);
    if (str_eq_nocase(word, unit)) return (AstUnit)i;
    bool plural = word.len == unit.len + 1 && (word.ptr[unit.len] | 0x20) == 's';
    if (plural && str_eq_nocase((Str){word.ptr, unit.len}, unit)) return (AstUnit)i;
  }
  return AST_UNIT_COUNT;
}

bool ast_is_unit(Str word) { return find_unit(word) != AST_UNIT_COUNT; }

AstUnitWord ast_unit(Parse *p, Span word, int32_t first, int32_t second) {
  AstName name = ast_name(p, word);
  AstUnit unit = find_unit(str_of(name.text));
  if (unit == AST_UNIT_COUNT) {
    parse_fail(p, ERR_SYNTAX, word, "\"%s\" is no unit of time", name.text);
    const char *near = nearest_name(name.text, unit_words, COUNT_OF(unit_words));
    if (near != NULL) parse_hint(p, "did you mean \"%s\"?", near);
    unit = AST_UNIT_SECOND;
  }
  return (AstUnitWord){unit, first, second, span_to_here(p, word)};
}

AstIntervalUnits *ast_units(Parse *p, AstUnitWord from, AstUnitWord to) {
  AstIntervalUnits *u = ARENA_NEW(p->arena, AstIntervalUnits);
  *u = (AstIntervalUnits){.from = from.unit,
                          .to = to.unit,
                          .precision = from.first,
                          .fractional = from.second,
                          .span = span_join(from.span, to.span)};
  bool single = from.span.at == to.span.at;
  if (!single) u->fractional = to.first;
  if (!single && from.unit == to.unit)
    parse_fail(p, ERR_SYNTAX, to.span, "an interval from %s to %s", unit_words[from.unit],
               unit_words[to.unit]);
  if (from.second >= 0 && (!single || from.unit != AST_UNIT_SECOND))
    parse_fail(p, ERR_SYNTAX, from.span, "only SECOND alone takes two numbers");
  if (!single && (to.second >= 0 || (to.first >= 0 && to.unit != AST_UNIT_SECOND)))
    parse_fail(p, ERR_SYNTAX, to.span, "behind TO only SECOND takes a number");
  return u;
}

/* ---- types ---- */

/* Types that are one word, and how many numbers each may take. */
static const struct {
  const char *word;
  AstTypeKind kind;
  int numbers;
} type_words[] = {
    {"BOOLEAN", AST_TYPE_BOOLEAN, 0},   {"TINYINT", AST_TYPE_TINYINT, 0},
    {"SMALLINT", AST_TYPE_SMALLINT, 0}, {"INT", AST_TYPE_INT, 0},
    {"INTEGER", AST_TYPE_INT, 0},       {"BIGINT", AST_TYPE_BIGINT, 0},
    {"FLOAT", AST_TYPE_FLOAT, 0},       {"DOUBLE", AST_TYPE_DOUBLE, 0},
    {"DECIMAL", AST_TYPE_DECIMAL, 2},   {"DEC", AST_TYPE_DECIMAL, 2},
    {"NUMERIC", AST_TYPE_DECIMAL, 2},   {"CHAR", AST_TYPE_CHAR, 1},
    {"VARCHAR", AST_TYPE_VARCHAR, 1},   {"STRING", AST_TYPE_STRING, 0},
    {"BINARY", AST_TYPE_BINARY, 1},     {"VARBINARY", AST_TYPE_VARBINARY, 1},
    {"BYTES", AST_TYPE_BYTES, 0},       {"DATE", AST_TYPE_DATE, 0},
    {"TIME", AST_TYPE_TIME, 1},         {"TIMESTAMP", AST_TYPE_TIMESTAMP, 1},
    {"VARIANT", AST_TYPE_VARIANT, 0},   {"TIMESTAMP_LTZ", AST_TYPE_TIMESTAMP_LTZ, 1},
    {"BITMAP", AST_TYPE_BITMAP, 0},     {"UUID", AST_TYPE_UUID, 0},
};

/* Types that need more than the word, and how they are written. */
static const struct {
  const char *word, *how;
} type_shapes[] = {
    {"ARRAY", "ARRAY<INT>"},
    {"MULTISET", "MULTISET<INT>"},
    {"MAP", "MAP<STRING, INT>"},
    {"ROW", "ROW<a INT, b STRING>"},
    {"RAW", "RAW('class', 'snapshot')"},
    {"INTERVAL", "INTERVAL DAY TO SECOND"},
};

AstType *ast_type_new(Parse *p, AstTypeKind kind, Span start) {
  AstType *t = ARENA_NEW(p->arena, AstType);
  t->kind = kind;
  t->span = span_to_here(p, start);
  t->depth = 1;
  t->precision = t->scale = -1;
  return t;
}

static void unknown_type(Parse *p, const AstName *name) {
  for (size_t i = 0; i < COUNT_OF(type_shapes); i++) {
    if (!text_eq_nocase(name->text, type_shapes[i].word)) continue;
    parse_fail(p, ERR_SYNTAX, name->span, "the type \"%s\" is not finished", name->text);
    parse_hint(p, "write it like %s", type_shapes[i].how);
    return;
  }
  parse_fail(p, ERR_TYPE, name->span, "there is no type \"%s\"", name->text);
  const char *near = NULL;
  uint32_t distance = 0;
  for (size_t i = 0; i < COUNT_OF(type_words); i++)
    nearest_name_offer(name->text, type_words[i].word, &near, &distance);
  if (text_eq_nocase(name->text, "TEXT")) near = "STRING";
  if (near != NULL) parse_hint(p, "did you mean \"%s\"?", near);
}

AstType *ast_type(Parse *p, Span word, int32_t precision, int32_t scale) {
  AstName name = ast_name(p, word);
  AstType *t = ast_type_new(p, AST_TYPE_STRING, word);
  t->precision = precision;
  t->scale = scale;
  for (size_t i = 0; i < COUNT_OF(type_words); i++) {
    if (!text_eq_nocase(name.text, type_words[i].word)) continue;
    int numbers = scale >= 0 ? 2 : precision >= 0 ? 1 : 0;
    if (numbers > type_words[i].numbers)
      parse_fail(p, ERR_SYNTAX, t->span, "%s takes %s", type_words[i].word,
                 type_words[i].numbers == 0 ? "no number" : "one number only");
    t->kind = type_words[i].kind;
    return t;
  }
  unknown_type(p, &name);
  return t;
}

/* A word that is right in one place only: DOUBLE PRECISION, MAP<K, V>. */
static void require_word(Parse *p, Span word, const char *want, Span bad) {
  AstName name = ast_name(p, word);
  if (text_eq_nocase(name.text, want)) return;
  parse_fail(p, ERR_SYNTAX, bad, "syntax error near \"%.*s\"", (int)bad.len, p->text + bad.at);
}

AstType *ast_type_double(Parse *p, Span name, Span precision) {
  require_word(p, name, "DOUBLE", precision);
  return ast_type_new(p, AST_TYPE_DOUBLE, name);
}

AstType *ast_type_raw(Parse *p, Span name, AstText class_name, AstText snapshot) {
  require_word(p, name, "RAW", class_name.span);
  AstType *t = ast_type_new(p, AST_TYPE_RAW, name);
  t->raw_class = class_name;
  t->raw_snapshot = snapshot;
  return t;
}

AstType *ast_type_zone(Parse *p, Span word, int32_t precision, AstTypeKind kind) {
  AstName name = ast_name(p, word);
  AstType *t = ast_type_new(p, kind, word);
  t->precision = precision;
  if (text_eq_nocase(name.text, "TIME") && kind == AST_TYPE_TIMESTAMP) {
    t->kind = AST_TYPE_TIME;
  } else if (!text_eq_nocase(name.text, "TIMESTAMP")) {
    parse_fail(p, ERR_SYNTAX, word, "\"%s\" takes no time zone", name.text);
  }
  return t;
}

AstType *ast_type_interval(Parse *p, Span start, const AstIntervalUnits *units) {
  AstType *t = ast_type_new(p, AST_TYPE_INTERVAL, start);
  t->interval = *units;
  return t;
}

AstType *ast_type_list(Parse *p, Span start, AstTypeKind kind, AstType *element) {
  AstType *t = ast_type_new(p, kind, start);
  t->element = element;
  t->depth = node_depth(p, element->depth, t->span);
  return t;
}

AstType *ast_type_multiset(Parse *p, Span name, AstType *element) {
  require_word(p, name, "MULTISET", name);
  return ast_type_list(p, name, AST_TYPE_MULTISET, element);
}

AstType *ast_type_map(Parse *p, Span name, AstType *key, AstType *value) {
  require_word(p, name, "MAP", name);
  AstType *t = ast_type_list(p, name, AST_TYPE_MAP, value);
  t->key = key;
  t->depth = node_depth(p, deeper(key->depth, value->depth), t->span);
  return t;
}

AstType *ast_type_row(Parse *p, Span start, AstFields fields) {
  AstType *t = ast_type_new(p, AST_TYPE_ROW, start);
  uint32_t depth = 0;
  for (uint32_t i = 0; i < fields.n; i++) depth = deeper(depth, fields.items[i].type->depth);
  t->fields = fields;
  t->depth = node_depth(p, depth, t->span);
  return t;
}

AstType *ast_type_postfix(Parse *p, AstType *element, Span word) {
  AstName name = ast_name(p, word);
  if (text_eq_nocase(name.text, "MULTISET"))
    return ast_type_list(p, element->span, AST_TYPE_MULTISET, element);
  parse_fail(p, ERR_SYNTAX, word, "syntax error near \"%s\"", name.text);
  parse_hint(p, "is a comma missing before it?");
  return element;
}

AstType *ast_type_nullable(Parse *p, AstType *type, bool not_null) {
  type->not_null = not_null;
  type->span = span_to_here(p, type->span);
  return type;
}
