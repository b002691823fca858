/* program.c -- the interpreter: runs a Program over a batch, one instruction after the other.
 *
 * The cost of dispatch is paid once per instruction and batch; kernels loop over rows.  An
 * instruction whose selection is empty is skipped: its register then holds stale values,
 * which nobody reads for a row that counts.
 *
 * NULLs.  A kernel computes NULL rows like others, so their slots hold something; only the
 * results of the program are cleaned to the rule that a NULL's slot is zero (zero_nulls).
 */
#include <string.h>

#include "exec/expr/kernels/k_bool.h"
#include "exec/expr/program_impl.h"

static uint32_t words_of(uint32_t rows) { return (rows + 63) / 64; }

/* --- validity ---------------------------------------------------------------------------- */

static bool is_null_constant(const Vector *v) {
  return v->constant && v->valid != NULL && (v->valid[0] & 1) == 0;
}

/* out->valid = all of args are valid; NULL when that is so in every row. */
static void all_valid(Reg *out, const Vector *args, uint32_t n_args, uint32_t rows) {
  uint32_t words = words_of(rows);
  uint64_t *valid = NULL;
  for (uint32_t i = 0; i < n_args; i++) {
    const Vector *a = &args[i];
    if (a->valid == NULL || (a->constant && !is_null_constant(a))) continue;
    if (valid == NULL) {
      valid = out->valid_room;
      memset(valid, 0xff, words * sizeof *valid);
    }
    if (a->constant) {
      memset(valid, 0, words * sizeof *valid);
    } else {
      for (uint32_t w = 0; w < words; w++) valid[w] &= a->valid[w];
    }
  }
  out->v.valid = valid;
}

/* Validity bits that can be cleared: made all ones if there are none. */
static uint64_t *valid_bits(Reg *r, uint32_t rows) {
  if (r->v.valid == NULL) {
    r->v.valid = r->valid_room;
    memset(r->v.valid, 0xff, words_of(rows) * sizeof *r->v.valid);
  }
  return r->v.valid;
}

static void zero_nulls(const Vector *v, uint32_t rows) {
  size_t size = phys_size(type_phys(v->type));
  for (uint32_t from = 0; from < rows; from += 64) {
    uint64_t nulls = ~v->valid[from / 64];
    if (rows - from < 64) nulls &= (UINT64_C(1) << (rows - from)) - 1;
    for (; nulls != 0; nulls &= nulls - 1) {
      uint32_t row = from + (uint32_t)__builtin_ctzll(nulls);
      memset((char *)v->data + row * size, 0, size);
    }
  }
}

/* --- instructions ------------------------------------------------------------------------ */

/* What one run works with. */
typedef struct Run {
  Program *p;
  const Batch *in;
  Micros now_us;
  Error *err;
} Run;

enum { ARGS_INLINE = 8 };

static Code run_kernel(Run *r, const Instr *in) {
  Program *p = r->p;
  Reg *out = &p->regs[in->out];
  Vector few[ARGS_INLINE], *args = few;
  if (in->n_args > ARGS_INLINE) {
    args = arena_try_alloc(&p->text, in->n_args * sizeof *args, 16);
    if (args == NULL) return FAIL(r->err, ERR_MEMORY, in->expr->span, "out of memory");
  }
  for (uint32_t i = 0; i < in->n_args; i++) args[i] = p->regs[p->args[in->args_at + i]].v;
  KernelCall k = {.args = args,
                  .n_args = in->n_args,
                  .out = &out->v,
                  .sel = p->sels[in->sel].rows,
                  .n = p->sels[in->sel].n,
                  .rows = r->in->rows,
                  .text = &p->text,
                  .state = in->state,
                  .expr = in->expr,
                  .env = &p->env,
                  .now_us = r->now_us,
                  .err = r->err,
                  .valid_room = out->valid_room};
  bool sees_nulls = in->op == OP_CALL && (in->expr->func->flags & FUNC_NULLS) != 0;
  if (sees_nulls) {
    out->v.valid = NULL;
  } else {
    all_valid(out, args, in->n_args, k.rows);
  }
  if (in->op == OP_CALL) return in->expr->func->kernel(&k);
  return in->op == OP_CAST ? in->cast(&k) : in_set_kernel(&k, in->set);
}

#define COPY_ROWS(T)                                              \
  do {                                                            \
    const T *restrict src = from->data;                           \
    T *restrict dst = to->data;                                   \
    if (from->constant) {                                         \
      for (uint32_t i = 0; i < n; i++) dst[sel[i]] = src[0];      \
    } else {                                                      \
      for (uint32_t i = 0; i < n; i++) dst[sel[i]] = src[sel[i]]; \
    }                                                             \
  } while (0)

