/* types.h -- SQL types and how their values lie in memory.
 *
 *   kind              value
 *   BOOLEAN           int8: 0 or 1
 *   TINYINT..BIGINT   int8, int16, int32, int64
 *   FLOAT, DOUBLE     float, double
 *   DECIMAL(p, s)     unscaled: int64 for p <= 18, Int128 above
 *   CHAR(n)..BYTES    TextRef (16 bytes, below)
 *   DATE              int32: days since 1970-01-01
 *   TIME(p)           int64: microseconds since midnight
 *   TIMESTAMP(p)      int64: microseconds since 1970-01-01 00:00 of the wall clock
 *   TIMESTAMP_LTZ(p)  int64: microseconds since 1970-01-01 00:00 UTC
 *   INTERVAL months   int32: months
 *   INTERVAL seconds  int64: microseconds
 *   NULL              int8, never valid: the type of a bare NULL literal
 *   ARRAY .. ROW      TextRef: one byte string, laid out as nested.h says
 *
 * STRING is VARCHAR(TYPE_LENGTH_MAX), BYTES is VARBINARY(TYPE_LENGTH_MAX).
 * A Type is a small value; pass it by value.  What an ARRAY, MULTISET, MAP or ROW is made of stands
 * in its TypeShape, of which there is one for equal types: it is never freed or changed.
 */
#pragma once
#include "base/base.h"
#include "base/bytes.h"
#include "base/str.h"

typedef enum TypeKind {
#define TYPE(kind, name, phys) TYPE_##kind,
#include "exec/data/types.def"
#undef TYPE
  TYPE_KIND_COUNT
} TypeKind;

/* What a value is to a kernel, whatever it means. */
typedef enum Phys {
  PHYS_I8,
  PHYS_I16,
  PHYS_I32,
  PHYS_I64,
  PHYS_I128,
  PHYS_F32,
  PHYS_F64,
  PHYS_TEXT,
  PHYS_COUNT
} Phys;

enum { TYPE_LENGTH_MAX = 2147483647, TIMESTAMP_PRECISION_MAX = 6 };
enum { TYPE_DEPTH_MAX = 64 }; /* types within types: bounds every recursion over values */

typedef struct TypeShape TypeShape;

typedef struct Type {
  uint8_t kind;           /* TypeKind */
  bool nullable;          /* may hold NULL */
  uint8_t precision;      /* DECIMAL digits; fraction digits of TIME and TIMESTAMP */
  uint8_t scale;          /* DECIMAL digits behind the point */
  uint32_t length;        /* CHAR, VARCHAR, BINARY, VARBINARY: code points or bytes */
  const TypeShape *shape; /* ARRAY, MULTISET, MAP, ROW; NULL: any other */
} Type;

/* ARRAY<T>: {T}.  MAP<K, V>: {K, V}.  MULTISET<T>: {T, INT NOT NULL}, how often each value occurs.
 * ROW: its fields. */
struct TypeShape {
  const Type *types;
  const char *const *names; /* of the fields of a ROW; NULL otherwise */
  uint32_t n, depth;        /* depth 1: no nested type in it */
  const uint32_t *slots;    /* ROW: where the slot of each field begins in a value: nested.h */
  uint32_t slots_end;
};

/* Constructors; all nullable.  type_not_null strips that. */
static inline Type type_of(TypeKind kind) {
  return (Type){.kind = (uint8_t)kind, .nullable = true};
}
static inline Type type_decimal(unsigned precision, unsigned scale) {
  return (Type){.kind = TYPE_DECIMAL,
                .nullable = true,
                .precision = (uint8_t)precision,
                .scale = (uint8_t)scale};
}
static inline Type type_time(TypeKind kind, unsigned precision) {
  return (Type){.kind = (uint8_t)kind, .nullable = true, .precision = (uint8_t)precision};
}
static inline Type type_text(TypeKind kind, uint32_t length) {
  return (Type){.kind = (uint8_t)kind, .nullable = true, .length = length};
}
static inline Type type_string(void) { return type_text(TYPE_VARCHAR, TYPE_LENGTH_MAX); }
static inline Type type_not_null(Type t) {
  t.nullable = false;
  return t;
}
static inline Type type_nullable(Type t, bool nullable) {
  t.nullable = nullable;
  return t;
}

/* Nested types; nullable.  Names are copied.  No deeper than TYPE_DEPTH_MAX, ROW with 1 to
 * COLUMNS_MAX fields: the caller has checked.  They end the program when memory is out (as arenas
 * of SQL do): types come from SQL text and schemas, not from data.  Thread-safe. */
