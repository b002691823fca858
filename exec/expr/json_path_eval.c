/* json_path_eval.c -- a path that names a list, followed through the nodes of a document.
 *
 * What is found comes in the JsonPath library's order: `..` gives what an object holds before what
 * its members hold, [2, 0] comes as written.
 */
#include <string.h>

#include "exec/expr/json_path.h"

/* Nodes looked at in one document: `$..*..*..*` could go on forever. */
enum { VISITS_MAX = 1 << 24 };

typedef struct Eval {
  const JsonPath *path;
  JsonDoc *doc;
  uint64_t visits;
  JsonFound trouble; /* JSON_FOUND_VALUE: none */
} Eval;

static bool fail(Eval *e, JsonFound trouble) {
  e->trouble = trouble;
  return false;
}

/* Take the steps from `step` on, from node at.  false: trouble. */
static bool follow(Eval *e, uint32_t at, uint32_t step);

static bool is_kind(const Eval *e, uint32_t at, JsonKind kind) {
  return e->doc->nodes[at].kind == kind;
}

/* Are all steps before this one definite?  Then strict mode insists that it fits. */
static bool insists(const Eval *e, uint32_t step) {
  const JsonStep *s = e->path->steps;
  for (uint32_t i = 0; i <= step; i++) {
    if (s[i].deep || (i < step && s[i].kind != JSON_STEP_KEY && s[i].kind != JSON_STEP_INDEX)) {
      return false;
    }
  }
  return !e->path->lax;
}

/* The step does not fit the node. */
static bool miss(Eval *e, uint32_t step) {
  return insists(e, step) ? fail(e, JSON_FOUND_NOTHING) : true;
}

/* --- one step ------------------------------------------------------------------------ */

static bool take_key(Eval *e, uint32_t at, uint32_t step) {
  const JsonNode *nodes = e->doc->nodes;
  const Str wanted = e->path->steps[step].key;
  uint32_t value = 0; /* no value is node 0: that is the whole */
  if (!is_kind(e, at, JSON_OBJECT)) return miss(e, step);
  for (uint32_t key = at + 1; key < nodes[at].next; key = nodes[key + 1].next, e->visits++) {
    if (str_eq((Str){nodes[key].at, nodes[key].len}, wanted)) value = key + 1;
  }
  return value != 0 ? follow(e, value, step + 1) : miss(e, step);
}

static bool take_all(Eval *e, uint32_t at, uint32_t step) {
  JsonDoc *d = e->doc;
  if (is_kind(e, at, JSON_ARRAY)) {
    for (uint32_t item = at + 1; item < d->nodes[at].next; item = d->nodes[item].next) {
      if (!follow(e, item, step + 1)) return false;
    }
    return true;
  }
  if (!is_kind(e, at, JSON_OBJECT)) return true;
  JsonMembers members;
  if (!json_doc_members(d, at, false, &members)) return fail(e, JSON_FOUND_NO_MEMORY);
  for (uint32_t i = 0; i < members.n; i++) {
    if (!follow(e, json_doc_member(d, members, i).value, step + 1)) return false;
  }
  json_doc_members_end(d, members);
  return true;
}

static int64_t count_items(const JsonDoc *d, uint32_t array) {
  int64_t n = 0;
  for (uint32_t at = array + 1; at < d->nodes[array].next; at = d->nodes[at].next) n++;
  return n;
}

/* Elements from to to, a run of indices from 0; those that are not there are passed over. */
static bool take_items(Eval *e, uint32_t array, uint32_t step, int64_t from, int64_t to) {
  const JsonDoc *d = e->doc;
  int64_t i = 0;
  for (uint32_t at = array + 1; at < d->nodes[array].next && i < to; at = d->nodes[at].next, i++) {
    e->visits++;
    if (i >= from && !follow(e, at, step + 1)) return false;
  }
  return true;
}

static int64_t from_start(int64_t index, int64_t n) { return index < 0 ? n + index : index; }

/* [a:b] as JsonPath has it: [a:] and [:b] count from the end below 0; in [a:b] each index of the
 * run does. */