/* Rows sel[0..n) of from to the same rows of to. */
static void copy_rows(const Vector *from, Vector *to, const uint16_t *sel, uint32_t n) {
  switch (phys_size(type_phys(to->type))) {
    case 1:
      COPY_ROWS(int8_t);
      break;
    case 2:
      COPY_ROWS(int16_t);
      break;
    case 4:
      COPY_ROWS(int32_t);
      break;
    case 8:
      COPY_ROWS(int64_t);
      break;
    default:
      COPY_ROWS(TextRef); /* 16 bytes, as Int128 */
      break;
  }
}

static void run_merge(Run *r, const Instr *in) {
  Program *p = r->p;
  Reg *out = &p->regs[in->out];
  const Vector *arg = &p->regs[p->args[in->args_at]].v;
  const uint16_t *sel = p->sels[in->sel].rows;
  uint32_t n = p->sels[in->sel].n, rows = r->in->rows;
  if (n == rows && !arg->constant) { /* all of them */
    memcpy(out->v.data, arg->data, rows * phys_size(type_phys(out->type)));
  } else {
    copy_rows(arg, &out->v, sel, n);
  }
  if (arg->valid == NULL && out->v.valid == NULL) return;
  uint64_t *valid = valid_bits(out, rows);
  for (uint32_t i = 0; i < n; i++) {
    if (vector_valid(arg, sel[i])) {
      bit_set(valid, sel[i]);
    } else {
      bit_clear(valid, sel[i]);
    }
  }
}

/* A truth column that is flat; a constant is spread over all rows. */
static TruthColumn truth_of(const Vector *v, uint32_t rows, int8_t *data, uint64_t *valid) {
  if (!v->constant) return (TruthColumn){v->data, v->valid};
  memset(data, *(const int8_t *)v->data, rows);
  if (!is_null_constant(v)) return (TruthColumn){data, NULL};
  memset(valid, 0, words_of(rows) * sizeof *valid);
  return (TruthColumn){data, valid};
}

static void run_combine(Run *r, const Instr *in) {
  Program *p = r->p;
  Reg *out = &p->regs[in->out];
  int8_t data[BATCH_ROWS];
  uint64_t valid[BATCH_WORDS];
  uint32_t rows = r->in->rows;
  TruthColumn arg = truth_of(&p->regs[p->args[in->args_at]].v, rows, data, valid);
  TruthColumn acc = {out->v.data, out->v.valid};
  if (arg.valid != NULL) valid_bits(out, rows);
  bool_combine(acc, arg, in->is_or, out->v.data, out->v.valid, rows);
}

static void run_combine_sel(Run *r, const Instr *in) {
  Program *p = r->p;
  Reg *out = &p->regs[in->out];
  const Vector *arg = &p->regs[p->args[in->args_at]].v;
  const Sel *sel = &p->sels[in->sel];
  int8_t *acc = out->v.data, decisive = in->is_or;
  for (uint32_t i = 0; i < sel->n; i++) {
    uint32_t row = sel->rows[i];
    int8_t x = ((const int8_t *)arg->data)[vector_at(arg, row)];
    if (vector_valid(arg, row)) {
      if (x != decisive) continue; /* neutral: acc stays, NULL or not */
      acc[row] = x;
      if (out->v.valid != NULL) bit_set(out->v.valid, row);
    } else { /* sel has only rows that acc leaves open */
      acc[row] = 0;
      bit_clear(valid_bits(out, r->in->rows), row);
    }
  }
}

static void run_keep(Run *r, const Instr *in) {
  Program *p = r->p;
  const Sel *sel = &p->sels[in->sel];
  Sel *out = &p->sels[in->sel_out];
  const Vector *arg = &p->regs[p->args[in->args_at]].v;
  int8_t data[BATCH_ROWS];
  uint64_t valid[BATCH_WORDS];
  TruthColumn v = {NULL, arg->valid};
  out->n = 0;
  if (sel->n == 0) return;
  if (in->op != OP_KEEP_NULL) v = truth_of(arg, r->in->rows, data, valid);
  switch (in->op) {
    case OP_KEEP_TRUE:
      out->n = select_true(v, sel->rows, sel->n, out->rows);
      return;
    case OP_KEEP_NOT_TRUE:
      out->n = select_not_true(v, sel->rows, sel->n, out->rows);
      return;
    case OP_KEEP_NOT_FALSE:
      out->n = select_not_false(v, sel->rows, sel->n, out->rows);
      return;
    case OP_KEEP_NULL: /* of a COALESCE, which is never constant */
      out->n = arg->valid == NULL ? 0 : select_null(arg->valid, sel->rows, sel->n, out->rows);
      return;
    case OP_CALL:
    case OP_CAST:
    case OP_IN:
    case OP_ALIAS:
    case OP_COMBINE:
    case OP_COMBINE_SEL:
    case OP_BEGIN:
    case OP_MERGE:
      break;
  }
  assert(false && "an instruction that makes a selection");
}

