/* sessions.c -- a tree of sessions for every key, one heap of their ends for all.
 *
 * The trees are treaps (Seidel and Aragon, 1996): in the order of start by left and right, in the
 * order of rank from above, and ranks are drawn at random, which keeps them flat.
 */
#include "exec/ops/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/state/key_state.h"

bool sessions_init(Sessions *s, KeyForm form, Micros gap_us, Micros cap_us,
                   uint32_t content_bytes) {
  assert(gap_us > 0 && content_bytes % 8 == 0 && (cap_us == 0 || cap_us >= gap_us));
  *s = (Sessions){.gap_us = gap_us,
                  .cap_us = cap_us > 0 ? cap_us : MICROS_MAX / 2,
                  .content_bytes = content_bytes,
                  .ranks = UINT64_C(88172645463325252)};
  hash_table_init(&s->keys, form, (uint32_t)sizeof(SessionKey) + content_bytes, 0);
  return hash_table_reuse(&s->keys);
}

void sessions_deinit(Sessions *s) {
  timers_deinit(&s->ends);
  hash_table_deinit(&s->keys);
  memory_release(s->cap_closed * sizeof *s->closed);
  free(s->closed);
  *s = (Sessions){0};
}

/* --- trees -------------------------------------------------------------------------- */

static Session **below(Session *x, Micros start_us) {
  return start_us < x->start_us ? &x->left : &x->right;
}

static void tree_add(Session **at, Session *x) {
  while (*at != NULL && (*at)->rank >= x->rank) at = below(*at, x->start_us);
  /* What was here is cut in two: what starts before x, and what starts after it. */
  Session *rest = *at, **before = &x->left, **after = &x->right;
  *at = x;
  while (rest != NULL) {
    if (rest->start_us < x->start_us) {
      *before = rest;
      before = &rest->right;
      rest = rest->right;
    } else {
      *after = rest;
      after = &rest->left;
      rest = rest->left;
    }
  }
  *before = *after = NULL;
}

static void tree_remove(Session **at, const Session *x) {
  while (*at != x) at = below(*at, x->start_us);
  Session *left = x->left, *right = x->right;
  while (left != NULL && right != NULL) {
    if (left->rank >= right->rank) {
      *at = left;
      at = &left->right;
      left = left->right;
    } else {
      *at = right;
      at = &right->left;
      right = right->left;
    }
  }
  *at = left != NULL ? left : right;
}

/* The first session that starts at start_us or later and ends at end_us or later. */
static Session *tree_first(Session *x, Micros start_us, Micros end_us) {
  Session *first = NULL;
  while (x != NULL) {
    bool fits = x->start_us >= start_us && x->end.due_us >= end_us;
    if (fits) first = x;
    x = fits ? x->left : x->right;
  }
  return first;
}

/* --- keys --------------------------------------------------------------------------- */

bool sessions_find(Sessions *s, const KeyBatch *keys, uint32_t n, SessionKey **found) {
  void *records[BATCH_ROWS];
  if (!hash_table_get(&s->keys, keys, n, records)) return false;
  for (uint32_t i = 0; i < n; i++) {
    SessionKey *key = found[i] = records[i];
    __builtin_prefetch(&key->own); /* where its row will most likely go */
    __builtin_prefetch(session_content(&key->own));
    if (LIKELY(key->known)) continue;
    key->known = true;
    key->hash = keys->hash[i];
    timer_init(&key->own.end);
  }
  return true;
}

const void *session_key_bytes(const Sessions *s, const SessionKey *key) {
  return (const char *)key - key_bytes(s->keys.form);
}

void sessions_note_idle(Sessions *s, SessionKey *key) {
  if (key->n > 0 || key->idle) return;
  key->idle = true;
  key->next_idle = s->idle;
  s->idle = key;
}

void sessions_sweep(Sessions *s) {
  SessionKey *key = s->idle, *next;
  s->idle = NULL;
  for (; key != NULL; key = next) {
    next = key->next_idle;
    key->idle = false;
    if (key->n == 0 && !key->own_used) hash_table_remove(&s->keys, key->hash, key);
  }
}

