/* groups.h -- groups by key with their aggregates: the state of every aggregation.
 *
 * A record of the keyed table, behind its key:
 *
 *     [number of the group, or of its rows]   only if an aggregate is DISTINCT, or for partials
 *     [state of aggregate 0][state of aggregate 1]...
 *
 * One Groups is one slice of a window, or the whole of an unwindowed aggregation; it is freed
 * whole.  Partials are groups on their way through an exchange: the columns keys, slice
 * start, number of rows, and each state in words, all BIGINT.  One thread.
 */
#pragma once
#include "exec/expr/agg.h"
#include "exec/formats/format.h"
#include "exec/ops/op.h"
#include "exec/state/distinct.h"

typedef struct Groups Groups;

/* How room of the operator's own in a record (group_layout_reserve) is saved; NULL: it is not. */
typedef struct GroupRoom {
  void (*save)(const void *of, const void *record, StateOut *out);
  bool (*load)(const void *of, Groups *g, void *record, uint64_t hash,
               StateIn *in); /* false: no memory */
  const void *of;            /* borrowed */
} GroupRoom;

/* What the records look like: the same for all slices of an operator. */
typedef struct GroupLayout {
  KeySpec key;         /* columns of rows on PORT_ROWS */
  KeySpec partial_key; /* columns of rows on PORT_PARTIALS: 0..n_keys */
  const AggCall *aggs;
  uint32_t n_aggs;
  uint32_t *offset;      /* of aggregate i's state in the record */
  uint32_t *partial_col; /* first column of aggregate i's state among those of partials */
  uint32_t record_bytes;
  uint32_t n_distinct;
  bool counts_rows; /* the first word is the number of rows folded in */
  bool sendable;    /* every state is plain words: partials may be made */
  bool notes_changes;
  uint32_t changed_at; /* if so: a word of the record that is set whenever something is folded in */
  bool save_now;       /* records change without being looked up: saving them is not deferred */
  GroupRoom room;
  Type *partial_types;
  uint32_t n_partial_cols;
  Arena arena;    /* of the arrays here */
  KeyBatch *keys; /* scratch */
} GroupLayout;

/* input: the operator's input columns.  counts_rows: the groups are to be sent as partials.
 * false: no memory. */
MUST_USE bool group_layout_init(GroupLayout *l, const uint32_t *keys, uint32_t n_keys,
                                const AggCall *aggs, uint32_t n_aggs, const FormatField *input,
                                uint32_t n_input, bool counts_rows);
void group_layout_deinit(GroupLayout *l);
/* Room of the operator's own in every record, zeroed at first: where it begins.  Before the first
 * group is made. */
uint32_t group_layout_reserve(GroupLayout *l, uint32_t bytes);
/* Groups are to note that something was folded in, for groups_emit_changed.  Likewise. */
void group_layout_note_changes(GroupLayout *l);

struct Groups {
  const GroupLayout *layout;
  HashTable table;
  Distinct *distinct; /* one per DISTINCT aggregate, in their order; NULL: none */
  uint64_t numbers;   /* given to groups so far, where an aggregate is DISTINCT */
  HashCursor cursor;
  Arena results; /* text of the batch given out last */
};

/* expected: groups it will probably hold, 0 unknown.  false: no memory. */
MUST_USE bool groups_init(Groups *g, const GroupLayout *layout, uint64_t expected);
/* The same by what another of the kind held: an operator's next slice is like its last. */
typedef struct GroupsSize {
  uint64_t groups, values[4]; /* of the first few DISTINCT aggregates */
} GroupsSize;
MUST_USE bool groups_init_sized(Groups *g, const GroupLayout *layout, GroupsSize expected);
GroupsSize groups_size(const Groups *g);
void groups_deinit(Groups *g);
/* Groups of one layout. */
void groups_swap(Groups *a, Groups *b);

/* Fold rows in; arrival as in AggInput.  false: no memory. */
MUST_USE bool groups_add(Groups *g, const Batch *in, uint64_t arrival, const uint16_t *rows,
                         uint32_t n);
/* The same in two steps: the records of the rows' groups, whose hashes stand in layout->keys until
 * the next call; then the rows into states[i] of any records of this layout, such that their first
 * word is a number of the record where an aggregate is DISTINCT. */
MUST_USE bool groups_find(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n,
                          void **records);
MUST_USE bool groups_fold(Groups *g, const Batch *in, uint64_t arrival, const uint16_t *rows,
                          uint32_t n, void *const *records);
MUST_USE bool groups_find_partials(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n,
                                   void **records);
MUST_USE bool groups_add_partials(Groups *g, const Batch *in, const uint16_t *rows, uint32_t n);
/* Fold another table in, as a HOP window does with its slices.  from stays as it is, but for
 * scratch in its reading order. */
MUST_USE bool groups_merge(Groups *g, Groups *from);
/* A part of that: g's groups, made where they are missing, with the keys of from's next ones; *n 0:
 * no more.  The layouts may differ behind the keys. */
MUST_USE bool groups_match(Groups *g, Groups *from, HashCursor *cursor, void **mine, void **theirs,
                           uint32_t *n);
/* For records that come and go one by one and have room for a pointer per DISTINCT aggregate from
 * lists_at on, zeroed at first.  Before the first row.  false: no memory. */
