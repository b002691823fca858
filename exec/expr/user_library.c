/* user_library.c -- libraries with functions: loading them, and what a descriptor has to be.
 *
 * dlopen runs what a library does when it is loaded: whoever calls user_func_load may do that.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "exec/expr/user_impl.h"

static_assert(sizeof(WeirText) == sizeof(TextRef) && TEXT_INLINE_MAX == 12, "one form of texts");
static_assert(offsetof(WeirText, u) == offsetof(TextRef, u), "one form of texts");
static_assert((int)WEIR_ROWS_MAX == (int)BATCH_ROWS, "a batch is one call");

enum { DECIMAL_DIGITS_MAX = 18 }; /* that fit in 64 bits */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static UserFunc *loaded; /* all of them, until the end */
static Arena texts;      /* of their names */

/* --- descriptors --------------------------------------------------------------------- */

/* What is wrong is told at the place of the text that names the function. */
typedef struct Check {
  const char *path, *symbol;
  Span span;
  Error *err;
} Check;

static Code bad(const Check *c, const char *what) {
  FAIL(c->err, ERR_UNSUPPORTED, c->span, "\"%s\" in \"%s\": %s", c->symbol, c->path, what);
  error_hint(c->err, "weir_udf.h says what a WeirFunction is");
  return ERR_UNSUPPORTED;
}

static bool type_of_code(const WeirType *t, Type *out) {
  switch (t->code) {
    case WEIR_BOOLEAN:
      *out = type_of(TYPE_BOOLEAN);
      return true;
    case WEIR_INT:
      *out = type_of(TYPE_INT);
      return true;
    case WEIR_BIGINT:
      *out = type_of(TYPE_BIGINT);
      return true;
    case WEIR_DOUBLE:
      *out = type_of(TYPE_DOUBLE);
      return true;
    case WEIR_STRING:
      *out = type_string();
      return true;
    case WEIR_BYTES:
      *out = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
      return true;
    case WEIR_DATE:
      *out = type_of(TYPE_DATE);
      return true;
    case WEIR_TIMESTAMP:
      *out = type_time(TYPE_TIMESTAMP, TIMESTAMP_PRECISION_MAX);
      return true;
    case WEIR_TIMESTAMP_LTZ:
      *out = type_time(TYPE_TIMESTAMP_LTZ, TIMESTAMP_PRECISION_MAX);
      return true;
    case WEIR_DECIMAL:
      *out = type_decimal(t->precision, t->scale);
      return t->precision >= 1 && t->precision <= DECIMAL_DIGITS_MAX && t->scale <= t->precision;
  }
  return false;
}

static Code check_types(const Check *c, UserFunc *f) {
  char what[80];
  for (uint32_t i = 0; i < f->c->n_args; i++) {
    if (type_of_code(&f->c->args[i], &f->args[i])) continue;
    snprintf(what, sizeof what, "argument %u has no type (code %d)", i + 1,
             (int)f->c->args[i].code);
    return bad(c, what);
  }
  if (type_of_code(&f->c->result, &f->result)) return OK;
  snprintf(what, sizeof what, "the result has no type (code %d)", (int)f->c->result.code);
  return bad(c, what);
}

static Code check_aggregate(const Check *c, const WeirFunction *w) {
  if (w->n_args != 1) return bad(c, "an aggregate takes one argument");
  if (w->update == NULL || w->merge == NULL || w->value == NULL) {
    return bad(c, "an aggregate needs update, merge and value");
  }
  if (w->state_bytes == 0 || w->state_bytes > WEIR_STATE_MAX) {
    return bad(c, "state_bytes is from 1 to WEIR_STATE_MAX");
  }
  if ((w->save == NULL) != (w->load == NULL)) return bad(c, "save and load come together");
  return OK;
}

