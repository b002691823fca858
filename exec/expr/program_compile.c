/* program_compile.c -- expression trees to instructions.
 *
 * A tree is compiled for a selection: the rows that reach it.  AND, OR, CASE and COALESCE make
 * narrower selections, children of the one they are compiled for:
 *
 *   x <> 0 AND 1 / x > 2     r1 = x <> 0          for s0
 *                            acc = r1
 *                            s1 = s0 where acc is not FALSE
 *                            r2 = 1 / x > 2       for s1
 *                            acc = acc AND r2     for s1
 *
 * A part of AND or OR that is a plain loop over numbers and cannot fail is computed for all
 * rows instead: that is cheaper than a selection.
 *
 * An expression is computed once: what was computed for a selection holds for all selections below
 * it (Memo).  So is a volatile one, where it is the same call of the text; ONCE sees to it that
 * such a one is computed before any part of it is.
 *
 * At the end registers get storage: two that are never needed at the same time share it (linear
 * scan: Poletto and Sarkar, TOPLAS 1999), so that a long program stays in cache.
 */
#include <stdlib.h>
#include <string.h>

#include "exec/expr/program_impl.h"

enum { MEMO_BUCKETS = 256 };

/* Register reg holds expr for the rows of sel. */
typedef struct Memo Memo;
struct Memo {
  Memo *next;
  const Expr *expr;
  uint64_t hash;
  uint32_t sel, reg;
};

typedef struct Compiler {
  Program *p;
  Arena scratch;
  Memo *memo[MEMO_BUCKETS];
  Error *err;
} Compiler;

static Code compile(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg);

/* --- instructions, registers, selections ------------------------------------------------ */

static Instr *emit(Compiler *c, OpCode op, uint32_t sel, uint32_t out) {
  Program *p = c->p;
  ARENA_PUSH(&p->mem, p->instrs, p->n_instrs, p->cap_instrs, (Instr){.op = op});
  Instr *in = &p->instrs[p->n_instrs - 1];
  in->sel = sel;
  in->out = out;
  in->args_at = p->n_args;
  return in;
}

/* Only for the newest instruction. */
static void add_arg(Compiler *c, uint32_t reg) {
  Program *p = c->p;
  ARENA_PUSH(&p->mem, p->args, p->n_args, p->cap_args, reg);
  p->instrs[p->n_instrs - 1].n_args++;
}

static uint32_t new_reg(Compiler *c, Type type) {
  Program *p = c->p;
  Reg r = {.v = {.type = type}, .type = type, .own = true, .root = p->n_regs};
  ARENA_PUSH(&p->mem, p->regs, p->n_regs, p->cap_regs, r);
  return p->n_regs - 1;
}

static uint32_t new_sel(Compiler *c, uint32_t parent) {
  Program *p = c->p;
  ARENA_PUSH(&p->mem, p->sels, p->n_sels, p->cap_sels, (Sel){.parent = parent});
  return p->n_sels - 1;
}

/* A selection of the rows of sel where reg is what op says. */
static uint32_t keep(Compiler *c, OpCode op, uint32_t sel, uint32_t reg) {
  uint32_t narrow = new_sel(c, sel);
  emit(c, op, sel, NO_REG)->sel_out = narrow;
  add_arg(c, reg);
  return narrow;
}

static void merge(Compiler *c, uint32_t out, uint32_t sel, uint32_t reg) {
  emit(c, OP_MERGE, sel, out);
  add_arg(c, reg);
}

/* --- what has been computed already ------------------------------------------------------ */

static bool sel_within(const Program *p, uint32_t sel, uint32_t outer) {
  if (outer == 0) return true;
  while (sel > outer) sel = p->sels[sel].parent; /* a parent has the smaller number */
  return sel == outer;
}

static bool memo_find(const Compiler *c, const Expr *e, uint64_t hash, uint32_t sel,
                      uint32_t *reg) {
  for (const Memo *m = c->memo[hash % MEMO_BUCKETS]; m != NULL; m = m->next) {
    if (m->hash == hash && expr_equal(m->expr, e) && sel_within(c->p, sel, m->sel) &&
        (expr_is_deterministic(e) || expr_same_calls(m->expr, e))) {
      *reg = m->reg;
      return true;
    }
  }
  return false;
}

static void memo_add(Compiler *c, const Expr *e, uint64_t hash, uint32_t sel, uint32_t reg) {
  Memo *m = ARENA_NEW(&c->scratch, Memo);
  *m =
      (Memo){.next = c->memo[hash % MEMO_BUCKETS], .expr = e, .hash = hash, .sel = sel, .reg = reg};
  c->memo[hash % MEMO_BUCKETS] = m;
}

