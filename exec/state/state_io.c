/* state_io.c -- blocks of state: filling them, and reading without trust.
 *
 * An entry is its hash (8 bytes), its length (4) and its bytes.
 */
#include "exec/state/state_io.h"

#include <stdlib.h>
#include <string.h>

#include "exec/state/key.h"

enum { ENTRY_HEADER = 12 };

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers in snapshots are little-endian");

void state_block_free(StateBlock *b) {
  if (b == NULL) return;
  strbuf_deinit(&b->bytes);
  free(b);
}

void state_blocks_free(StateBlock *b) {
  while (b != NULL) {
    StateBlock *next = b->next;
    state_block_free(b);
    b = next;
  }
}

/* --- what is deferred --------------------------------------------------------------- */

void state_sink_defer(StateSink *to, StateDrain *d) {
  StateDrain **at = &to->drains;
  while (*at != NULL) at = &(*at)->next;
  d->next = NULL;
  *at = d;
}

bool state_sink_step(StateSink *to, size_t budget, bool *done) {
  StateDrain *d = to->drains;
  bool drained = false;
  *done = false;
  if (to->failed) return false;
  if (d != NULL) {
    StateDrain *next = d->next;
    to->failed = !d->step(d, budget, &drained);
    if (to->failed) return false;
    if (drained) to->drains = next;
  }
  *done = to->drains == NULL;
  return true;
}

void state_sink_finish(StateSink *to, StateDrain *d) {
  StateDrain **at = &to->drains;
  while (*at != d) at = &(*at)->next;
  *at = d->next;
  for (bool done = false; !done;) {
    if (!to->failed) to->failed = !d->step(d, SIZE_MAX, &done);
    if (!to->failed) continue;
    d->cancel(d);
    return;
  }
}

void state_sink_cancel(StateSink *to) {
  to->failed = true;
  while (to->drains != NULL) {
    StateDrain *d = to->drains;
    to->drains = d->next;
    d->cancel(d);
  }
}

/* --- writing ------------------------------------------------------------------------ */

static StateBlock *block_new(const StateOut *o, const StateBlock *before) {
  StateBlock *b = calloc(1, sizeof *b);
  if (b == NULL) return NULL;
  size_t len = strlen(o->section);
  assert(len < STATE_SECTION_MAX);
  memcpy(b->section, o->section, len);
  b->version = o->version;
  strbuf_init(&b->bytes, 0);
  if (before == NULL) return b;
  b->head_bytes = before->head_bytes;
  strbuf_reserve(&b->bytes, STATE_BLOCK_BYTES + STATE_BLOCK_BYTES / 8); /* the next is as large */
  strbuf_put(&b->bytes, before->bytes.data, before->head_bytes);
  if (!strbuf_failed(&b->bytes)) return b;
  state_block_free(b);
  return NULL;
}

void state_begin(StateOut *o, StateSink *to, const char *section, uint32_t version) {
  *o = (StateOut){.to = to, .section = section, .version = version, .in_head = true};
  o->block = block_new(o, NULL);
  o->failed = o->block == NULL;
}

/* The length at `at` is that of all that stands behind it. */
static void set_length(StateOut *o, size_t at) {
  StrBuf *bytes = &o->block->bytes;
  if (bytes->failed) return;
  size_t behind = bytes->len - at - sizeof(uint32_t);
  uint32_t len = (uint32_t)behind;
  o->failed |= len != behind;
  memcpy(bytes->data + at, &len, sizeof len);
}

/* The head, or the entry in hand, is complete. */
static void close_entry(StateOut *o) {
  StateBlock *b = o->block;
  if (o->in_head) {
    o->in_head = false;
    b->head_bytes = (uint32_t)b->bytes.len;
    return;
  }
  set_length(o, o->entry_at + 8);
  b->n_entries++;
}

static void give_block(StateOut *o, StateBlock *next) {
  StateBlock *b = o->block;
  o->block = next;
  if (strbuf_failed(&b->bytes)) {
    o->failed = true;
    state_block_free(b);
  } else {
    o->failed |= !o->to->take(o->to, b);
  }
}

void state_entry(StateOut *o, uint64_t hash) {
  if (o->block == NULL) return;
  close_entry(o);
  if (o->block->bytes.len >= STATE_BLOCK_BYTES && o->block->n_entries > 0) {
    give_block(o, block_new(o, o->block));
    if (o->block == NULL) {
      o->failed = true;
      return;
    }
  }
  o->entry_at = o->block->bytes.len;
  state_put_u64(o, hash);
  state_put_u32(o, 0); /* its length, when it is complete */
}

