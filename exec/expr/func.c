/* func.c -- the registry of functions, binding of calls, and what binds and kernels share.
 *
 * funcs.def is the only list; names are looked up case-insensitively.
 * Not here: the rules of types (type_rules.c), shapes of argument lists (func_bind.c).
 */
#include "exec/expr/func.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "exec/expr/func_array.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_doc.h"
#include "exec/expr/func_json.h"
#include "exec/expr/func_map.h"
#include "exec/expr/func_more.h"
#include "exec/expr/func_nested.h"
#include "exec/expr/func_num.h"
#include "exec/expr/func_text.h"
#include "exec/expr/func_time.h"
#include "exec/expr/type_rules.h"

/* --- registry ---------------------------------------------------------------------------- */

static const FuncDef *const funcs[] = {
#define FUNC(name, min_args, max_args, flags, bind, kernel, open, close, doc) \
  &(const FuncDef){name, min_args, max_args, flags, bind, kernel, open, close, doc},
#include "exec/expr/funcs.def"
};

const FuncDef *func_find(Str name) {
  for (size_t i = 0; i < COUNT_OF(funcs); i++) {
    if (str_eq_nocase(name, str_of(funcs[i]->name))) return funcs[i];
  }
  return NULL;
}

const FuncDef *const *func_list(uint32_t *n) {
  *n = COUNT_OF(funcs);
  return funcs;
}

static Code wrong_count(const FuncDef *def, uint32_t n_args, Span span, Error *err) {
  char wants[40];
  unsigned min = def->min_args, max = def->max_args;
  if (max == UINT8_MAX) {
    snprintf(wants, sizeof wants, "at least %u argument%s", min, min == 1 ? "" : "s");
  } else if (min == max) {
    snprintf(wants, sizeof wants, "%u argument%s", max, max == 1 ? "" : "s");
  } else {
    snprintf(wants, sizeof wants, "%u to %u arguments", min, max);
  }
  return FAIL(err, ERR_TYPE, span, "\"%s\" takes %s, not %u", def->name, wants, n_args);
}

/* What bind could not know: the nullability that the flags promise. */
static void settle_nullable(Expr *call) {
  if (call->kind != EXPR_CALL) return; /* became something else */
  if ((call->func->flags & FUNC_NOT_NULL) != 0) call->type.nullable = false;
  if ((call->func->flags & FUNC_STRICT) == 0) return;
  call->type.nullable = false;
  for (uint32_t i = 0; i < call->n_args; i++) call->type.nullable |= call->args[i]->type.nullable;
}

Code func_call(Arena *arena, const ExprEnv *env, const char *name, Span span, Expr **args,
               uint32_t n_args, Expr **out, Error *err) {
  const FuncDef *def = func_find(str_of(name));
  if (def == NULL) return func_unknown(name, span, err);
  return func_call_def(arena, env, def, span, args, n_args, out, err);
}

Code func_call_def(Arena *arena, const ExprEnv *env, const FuncDef *def, Span span, Expr **args,
                   uint32_t n_args, Expr **out, Error *err) {
  if (n_args < def->min_args || (def->max_args != UINT8_MAX && n_args > def->max_args)) {
    return wrong_count(def, n_args, span, err);
  }
  Expr *call = expr_new(arena, EXPR_CALL, type_of(TYPE_NULL), 0, span);
  call->func = def;
  call->args = args;
  call->n_args = n_args;
  FuncBind b = {.arena = arena, .env = env, .call = call, .err = err};
  TRY(def->bind(&b));
  assert(b.call->type.kind != TYPE_NULL || b.call->kind != EXPR_CALL); /* bind set the type */
  settle_nullable(b.call);
  *out = b.call;
  return OK;
}

/* --- casts ------------------------------------------------------------------------------- */

/* Two types in one message. */
typedef struct TypeNames {
  StrBuf from, to;
} TypeNames;

static TypeNames type_names(Type from, Type to) {
  TypeNames names;
  strbuf_init(&names.from, 0);
  strbuf_init(&names.to, 0);
  type_print(from, &names.from);
  type_print(to, &names.to);
  return names;
}

static void type_names_free(TypeNames *names) {
  strbuf_deinit(&names->from);
  strbuf_deinit(&names->to);
}

Code expr_cast_explicit(Arena *arena, Expr *e, Type to, bool try_cast, Span span, Expr **out,
                        Error *err) {
  if (type_castable(e->type, to)) {
    *out = expr_cast_node(arena, e, to, try_cast, span);
    return OK;
  }
  TypeNames names = type_names(e->type, to);
  FAIL(err, ERR_TYPE, span, "cannot cast %s to %s", strbuf_text(&names.from),
       strbuf_text(&names.to));
  if (type_is_integer(e->type) && type_is_timestamp(to)) {
    error_hint(err, "TO_TIMESTAMP_LTZ(n, 3) makes a timestamp of milliseconds");
  } else if (type_is_timestamp(e->type) && type_is_integer(to)) {
    error_hint(err, "EXTRACT(EPOCH FROM ts) gives seconds");
  }
  type_names_free(&names);
  return ERR_TYPE;
}