/* --- leaves ------------------------------------------------------------------------------ */

static uint32_t compile_column(Compiler *c, const Expr *e) {
  Program *p = c->p;
  uint32_t reg = new_reg(c, e->type);
  p->regs[reg].own = false;
  ARENA_PUSH(&p->mem, p->inputs, p->n_inputs, p->cap_inputs, ((InputReg){reg, e->column}));
  return reg;
}

static uint32_t compile_const(Compiler *c, const Expr *e) {
  Program *p = c->p;
  uint32_t reg = new_reg(c, e->type);
  Reg *r = &p->regs[reg];
  r->own = false;
  r->v.constant = true;
  r->v.data = arena_alloc(&p->mem, phys_size(type_phys(e->type)));
  if (e->value.null) {
    r->v.valid = arena_alloc(&p->mem, sizeof *r->v.valid);
  } else {
    value_store(&e->value, &r->v, 0);
  }
  return reg;
}

/* --- calls ------------------------------------------------------------------------------- */

/* Compile all args for sel; the instruction is emitted after them. */
static Code compile_args(Compiler *c, const Expr *e, uint32_t n, uint32_t sel, uint32_t **regs) {
  *regs = ARENA_ARRAY(&c->scratch, uint32_t, n + 1);
  for (uint32_t i = 0; i < n; i++) TRY(compile(c, e->args[i], sel, &(*regs)[i]));
  return OK;
}

static Code compile_call(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t *args;
  TRY(compile_args(c, e, e->n_args, sel, &args));
  *reg = new_reg(c, e->type);
  Instr *in = emit(c, OP_CALL, sel, *reg);
  in->expr = e;
  for (uint32_t i = 0; i < e->n_args; i++) add_arg(c, args[i]);
  if (e->func->open == NULL) return OK;
  return e->func->open(e, &c->p->env, &in->state, c->err);
}

static Code compile_cast(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t arg;
  TRY(compile(c, e->args[0], sel, &arg));
  *reg = new_reg(c, e->type);
  if (cast_is_free(e->args[0]->type, e->type)) {
    c->p->regs[*reg].own = false;
    c->p->regs[*reg].root = c->p->regs[arg].root;
    emit(c, OP_ALIAS, sel, *reg);
  } else {
    Instr *in = emit(c, OP_CAST, sel, *reg);
    in->expr = e;
    in->cast = cast_kernel(e->args[0]->type, e->type);
    assert(in->cast != NULL); /* expr_cast_explicit asked type_castable */
  }
  add_arg(c, arg);
  return OK;
}

static Code compile_in(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t *args, n = e->set != NULL ? e->n_args : 1;
  TRY(compile_args(c, e, n, sel, &args));
  *reg = new_reg(c, e->type);
  Instr *in = emit(c, OP_IN, sel, *reg);
  in->expr = e;
  in->set = e->set != NULL ? e->set : in_set_new(&c->p->mem, e);
  if (in->set == NULL) return FAIL(c->err, ERR_MEMORY, e->span, "out of memory for an IN list");
  for (uint32_t i = 0; i < n; i++) add_arg(c, args[i]);
  return OK;
}

/* --- AND, OR, CASE, COALESCE --------------------------------------------------------------- */

/* A plain loop over numbers that cannot fail: cheaper than making a selection for it. */
static bool is_plain(const Expr *e) {
  if (type_phys(e->type) == PHYS_TEXT) return false;
  if (e->kind == EXPR_COLUMN || e->kind == EXPR_CONST) return true;
  bool loop = (e->kind == EXPR_CALL && (e->func->flags & FUNC_CHEAP) != 0) ||
              e->kind == EXPR_CAST || e->kind == EXPR_AND || e->kind == EXPR_OR;
  if (!loop) return false;
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (!is_plain(e->args[i])) return false;
  }
  return true;
}

static Code compile_logic(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  bool is_or = e->kind == EXPR_OR;
  OpCode open = is_or ? OP_KEEP_NOT_TRUE : OP_KEEP_NOT_FALSE;
  uint32_t arg, acc = new_reg(c, e->type), narrow = sel;
  TRY(compile(c, e->args[0], sel, &arg));
  emit(c, OP_BEGIN, sel, acc);
  merge(c, acc, sel, arg);
  for (uint32_t i = 1; i < e->n_args; i++) {
    bool all_rows = is_plain(e->args[i]) && !expr_may_fail(e->args[i]);
    if (!all_rows) narrow = keep(c, open, narrow, acc);
    TRY(compile(c, e->args[i], all_rows ? sel : narrow, &arg));
    emit(c, all_rows ? OP_COMBINE : OP_COMBINE_SEL, all_rows ? sel : narrow, acc)->is_or = is_or;
    add_arg(c, arg);
  }
  *reg = acc;
  return OK;
}