Type type_array(Type item);
Type type_multiset(Type item);
Type type_map(Type key, Type value);
Type type_row(const Type *types, const char *const *names, uint32_t n);

/* A nested type of the kind of t, with the names of its fields, of other types; nullable as t. */
Type type_like(Type t, const Type *types);

static inline bool type_is_nested(Type t) { return t.shape != NULL; }
/* Of ARRAY and MULTISET; a MAP's keys. */
static inline Type type_item(Type t) { return t.shape->types[0]; }
static inline Type type_key(Type t) { return t.shape->types[0]; }
static inline Type type_value(Type t) { return t.shape->types[1]; }
/* 0: not nested. */
static inline uint32_t type_depth(Type t) { return t.shape != NULL ? t.shape->depth : 0; }
/* The field of a ROW by name (as SQL compares names: exactly); -1: there is none. */
int32_t type_field(Type row, Str name);

Phys type_phys(Type t);
size_t phys_size(Phys p); /* bytes of one value */
/* Bytes of one value within a nested one: as phys_size, but 4 for text, which lies elsewhere. */
size_t type_slot_size(Type t);

/* Equal but for nullability, also of what is nested in them.  Names of fields count. */
bool type_same(Type a, Type b);
bool type_is_integer(Type t);   /* TINYINT..BIGINT */
bool type_is_exact(Type t);     /* integer or DECIMAL */
bool type_is_numeric(Type t);   /* exact, FLOAT or DOUBLE */
bool type_is_character(Type t); /* CHAR, VARCHAR */
bool type_is_binary(Type t);    /* BINARY, VARBINARY */
bool type_is_timestamp(Type t); /* TIMESTAMP, TIMESTAMP_LTZ */
bool type_is_datetime(Type t);  /* DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ */
bool type_is_interval(Type t);

/* Decimal digits that hold any value of an integer type: 3, 5, 10, 19. */
unsigned type_integer_digits(TypeKind kind);

/* As Flink writes it: "INT", "DECIMAL(10, 2)", "STRING", "TIMESTAMP(3)", "ARRAY<INT NOT NULL>",
 * "ROW<`a` INT>"; NOT NULL of the whole is added only by type_print_full. */
void type_print(Type t, StrBuf *out);
void type_print_full(Type t, StrBuf *out);

/* --- text values ------------------------------------------------------------------- */

/* A string of bytes in 16: up to 12 bytes stand in it, a longer one behind a pointer
 * with its first four bytes repeated, so that most comparisons need no second look.
 * Bytes behind the end of a short one are zero.  (The form of Umbra and of Arrow's
 * string view: Neumann and Freitag, CIDR 2020.)  Who keeps the long bytes alive is said
 * by whatever holds the TextRef; inside a pushed batch it is the batch. */
typedef struct TextRef {
  uint32_t len;
  char prefix[4];
  union {
    char rest[8];
    const char *ptr;
  } u;
} TextRef;
static_assert(sizeof(TextRef) == 16, "a value of a text column");

enum { TEXT_INLINE_MAX = 12 };

static inline TextRef text_ref(const char *bytes, size_t len) {
  TextRef t = {.len = (uint32_t)len};
  if (len <= TEXT_INLINE_MAX) { /* prefix runs on into rest */
    uint64_t head = bytes_load(bytes, len < 8 ? len : 8);
    uint32_t tail = len > 8 ? (uint32_t)bytes_load(bytes + 8, len - 8) : 0;
    __builtin_memcpy((char *)&t + 4, &head, 8);
    __builtin_memcpy((char *)&t + 12, &tail, 4);
  } else {
    __builtin_memcpy(t.prefix, bytes, 4);
    t.u.ptr = bytes;
  }
  return t;
}
static inline const char *text_bytes(const TextRef *t) {
  return t->len <= TEXT_INLINE_MAX ? t->prefix : t->u.ptr;
}
static inline Str text_str(const TextRef *t) { return (Str){text_bytes(t), t->len}; }
static inline bool text_equal(const TextRef *a, const TextRef *b) {
  uint64_t wa, wb;
  __builtin_memcpy(&wa, a, 8);
  __builtin_memcpy(&wb, b, 8);
  if (wa != wb) return false; /* length or prefix */
  if (a->len <= TEXT_INLINE_MAX) {
    __builtin_memcpy(&wa, a->u.rest, 8);
    __builtin_memcpy(&wb, b->u.rest, 8);
    return wa == wb;
  }
  return __builtin_memcmp(a->u.ptr, b->u.ptr, a->len) == 0;
}
/* Bytewise: negative, zero, positive. */
int text_compare(const TextRef *a, const TextRef *b);
