/* agg.c -- the list of aggregates and the choice of kernels by argument type. */
#include "exec/expr/agg.h"

#include "exec/expr/agg_kernels.h"

struct AggDef {
  const char *name;
  uint32_t min_args, max_args;
  Code (*bind)(const Type *args, uint32_t n_args, Span span, AggCall *call, Error *err);
  const char *doc;
};

#define AGG(name, min, max, doc) \
  static const AggDef agg_def_##name = {#name, min, max, agg_bind_##name, doc};
#include "exec/expr/aggs.def"
#undef AGG

static const AggDef *const defs[] = {
#define AGG(name, min, max, doc) &agg_def_##name,
#include "exec/expr/aggs.def"
#undef AGG
};

const AggDef *agg_find(Str name) {
  for (size_t i = 0; i < COUNT_OF(defs); i++) {
    if (str_eq_nocase(name, str_of(defs[i]->name))) return defs[i];
  }
  return NULL;
}

const char *agg_name(const AggDef *def) { return def->name; }
const char *agg_doc(const AggDef *def) { return def->doc; }

const AggDef *const *agg_list(uint32_t *n) {
  *n = COUNT_OF(defs);
  return defs;
}

Code agg_bind(const AggDef *def, const Type *args, uint32_t n_args, Span span, AggCall *call,
              Error *err) {
  if (n_args < def->min_args || n_args > def->max_args) {
    return FAIL(err, ERR_TYPE, span, "%s takes %u argument%s, not %u", def->name, def->max_args,
                def->max_args == 1 ? "" : "s", n_args);
  }
  call->name = def->name;
  call->arg_type = n_args > 0 ? args[0] : type_of(TYPE_NULL);
  return def->bind(args, n_args, span, call, err);
}

Code agg_bad_type(const char *name, Type arg, const char *takes, Span span, Error *err) {
  StrBuf text = {0};
  type_print(arg, &text);
  FAIL(err, ERR_TYPE, span, "%s does not take %s", name, strbuf_text(&text));
  strbuf_deinit(&text);
  error_hint(err, "%s takes %s", name, takes);
  return ERR_TYPE;
}