static Code compile_case(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t out = new_reg(c, e->type), rest = sel, arg;
  emit(c, OP_BEGIN, sel, out);
  for (uint32_t i = 0; i + 1 < e->n_args; i += 2) {
    TRY(compile(c, e->args[i], rest, &arg));
    uint32_t when = keep(c, OP_KEEP_TRUE, rest, arg);
    rest = keep(c, OP_KEEP_NOT_TRUE, rest, arg);
    TRY(compile(c, e->args[i + 1], when, &arg));
    merge(c, out, when, arg);
  }
  TRY(compile(c, e->args[e->n_args - 1], rest, &arg));
  merge(c, out, rest, arg);
  *reg = out;
  return OK;
}

static Code compile_coalesce(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t out = new_reg(c, e->type), rest = sel, arg;
  emit(c, OP_BEGIN, sel, out);
  for (uint32_t i = 0; i < e->n_args; i++) {
    if (i > 0) rest = keep(c, OP_KEEP_NULL, rest, out);
    TRY(compile(c, e->args[i], rest, &arg));
    merge(c, out, rest, arg);
  }
  *reg = out;
  return OK;
}

static Code compile_once(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint32_t *regs;
  TRY(compile_args(c, e, e->n_args, sel, &regs));
  *reg = regs[e->n_args - 1];
  return OK;
}

static Code compile_node(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  switch (e->kind) {
    case EXPR_COLUMN:
      *reg = compile_column(c, e);
      return OK;
    case EXPR_CONST:
      *reg = compile_const(c, e);
      return OK;
    case EXPR_CALL:
      return compile_call(c, e, sel, reg);
    case EXPR_AND:
    case EXPR_OR:
      return compile_logic(c, e, sel, reg);
    case EXPR_CASE:
      return compile_case(c, e, sel, reg);
    case EXPR_COALESCE:
      return compile_coalesce(c, e, sel, reg);
    case EXPR_CAST:
      return compile_cast(c, e, sel, reg);
    case EXPR_IN:
      return compile_in(c, e, sel, reg);
    case EXPR_ONCE:
      return compile_once(c, e, sel, reg);
    case EXPR_QUERY:
      return FAIL(c->err, ERR_UNSUPPORTED, e->span, "a subquery whose result is not known here");
  }
  assert(false && "a kind of expression");
  return OK;
}

static Code compile(Compiler *c, const Expr *e, uint32_t sel, uint32_t *reg) {
  uint64_t hash = expr_hash(e);
  if (memo_find(c, e, hash, sel, reg)) return OK;
  TRY(compile_node(c, e, sel, reg));
  bool leaf = e->kind == EXPR_COLUMN || e->kind == EXPR_CONST;
  memo_add(c, e, hash, leaf ? 0 : sel, *reg); /* a leaf holds for all rows */
  return OK;
}

/* --- storage ----------------------------------------------------------------------------- */

/* Where each register and selection is first and last touched. */
static void find_lives(Program *p) {
  for (uint32_t r = 0; r < p->n_regs; r++) p->regs[r].first = UINT32_MAX;
  for (uint32_t s = 0; s < p->n_sels; s++) p->sels[s].first = UINT32_MAX;
  for (uint32_t i = 0; i < p->n_instrs; i++) {
    const Instr *in = &p->instrs[i];
    p->sels[in->sel].last = i;
    if (in->out != NO_REG) {
      Reg *r = &p->regs[p->regs[in->out].root];
      if (r->first == UINT32_MAX) r->first = i;
      r->last = i;
    } else {
      p->sels[in->sel_out].first = p->sels[in->sel_out].last = i;
    }
    for (uint32_t j = 0; j < in->n_args; j++) {
      p->regs[p->regs[p->args[in->args_at + j]].root].last = i;
    }
  }
  for (uint32_t i = 0; i < p->n_outs; i++) {
    p->regs[p->regs[p->outs[i]].root].last = UINT32_MAX;
  }
}

/* Storage that is free again. */
typedef struct Slot Slot;
struct Slot {
  Slot *next;
  void *data;
  uint64_t *valid;
};

/* Lists of what ends at an instruction: next[x] chains registers or selections. */
typedef struct Endings {
  uint32_t *head, *next;
} Endings;

static Endings endings_new(Arena *a, uint32_t n_instrs, uint32_t n_items) {
  Endings e = {ARENA_ARRAY(a, uint32_t, n_instrs + 1), ARENA_ARRAY(a, uint32_t, n_items + 1)};
  memset(e.head, 0xff, sizeof *e.head * (n_instrs + 1));
  return e;
}