static bool take_colon(Eval *e, uint32_t array, uint32_t step, const JsonSpan *s, int64_t n) {
  if (!s->has_to) return take_items(e, array, step, from_start(s->from, n), n);
  if (!s->has_from) return take_items(e, array, step, 0, from_start(s->to, n));
  int64_t from = s->from, to = s->to < n ? s->to : n;
  if (from < -n) from = -n;
  if (from < 0 && from < to) {
    int64_t below = to < 0 ? to : 0;
    if (!take_items(e, array, step, n + from, n + below)) return false;
    from = below;
  }
  return to <= 0 || take_items(e, array, step, from, to);
}

static bool take_spans(Eval *e, uint32_t at, uint32_t step) {
  const JsonStep *s = &e->path->steps[step];
  if (!is_kind(e, at, JSON_ARRAY)) return miss(e, step);
  const int64_t n = count_items(e->doc, at);
  for (uint32_t i = 0; i < s->n_spans; i++) {
    const JsonSpan *span = &s->spans[i];
    const int64_t from = from_start(span->from, n);
    bool good = true;
    if (span->kind == JSON_SPAN_COLON) {
      good = take_colon(e, at, step, span, n);
    } else if (span->kind == JSON_SPAN_TO) {
      good = take_items(e, at, step, from, from_start(span->to, n) + 1);
    } else if (from >= 0) {
      good = take_items(e, at, step, from, from + 1);
    }
    if (!good) return false;
  }
  return true;
}

static bool take_index(Eval *e, uint32_t at, uint32_t step) {
  int64_t index = e->path->steps[step].index;
  if (!is_kind(e, at, JSON_ARRAY)) return miss(e, step);
  if (index < 0) index += count_items(e->doc, at);
  return index < 0 || take_items(e, at, step, index, index + 1);
}

static bool take_step(Eval *e, uint32_t at, uint32_t step) {
  switch (e->path->steps[step].kind) {
    case JSON_STEP_KEY:
      return take_key(e, at, step);
    case JSON_STEP_INDEX:
      return take_index(e, at, step);
    case JSON_STEP_SPANS:
      return take_spans(e, at, step);
    case JSON_STEP_ALL:
      return take_all(e, at, step);
  }
  return true;
}

/* --- all of them --------------------------------------------------------------------- */

static bool visit(Eval *e) { return ++e->visits <= VISITS_MAX || fail(e, JSON_FOUND_TOO_MUCH); }

/* The step at this node and at all below it. */
static bool take_deep(Eval *e, uint32_t at, uint32_t step) {
  JsonDoc *d = e->doc;
  if (!visit(e) || !take_step(e, at, step)) return false;
  if (is_kind(e, at, JSON_ARRAY)) {
    for (uint32_t item = at + 1; item < d->nodes[at].next; item = d->nodes[item].next) {
      if (!take_deep(e, item, step)) return false;
    }
  } else if (is_kind(e, at, JSON_OBJECT)) {
    JsonMembers members;
    if (!json_doc_members(d, at, false, &members)) return fail(e, JSON_FOUND_NO_MEMORY);
    for (uint32_t i = 0; i < members.n; i++) {
      if (!take_deep(e, json_doc_member(d, members, i).value, step)) return false;
    }
    json_doc_members_end(d, members);
  }
  return true;
}

/* Recursion: as deep as the document is nested, and the path has steps. */
static bool follow(Eval *e, uint32_t at, uint32_t step) {
  if (!visit(e)) return false;
  if (step < e->path->n_steps) {
    return e->path->steps[step].deep ? take_deep(e, at, step) : take_step(e, at, step);
  }
  strbuf_put(&e->doc->list, (const char *)&at, sizeof at);
  return !strbuf_failed(&e->doc->list) || fail(e, JSON_FOUND_NO_MEMORY);
}

JsonFound json_path_list(const JsonPath *path, JsonDoc *doc, const uint32_t **nodes, uint32_t *n) {
  Eval e = {.path = path, .doc = doc, .trouble = JSON_FOUND_VALUE};
  strbuf_clear(&doc->list);
  strbuf_clear(&doc->members);
  *nodes = NULL;
  *n = 0;
  if (!follow(&e, 0, 0)) return e.trouble;
  *nodes = (const uint32_t *)(const void *)doc->list.data;
  *n = (uint32_t)(doc->list.len / sizeof **nodes);
  return JSON_FOUND_LIST;
}
