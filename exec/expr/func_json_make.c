/* func_json_make.c -- JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON, JSON_QUOTE, JSON_UNQUOTE.
 *
 * As in Flink the members of an object come in the order of their keys, and of a key given twice
 * the last value counts.
 */
#include "exec/expr/func_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "exec/data/json_quote.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/json_member.h"
#include "exec/expr/json_value.h"

/* func_data of JSON_OBJECT and JSON_ARRAY: what the words say. */
typedef struct MakeClauses {
  bool absent_on_null;
  bool *is_json; /* of each value: FORMAT JSON */
} MakeClauses;

typedef struct Member {
  Str key;
  uint32_t value; /* argument */
} Member;

typedef struct MakeState {
  JsonDoc doc;
  StrBuf out;
  Member *members; /* JSON_OBJECT */
  uint32_t n_members;
  bool sorted; /* for all rows: the keys are constant */
} MakeState;

/* --- binds --------------------------------------------------------------------------- */

static Code check_type(FuncBind *b, uint32_t i) {
  Expr *arg = b->call->args[i];
  if (json_type_fits(arg->type)) return OK;
  StrBuf type;
  strbuf_init(&type, 0);
  type_print(arg->type, &type);
  FAIL(b->err, ERR_TYPE, arg->span, "%s has no form in JSON", strbuf_text(&type));
  strbuf_deinit(&type);
  if (type_is_interval(arg->type)) error_hint(b->err, "CAST(x AS STRING) makes it a string");
  return ERR_TYPE;
}

/* The value at argument i, and whether FORMAT JSON stands behind it. */
static Code bind_item(FuncBind *b, uint32_t i, MakeClauses *c, Str *words) {
  bind_type_null(b, i, type_string());
  c->is_json[i] = json_take_words(words, " FORMAT JSON");
  return check_type(b, i);
}

static MakeClauses *clauses_begin(FuncBind *b, Str *words) {
  MakeClauses *c = ARENA_NEW(b->arena, MakeClauses);
  bool constant = const_text(b->call, JSON_ARG_WORDS, words);
  assert(constant);
  (void)constant;
  c->is_json = ARENA_ARRAY(b->arena, bool, b->call->n_args);
  return c;
}

static Code clauses_end(FuncBind *b, MakeClauses *c, Str *words) {
  assert(words->len == 0);
  b->call->func_data = c;
  b->call->type = type_string();
  return OK;
}

Code bind_json_object(FuncBind *b) {
  Expr *call = b->call;
  Str words;
  MakeClauses *c = clauses_begin(b, &words);
  for (uint32_t i = 1; i + 1 < call->n_args; i += 2) {
    bool key = json_take_words(&words, i > 1 ? ", KEY ? VALUE ?" : "KEY ? VALUE ?");
    assert(key);
    (void)key;
    bind_type_null(b, i, type_string());
    if (!type_is_character(call->args[i]->type)) {
      FAIL(b->err, ERR_TYPE, call->args[i]->span, "a key of a JSON object is a string");
      error_hint(b->err, "CAST(x AS STRING) makes one of a number");
      return ERR_TYPE;
    }
    TRY(bind_item(b, i + 1, c, &words));
  }
  c->absent_on_null = json_take_words(&words, " ABSENT ON NULL");
  return clauses_end(b, c, &words);
}

Code bind_json_member(FuncBind *b) {
  TRY(bind_json_object(b));
  b->call->type = type_text(TYPE_VARBINARY, TYPE_LENGTH_MAX);
  return OK;
}

Code bind_json_array(FuncBind *b) {
  Str words;
  MakeClauses *c = clauses_begin(b, &words);
  for (uint32_t i = 1; i < b->call->n_args; i++) {
    bool item = json_take_words(&words, i > 1 ? ", ?" : "?");
    assert(item);
    (void)item;
    TRY(bind_item(b, i, c, &words));
  }
  c->absent_on_null = !json_take_words(&words, " NULL ON NULL");
  return clauses_end(b, c, &words);
}

Code bind_json_string(FuncBind *b) {
  bind_type_null(b, 0, type_string());
  b->call->type = type_string();
  return check_type(b, 0);
}

Code bind_json_text(FuncBind *b) { return bind_shape(b, "t", type_string(), "a string"); }

/* --- state --------------------------------------------------------------------------- */

