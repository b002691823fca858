/* groups_state.c -- groups in blocks of state.
 *
 * A table of groups is a part 0, whose entries are key and states, and a part for each DISTINCT
 * aggregate, 1 + its number, whose entries are a group's key and a value.  The parts come back in
 * any order.  Numbers of groups are given anew.
 */
#include <string.h>

#include "exec/ops/groups.h"

enum { GROUPS_STATE_VERSION = 1 };

/* --- one record ------------------------------------------------------------------------- */

void group_record_save(const GroupLayout *l, const void *record, StateOut *out) {
  for (uint32_t a = 0; a < l->n_aggs; a++) {
    agg_state_save(&l->aggs[a], (const char *)record + l->offset[a], out);
  }
}

bool group_record_load(const GroupLayout *l, void *record, StateIn *in, Arena *arena) {
  uint32_t n = in->agg_map != NULL ? in->n_aggs : l->n_aggs;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t a = in->agg_map != NULL ? in->agg_map[i] : i;
    if (a == UINT32_MAX) {
      agg_state_skip(in);
    } else if (!agg_state_load(&l->aggs[a], (char *)record + l->offset[a], in, arena)) {
      return false;
    }
  }
  return true;
}

/* --- a table: writing ------------------------------------------------------------------- */

static void save_record(const void *of, const void *record, StateOut *out) {
  const GroupLayout *l = of;
  const char *at = record;
  group_record_save(l, record, out);
  if (l->notes_changes) {
    uint64_t changed;
    memcpy(&changed, at + l->changed_at, sizeof changed);
    state_put_bool(out, changed != 0);
  }
  if (l->room.save != NULL) l->room.save(l->room.of, record, out);
}

static void begin_part(StateOut *out, StateSink *to, GroupsPlace place, uint32_t part) {
  state_begin(out, to, place.section, GROUPS_STATE_VERSION);
  for (uint32_t i = 0; i < place.n_head; i++) state_put_i64(out, place.head[i]);
  state_put_u32(out, part);
}

static const void *null_group(Groups *g) {
  KeyBatch *keys = g->layout->keys;
  keys->form = g->table.form;
  keys->hash[0] = KEY_NULL_HASH;
  keys->u.word[0] = 0;
  return g->table.form == KEY_WORD ? hash_table_find(&g->table, keys, 0) : NULL;
}

bool groups_save(Groups *g, StateSink *to, GroupsPlace place) {
  const GroupLayout *l = g->layout;
  StateOut out;
  const HashSave save = {save_record, l};
  begin_part(&out, to, place, 0);
  bool ok = l->save_now ? hash_table_save_now(&g->table, &out, save)
                        : hash_table_save(&g->table, &out, save);
  if (!ok) return false;
  for (uint32_t a = 0, d = 0; a < l->n_aggs; a++) {
    if (!l->aggs[a].distinct) continue;
    const DistinctGroups groups = {g->table.form, null_group(g)};
    begin_part(&out, to, place, 1 + a);
    if (!distinct_save(&g->distinct[d++], &out, groups)) return false;
  }
  return true;
}

/* --- reading ---------------------------------------------------------------------------- */

static bool load_record(Groups *g, void *record, uint64_t hash, StateIn *in) {
  const GroupLayout *l = g->layout;
  if (!group_record_load(l, record, in, &g->table.arena)) return false;
  if (l->notes_changes) {
    uint64_t changed = state_get_bool(in);
    memcpy((char *)record + l->changed_at, &changed, sizeof changed);
  }
  return l->room.load == NULL || l->room.load(l->room.of, g, record, hash, in);
}

static bool load_groups(Groups *g, StateIn *in) {
  HashLoad l = {.keys = g->layout->keys};
  do {
    if (!hash_table_load(&g->table, in, &l)) return false;
    groups_number(g, l.records, l.n);
    for (uint32_t i = 0; i < l.n; i++) {
      hash_load_entry(&l, i, in);
      if (!load_record(g, l.records[i], l.keys->hash[i], in)) return false;
      in->bad |= in->at < in->end;
    }
  } while (l.n > 0);
  return true;
}

/* The values of a batch of entries; *n of them are there. */
static bool add_values(Groups *g, Distinct *d, StateIn *in, const HashLoad *l, Vector *values) {
  uint16_t rows[BATCH_ROWS], fresh[BATCH_ROWS];
  uint32_t n_fresh;
  vectors_all_valid(values, 1);
  for (uint32_t i = 0; i < l->n; i++) {
    hash_load_entry(l, i, in);
    distinct_get_value(d, in, values, i);
    in->bad |= in->at < in->end || !vector_valid(values, i);
    rows[i] = (uint16_t)i;
  }
  const DistinctInput input = {g->layout->keys, values, rows, l->records, l->n};
  return in->bad || distinct_add(d, &input, fresh, &n_fresh);
}

/* Values of aggregate a, which is DISTINCT.  Those of a group come in the order of arrival. */
static bool load_values(Groups *g, uint32_t a, StateIn *in) {
  const GroupLayout *layout = g->layout;
  uint32_t d = 0;
  for (uint32_t k = 0; k < a; k++) d += layout->aggs[k].distinct;
  Arena scratch = {0};
  Vector *values = vectors_new(&scratch, &layout->aggs[a].arg_type, 1);
  bool ok = values != NULL;
  HashLoad l = {.keys = layout->keys};
  do {
    ok = ok && hash_table_load(&g->table, in, &l);
    if (!ok || l.n == 0) break;
    groups_number(g, l.records, l.n);
    ok = add_values(g, &g->distinct[d], in, &l, values);
  } while (ok && !in->bad);
  arena_deinit(&scratch);
  return ok;
}

bool groups_load(Groups *g, StateIn *in) {
  uint32_t part = state_get_u32(in);
  bool mapped = in->agg_map != NULL;
  if (in->version != GROUPS_STATE_VERSION || in->at < in->end) state_bad(in);
  if (part > (mapped ? in->n_aggs : g->layout->n_aggs)) state_bad(in);
  if (in->bad) return true;
  if (part == 0) return load_groups(g, in);
  uint32_t a = mapped ? in->agg_map[part - 1] : part - 1;
  if (a == UINT32_MAX) return true;
  if (!g->layout->aggs[a].distinct) state_bad(in);
  return in->bad || load_values(g, a, in);
}