static Code run_instr(Run *r, const Instr *in) {
  Program *p = r->p;
  bool nobody = p->sels[in->sel].n == 0;
  switch (in->op) {
    case OP_CALL:
    case OP_CAST:
    case OP_IN:
      return nobody ? OK : run_kernel(r, in);
    case OP_ALIAS:
      p->regs[in->out].v = p->regs[p->args[in->args_at]].v;
      p->regs[in->out].v.type = p->regs[in->out].type;
      return OK;
    case OP_COMBINE:
      if (!nobody) run_combine(r, in);
      return OK;
    case OP_COMBINE_SEL:
      run_combine_sel(r, in);
      return OK;
    case OP_BEGIN:
      p->regs[in->out].v.valid = NULL;
      return OK;
    case OP_MERGE:
      if (!nobody) run_merge(r, in);
      return OK;
    case OP_KEEP_TRUE:
    case OP_KEEP_NOT_TRUE:
    case OP_KEEP_NOT_FALSE:
    case OP_KEEP_NULL:
      run_keep(r, in);
      return OK;
  }
  assert(false && "an instruction");
  return OK;
}

/* --- entry ------------------------------------------------------------------------------- */

static Code run_all(Program *p, const Batch *in, Micros now_us, Error *err) {
  assert(in->rows <= p->cap);
  arena_reset(&p->text);
  p->sels[0].n = batch_count(in);
  p->sels[0].rows = in->sel != NULL ? (uint16_t *)in->sel : p->all_rows;
  for (uint32_t i = 0; i < p->n_inputs; i++) {
    assert(p->inputs[i].column < in->n_cols);
    Reg *reg = &p->regs[p->inputs[i].reg];
    reg->v = in->cols[p->inputs[i].column];
  }
  Run r = {p, in, now_us, err};
  for (uint32_t i = 0; i < p->n_instrs; i++) TRY(run_instr(&r, &p->instrs[i]));
  return OK;
}

Code program_run(Program *p, const Batch *in, Micros now_us, Vector *out, Error *err) {
  TRY(run_all(p, in, now_us, err));
  for (uint32_t i = 0; i < p->n_outs; i++) {
    const Reg *reg = &p->regs[p->outs[i]];
    bool computed = p->regs[reg->root].own;
    if (computed && reg->v.valid != NULL) zero_nulls(&reg->v, in->rows);
    out[i] = reg->v;
  }
  return OK;
}

Code program_filter(Program *p, const Batch *in, Micros now_us, uint16_t *sel, uint32_t *n,
                    Error *err) {
  assert(p->n_outs == 1);
  TRY(run_all(p, in, now_us, err));
  const Vector *v = &p->regs[p->outs[0]].v;
  const Sel *from = &p->sels[0];
  if (v->constant) {
    bool stay = !is_null_constant(v) && *(const int8_t *)v->data != 0;
    if (stay) memcpy(sel, from->rows, from->n * sizeof *sel);
    *n = stay ? from->n : 0;
  } else {
    *n = select_true((TruthColumn){v->data, v->valid}, from->rows, from->n, sel);
  }
  return OK;
}

Code expr_eval(Arena *arena, Expr *e, const ExprEnv *env, Value *out, Error *err) {
  Program *p;
  TRY(program_new_sized(&e, 1, env, 1, &p, err));
  Batch in = {.rows = 1};
  Vector v;
  Code code = program_run(p, &in, 0, &v, err);
  if (code == OK) {
    *out = value_of(&v, 0);
    out->type = e->type;
    if (!out->null && type_phys(e->type) == PHYS_TEXT && out->as.text.len > TEXT_INLINE_MAX) {
      out->as.text.u.ptr = arena_strndup(arena, out->as.text.u.ptr, out->as.text.len);
    }
  }
  program_free(p);
  return code;
}
