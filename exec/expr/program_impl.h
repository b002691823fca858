/* program_impl.h -- the inside of a Program: shared by the compiler and the interpreter.
 *
 * Instructions run in order, each once per batch, for the rows of one selection:
 *
 *   CALL, CAST, IN   out = expr over args
 *   ALIAS            out = the argument under another type
 *   COMBINE          out = out AND/OR args[0], all rows
 *   COMBINE_SEL      the same for the rows of sel alone
 *   BEGIN            out is empty and all valid; MERGE fills it
 *   MERGE            out = args[0] for the rows of sel
 *   KEEP_x           sel_out = the rows of sel where args[0] is x
 *
 * a CASE is a chain of KEEP_TRUE, KEEP_NOT_TRUE and MERGE.
 */
#pragma once
#include "exec/expr/cast.h"
#include "exec/expr/in_set.h"
#include "exec/expr/program.h"

typedef enum OpCode {
  OP_CALL,
  OP_CAST,
  OP_IN,
  OP_ALIAS,
  OP_COMBINE,
  OP_COMBINE_SEL,
  OP_BEGIN,
  OP_MERGE,
  OP_KEEP_TRUE,
  OP_KEEP_NOT_TRUE,
  OP_KEEP_NOT_FALSE,
  OP_KEEP_NULL
} OpCode;

#define NO_REG UINT32_MAX

typedef struct Instr {
  OpCode op;
  uint32_t sel;             /* rows it is for */
  uint32_t sel_out;         /* KEEP_x */
  uint32_t out;             /* register, or NO_REG */
  uint32_t args_at, n_args; /* in Program.args */
  bool is_or;               /* COMBINE */
  const Expr *expr;         /* CALL, CAST, IN */
  CastKernel cast;
  const InSet *set;
  void *state; /* CALL: of the function's open */
} Instr;

/* A register.  v is what it holds now: own data, a column of the input, or a constant. */
typedef struct Reg {
  Vector v;
  Type type;
  bool own; /* computed here: data and valid_room are its */
  void *data;
  uint64_t *valid_room;
  uint32_t root;        /* the register whose data it shows; itself unless an alias */
  uint32_t first, last; /* instructions between which it is needed */
} Reg;

/* A selection: sel 0 is that of the input, others are part of their parent. */
typedef struct Sel {
  uint16_t *rows;
  uint32_t n, parent;
  uint32_t first, last;
} Sel;

typedef struct InputReg {
  uint32_t reg, column;
} InputReg;

struct Program {
  Arena mem;  /* all of it */
  Arena text; /* long results of the batch in work */
  ExprEnv env;
  uint32_t cap;       /* rows of a register: BATCH_ROWS, or 1 for folding */
  uint16_t *all_rows; /* 0, 1, 2 ...: the selection of a batch that has none */
  Instr *instrs;
  uint32_t n_instrs, cap_instrs;
  Reg *regs;
  uint32_t n_regs, cap_regs;
  Sel *sels;
  uint32_t n_sels, cap_sels;
  uint32_t *args;
  uint32_t n_args, cap_args;
  InputReg *inputs;
  uint32_t n_inputs, cap_inputs;
  uint32_t *outs; /* registers of the results */
  uint32_t n_outs;
};

/* program_new with room for cap rows a batch. */
MUST_USE Code program_new_sized(Expr *const *exprs, uint32_t n, const ExprEnv *env, uint32_t cap,
                                Program **out, Error *err);
