/* user_func.c -- scalar functions of libraries: rows in and out, and what they may ask for. */
#include "exec/expr/user_func.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/data/decimal.h"
#include "exec/data/gather.h"
#include "exec/data/timestamp.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_rows.h"
#include "exec/expr/user_impl.h"

/* --- the context --------------------------------------------------------------------- */

static int fail(WeirContext *to, const char *message) {
  UserCall *c = (UserCall *)(void *)to;
  if (c->message[0] != '\0') return 1; /* the first one tells why */
  size_t len = message != NULL ? strnlen(message, sizeof c->message - 1) : 0;
  len = utf8_valid_prefix(message, len);
  for (size_t i = 0; i < len; i++) {
    bool control = (unsigned char)message[i] < ' ' || message[i] == 0x7f;
    c->message[i] = control ? ' ' : message[i]; /* a message is one line */
  }
  c->message[len] = '\0';
  return 1;
}

static void *alloc(WeirContext *to, size_t bytes) {
  UserCall *c = (UserCall *)(void *)to;
  void *memory =
      bytes <= PTRDIFF_MAX ? arena_try_alloc(c->memory, bytes > 0 ? bytes : 1, 16) : NULL;
  if (memory == NULL) {
    c->no_memory = true;
    return NULL;
  }
  memset(memory, 0, bytes);
  return memory;
}

static int put_text_result(WeirContext *to, WeirResult *out, uint32_t row, const char *bytes,
                           size_t len) {
  UserCall *c = (UserCall *)(void *)to;
  if (len > TEXT_RESULT_MAX) return fail(to, "a text that is too long");
  if (len > TEXT_INLINE_MAX) {
    char *copy = arena_try_alloc(c->text, len, 1);
    if (copy == NULL) {
      c->no_memory = true;
      return 1;
    }
    memcpy(copy, bytes, len);
    bytes = copy;
  }
  ((TextRef *)out->values)[row] = text_ref(bytes, len);
  return 0;
}

static int put_saved_bytes(WeirContext *to, const void *bytes, size_t len) {
  UserCall *c = (UserCall *)(void *)to;
  if (c->save == NULL) return fail(to, "put_bytes is for save");
  state_put(c->save, bytes, len);
  return 0;
}

UserCall user_call(const UserFunc *f, Arena *memory, Arena *text) {
  return (UserCall){.to = {fail, alloc, put_text_result, put_saved_bytes},
                    .f = f,
                    .memory = memory,
                    .text = text};
}

/* --- columns ------------------------------------------------------------------------- */

void user_args(const Vector *columns, uint32_t n, WeirArg *out) {
  for (uint32_t i = 0; i < n; i++) {
    out[i] = (WeirArg){columns[i].data, columns[i].valid, columns[i].constant ? 0 : 1};
  }
}

void user_clear_result(const UserFunc *f, void *data, uint32_t n) {
  memset(data, 0, phys_size(type_phys(f->result)) * n);
}

/* Value i of a result, which is not NULL. */
static const char *problem_of(const UserFunc *f, void *data, uint32_t i) {
  switch (f->c->result.code) {
    case WEIR_BOOLEAN:
      ((int8_t *)data)[i] = ((int8_t *)data)[i] != 0;
      return NULL;
    case WEIR_STRING: {
      Str s = text_str((TextRef *)data + i);
      return utf8_valid(s.ptr, s.len) ? NULL : "a STRING that is not UTF-8";
    }
    case WEIR_DATE: {
      int32_t days = ((int32_t *)data)[i];
      return days >= DATE_MIN && days <= DATE_MAX ? NULL : "a DATE out of range";
    }
    case WEIR_TIMESTAMP:
    case WEIR_TIMESTAMP_LTZ: {
      int64_t us = ((int64_t *)data)[i];
      return us >= TIMESTAMP_MIN && us <= TIMESTAMP_MAX ? NULL : "a TIMESTAMP out of range";
    }
    case WEIR_DECIMAL:
      return decimal_fits(((int64_t *)data)[i], f->result.precision)
                 ? NULL
                 : "a DECIMAL with too many digits";
    case WEIR_INT:
    case WEIR_BIGINT:
    case WEIR_DOUBLE:
    case WEIR_BYTES:
      break;
  }
  return NULL;
}

/* Is every value of the type's C type one of the type? */
static bool any_value_is_good(const UserFunc *f) {
  WeirTypeCode code = f->c->result.code;
  return code == WEIR_INT || code == WEIR_BIGINT || code == WEIR_DOUBLE || code == WEIR_BYTES;
}

static bool all_set(const uint64_t *valid, uint32_t n) {
  for (uint32_t i = 0; i < n / 64; i++) {
    if (valid[i] != UINT64_MAX) return false;
  }
  return n % 64 == 0 || ~(valid[n / 64] | UINT64_MAX << n % 64) == 0;
}

bool user_check_result(const UserFunc *f, void *data, const uint64_t *valid, uint32_t n,
                       char *problem) {
  size_t size = phys_size(type_phys(f->result));
  if (any_value_is_good(f) && all_set(valid, n)) return true;
  for (uint32_t i = 0; i < n; i++) {
    if (!bit_get(valid, i)) {
      memset((char *)data + i * size, 0, size);
      continue;
    }
    const char *what = problem_of(f, data, i);
    if (what == NULL) continue;
    snprintf(problem, USER_MESSAGE_MAX, "%s", what);
    return false;
  }
  return true;
}

