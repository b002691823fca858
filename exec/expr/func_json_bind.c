/* func_json_bind.c -- binds of JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_LENGTH and IS JSON: their
 * words are read, a constant path is checked.
 */
#include "exec/expr/func_bind.h"
#include "exec/expr/func_json_path.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/json_value.h"

bool json_take_words(Str *words, const char *clause) {
  Str c = str_of(clause);
  if (!str_starts(*words, c)) return false;
  *words = (Str){words->ptr + c.len, words->len - c.len};
  return true;
}

/* A constant path is checked at planning. */
static Code check_path(FuncBind *b, uint32_t i) {
  Str text;
  bind_fold(b, i);
  if (!const_text(b->call, i, &text)) return OK;
  JsonPath path = {0};
  Code code = json_compile_path(&path, text, ERR_TYPE, b->call->args[i]->span, b->err);
  json_path_deinit(&path);
  return code;
}

/* A string; a bare NULL becomes one. */
static Code text_arg_only(FuncBind *b, uint32_t i, const char *what) {
  bind_type_null(b, i, type_string());
  if (type_is_character(b->call->args[i]->type)) return OK;
  StrBuf type;
  strbuf_init(&type, 0);
  type_print(b->call->args[i]->type, &type);
  FAIL(b->err, ERR_TYPE, b->call->args[i]->span, "%s of \"%s\" is %s, not STRING", what,
       b->call->func->name, strbuf_text(&type));
  strbuf_deinit(&type);
  return ERR_TYPE;
}

static Code bind_doc_and_path(FuncBind *b) {
  TRY(text_arg_only(b, JSON_ARG_DOC, "the document"));
  TRY(text_arg_only(b, JSON_ARG_PATH, "the path"));
  return check_path(b, JSON_ARG_PATH);
}

static Str words_of(const Expr *call) {
  Str words;
  bool constant = const_text(call, JSON_ARG_WORDS, &words);
  assert(constant);
  (void)constant;
  bool begins = json_take_words(&words, "?, ?");
  assert(begins);
  (void)begins;
  return words;
}

/* DEFAULT ? ON EMPTY, as the type. */
static Code default_arg(FuncBind *b, uint32_t i, Type type, Otherwise *out) {
  *out = (Otherwise){GIVE_ARG, i};
  Expr **arg = &b->call->args[i];
  TRY(expr_cast_explicit(b->arena, *arg, type, false, (*arg)->span, arg, b->err));
  bind_fold(b, i);
  return OK;
}

Code bind_json_value(FuncBind *b) {
  Expr *call = b->call;
  Clauses *c = ARENA_NEW(b->arena, Clauses);
  Str words = words_of(call);
  uint32_t arg = JSON_ARG_MORE;
  TRY(bind_doc_and_path(b));
  Type type = type_string();
  if (json_take_words(&words, " RETURNING ?")) {
    const Expr *returning = call->args[arg++];
    type = type_nullable(returning->type, true);
    if (!json_scalar_type_fits(type)) {
      FAIL(b->err, ERR_TYPE, returning->span, "JSON_VALUE cannot return this type");
      error_hint(b->err, "it returns STRING, BOOLEAN or a number; JSON_QUERY objects and arrays");
      return ERR_TYPE;
    }
  }
  if (json_take_words(&words, " DEFAULT ? ON EMPTY"))
    TRY(default_arg(b, arg++, type, &c->on_empty));
  if (json_take_words(&words, " ERROR ON EMPTY")) c->on_empty.what = RAISE;
  if (json_take_words(&words, " DEFAULT ? ON ERROR"))
    TRY(default_arg(b, arg++, type, &c->on_error));
  if (json_take_words(&words, " ERROR ON ERROR")) c->on_error.what = RAISE;
  assert(words.len == 0 && arg == call->n_args);
  call->func_data = c;
  call->type = type;
  return OK;
}

static Code query_type(FuncBind *b, const Expr *returning, const Clauses *c, Type *type) {
  *type = type_nullable(returning->type, true);
  bool array = type->kind == TYPE_ARRAY;
  if (array && !json_scalar_type_fits(type_item(*type))) {
    return FAIL(b->err, ERR_TYPE, returning->span,
                "JSON_QUERY returns arrays of STRING, BOOLEAN or numbers");
  }
  if (!array && !type_same(*type, type_string())) {
    FAIL(b->err, ERR_TYPE, returning->span, "JSON_QUERY cannot return this type");
    error_hint(b->err, "it returns STRING or ARRAY<STRING>; JSON_VALUE returns numbers");
    return ERR_TYPE;
  }
  bool object = c->on_empty.what == GIVE_EMPTY_OBJECT || c->on_error.what == GIVE_EMPTY_OBJECT;
  if (!array || !object) return OK;
  return FAIL(b->err, ERR_TYPE, returning->span, "EMPTY OBJECT is no array");
}

Code bind_json_query(FuncBind *b) {
  Expr *call = b->call;
  Clauses *c = ARENA_NEW(b->arena, Clauses);
  Str words = words_of(call);
  TRY(bind_doc_and_path(b));
  bool returning = json_take_words(&words, " RETURNING ?");
  if (json_take_words(&words, " WITH CONDITIONAL WRAPPER")) c->wrapper = CONDITIONAL;
  if (json_take_words(&words, " WITH UNCONDITIONAL WRAPPER")) c->wrapper = UNCONDITIONAL;
  if (json_take_words(&words, " EMPTY ARRAY ON EMPTY")) c->on_empty.what = GIVE_EMPTY_ARRAY;
  if (json_take_words(&words, " EMPTY OBJECT ON EMPTY")) c->on_empty.what = GIVE_EMPTY_OBJECT;
  if (json_take_words(&words, " ERROR ON EMPTY")) c->on_empty.what = RAISE;
  if (json_take_words(&words, " EMPTY ARRAY ON ERROR")) c->on_error.what = GIVE_EMPTY_ARRAY;
  if (json_take_words(&words, " EMPTY OBJECT ON ERROR")) c->on_error.what = GIVE_EMPTY_OBJECT;
  if (json_take_words(&words, " ERROR ON ERROR")) c->on_error.what = RAISE;
  assert(words.len == 0);
  call->func_data = c;
  call->type = type_string();
  return returning ? query_type(b, call->args[JSON_ARG_MORE], c, &call->type) : OK;
}

Code bind_json_exists(FuncBind *b) {
  Expr *call = b->call;
  Clauses *c = ARENA_NEW(b->arena, Clauses);
  Str words = words_of(call);
  TRY(bind_doc_and_path(b));
  c->on_empty.what = c->on_error.what = GIVE_FALSE;
  if (json_take_words(&words, " TRUE ON ERROR")) c->on_error.what = GIVE_TRUE;
  if (json_take_words(&words, " UNKNOWN ON ERROR")) c->on_error.what = GIVE_NULL;
  if (json_take_words(&words, " ERROR ON ERROR")) c->on_error.what = RAISE;
  assert(words.len == 0);
  call->func_data = c;
  call->type = type_of(TYPE_BOOLEAN);
  return OK;
}

Code bind_json_length(FuncBind *b) {
  TRY(text_arg_only(b, 0, "the document"));
  b->call->type = type_of(TYPE_INT);
  if (b->call->n_args == 1) return OK;
  TRY(text_arg_only(b, 1, "the path"));
  return check_path(b, 1);
}

Code bind_is_json(FuncBind *b) {
  TRY(text_arg_only(b, 0, "the document"));
  b->call->type = type_of(TYPE_BOOLEAN);
  return OK;
}