Code expr_cast_implicit(Arena *arena, Expr *e, Type to, const char *what, Expr **out, Error *err) {
  if (type_implicit(e->type, to)) {
    *out = expr_cast_node(arena, e, to, false, e->span);
    return OK;
  }
  TypeNames names = type_names(e->type, to);
  FAIL(err, ERR_TYPE, e->span, "%s is %s, not %s", what, strbuf_text(&names.from),
       strbuf_text(&names.to));
  if (type_castable(e->type, to)) {
    error_hint(err, "CAST(... AS %s) converts it", strbuf_text(&names.to));
  }
  type_names_free(&names);
  return ERR_TYPE;
}

Code func_cast_arg(FuncBind *b, uint32_t i, Type to) {
  char what[80];
  assert(i < b->call->n_args);
  snprintf(what, sizeof what, "argument %u of \"%s\"", i + 1, b->call->func->name);
  TRY(expr_cast_implicit(b->arena, b->call->args[i], to, what, &b->call->args[i], b->err));
  bind_fold(b, i);
  return OK;
}

Code func_bad_args(FuncBind *b, const char *takes) {
  const Expr *call = b->call;
  StrBuf types;
  strbuf_init(&types, 0);
  for (uint32_t i = 0; i < call->n_args; i++) {
    if (i > 0) strbuf_puts(&types, ", ");
    type_print(call->args[i]->type, &types);
  }
  FAIL(b->err, ERR_TYPE, call->span, "\"%s\" does not take (%s)", call->func->name,
       strbuf_text(&types));
  error_hint(b->err, "it takes %s", takes);
  strbuf_deinit(&types);
  return ERR_TYPE;
}

/* --- IN ---------------------------------------------------------------------------------- */

/* The type in which probe and all items are compared. */
static Code in_type(const Expr *probe, Expr *const *items, uint32_t n, Type *type, Error *err) {
  *type = probe->type;
  for (uint32_t i = 0; i < n; i++) {
    Type before = *type;
    if (type_compared(before, items[i]->type, type)) continue;
    TypeNames names = type_names(items[i]->type, before);
    FAIL(err, ERR_TYPE, items[i]->span, "%s in an IN list of %s", strbuf_text(&names.from),
         strbuf_text(&names.to));
    type_names_free(&names);
    return ERR_TYPE;
  }
  return OK;
}

Code expr_in_list(Arena *arena, const ExprEnv *env, Expr *probe, Expr **items, uint32_t n_items,
                  Span span, Expr **out, Error *err) {
  Type type;
  assert(n_items > 0);
  TRY(in_type(probe, items, n_items, &type, err));
  if (type.kind == TYPE_NULL) type = type_of(TYPE_INT); /* NULL IN (NULL) */
  TRY(expr_cast_explicit(arena, probe, type, false, probe->span, &probe, err));
  Expr *in = expr_new(arena, EXPR_IN, type_of(TYPE_BOOLEAN), n_items + 1, span);
  in->args[0] = probe;
  in->n_args = 1;
  in->type.nullable = probe->type.nullable;
  Expr *others = NULL;
  for (uint32_t i = 0; i < n_items; i++) {
    Expr *item;
    TRY(expr_cast_explicit(arena, items[i], type, false, items[i]->span, &item, err));
    if (item->kind == EXPR_CAST) item = expr_fold(arena, item, env);
    if (item->kind == EXPR_CONST) {
      in->args[in->n_args++] = item;
      in->type.nullable |= item->value.null;
    } else {
      Expr *equal, *pair[2] = {probe, item};
      Expr **args = ARENA_ARRAY(arena, Expr *, 2);
      memcpy(args, pair, sizeof pair);
      TRY(func_call(arena, env, "=", item->span, args, 2, &equal, err));
      others = expr_or(arena, others, equal);
    }
  }
  *out = in->n_args == 1 ? others : expr_or(arena, in, others);
  *out = expr_once(arena, &probe, 1, *out);
  return OK;
}

/* --- for kernels ------------------------------------------------------------------------- */

uint64_t *func_out_valid(KernelCall *k) {
  if (k->out->valid == NULL) {
    k->out->valid = k->valid_room;
    memset(k->out->valid, 0xff, (k->rows + 63) / 64 * sizeof *k->out->valid);
  }
  return k->out->valid;
}

bool func_put_text(KernelCall *k, uint32_t row, const char *bytes, size_t len) {
  if (len > TEXT_INLINE_MAX) {
    if (len > UINT32_MAX) return false;
    char *copy = arena_try_alloc(k->text, len, 1);
    if (copy == NULL) return false;
    memcpy(copy, bytes, len);
    bytes = copy;
  }
  ((TextRef *)k->out->data)[row] = text_ref(bytes, len);
  return true;
}

/* A message is one line, whatever the data. */
static void one_line(char *text) {
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text < ' ' || *text == 0x7f) *text = ' ';
  }
}

Code func_fail(KernelCall *k, const char *fmt, ...) {
  char msg[256];
  va_list args;
  va_start(args, fmt);
  vsnprintf(msg, sizeof msg, fmt, args);
  va_end(args);
  StrBuf text;
  strbuf_init(&text, 0);
  expr_print(k->expr, NULL, &text);
  one_line(msg);
  if (text.data != NULL) one_line(text.data);
  Code code = FAIL(k->err, ERR_DATA, k->expr->span, "%s in \"%s\"", msg, strbuf_text(&text));
  strbuf_deinit(&text);
  return code;
}

Code func_no_memory(KernelCall *k) {
  return FAIL(k->err, ERR_MEMORY, k->expr->span, "out of memory for a result of \"%s\"",
              k->expr->kind == EXPR_CALL ? k->expr->func->name : "CAST");
}
