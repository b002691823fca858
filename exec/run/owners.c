/* owners.c -- naming and matching what keeps state. */
#include "exec/run/owners.h"

#include <string.h>

/* --- names -------------------------------------------------------------------------- */

/* The first line ends with the number of the owner among those that compute the same. */
static void name_owner(Arena *arena, Owners *o, const char *what, const OpSpec *op) {
  const char *identity = op->identity != NULL ? op->identity : op_traits(op->id)->name;
  uint32_t number = 1;
  size_t len = strlen(what) + 1 + strlen(identity);
  for (uint32_t i = 1; i < o->n; i++) {
    const char *other = o->names[i];
    bool same = strncmp(other, what, strlen(what)) == 0 && other[strlen(what)] == ' ' &&
                strncmp(other + strlen(what) + 1, identity, strlen(identity)) == 0;
    number += same && strncmp(other + len, " #", 2) == 0;
  }
  StrBuf name = {0};
  strbuf_printf(&name, "%s %s #%u", what, identity, number);
  OpGrouping grouping;
  op_grouping(op, &grouping);
  for (uint32_t a = 0; a < grouping.n_aggs; a++) {
    const AggCall *agg = &grouping.aggs[a];
    strbuf_printf(&name, "\n%s", agg->identity != NULL ? agg->identity : agg->text);
  }
  o->names[o->n++] = strbuf_keep(&name, arena);
}

/* The job itself: a line for each constant, as an aggregate has one. */
static const char *name_job(Arena *arena, const char *const *constants, uint32_t n) {
  StrBuf name = {0};
  strbuf_puts(&name, "job");
  for (uint32_t i = 0; i < n; i++) strbuf_printf(&name, "\n%s", constants[i]);
  return strbuf_keep(&name, arena);
}

void owners_of(Arena *arena, const JobPlan *plan, const Stages *stages, Owners *out) {
  uint32_t most = 1 + stages->n_stages + stages->n_sinks;
  *out = (Owners){.names = ARENA_ARRAY(arena, const char *, most),
                  .of_stage = ARENA_ARRAY(arena, uint32_t, stages->n_stages + 1),
                  .of_sink = ARENA_ARRAY(arena, uint32_t, stages->n_sinks + 1)};
  out->names[out->n++] = name_job(arena, plan->constants, plan->n_constants);
  for (uint32_t i = 0; i < stages->n_stages; i++) {
    out->of_stage[i] = out->n;
    name_owner(arena, out, stages->stages[i].source ? "source" : "operator",
               stages->stages[i].head);
  }
  for (uint32_t i = 0; i < stages->n_sinks; i++) {
    out->of_sink[i] = out->n;
    name_owner(arena, out, "sink", stages->sinks[i].spec);
  }
}

/* --- matching ----------------------------------------------------------------------- */

static Str first_line(const char *name) {
  const char *end = strchr(name, '\n');
  return (Str){name, end != NULL ? (size_t)(end - name) : strlen(name)};
}

/* The lines behind the first, one after the other; false: no more. */
static bool next_line(const char **at, Str *line) {
  const char *newline = strchr(*at, '\n');
  if (newline == NULL) return false;
  *line = first_line(newline + 1);
  *at = newline + 1;
  return true;
}

static uint32_t count_aggregates(const char *name) {
  uint32_t n = 0;
  Str line;
  for (const char *at = name; next_line(&at, &line);) n++;
  return n;
}

/* The number of an aggregate among those of a name that are not taken yet. */
static uint32_t find_aggregate(const char *name, Str wanted, const bool *taken) {
  Str line;
  uint32_t i = 0;
  for (const char *at = name; next_line(&at, &line); i++) {
    if (!taken[i] && str_eq(line, wanted)) return i;
  }
  return UINT32_MAX;
}

/* Pair the aggregates of two names of one operator. */
static void match_aggregates(Arena *arena, const char *mine, const char *theirs, OwnerMatch *m) {
  uint32_t n_mine = count_aggregates(mine), at_theirs = 0, found = 0;
  bool *taken = ARENA_ARRAY(arena, bool, n_mine + 1), same = true;
  Str line;
  m->n_aggs = count_aggregates(theirs);
  m->agg_map = ARENA_ARRAY(arena, uint32_t, m->n_aggs + 1);
  for (const char *at = theirs; next_line(&at, &line); at_theirs++) {
    uint32_t i = find_aggregate(mine, line, taken);
    m->agg_map[at_theirs] = i;
    same &= i == at_theirs;
    if (i == UINT32_MAX) continue;
    taken[i] = true;
    found++;
  }
  m->n_missing = n_mine - found;
  if (same && m->n_missing == 0) m->agg_map = NULL;
}

static void tell(StrBuf *told, const char *what, const char *name, const char *why) {
  Str line = first_line(name);
  if (told == NULL) return;
  strbuf_printf(told, "%s: %.*s%s\n", what, (int)line.len, line.ptr, why);
}

static void tell_aggregates(StrBuf *told, const char *mine, const char *theirs,
                            const OwnerMatch *m) {
  Str line;
  uint32_t i = 0, k;
  if (told == NULL || m->agg_map == NULL) return;
  for (const char *at = theirs; next_line(&at, &line); i++) {
    bool kept = m->agg_map[i] != UINT32_MAX;
    strbuf_printf(told, "    %s: %.*s\n", kept ? "reused" : "dropped", (int)line.len, line.ptr);
  }
  i = 0;
  for (const char *at = mine; next_line(&at, &line); i++) {
    for (k = 0; k < m->n_aggs && m->agg_map[k] != i;) k++;
    if (k < m->n_aggs) continue;
    strbuf_printf(told, "    starts anew: %.*s\n", (int)line.len, line.ptr);
  }
}

static uint32_t find_owner(const CheckpointInfo *from, Str line) {
  for (uint32_t i = 0; i < from->n_owners; i++) {
    if (str_eq(first_line(from->owners[i]), line)) return i;
  }
  return OWNER_NONE;
}

void owners_match(Arena *arena, const Owners *plan, const CheckpointInfo *from, StrBuf *told,
                  UpgradeReport *out) {
  *out = (UpgradeReport){.matches = ARENA_ARRAY(arena, OwnerMatch, plan->n)};
  bool *used = ARENA_ARRAY(arena, bool, from->n_owners + 1);
  for (uint32_t i = 0; i < plan->n; i++) {
    OwnerMatch *m = &out->matches[i];
    m->from = find_owner(from, first_line(plan->names[i]));
    if (m->from == OWNER_NONE) {
      tell(told, "starts anew", plan->names[i], "");
      out->changed = out->loses = true;
      continue;
    }
    const char *theirs = from->owners[m->from];
    used[m->from] = true;
    if (i == 0 && from->finished) continue; /* nothing will be computed any more */
    match_aggregates(arena, plan->names[i], theirs, m);
    if (i > 0) tell(told, "reused", plan->names[i], m->agg_map != NULL ? ", in part" : "");
    tell_aggregates(told, plan->names[i], theirs, m);
    out->changed |= m->agg_map != NULL;
    out->loses |= m->n_missing > 0;
    out->other_constants |= i == 0 && m->n_missing > 0;
  }
  for (uint32_t i = 0; i < from->n_owners; i++) {
    if (used[i]) continue;
    tell(told, "dropped", from->owners[i], "");
    out->changed = out->loses = true;
  }
}