/* --- the kernel ---------------------------------------------------------------------- */

/* Of a compiled call. */
typedef struct UserState {
  Arena arena;
  ColumnRoom *rooms; /* of the arguments, then of the result */
  Vector columns[WEIR_ARGS_MAX];
  uint16_t rows[BATCH_ROWS];
} UserState;

static const UserFunc *user_of(const FuncDef *def) { return (const UserFunc *)(const void *)def; }

static void user_close(void *state) {
  UserState *s = state;
  arena_deinit(&s->arena);
  free(s);
}

static Code user_open(const Expr *call, const ExprEnv *env, void **state, Error *err) {
  const UserFunc *f = user_of(call->func);
  Type types[WEIR_ARGS_MAX + 1];
  uint32_t n = f->c->n_args;
  (void)env;
  memcpy(types, f->args, n * sizeof *types);
  types[n] = f->result;
  UserState *s = calloc(1, sizeof *s);
  if (s != NULL) s->rooms = column_rooms_new(&s->arena, types, n + 1);
  if (s == NULL || s->rooms == NULL) {
    if (s != NULL) user_close(s);
    return FAIL(err, ERR_MEMORY, call->span, "out of memory for a call of \"%s\"", f->name);
  }
  *state = s;
  return OK;
}

/* The rows that the function sees: of a strict one without those whose result is NULL anyway. */
static uint32_t rows_seen(const KernelCall *k, const UserFunc *f, uint16_t *rows) {
  bool strict = (f->c->flags & WEIR_STRICT) != 0;
  uint32_t n = 0;
  for (uint32_t i = 0; i < k->n; i++) {
    rows[n] = k->sel[i];
    n += !strict || vector_valid(k->out, k->sel[i]);
  }
  return n;
}

static Code call_user(KernelCall *k, const UserFunc *f, const WeirArg *args, uint32_t n,
                      WeirResult *out) {
  UserCall c = user_call(f, k->text, k->text);
  int failed = f->c->call(&c.to, args, n, out);
  if (c.no_memory) return func_no_memory(k);
  if (failed == 0 && user_check_result(f, out->values, out->valid, n, c.message)) return OK;
  return func_fail(k, "%s", c.message[0] != '\0' ? c.message : "a failure");
}

/* Results without gaps back to their rows. */
static void scatter(KernelCall *k, const UserState *s, uint32_t n, const WeirResult *from) {
  size_t size = phys_size(type_phys(k->out->type));
  if (from->values != k->out->data) {
    for (uint32_t i = 0; i < n; i++) {
      memcpy((char *)k->out->data + s->rows[i] * size, (char *)from->values + i * size, size);
    }
  }
  if (all_set(from->valid, n)) return;
  uint64_t *valid = func_out_valid(k);
  for (uint32_t i = 0; i < n; i++) {
    if (!bit_get(from->valid, i)) bit_clear(valid, s->rows[i]);
  }
}

static Code kernel_user(KernelCall *k) {
  const UserFunc *f = user_of(k->expr->func);
  UserState *s = k->state;
  const ColumnRoom *room = &s->rooms[k->n_args]; /* of the result */
  WeirArg args[WEIR_ARGS_MAX];
  if ((f->c->flags & WEIR_STRICT) == 0) k->out->valid = NULL;
  uint32_t n = rows_seen(k, f, s->rows);
  if (n == 0) return OK;
  bool whole = n == k->rows; /* columns as they are */
  Pick pick = pick_rows(s->rows, n);
  for (uint32_t i = 0; i < k->n_args; i++) {
    s->columns[i] = whole ? k->args[i] : gather_column(&s->rooms[i], &k->args[i], pick);
  }
  user_args(s->columns, k->n_args, args);
  WeirResult out = {whole ? k->out->data : room->data, room->valid};
  user_clear_result(f, out.values, n);
  memset(out.valid, 0xff, BATCH_WORDS * sizeof *out.valid);
  TRY(call_user(k, f, args, n, &out));
  scatter(k, s, n, &out);
  return OK;
}

/* --- as a function ------------------------------------------------------------------- */

static Code bind_user(FuncBind *b) {
  const UserFunc *f = user_of(b->call->func);
  for (uint32_t i = 0; i < b->call->n_args; i++) TRY(func_cast_arg(b, i, f->args[i]));
  b->call->type = f->result;
  return OK;
}

void user_func_init(UserFunc *f) {
  uint32_t flags = FUNC_MAY_FAIL;
  if ((f->c->flags & WEIR_STRICT) == 0) flags |= FUNC_NULLS;
  if ((f->c->flags & WEIR_VOLATILE) != 0) flags |= FUNC_VOLATILE;
  f->func = (FuncDef){.name = f->name,
                      .min_args = (uint8_t)f->c->n_args,
                      .max_args = (uint8_t)f->c->n_args,
                      .flags = (uint8_t)flags,
                      .bind = bind_user,
                      .kernel = kernel_user,
                      .open = user_open,
                      .close = user_close,
                      .doc = f->c->doc};
}

const char *func_identity(const FuncDef *def) {
  return def->kernel == kernel_user ? user_of(def)->identity : NULL;
}