/* --- rows in ------------------------------------------------------------------------ */

/* x grows over [start_us, end_us). */
static void grow(Session *x, Micros start_us, Micros end_us) {
  if (start_us < x->start_us) x->start_us = start_us;
  if (end_us > x->end.due_us) x->end.due_us = end_us;
}

Session *sessions_take_in(Sessions *s, SessionKey *key, Micros t, Session **next) {
  Micros end = t + s->gap_us;
  *next = NULL;
  /* One that starts at t or before takes the row in if it ends at t or later and does not get too
   * long: both are so from some session on, and the first has the first choice.  Of those
   * that start later only the first can do: the others end still later. */
  Session *x = tree_first(key->root, end - s->cap_us, t);
  if (x == NULL || x->start_us > end || x->end.due_us - t > s->cap_us) return NULL;
  bool from_left = x->start_us <= t;
  grow(x, t, end);
  if (!from_left || key->n == 1) return x;
  Session *y = tree_first(key->root, x->start_us + 1, MICROS_MIN);
  if (y != NULL && y->start_us <= end && y->end.due_us - x->start_us <= s->cap_us) *next = y;
  return x;
}

static Session *session_room(Sessions *s, SessionKey *key) {
  if (!key->own_used) {
    key->own_used = true;
    return &key->own;
  }
  Session *x = s->spare;
  if (x != NULL) {
    s->spare = x->left;
    return x;
  }
  x = arena_try_alloc(&s->keys.arena, sizeof *x + s->content_bytes, 8);
  if (x != NULL) timer_init(&x->end);
  return x;
}

static uint32_t draw_rank(Sessions *s) {
  s->ranks ^= s->ranks << 13;
  s->ranks ^= s->ranks >> 7;
  s->ranks ^= s->ranks << 17;
  return (uint32_t)(s->ranks >> 32);
}

static Session *session_new(Sessions *s, SessionKey *key, Micros start_us, Micros end_us) {
  Session *x = session_room(s, key);
  if (x == NULL) return NULL;
  x->start_us = start_us;
  x->end.due_us = end_us;
  x->key = key;
  x->left = x->right = NULL;
  x->rank = draw_rank(s);
  memset(session_content(x), 0, s->content_bytes);
  if (!timers_arm(&s->ends, &x->end)) return NULL;
  tree_add(&key->root, x);
  key->n++;
  s->n++;
  return x;
}

Session *sessions_open(Sessions *s, SessionKey *key, Micros t) {
  return session_new(s, key, t, t + s->gap_us);
}

static void leave_tree(Sessions *s, Session *x) {
  tree_remove(&x->key->root, x);
  x->key->n--;
  s->n--;
}

void sessions_free(Sessions *s, Session *x) {
  SessionKey *key = x->key;
  timer_disarm(&x->end);
  if (x == &key->own) {
    key->own_used = false;
  } else {
    x->left = s->spare;
    s->spare = x;
  }
  sessions_note_idle(s, key);
}

void sessions_join(Sessions *s, Session *one, Session *other) {
  assert(one->key == other->key);
  leave_tree(s, other);
  grow(one, other->start_us, other->end.due_us);
  sessions_free(s, other);
}

/* --- closing ------------------------------------------------------------------------ */

static Session *session_of(Timer *end) {
  return end != NULL ? (Session *)(void *)((char *)end - offsetof(Session, end)) : NULL;
}

const Session *sessions_first(Sessions *s) { return session_of(timers_first(&s->ends)); }

Session *sessions_pop(Sessions *s) { return session_of(timers_take(&s->ends, MICROS_MAX)); }

