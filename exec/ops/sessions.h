/* sessions.h -- the open sessions of every key: found by time, merged on touch, closed in order.
 *
 *   a row at t makes [t, t + gap); what intersects or touches is one session
 *
 *     rows        .   . .        .        .
 *     sessions   [-----------)        [--------)
 *                            ^ a row from here to there merges both
 *
 * A key's record holds room for one session, which is all that most keys ever need; others lie
 * beside it.  Its sessions form a tree by start, and so by end: none lies within another.  With a
 * cap they may overlap, but then two that touch are together always longer than the cap, so that a
 * row can be taken in by one of them, and join it to the next, but never do more (INV-13).
 *
 * What a session keeps is its owner's: content_bytes behind it, zeroed when it is made.  A session
 * never moves.  All times are event time.  One thread.
 */
#pragma once
#include "exec/data/zone.h"
#include "exec/state/hash_table.h"
#include "exec/state/state_io.h"
#include "exec/state/timers.h"

typedef struct Session Session;
typedef struct SessionKey SessionKey;

struct Session {
  Micros start_us;
  Timer end; /* end.due_us is the end: the last row's time + gap */
  SessionKey *key;
  Session *left, *right; /* of the key's tree */
  uint32_t rank;         /* above those of both children */
  /* the content follows */
};

/* A record of the table of keys. */
struct SessionKey {
  Session *root;
  uint64_t hash;
  SessionKey *next_idle;
  uint32_t n; /* sessions in the tree */
  bool known, idle;
  bool own_used; /* the room below is taken */
  Session own;
};

/* A session that has left its tree and waits to be given out. */
typedef struct ClosedSession {
  Micros end_us, start_us; /* wall clock where there is a zone */
  uint64_t hash;
  Session *session;
} ClosedSession;

typedef struct Sessions {
  Micros gap_us, cap_us;
  const Zone *zone; /* of the wall clock that windows are told in; NULL: event time is */
  uint32_t content_bytes;
  HashTable keys;
  Timers ends;
  Session *spare;   /* rooms of sessions that are gone */
  SessionKey *idle; /* keys that had no session left when they were put here */
  uint64_t n;       /* open sessions */
  uint64_t ranks;   /* state of the generator of ranks */
  ClosedSession *closed;
  uint32_t n_closed, cap_closed;
} Sessions;

/* cap_us 0: none.  false: no memory. */
MUST_USE bool sessions_init(Sessions *s, KeyForm form, Micros gap_us, Micros cap_us,
                            uint32_t content_bytes);
void sessions_deinit(Sessions *s);

static inline void *session_content(Session *x) { return x + 1; }
/* The key as key_columns wants it. */
const void *session_key_bytes(const Sessions *s, const SessionKey *key);

/* The keys' records, made where they are missing.  They stay until sessions_sweep.  false: no
 * memory. */
MUST_USE bool sessions_find(Sessions *s, const KeyBatch *keys, uint32_t n, SessionKey **found);

/* The session that takes in a row at t, grown to hold it; NULL: none does.  *next: another one that
 * it has to be joined with now, or NULL. */
Session *sessions_take_in(Sessions *s, SessionKey *key, Micros t, Session **next);
/* A session of its own for that row.  NULL: no memory. */
Session *sessions_open(Sessions *s, SessionKey *key, Micros t);
/* One becomes both; the other is gone, and so should be its content. */
void sessions_join(Sessions *s, Session *one, Session *other);

/* Take those that end first out of the trees, all that end at until_us or before or about a batch
 * of them, into closed[0..n_closed) in the order (end, start, key's hash, key).  The ones before
 * have to have been freed.  false: no memory. */
MUST_USE bool sessions_close(Sessions *s, Micros until_us);
/* A closed session and its content are no longer needed. */
void sessions_free(Sessions *s, Session *x);
/* A key was asked for and may have no session: the next sweep looks at it. */
void sessions_note_idle(Sessions *s, SessionKey *key);
/* Forget such keys. */
void sessions_sweep(Sessions *s);

/* The session that ends first; NULL: there is none. */
const Session *sessions_first(Sessions *s);
/* That session, never to be asked for again: when all are to go.  NULL: there is none. */
Session *sessions_pop(Sessions *s);

/* --- state ------------------------------------------------------------------------------ */

/* The open sessions by key, in the order of hashes, and those of a key by start. */
enum { SESSION_KEYS_AHEAD = 32 };
typedef struct SessionCursor {
  HashCursor keys;
  void *ahead[SESSION_KEYS_AHEAD]; /* the next keys: ahead[i..n) */
  uint32_t i, n;
  SessionKey *key;
  Session *at;
} SessionCursor;
/* The next one; NULL: no more.  The cursor is zeroed before the first; meanwhile none may come or
 * go. */
Session *sessions_next(Sessions *s, SessionCursor *cursor);
/* Begin an entry: which session it is. */
void sessions_put(const Sessions *s, StateOut *out, const Session *x);
/* The session that an entry begins with, made with a zeroed content where it is missing: it may
 * have several entries.  keys is scratch.  NULL: no memory, or in->bad. */
Session *sessions_get(Sessions *s, StateIn *in, uint64_t hash, KeyBatch *keys);