static void endings_add(Endings *e, uint32_t instr, uint32_t item) {
  if (instr == UINT32_MAX) return; /* a result: kept to the end */
  e->next[item] = e->head[instr];
  e->head[instr] = item;
}

static bool slot_take(Compiler *c, Slot **free_slots, size_t bytes, Slot *out) {
  Program *p = c->p;
  Slot *s = *free_slots;
  if (s != NULL) {
    *free_slots = s->next;
    *out = *s;
    return true;
  }
  size_t words = (p->cap + 63) / 64;
  out->data = arena_try_alloc(&p->mem, bytes * p->cap, 16);
  out->valid = arena_try_alloc(&p->mem, words * sizeof(uint64_t), 16);
  if (out->data == NULL || out->valid == NULL) return false;
  memset(out->data, 0, bytes * p->cap);
  memset(out->valid, 0, words * sizeof(uint64_t));
  return true;
}

static void slot_give(Compiler *c, Slot **free_slots, void *data, uint64_t *valid) {
  Slot *s = ARENA_NEW(&c->scratch, Slot);
  *s = (Slot){*free_slots, data, valid};
  *free_slots = s;
}

static Code give_storage(Compiler *c) {
  Program *p = c->p;
  Slot *free_regs[PHYS_COUNT] = {NULL}, *free_sels = NULL, got;
  Endings regs = endings_new(&c->scratch, p->n_instrs, p->n_regs);
  Endings sels = endings_new(&c->scratch, p->n_instrs, p->n_sels);
  for (uint32_t i = 0; i < p->n_instrs; i++) {
    const Instr *in = &p->instrs[i];
    Reg *r = in->out != NO_REG ? &p->regs[in->out] : NULL;
    if (r != NULL && r->own && r->first == i) {
      Phys phys = type_phys(r->type);
      if (!slot_take(c, &free_regs[phys], phys_size(phys), &got)) goto no_memory;
      r->data = r->v.data = got.data;
      r->valid_room = got.valid;
      endings_add(&regs, r->last, in->out);
    } else if (r == NULL) {
      if (!slot_take(c, &free_sels, sizeof(uint16_t), &got)) goto no_memory;
      p->sels[in->sel_out].rows = got.data;
      endings_add(&sels, p->sels[in->sel_out].last, in->sel_out);
    }
    for (uint32_t x = regs.head[i]; x != UINT32_MAX; x = regs.next[x]) {
      slot_give(c, &free_regs[type_phys(p->regs[x].type)], p->regs[x].data, p->regs[x].valid_room);
    }
    for (uint32_t x = sels.head[i]; x != UINT32_MAX; x = sels.next[x]) {
      slot_give(c, &free_sels, p->sels[x].rows, NULL);
    }
  }
  return OK;
no_memory:
  return FAIL(c->err, ERR_MEMORY, NO_SPAN, "out of memory for the registers of an expression");
}

/* --- entry ------------------------------------------------------------------------------- */

Code program_new_sized(Expr *const *exprs, uint32_t n, const ExprEnv *env, uint32_t cap,
                       Program **out, Error *err) {
  Program *p = calloc(1, sizeof *p);
  if (p == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "out of memory for an expression");
  p->env = *env;
  p->cap = cap;
  p->all_rows = ARENA_ARRAY(&p->mem, uint16_t, cap);
  for (uint32_t i = 0; i < cap; i++) p->all_rows[i] = (uint16_t)i;
  Compiler c = {.p = p, .err = err};
  new_sel(&c, 0); /* the input's */
  p->outs = ARENA_ARRAY(&p->mem, uint32_t, n + 1);
  p->n_outs = n;
  Code code = OK;
  for (uint32_t i = 0; i < n && code == OK; i++) code = compile(&c, exprs[i], 0, &p->outs[i]);
  if (code == OK) {
    find_lives(p);
    code = give_storage(&c);
  }
  arena_deinit(&c.scratch);
  if (code != OK) {
    program_free(p);
    return code;
  }
  *out = p;
  return OK;
}

Code program_new(Expr *const *exprs, uint32_t n, const ExprEnv *env, Program **out, Error *err) {
  return program_new_sized(exprs, n, env, BATCH_ROWS, out, err);
}

void program_free(Program *p) {
  if (p == NULL) return;
  for (uint32_t i = 0; i < p->n_instrs; i++) {
    const Instr *in = &p->instrs[i];
    if (in->op == OP_CALL && in->state != NULL) in->expr->func->close(in->state);
  }
  arena_deinit(&p->text);
  arena_deinit(&p->mem);
  free(p);
}
