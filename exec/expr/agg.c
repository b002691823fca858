/* agg.c -- the list of aggregates: names, numbers of arguments, parameters. */
#include "exec/expr/agg.h"

#include "exec/data/decimal.h"
#include "exec/data/nested.h"
#include "exec/expr/agg_kernels.h"
#include "exec/expr/expr.h"
#include "exec/expr/user_func.h"

#define AGG(name, bind, least, most, param, doc)                                                 \
  static const AggDef agg_def_##name = {#name, agg_bind_##bind, least, most, PARAM_##param, doc, \
                                        NULL};
#include "exec/expr/aggs.def"

static const AggDef *const defs[] = {
#define AGG(name, bind, least, most, param, doc) &agg_def_##name,
#include "exec/expr/aggs.def"
};

static const Str default_separator = {",", 1};

const AggDef *agg_find(Str name) {
  for (size_t i = 0; i < COUNT_OF(defs); i++) {
    if (str_eq_nocase(name, str_of(defs[i]->name))) return defs[i];
  }
  return NULL;
}

const char *agg_name(const AggDef *def) { return def->name; }
const char *agg_doc(const AggDef *def) { return def->doc; }

bool agg_arg_type(const AggDef *def, uint32_t arg, Type *out) {
  uint32_t n = 0;
  const Type *types = def->user != NULL ? user_func_args(def->user, &n) : NULL;
  if (arg < n) *out = types[arg];
  return arg < n;
}

bool agg_has_param(const AggDef *def) {
  return def->param == PARAM_SEPARATOR || def->param == PARAM_FRACTION;
}
bool agg_takes_values(const AggDef *def) {
  return def->param == PARAM_VALUES || def->param == PARAM_FRACTION;
}
bool agg_keeps_nulls(const AggDef *def) { return def->param == PARAM_NULLS; }

const AggDef *const *agg_list(uint32_t *n) {
  *n = COUNT_OF(defs);
  return defs;
}

/* --- parameters ------------------------------------------------------------------------ */

bool agg_number(const Value *v, double *out) {
  switch (type_phys(v->type)) {
    case PHYS_I8:
    case PHYS_I16:
    case PHYS_I32:
    case PHYS_I64:
      *out = decimal_to_double(v->as.i, v->type.kind == TYPE_DECIMAL ? v->type.scale : 0);
      return type_is_exact(v->type);
    case PHYS_I128:
      *out = decimal_to_double(v->as.d128, v->type.scale);
      return true;
    case PHYS_F32:
    case PHYS_F64:
      *out = v->as.f;
      return true;
    case PHYS_TEXT:
    case PHYS_COUNT:
      break;
  }
  return false;
}

static Code set_separator(const AggDef *def, const Value *v, Span span, AggCall *call, Error *err) {
  if (v == NULL || v->null || !type_is_character(v->type)) {
    return FAIL(err, ERR_TYPE, span, "the separator of %s has to be a constant STRING", def->name);
  }
  call->params.separator = text_str(&v->as.text);
  return OK;
}

static bool is_fraction(const Value *v) {
  double f;
  return !v->null && agg_number(v, &f) && f >= 0 && f <= 1;
}

static bool are_fractions(const Value *array) {
  Items items = array_items(array->type, text_str(&array->as.text));
  for (uint32_t i = 0; i < items.n; i++) {
    const Value v = items_get(&items, i);
    if (!is_fraction(&v)) return false;
  }
  return items.n > 0;
}

static Code set_fraction(const AggDef *def, const Value *v, Span span, AggCall *call, Error *err) {
  bool good =
      v != NULL && !v->null && (v->type.kind == TYPE_ARRAY ? are_fractions(v) : is_fraction(v));
  if (!good) {
    FAIL(err, ERR_TYPE, span, "%s needs a constant from 0 to 1 here, or an ARRAY of them",
         def->name);
    error_hint(err, "the median is %s(x, 0.5)", def->name);
    return ERR_TYPE;
  }
  call->params.fraction = *v;
  return OK;
}

Code agg_set_param(const AggDef *def, const Value *value, Span span, AggCall *call, Error *err) {
  switch (def->param) {
    case PARAM_NONE:
    case PARAM_NULLS:
    case PARAM_VALUES:
      break; /* agg_bind refuses the number of arguments */
    case PARAM_SEPARATOR:
      return set_separator(def, value, span, call, err);
    case PARAM_FRACTION:
      return set_fraction(def, value, span, call, err);
  }
  return OK;
}

void agg_print_param(const AggCall *call, StrBuf *out) {
  Str separator = call->params.separator;
  Expr e = {.kind = EXPR_CONST};
  if (call->params.user != NULL) return;
  switch (agg_find(str_of(call->name))->param) {
    case PARAM_NONE:
    case PARAM_VALUES:
      return;
    case PARAM_NULLS:
      if (!call->params.keep_nulls) strbuf_puts(out, " IGNORE NULLS");
      return;
    case PARAM_SEPARATOR:
      if (str_eq(separator, default_separator)) return;
      e.value = value_text(type_text(TYPE_CHAR, (uint32_t)separator.len), separator);
      break;
    case PARAM_FRACTION:
      e.value = call->params.fraction;
      break;
  }
  e.type = e.value.type;
  strbuf_puts(out, ", ");
  expr_print(&e, NULL, out);
}

/* --- calls ------------------------------------------------------------------------------ */

Code agg_bind(const AggDef *def, const Type *args, uint32_t n_args, Span span, AggCall *call,
              Error *err) {
  if (n_args < def->least || n_args > def->most) {
    const char *bound = def->least == def->most ? ""
                        : n_args < def->least   ? "at least "
                                                : "at most ";
    uint32_t n = n_args < def->least ? def->least : def->most;
    return FAIL(err, ERR_TYPE, span, "%s takes %s%u argument%s, not %u", def->name, bound, n,
                n == 1 ? "" : "s", n_args);
  }
  call->name = def->name;
  call->arg_type = n_args > 0 ? args[0] : type_of(TYPE_NULL);
  if (def->param == PARAM_SEPARATOR && n_args < 2) call->params.separator = default_separator;
  if (def->user != NULL) {
    user_agg_bind(def->user, call);
    return OK;
  }
  TRY(def->bind(args, n_args, span, call, err));
  assert(call->kernels->words || (call->kernels->save != NULL && call->kernels->load != NULL));
  return OK;
}

static bool same_fraction(const Value *x, const Value *y) {
  return type_same(x->type, y->type) && (x->type.kind == TYPE_NULL || value_compare(x, y) == 0);
}

bool agg_same(const AggCall *x, const AggCall *y) {
  return x->name == y->name && x->kernels == y->kernels && x->distinct == y->distinct &&
         str_eq(x->params.separator, y->params.separator) &&
         same_fraction(&x->params.fraction, &y->params.fraction) &&
         x->params.keep_nulls == y->params.keep_nulls;
}

Code agg_bad_type(const char *name, Type arg, const char *takes, Span span, Error *err) {
  StrBuf text = {0};
  type_print(arg, &text);
  FAIL(err, ERR_TYPE, span, "%s does not take %s", name, strbuf_text(&text));
  strbuf_deinit(&text);
  error_hint(err, "%s takes %s", name, takes);
  return ERR_TYPE;
}
