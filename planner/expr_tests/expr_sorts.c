/* expr_sorts.c -- see expr_sorts.h. */
#include "planner/expr_tests/expr_sorts.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "exec/expr/func.h"
#include "exec/expr/func_doc.h"

enum { SHAPES_MAX = 1000 };

static bool begins(const char *text, const char *word) {
  return strncmp(text, word, strlen(word)) == 0;
}

Sort sort_of_type(const char *type) {
  static const struct {
    const char *word;
    Sort sort;
  } words[] = {
      {"BOOLEAN", SORT_BOOLEAN}, {"TINYINT", SORT_INTEGER},   {"SMALLINT", SORT_INTEGER},
      {"INTEGER", SORT_INTEGER}, {"INTERVAL", SORT_INTERVAL}, {"INT", SORT_INTEGER},
      {"BIGINT", SORT_INTEGER},  {"NUMBER", SORT_NUMBER},     {"EXACT", SORT_NUMBER},
      {"FLOAT", SORT_NUMBER},    {"DOUBLE", SORT_NUMBER},     {"DECIMAL", SORT_NUMBER},
      {"STRING", SORT_TEXT},     {"CHAR", SORT_TEXT},         {"VARCHAR", SORT_TEXT},
      {"BYTES", SORT_BYTES},     {"BINARY", SORT_BYTES},      {"VARBINARY", SORT_BYTES},
      {"DATE", SORT_TIME},       {"TIME", SORT_TIME},         {"ARRAY", SORT_ARRAY},
      {"MULTISET", SORT_MAP},    {"MAP", SORT_MAP},           {"ROW", SORT_ROW},
  };
  for (size_t i = 0; i < COUNT_OF(words); i++) {
    if (begins(type, words[i].word)) return words[i].sort;
  }
  return SORT_ANY;
}

/* --- signatures ------------------------------------------------------------------------- */

/* "s STRING": the type behind the name; NULL: it is of another form. */
static const char *type_behind(const char *arg) {
  if (!islower((unsigned char)*arg)) return NULL;
  while (islower((unsigned char)*arg) || isdigit((unsigned char)*arg) || *arg == '_') arg++;
  while (*arg == ' ') arg++;
  return isupper((unsigned char)*arg) ? arg : NULL;
}

/* One argument at *at, up to a comma or bracket of the signature.  false: of another form. */
static bool read_arg(const char **at, CallShape *out) {
  const char *p = *at;
  if (begins(p, "...")) {
    out->more = true;
    *at = p + 3;
    return out->n_args > 0;
  }
  const char *type = type_behind(p);
  if (type == NULL || out->n_args == CALL_ARGS_MAX) return false;
  out->args[out->n_args++] = sort_of_type(type);
  int angles = 0;
  for (p = type; *p != '\0'; p++) {
    if (*p == '<') angles++;
    if (*p == '>') angles--;
    if (angles == 0 && strchr(",[])", *p) != NULL) break;
    if (angles == 0 && *p == ' ') return false; /* FROM, FOR: a form of the grammar */
    if (*p == '(') p = strchr(p, ')');          /* DECIMAL(p, s) */
    if (p == NULL) return false;
  }
  *at = p;
  return true;
}

/* NAME(...) -> TYPE; false: of another form. */
static bool read_signature(const char *text, const char *name, CallShape *out) {
  bool optional = false;
  *out = (CallShape){.name = name};
  if (!begins(text, name) || text[strlen(name)] != '(') return false;
  const char *p = text + strlen(name) + 1;
  while (*p != ')') {
    if (*p == '[') {
      optional = true;
      p++;
    } else if (*p == ',' || *p == ']' || *p == ' ') {
      p++;
    } else {
      if (!read_arg(&p, out)) return false;
      if (!optional && !out->more) out->n_needed = out->n_args;
    }
  }
  const char *arrow = strstr(p, "-> ");
  if (arrow != NULL) out->gives = sort_of_type(arrow + 3);
  return true;
}

const CallShape *expr_call_shapes(uint32_t *n) {
  static CallShape shapes[SHAPES_MAX];
  static uint32_t n_shapes;
  static Arena arena; /* kept: names of functions are borrowed from the registry */
  uint32_t n_docs;
  *n = n_shapes;
  if (n_shapes > 0) return shapes;
  const FuncDoc *docs = func_doc_list(&arena, &n_docs);
  for (uint32_t i = 0; i < n_docs; i++) {
    if (docs[i].kind != FUNC_SCALAR) continue;
    for (const char *text = docs[i].signature; text != NULL && n_shapes < SHAPES_MAX;) {
      if (read_signature(text, docs[i].name, &shapes[n_shapes])) n_shapes++;
      text = strstr(text, "; ");
      if (text != NULL) text += 2;
    }
  }
  arena_deinit(&arena);
  *n = n_shapes;
  return shapes;
}