bool state_end(StateOut *o) {
  if (o->block != NULL) {
    close_entry(o);
    give_block(o, NULL);
  }
  return !o->failed;
}

void state_drop(StateOut *o) {
  state_block_free(o->block);
  o->block = NULL;
}

size_t state_pending(const StateOut *o) { return o->block != NULL ? o->block->bytes.len : 0; }

void state_put_str(StateOut *o, Str s) {
  state_put_u32(o, (uint32_t)s.len);
  state_put(o, s.ptr, s.len);
}

void state_put_value(StateOut *o, const Vector *v, uint32_t row) {
  if (o->block == NULL) return;
  char *room = state_room(o, value_encoded_size(v, row));
  if (room != NULL) value_encode(v, row, room);
}

size_t state_part(StateOut *o) {
  size_t part = state_pending(o);
  state_put_u32(o, 0);
  return part;
}

void state_part_end(StateOut *o, size_t part) {
  if (o->block != NULL) set_length(o, part);
}

/* --- reading ------------------------------------------------------------------------ */

void state_in_init(StateIn *in, const StateBlock *block, uint64_t first_hash, uint64_t last_hash) {
  const char *bytes = strbuf_text(&block->bytes), *stop = bytes + block->bytes.len;
  bool bad = block->head_bytes > block->bytes.len;
  const char *head_end = bad ? bytes : bytes + block->head_bytes;
  *in = (StateIn){.section = block->section,
                  .version = block->version,
                  .at = bytes,
                  .end = head_end,
                  .rest = bad ? stop : head_end,
                  .stop = stop,
                  .first_hash = first_hash,
                  .last_hash = last_hash,
                  .bad = bad};
}

bool state_next(StateIn *in, uint64_t *hash) {
  while (!in->bad && in->rest < in->stop) {
    uint32_t len;
    if (in->stop - in->rest < ENTRY_HEADER) break;
    memcpy(hash, in->rest, sizeof *hash);
    memcpy(&len, in->rest + 8, sizeof len);
    in->at = in->rest + ENTRY_HEADER;
    if ((size_t)(in->stop - in->at) < len) break;
    in->end = in->rest = in->at + len;
    if (*hash >= in->first_hash && *hash <= in->last_hash) return true;
  }
  in->bad |= in->rest < in->stop;
  return false;
}

bool state_has_next(StateIn *in) {
  StateIn ahead = *in;
  uint64_t hash;
  bool any = state_next(&ahead, &hash);
  in->bad |= ahead.bad;
  return any;
}

static const char *take(StateIn *in, size_t n) {
  if ((size_t)(in->end - in->at) < n) {
    in->bad = true;
    return NULL;
  }
  const char *at = in->at;
  in->at += n;
  return at;
}

bool state_get(StateIn *in, void *bytes, size_t n) {
  const char *at = take(in, n);
  if (at == NULL) {
    memset(bytes, 0, n);
    return false;
  }
  if (n > 0) memcpy(bytes, at, n);
  return true;
}

uint8_t state_get_u8(StateIn *in) {
  uint8_t v;
  state_get(in, &v, sizeof v);
  return v;
}

uint32_t state_get_u32(StateIn *in) {
  uint32_t v;
  state_get(in, &v, sizeof v);
  return v;
}

uint64_t state_get_u64(StateIn *in) {
  uint64_t v;
  state_get(in, &v, sizeof v);
  return v;
}

Str state_get_str(StateIn *in) {
  uint32_t len = state_get_u32(in);
  const char *at = take(in, len);
  return at != NULL ? (Str){at, len} : (Str){"", 0};
}

/* Bytes of a value that is not NULL, behind its first byte; false: not all of it is there. */
static bool value_is_there(const StateIn *in, Type type) {
  Phys p = type_phys(type);
  size_t left = (size_t)(in->end - in->at) - 1;
  if (p == PHYS_I128) return left >= 16;
  if (p != PHYS_TEXT) return left >= 8;
  uint32_t len;
  if (left < sizeof len) return false;
  memcpy(&len, in->at + 1, sizeof len);
  return left - sizeof len >= len;
}

void state_get_value(StateIn *in, Vector *out, uint32_t row) {
  static const char null = 0;
  const char *at = &null;
  if (in->at < in->end && (*in->at == 0 || value_is_there(in, out->type))) {
    key_decode(out, row, &in->at);
    return;
  }
  in->bad = true;
  key_decode(out, row, &at);
}

StateIn state_get_part(StateIn *in) {
  Str bytes = state_get_str(in);
  StateIn part = *in;
  part.at = bytes.ptr;
  part.end = part.rest = part.stop = bytes.ptr + bytes.len;
  part.bad = false;
  return part;
}