static int compare_closed(const void *a, const void *b, void *arg) {
  const Sessions *s = arg;
  const ClosedSession *x = a, *y = b;
  Micros end_x = x->session->end.due_us, end_y = y->session->end.due_us;
  if (end_x != end_y) return end_x < end_y ? -1 : 1;
  if (x->start_us != y->start_us) return x->start_us < y->start_us ? -1 : 1;
  if (x->hash != y->hash) return x->hash < y->hash ? -1 : 1;
  return key_compare(s->keys.form, session_key_bytes(s, x->session->key),
                     session_key_bytes(s, y->session->key));
}

static bool put_closed(Sessions *s, Session *x) {
  if (s->n_closed == s->cap_closed) {
    uint32_t cap = s->cap_closed > 0 ? s->cap_closed * 2 : 64;
    size_t more = (cap - s->cap_closed) * sizeof *s->closed;
    if (!memory_reserve(more)) return false;
    ClosedSession *wider = realloc(s->closed, cap * sizeof *wider);
    if (wider == NULL) {
      memory_release(more);
      return false;
    }
    s->closed = wider;
    s->cap_closed = cap;
  }
  ClosedSession c = {x->end.due_us, x->start_us, x->key->hash, x};
  if (s->zone != NULL) {
    c.end_us = zone_to_local(s->zone, c.end_us);
    c.start_us = zone_to_local(s->zone, c.start_us);
  }
  s->closed[s->n_closed++] = c;
  return true;
}

bool sessions_close(Sessions *s, Micros until_us) {
  s->n_closed = 0;
  for (Timer *t; (t = timers_take(&s->ends, until_us)) != NULL;) {
    Session *x = session_of(t);
    leave_tree(s, x);
    if (!put_closed(s, x)) return false;
    /* Sessions with one end stay together: they are put in order here. */
    if (s->n_closed == BATCH_ROWS) until_us = x->end.due_us;
  }
  if (s->n_closed > 1) qsort_r(s->closed, s->n_closed, sizeof *s->closed, compare_closed, s);
  return true;
}

/* --- state -------------------------------------------------------------------------- */

/* Keys in hash order lie all over memory: some are asked for ahead of their turn. */
static SessionKey *next_key(Sessions *s, SessionCursor *c) {
  if (c->i == c->n) {
    const void *keys[SESSION_KEYS_AHEAD];
    uint64_t hashes[SESSION_KEYS_AHEAD];
    c->i = 0;
    c->n = hash_table_next(&s->keys, &c->keys, SESSION_KEYS_AHEAD, keys, c->ahead, hashes);
    for (uint32_t i = 0; i < c->n; i++) {
      const SessionKey *key = c->ahead[i];
      __builtin_prefetch(session_key_bytes(s, key));
      __builtin_prefetch(&key->own);
      __builtin_prefetch(session_content((Session *)(uintptr_t)&key->own));
    }
  }
  return c->i < c->n ? c->ahead[c->i++] : NULL;
}

Session *sessions_next(Sessions *s, SessionCursor *cursor) {
  if (cursor->at != NULL) {
    cursor->at = tree_first(cursor->key->root, cursor->at->start_us + 1, MICROS_MIN);
  }
  while (cursor->at == NULL) {
    cursor->key = next_key(s, cursor);
    if (cursor->key == NULL) return NULL;
    cursor->at = tree_first(cursor->key->root, MICROS_MIN, MICROS_MIN);
  }
  return cursor->at;
}

void sessions_put(const Sessions *s, StateOut *out, const Session *x) {
  state_entry(out, x->key->hash);
  key_put(out, s->keys.form, session_key_bytes(s, x->key));
  state_put_i64(out, x->start_us);
  state_put_i64(out, x->end.due_us);
}

Session *sessions_get(Sessions *s, StateIn *in, uint64_t hash, KeyBatch *keys) {
  SessionKey *key;
  keys->form = s->keys.form;
  key_get(in, hash, keys, 0);
  Micros start = state_get_i64(in), end = state_get_i64(in);
  if (end <= start) state_bad(in);
  if (in->bad || !sessions_find(s, keys, 1, &key)) return NULL;
  Session *x = tree_first(key->root, start, MICROS_MIN);
  return x != NULL && x->start_us == start ? x : session_new(s, key, start, end);
}
