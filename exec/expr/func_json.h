/* func_json.h -- functions over JSON: the binds and kernels that funcs_json.def names.
 *
 *   func_json_bind.c   JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_LENGTH, IS JSON: their binds
 *   func_json_path.c   following a path; their kernels, but for JSON_QUERY: func_json_query.c
 *   func_json_make.c   JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON, JSON_QUOTE, JSON_UNQUOTE
 *   json_path.h        paths                json_doc.h    a document as nodes, and back to text
 *   json_value.h       values to and fro    json_number.h texts of numbers
 *
 * Words.  Calls with clauses (FUNC_WORDED) have as their first argument a constant, the clauses as
 * they are written with a ? for each of the other arguments:
 *
 *   JSON_VALUE('?, ? RETURNING ? DEFAULT ? ON EMPTY', j, '$.a', null:INT, 0)
 *   JSON_OBJECT('KEY ? VALUE ?, KEY ? VALUE ? FORMAT JSON', ...)
 *
 * So clauses take part wherever calls are compared, and EXPLAIN prints them where they belong.  The
 * binds here are the only ones to read them, planner/bind_json.c is the only one to write them.
 * FORMAT JSON: the value is JSON already, not a string.
 */
#pragma once
#include "exec/expr/func.h"
#include "exec/expr/json_doc.h"

/* The arguments in front: words, document, path. */
enum { JSON_ARG_WORDS, JSON_ARG_DOC, JSON_ARG_PATH, JSON_ARG_MORE };

/* Is `clause` what comes next?  Then it is passed. */
bool json_take_words(Str *words, const char *clause);
/* The text of out as the row's value. */
Code json_put_out(KernelCall *k, uint32_t row, const StrBuf *out);

Code bind_json_value(FuncBind *b);
Code bind_json_query(FuncBind *b);
Code bind_json_exists(FuncBind *b);
Code bind_json_length(FuncBind *b);
Code bind_is_json(FuncBind *b);
Code kernel_json_value(KernelCall *k);
Code kernel_json_query(KernelCall *k);
Code kernel_json_exists(KernelCall *k);
Code kernel_json_length(KernelCall *k);
Code kernel_is_json(KernelCall *k); /* the name says which */
Code json_path_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void json_path_close(void *state);

Code bind_json_object(FuncBind *b);
Code bind_json_member(FuncBind *b); /* BYTES as json_member.h says */
Code bind_json_array(FuncBind *b);
Code bind_json_string(FuncBind *b);
Code bind_json_text(FuncBind *b); /* a text -> STRING */
Code kernel_json_object(KernelCall *k);
Code kernel_json_member(KernelCall *k);
Code kernel_json_array(KernelCall *k);
Code kernel_json_string(KernelCall *k);
Code kernel_json(KernelCall *k);
Code kernel_json_quote(KernelCall *k);
Code kernel_json_unquote(KernelCall *k);
Code json_make_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void json_make_close(void *state);