MUST_USE bool groups_go_singly(Groups *g, uint32_t lists_at);
/* One of them goes. */
void groups_forget(Groups *g, void *record);
/* One takes another one in, which is to go. */
MUST_USE bool groups_merge_record(Groups *g, void *mine, void *theirs);
/* Number those of g's groups that are new; only where an aggregate is DISTINCT. */
void groups_number(Groups *g, void *const *records, uint32_t n);
/* Of rows[0..*n), those whose value is not NULL and new to its group; compacted in place, groups
 * too.  false: no memory. */
MUST_USE bool groups_distinct_rows(Groups *g, Distinct *d, const Vector *values, uint16_t *rows,
                                   void **groups, uint32_t *n);
/* Make the one group of an aggregation without keys. */
MUST_USE bool groups_make_empty_group(Groups *g);

/* Where a table of groups is in a snapshot: a section, and what the owner's load reads from the
 * head before it gives the rest to groups_load, such as the start of a slice. */
typedef struct GroupsPlace {
  const char *section; /* a literal */
  int64_t head[2];
  uint32_t n_head;
} GroupsPlace;

/* Write all groups.  Large tables are deferred, unless layout->save_now: from now on a record must
 * not change but after groups_find, groups_match or hash_table_touch.  false: no memory. */
MUST_USE bool groups_save(Groups *g, StateSink *to, GroupsPlace place);
/* A block of them; groups are made where they are missing.  false: no memory. */
MUST_USE bool groups_load(Groups *g, StateIn *in);
/* The aggregates of one record, and back into a zeroed one; what their states own lies in the
 * arena. false: no memory. */
void group_record_save(const GroupLayout *l, const void *record, StateOut *out);
MUST_USE bool group_record_load(const GroupLayout *l, void *record, StateIn *in, Arena *arena);

/* Columns that an aggregation gives out: keys, results, and what its operator adds. */
typedef struct GroupOutput {
  Vector *made;      /* with room and validity, filled again for each batch */
  Vector *cols;      /* the same as they are sent: validity only where there is a NULL */
  uint32_t n_values; /* keys and results */
  uint32_t n_cols;   /* all */
} GroupOutput;

/* fields: the operator's output columns, n_values of them keys and results.  Lives in the arena.
 * false: no memory. */
MUST_USE bool group_output_init(GroupOutput *o, Arena *arena, const FormatField *fields,
                                uint32_t n_fields, uint32_t n_values);
/* The next groups in order (hash, key), at most BATCH_ROWS, as o->cols[0..n_values); the others are
 * as they were made, text until the next call.  *n = 0: no more; then it begins again. */
MUST_USE Code groups_emit(Groups *g, const Op *op, GroupOutput *o, uint32_t *n);
/* The same of those groups only into which something was folded since they were given out. */
MUST_USE Code groups_emit_changed(Groups *g, const Op *op, GroupOutput *o, uint32_t *n);
/* The results of n records, aggregate a into out[a]; text lies in the arena. */
MUST_USE Code groups_results(const GroupLayout *l, Arena *arena, const Op *op, void *const *records,
                             uint32_t n, Vector *out);
/* o->made holds n rows: make o->cols of it. */
void group_output_ready(GroupOutput *o, uint32_t n);
/* The next groups as partials: cols[0..n_partial_cols), the slice start given. */
void groups_emit_partials(Groups *g, Micros slice_us, Vector *cols, uint32_t *n);

/* Room for a batch of such columns: flat vectors with data for BATCH_ROWS and validity.
 * In the arena; NULL: no memory. */
Vector *vectors_new(Arena *arena, const Type *types, uint32_t n);
/* The same for a value of each DISTINCT aggregate, in their order. */
Vector *group_distinct_vectors(const GroupLayout *l, Arena *arena);
/* The state of aggregate a in partial row, as words with room for AGG_STATE_WORDS_MAX. */
void group_partial_state(const GroupLayout *l, uint32_t a, const Batch *in, uint32_t row,
                         uint64_t *words);
/* How many input rows the partials rows[0..n) stand for. */
uint64_t groups_partial_rows(const GroupLayout *l, const Batch *in, const uint16_t *rows,
                             uint32_t n);

/* Does the aggregate take the row?  Its FILTER is TRUE, or there is none. */
static inline bool group_filter(const AggCall *agg, const Batch *in, uint32_t row) {
  if (agg->filter < 0) return true;
  const Vector *f = &in->cols[agg->filter];
  return vector_valid(f, row) && ((const int8_t *)f->data)[vector_at(f, row)];
}

static inline void group_states(void *const *records, uint32_t offset, uint32_t n, void **states) {
  for (uint32_t i = 0; i < n; i++) states[i] = (char *)records[i] + offset;
}

/* Something was folded into these groups. */
static inline void groups_note(const GroupLayout *l, void *const *records, uint32_t n) {
  if (!l->notes_changes) return;
  for (uint32_t i = 0; i < n; i++) {
    *(uint64_t *)(void *)((char *)records[i] + l->changed_at) = 1;
  }
}

/* Make all rows valid again. */
void vectors_all_valid(Vector *cols, uint32_t n);