static int by_key(const void *a, const void *b) {
  const Member *x = a, *y = b;
  int order = json_key_compare(x->key, y->key);
  return order != 0 ? order : (x->value > y->value) - (x->value < y->value);
}

Code json_make_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  (void)env;
  MakeState *s = calloc(1, sizeof *s);
  if (s != NULL) s->members = calloc(call->n_args / 2 + 1, sizeof *s->members);
  if (s == NULL || s->members == NULL) {
    json_make_close(s);
    return FAIL(err, ERR_MEMORY, call->span, "no memory for %s", call->func->name);
  }
  *state = s;
  if ((call->func->flags & FUNC_WORDED) == 0) return OK;
  s->sorted = true;
  for (uint32_t i = 1; i + 1 < call->n_args; i += 2) {
    s->sorted &= const_text(call, i, &s->members[s->n_members].key);
    s->members[s->n_members++].value = i + 1;
  }
  if (s->sorted) qsort(s->members, s->n_members, sizeof *s->members, by_key);
  return OK;
}

void json_make_close(void *state) {
  MakeState *s = state;
  if (s == NULL) return;
  json_doc_deinit(&s->doc);
  strbuf_deinit(&s->out);
  free(s->members);
  free(s);
}

/* --- JSON_OBJECT, JSON_ARRAY --------------------------------------------------------- */

/* Argument i of the row as JSON. */
static void put_item(const KernelCall *k, uint32_t i, uint32_t row, StrBuf *out) {
  const MakeClauses *c = k->expr->func_data;
  const Value v = value_of(&k->args[i], row);
  if (c->is_json[i] && !v.null) {
    strbuf_str(out, text_str(&v.as.text));
  } else {
    json_put_value(out, &v);
  }
}

/* Is argument i of the row left out? */
static bool is_absent(const KernelCall *k, uint32_t i, uint32_t row) {
  const MakeClauses *c = k->expr->func_data;
  return c->absent_on_null && !vector_valid(&k->args[i], row);
}

static Code read_keys(KernelCall *k, MakeState *s, uint32_t row) {
  for (uint32_t i = 0; i < s->n_members; i++) {
    const uint32_t arg = 1 + 2 * i;
    if (!vector_valid(&k->args[arg], row)) return func_fail(k, "a key is NULL");
    s->members[i] = (Member){text_at(text_arg(k, arg), row), arg + 1};
  }
  qsort(s->members, s->n_members, sizeof *s->members, by_key);
  return OK;
}

static void put_members(const KernelCall *k, MakeState *s, uint32_t row) {
  const Member *m = s->members;
  bool first = true;
  strbuf_putc(&s->out, '{');
  for (uint32_t i = 0; i < s->n_members; i++) {
    const Member *last = NULL; /* of this key */
    for (;; i++) {
      if (!is_absent(k, m[i].value, row)) last = &m[i];
      if (i + 1 == s->n_members || !str_eq(m[i].key, m[i + 1].key)) break;
    }
    if (last == NULL) continue;
    if (!first) strbuf_putc(&s->out, ',');
    first = false;
    json_put_string(&s->out, last->key);
    strbuf_putc(&s->out, ':');
    put_item(k, last->value, row, &s->out);
  }
  strbuf_putc(&s->out, '}');
}

