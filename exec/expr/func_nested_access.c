/* func_nested_access.c -- parts of nested values: a[i], m[k], r.f.
 *
 * A field or an item is found from offsets, and its slot is copied as it is: one loop for each
 * width, with nothing to decide about the type within it.  Text is borrowed from the value.
 */
#include <string.h>

#include "exec/data/nested_slots.h"
#include "exec/expr/func_bind.h"
#include "exec/expr/func_nested.h"
#include "exec/expr/func_rows.h"

#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* --- binding ------------------------------------------------------------------------------- */

/* The second argument is the number of the field. */
Code bind_field(FuncBind *b) {
  Type row = b->call->args[0]->type;
  int64_t field;
  if (row.kind != TYPE_ROW || !bind_const_int(b, 1, &field)) return func_bad_args(b, "a ROW");
  assert(field >= 0 && field < row.shape->n);
  Type t = row.shape->types[field];
  b->call->type = type_nullable(t, t.nullable || row.nullable || t.kind == TYPE_NULL);
  return OK;
}

static Code bind_item(FuncBind *b) {
  Type array = b->call->args[0]->type;
  int64_t i;
  if (!type_is_integer(b->call->args[1]->type)) {
    bind_type_null(b, 1, type_of(TYPE_BIGINT));
    if (!type_is_integer(b->call->args[1]->type))
      return func_bad_args(b, "an ARRAY and an integer");
  }
  TRY(func_cast_arg(b, 1, type_of(TYPE_BIGINT)));
  if (bind_const_int(b, 1, &i) && i < 1) {
    FAIL(b->err, ERR_TYPE, b->call->args[1]->span, "an ARRAY has no item %lld", (long long)i);
    error_hint(b->err, "the first one is number 1");
    return ERR_TYPE;
  }
  b->call->type = type_nullable(type_item(array), true);
  return OK;
}

/* Texts of any length are compared as they are. */
static bool is_like_key(Type key, Type t) {
  return (type_is_character(key) && type_is_character(t)) ||
         (type_is_binary(key) && type_is_binary(t));
}

Code bind_element(FuncBind *b) {
  Type t = b->call->args[0]->type;
  if (t.kind == TYPE_ARRAY) return bind_item(b);
  if (t.kind != TYPE_MAP) return func_bad_args(b, "an ARRAY and an integer, or a MAP and a key");
  if (!is_like_key(type_key(t), b->call->args[1]->type)) TRY(func_cast_arg(b, 1, type_key(t)));
  b->call->type = type_nullable(type_value(t), true);
  return OK;
}

/* --- r.f ----------------------------------------------------------------------------------- */

ALWAYS_INLINE void copy_fields(KernelCall *k, FieldPlace place, size_t size) {
  TextArg values = text_arg(k, 0);
  char *out = k->out->data;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    const char *slot = field_slot(&place, text_at(values, row));
    if (slot == NULL) {
      put_null(k, row);
    } else {
      memcpy(out + row * size, slot, size);
    }
  }
}

static void text_fields(KernelCall *k, FieldPlace place) {
  TextArg values = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Str value = text_at(values, row);
    if (field_slot(&place, value) == NULL) {
      put_null(k, row);
    } else {
      put_text(k, row, field_text(&place, value));
    }
  }
}

Code kernel_field(KernelCall *k) {
  const Expr *const *args = (const Expr *const *)k->expr->args;
  const TypeShape *shape = args[0]->type.shape;
  FieldPlace place = field_place(shape, (uint32_t)args[1]->value.as.i);
  Phys phys = type_phys(k->expr->type);
  if (phys == PHYS_TEXT) {
    text_fields(k, place);
    return OK;
  }
  switch (phys_size(phys)) {
    case 1:
      copy_fields(k, place, 1);
      return OK;
    case 2:
      copy_fields(k, place, 2);
      return OK;
    case 4:
      copy_fields(k, place, 4);
      return OK;
    case 8:
      copy_fields(k, place, 8);
      return OK;
    default:
      copy_fields(k, place, 16);
      return OK;
  }
}

/* --- a[i] ---------------------------------------------------------------------------------- */

/* Is there an item of this number, and is it not NULL? */
static inline bool has_item(const ItemSlots *items, int64_t number) {
  return number >= 1 && number <= items->n && item_valid(items, (uint32_t)(number - 1));
}

ALWAYS_INLINE void copy_items(KernelCall *k, size_t size) {
  TextArg arrays = text_arg(k, 0);
  IntArg numbers = int_arg(k, 1);
  char *out = k->out->data;
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    ItemSlots items = item_slots(text_at(arrays, row), size);
    int64_t number = int_at(numbers, row);
    if (has_item(&items, number)) {
      memcpy(out + row * size, items.slots + (size_t)(number - 1) * size, size);
    } else {
      put_null(k, row);
    }
  }
}

static void text_items(KernelCall *k) {
  TextArg arrays = text_arg(k, 0);
  IntArg numbers = int_arg(k, 1);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    ItemSlots items = item_slots(text_at(arrays, row), sizeof(uint32_t));
    int64_t number = int_at(numbers, row);
    if (has_item(&items, number)) {
      put_text(k, row, item_text(&items, (uint32_t)(number - 1)));
    } else {
      put_null(k, row);
    }
  }
}

static void any_items(KernelCall *k) {
  Phys phys = type_phys(k->expr->type);
  if (phys == PHYS_TEXT) {
    text_items(k);
    return;
  }
  switch (phys_size(phys)) {
    case 1:
      copy_items(k, 1);
      return;
    case 2:
      copy_items(k, 2);
      return;
    case 4:
      copy_items(k, 4);
      return;
    case 8:
      copy_items(k, 8);
      return;
    default:
      copy_items(k, 16);
      return;
  }
}

/* --- m[k] ---------------------------------------------------------------------------------- */

static void map_values_of(KernelCall *k) {
  Type map = k->expr->args[0]->type;
  TextArg maps = text_arg(k, 0);
  for (uint32_t i = 0, row; next_row(k, &i, &row);) {
    Value key = value_of(&k->args[1], row), value;
    key.type = type_key(map);
    if (map_find(map, text_at(maps, row), &key, &value) && !value.null) {
      value_store(&value, k->out, row);
    } else {
      put_null(k, row);
    }
  }
}

Code kernel_element(KernelCall *k) {
  if (k->expr->args[0]->type.kind == TYPE_MAP) {
    map_values_of(k);
  } else {
    any_items(k);
  }
  return OK;
}