static Code check_function(const Check *c, UserFunc *f) {
  const WeirFunction *w = f->c;
  char what[80];
  if (w->magic != WEIR_UDF_MAGIC) return bad(c, "this is no WeirFunction");
  if (w->version != WEIR_UDF_VERSION) {
    snprintf(what, sizeof what, "it is of version %u of weir_udf.h, and weir of version %u",
             w->version, WEIR_UDF_VERSION);
    return bad(c, what);
  }
  if (w->kind != WEIR_SCALAR && w->kind != WEIR_AGGREGATE) return bad(c, "it has no kind");
  if ((w->flags & ~(uint32_t)(WEIR_STRICT | WEIR_VOLATILE | WEIR_ANY_ORDER)) != 0) {
    return bad(c, "it has unknown flags");
  }
  if (w->n_args > WEIR_ARGS_MAX) return bad(c, "it has more than WEIR_ARGS_MAX arguments");
  if (w->kind == WEIR_SCALAR && w->call == NULL) return bad(c, "a scalar function needs call");
  if (w->kind == WEIR_AGGREGATE) TRY(check_aggregate(c, w));
  return check_types(c, f);
}

/* --- loading ------------------------------------------------------------------------- */

static Code open_symbol(const Check *c, const WeirFunction **out) {
  char path[4096]; /* dlopen looks elsewhere for a name without a slash */
  const char *before = strchr(c->path, '/') == NULL ? "./" : "";
  if ((size_t)snprintf(path, sizeof path, "%s%s", before, c->path) >= sizeof path) {
    return FAIL(c->err, ERR_LIMIT, c->span, "the path of a library is too long");
  }
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    return FAIL(c->err, ERR_NAME, c->span, "cannot load a library: %s", dlerror());
  }
  *out = dlsym(library, c->symbol);
  if (*out != NULL) return OK;
  return FAIL(c->err, ERR_NAME, c->span, "no symbol \"%s\" in \"%s\"", c->symbol, c->path);
}

static UserFunc *find(const char *name, const char *path, const char *symbol) {
  UserFunc *f = loaded;
  while (f != NULL && (strcmp(f->name, name) != 0 || strcmp(f->path, path) != 0 ||
                       strcmp(f->symbol, symbol) != 0)) {
    f = f->next;
  }
  return f;
}

/* A flat state is read as it is, so that its size belongs to what the function is. */
static const char *identity_of(const UserFunc *f) {
  const char *slash = strrchr(f->path, '/'), *file = slash != NULL ? slash + 1 : f->path;
  if (f->c->kind != WEIR_AGGREGATE || f->c->save != NULL) {
    return arena_printf(&texts, "%s:%s", file, f->symbol);
  }
  return arena_printf(&texts, "%s:%s/%u", file, f->symbol, f->c->state_bytes);
}

static Code load(const Check *c, const char *name, const UserFunc **out) {
  const WeirFunction *descriptor;
  TRY(open_symbol(c, &descriptor));
  UserFunc *f = calloc(1, sizeof *f);
  if (f == NULL) return FAIL(c->err, ERR_MEMORY, c->span, "out of memory for a function");
  f->c = descriptor;
  Code code = check_function(c, f);
  if (code != OK) {
    free(f);
    return code;
  }
  f->name = arena_strdup(&texts, name);
  f->path = arena_strdup(&texts, c->path);
  f->symbol = arena_strdup(&texts, c->symbol);
  f->identity = identity_of(f);
  if (descriptor->kind == WEIR_SCALAR) {
    user_func_init(f);
  } else {
    user_agg_init(f);
  }
  f->next = loaded;
  loaded = f;
  *out = f;
  return OK;
}

Code user_func_load(const char *name, const char *path, const char *symbol, Span span,
                    const UserFunc **out, Error *err) {
  const Check c = {path, symbol, span, err};
  pthread_mutex_lock(&lock);
  *out = find(name, path, symbol);
  Code code = *out != NULL ? OK : load(&c, name, out);
  pthread_mutex_unlock(&lock);
  return code;
}

/* --- what it is ---------------------------------------------------------------------- */

const FuncDef *user_func_scalar(const UserFunc *f) {
  return f->c->kind == WEIR_SCALAR ? &f->func : NULL;
}

const AggDef *user_func_agg(const UserFunc *f) {
  return f->c->kind == WEIR_AGGREGATE ? &f->agg : NULL;
}

const Type *user_func_args(const UserFunc *f, uint32_t *n) {
  *n = f->c->n_args;
  return f->args;
}

Type user_func_result(const UserFunc *f) { return f->result; }
const char *user_func_doc(const UserFunc *f) { return f->c->doc; }
const char *user_func_identity(const UserFunc *f) { return f->identity; }