Code kernel_json_object(KernelCall *k) {
  MakeState *s = k->state;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    strbuf_clear(&s->out);
    if (!s->sorted) TRY(read_keys(k, s, row));
    put_members(k, s, row);
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

Code kernel_json_member(KernelCall *k) {
  enum { KEY = 1, VALUE };
  MakeState *s = k->state;
  TextArg keys = text_arg(k, KEY);
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    char head[JSON_MEMBER_HEAD];
    const bool has_key = vector_valid(&k->args[KEY], row);
    if (has_key && is_absent(k, VALUE, row)) {
      put_null(k, row);
      continue;
    }
    Str key = has_key ? text_at(keys, row) : STR("");
    json_member_head(head, has_key ? (uint32_t)key.len : JSON_MEMBER_NO_KEY);
    strbuf_clear(&s->out);
    strbuf_put(&s->out, head, sizeof head);
    strbuf_str(&s->out, key);
    put_item(k, VALUE, row, &s->out);
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

Code kernel_json_array(KernelCall *k) {
  MakeState *s = k->state;
  for (uint32_t i = 0; i < k->n; i++) {
    uint32_t row = k->sel[i];
    strbuf_clear(&s->out);
    strbuf_putc(&s->out, '[');
    for (uint32_t a = 1; a < k->n_args; a++) {
      if (is_absent(k, a, row)) continue;
      if (s->out.len > 1) strbuf_putc(&s->out, ',');
      put_item(k, a, row, &s->out);
    }
    strbuf_putc(&s->out, ']');
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

/* --- single values ------------------------------------------------------------------- */

Code kernel_json_string(KernelCall *k) {
  MakeState *s = k->state;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Value v = value_of(&k->args[0], row);
    strbuf_clear(&s->out);
    json_put_value(&s->out, &v);
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

/* Why a text is no JSON. */
static Code bad_document(KernelCall *k, Str text) {
  JsonScan scan = json_scan_of(text);
  JsonValue v;
  bool good = json_value(&scan, &v) && json_close(&scan);
  return func_fail(k, "no JSON at byte %zu (%s)", scan.fault.at + 1,
                   good ? "a byte order mark" : scan.fault.what);
}

Code kernel_json(KernelCall *k) {
  MakeState *s = k->state;
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str doc = text_at(text, row);
    if (str_trim(doc).len == 0) { /* as Flink has it */
      put_null(k, row);
      continue;
    }
    const char *end, *copy = json_doc_text(&s->doc, doc, &end);
    if (copy == NULL) return func_no_memory(k);
    JsonDocCode code = json_doc_parse(&s->doc, copy, end);
    if (code == JSON_DOC_NO_MEMORY) return func_no_memory(k);
    if (code == JSON_DOC_MALFORMED) return bad_document(k, doc);
    strbuf_clear(&s->out);
    if (!json_doc_write(&s->doc, 0, &s->out)) return func_no_memory(k);
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

/* --- JSON_QUOTE, JSON_UNQUOTE -------------------------------------------------------- */

static void put_unit(StrBuf *out, uint32_t unit) { strbuf_printf(out, "\\u%04x", (unsigned)unit); }

/* As json_put_string, and also all that is not ASCII, and the slash. */
static void put_quoted(StrBuf *out, Str s) {
  static const char letters[0x20] = {
      ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
  strbuf_putc(out, '"');
  for (size_t i = 0; i < s.len;) {
    uint32_t cp;
    i += utf8_decode(s.ptr + i, s.len - i, &cp);
    if (cp > 0xFFFF) {
      put_unit(out, 0xD800 + ((cp - 0x10000) >> 10));
      put_unit(out, 0xDC00 + (cp & 0x3FF));
    } else if (cp > 0x7F || (cp < 0x20 && letters[cp] == 0)) {
      put_unit(out, cp);
    } else if (cp < 0x20) {
      strbuf_putc(out, '\\');
      strbuf_putc(out, letters[cp]);
    } else {
      if (cp == '"' || cp == '\\' || cp == '/') strbuf_putc(out, '\\');
      strbuf_putc(out, (char)cp);
    }
  }
  strbuf_putc(out, '"');
}

Code kernel_json_quote(KernelCall *k) {
  MakeState *s = k->state;
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    strbuf_clear(&s->out);
    put_quoted(&s->out, text_at(text, row));
    TRY(json_put_out(k, row, &s->out));
  }
  return OK;
}

/* What stands between the quotes of a string, in which quotes need not be escaped; false: there are
 * none, or an escape is wrong. */
static bool between_quotes(Str s, Str *out) {
  if (s.len < 2 || s.ptr[0] != '"' || s.ptr[s.len - 1] != '"') return false;
  *out = (Str){s.ptr + 1, s.len - 2};
  for (size_t i = 0; i < out->len; i++) {
    if ((unsigned char)out->ptr[i] < 0x20) return false;
    if (out->ptr[i] != '\\') continue;
    if (i + 1 == out->len) return false;
    size_t len = json_escape_length(out->ptr + i, out->len - i);
    if (len == 0) return false;
    i += len - 1;
  }
  return true;
}

Code kernel_json_unquote(KernelCall *k) {
  TextArg text = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str inside, s = text_at(text, row);
    if (!between_quotes(s, &inside)) {
      put_text(k, row, s);
      continue;
    }
    TextRoom room;
    TRY(text_room(k, inside.len, &room));
    put_text(k, row, (Str){room.at, json_unescape(inside, room.at)});
  }
  return OK;
}
