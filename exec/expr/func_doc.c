/* func_doc.c -- the documentation of functions, put together from the lists, and what is said of a
 * name that is in none of them.
 */
#include "exec/expr/func_doc.h"

#include <string.h>

#include "exec/expr/agg.h"
#include "exec/expr/func.h"

/* --- lists ------------------------------------------------------------------------------- */

typedef struct Note {
  const char *name;
  FuncCategory category;
  const char *signature, *nulls, *errors;
} Note;

static const Note func_notes[] = {
#define FUNC_DOC(name, category, signature, nulls, errors) \
  {name, FUNC_CATEGORY_##category, signature, nulls, errors},
#include "exec/expr/funcs.def"
};

static const Note agg_notes[] = {
#define AGG_DOC(name, signature, nulls, errors) \
  {#name, FUNC_CATEGORY_AGGREGATE, signature, nulls, errors},
#include "exec/expr/aggs.def"
};

static const FuncDoc forms[] = {
#define FORM(name, category, signature, summary, nulls, errors) \
  {name, FUNC_FORM, FUNC_CATEGORY_##category, signature, summary, nulls, errors, 0},
#include "exec/expr/func_forms.def"
#undef FORM
};

/* Names that are no functions, and what to write instead. */
static const struct {
  const char *name, *hint;
  bool is_flinks;
} others[] = {
#define ABSENT(name, hint)  {name, hint, true},
#define FOREIGN(name, hint) {name, hint, false},
#include "exec/expr/funcs_other.def"
};

static const char *const added[] = {
#define ADDED(name) name,
#include "exec/expr/funcs_other.def"
};

static const Note *find_note(const Note *notes, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++) {
    if (strcmp(notes[i].name, name) == 0) return &notes[i];
  }
  return NULL;
}

static FuncDoc described(const char *name, FuncKind kind, const char *summary, const Note *note) {
  Note none = {.category = FUNC_CATEGORY_MISC, .signature = name};
  if (note == NULL) note = &none; /* a unit test says so */
  return (FuncDoc){.name = name,
                   .kind = kind,
                   .category = note->category,
                   .signature = note->signature,
                   .summary = summary,
                   .nulls = note->nulls,
                   .errors = note->errors};
}

static FuncDoc doc_of_func(const FuncDef *def) {
  const Note *note = find_note(func_notes, COUNT_OF(func_notes), def->name);
  FuncDoc doc = described(def->name, FUNC_SCALAR, def->doc, note);
  doc.flags = def->flags;
  if (def->max_args == 0) doc.flags |= FUNC_NOT_NULL; /* nothing can be NULL */
  return doc;
}

static FuncDoc doc_of_agg(const AggDef *def) {
  const Note *note = find_note(agg_notes, COUNT_OF(agg_notes), agg_name(def));
  return described(agg_name(def), FUNC_AGG, agg_doc(def), note);
}

FuncDoc *func_doc_list(Arena *arena, uint32_t *n) {
  uint32_t n_funcs, n_aggs;
  const FuncDef *const *funcs = func_list(&n_funcs);
  const AggDef *const *aggs = agg_list(&n_aggs);
  FuncDoc *list = ARENA_ARRAY(arena, FuncDoc, n_funcs + n_aggs + COUNT_OF(forms));
  *n = 0;
  for (uint32_t i = 0; i < n_funcs; i++) {
    if (funcs[i]->name[0] != '_') list[(*n)++] = doc_of_func(funcs[i]);
  }
  for (size_t i = 0; i < COUNT_OF(forms); i++) list[(*n)++] = forms[i];
  for (uint32_t i = 0; i < n_aggs; i++) list[(*n)++] = doc_of_agg(aggs[i]);
  return list;
}

bool func_doc_is_added(const char *name) {
  for (size_t i = 0; i < COUNT_OF(added); i++) {
    if (strcmp(added[i], name) == 0) return true;
  }
  return false;
}

bool func_doc_find(Str name, FuncDoc *out) {
  const FuncDef *func = func_find(name);
  const AggDef *agg = agg_find(name);
  if (func != NULL && func->name[0] != '_') {
    *out = doc_of_func(func);
    return true;
  }
  if (agg != NULL) {
    *out = doc_of_agg(agg);
    return true;
  }
  for (size_t i = 0; i < COUNT_OF(forms); i++) {
    if (!str_eq_nocase(name, str_of(forms[i].name))) continue;
    *out = forms[i];
    return true;
  }
  return false;
}

/* --- words ------------------------------------------------------------------------------- */

const char *func_category_word(FuncCategory category) {
  static const char *const words[] = {
#define CATEGORY(name, word) word,
      FUNC_CATEGORIES(CATEGORY)
#undef CATEGORY
  };
  assert(category < FUNC_CATEGORY_COUNT);
  return words[category];
}

void func_doc_nulls(const FuncDoc *doc, StrBuf *out) {
  const char *derived = "NULL if an argument is NULL";
  if (doc->kind == FUNC_AGG) derived = "NULL if there is no row with a value";
  if ((doc->flags & FUNC_NOT_NULL) != 0) derived = "Never NULL";
  bool adds = doc->nulls != NULL && strncmp(doc->nulls, "or ", 3) == 0;
  if (doc->nulls == NULL || adds) strbuf_puts(out, derived);
  if (adds) strbuf_puts(out, ", ");
  if (doc->nulls != NULL) strbuf_puts(out, doc->nulls);
  strbuf_putc(out, '.');
}

/* --- names that are none ----------------------------------------------------------------- */

static const char *nearest_function(const char *name) {
  const char *near = NULL;
  uint32_t distance = 0, n;
  const FuncDef *const *funcs = func_list(&n);
  for (uint32_t i = 0; i < n; i++) {
    bool callable = (funcs[i]->flags & FUNC_OPERATOR) == 0 && funcs[i]->name[0] != '_';
    if (callable) nearest_name_offer(name, funcs[i]->name, &near, &distance);
  }
  const AggDef *const *aggs = agg_list(&n);
  for (uint32_t i = 0; i < n; i++) nearest_name_offer(name, agg_name(aggs[i]), &near, &distance);
  for (size_t i = 0; i < COUNT_OF(forms); i++) {
    nearest_name_offer(name, forms[i].name, &near, &distance);
  }
  return near;
}

void func_doc_absent(StrBuf *out) {
  bool first = true;
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    if (!others[i].is_flinks) continue;
    strbuf_printf(out, "%s%s", first ? "" : ", ", others[i].name);
    first = false;
  }
}

Code func_unknown(const char *name, Span span, Error *err) {
  for (size_t i = 0; i < COUNT_OF(others); i++) {
    if (!text_eq_nocase(name, others[i].name)) continue;
    if (others[i].is_flinks) {
      FAIL(err, ERR_UNSUPPORTED, span, "%s is not built yet", others[i].name);
    } else {
      FAIL(err, ERR_NAME, span, "no function \"%s\"", name);
    }
    if (others[i].hint != NULL) error_hint(err, "%s", others[i].hint);
    return err->code;
  }
  for (size_t i = 0; i < COUNT_OF(forms); i++) {
    if (!text_eq_nocase(name, forms[i].name)) continue;
    FAIL(err, ERR_TYPE, span, "%s is not called like this", forms[i].name);
    error_hint(err, "%s", forms[i].signature);
    return ERR_TYPE;
  }
  const char *near = nearest_function(name);
  FAIL(err, ERR_NAME, span, "no function \"%s\"", name);
  if (near != NULL) error_hint(err, "did you mean \"%s\"?", near);
  return ERR_NAME;
}
