/* split_place.c -- where a split is, as a checkpoint has it, and the way back to there.
 *
 * The way leads through the file's start, for the byte order mark and the header; then a plain file
 * is entered TRAIL_BYTES before the place, a compressed one is inflated up to there.  Those bytes
 * have to be what they were.
 */
#include <stdio.h>

#include "exec/run/split_reader.h"

typedef enum Place { PLACE_START, PLACE_INSIDE, PLACE_DONE } Place;

/* Where a split was, as a checkpoint has it. */
typedef struct SavedPlace {
  uint64_t offset;
  bool has_bom;
  CutState cut;
  uint64_t trail_hash;
  FileIdentity file;
} SavedPlace;

void split_reader_save(const SplitReader *r, StateOut *out) {
  Place place = r->done ? PLACE_DONE : r->begun ? PLACE_INSIDE : PLACE_START;
  if (place == PLACE_INSIDE && !r->split->replayable) place = PLACE_START;
  state_put_u8(out, place);
  if (place != PLACE_INSIDE) return;
  state_put_u64(out, r->offset);
  state_put_bool(out, r->has_bom);
  state_put_u8(out, r->cut.phase);
  state_put_u64(out, r->cut.newlines);
  state_put_u64(out, trail_hash(&r->trail));
  state_put_u64(out, r->file.size);
  state_put_u64(out, r->file.device);
  state_put_u64(out, r->file.inode);
}

static SavedPlace get_place(StateIn *in) {
  SavedPlace p = {.offset = state_get_u64(in), .has_bom = state_get_bool(in)};
  p.cut.phase = state_get_u8(in);
  p.cut.newlines = state_get_u64(in);
  p.trail_hash = state_get_u64(in);
  p.file.size = state_get_u64(in);
  p.file.device = state_get_u64(in);
  p.file.inode = state_get_u64(in);
  return p;
}

static uint64_t bytes_at(const SplitReader *r, uint64_t offset) {
  return offset + (r->has_bom ? BOM_BYTES : 0);
}

/* Let everything up to offset go by; the end may come first. */
static Code pass_to(SplitReader *r, uint64_t offset, Error *err) {
  uint64_t trail_at = offset > TRAIL_BYTES ? offset - TRAIL_BYTES : 0;
  if (trail_at > r->offset + r->len && stream_can_seek(r->stream) &&
      bytes_at(r, offset) <= r->file.size) {
    TRY(stream_seek(r->stream, bytes_at(r, trail_at), err));
    r->offset = trail_at;
    r->len = r->trail.len = 0;
    r->at_end = false;
  }
  while (r->offset < offset) {
    uint64_t left = offset - r->offset;
    TRY(split_fill(r, left < r->chunk_bytes ? (size_t)left : r->chunk_bytes, err));
    if (r->len == 0) return OK;
    split_drop(r, left < r->len ? (size_t)left : r->len);
  }
  return OK;
}

/* The file is not what it was: why is what was found. */
static Code replaced(const SplitReader *r, const SavedPlace *p, uint64_t checkpoint,
                     const char *why, Error *err) {
  bool opened = r->stream != NULL;
  bool same = r->file.device == p->file.device && r->file.inode == p->file.inode;
  FAIL(err, ERR_STATE, r->scan->span, "file \"%s\" was %s since checkpoint %llu: %s",
       r->split->name,
       !opened ? "taken away"
       : same  ? "changed"
               : "replaced",
       (unsigned long long)checkpoint, why);
  error_hint(err,
             "it had %llu bytes when it was opened; put it back as it was, or start without "
             "the checkpoint",
             (unsigned long long)p->file.size);
  return ERR_STATE;
}

/* Open the file and go to the place, by way of its header. */
static Code reach(SplitReader *r, const SavedPlace *p, Error *err) {
  TRY(split_reader_open(r, err));
  TRY(split_begin(r, err));
  return pass_to(r, p->offset, err);
}

Code split_reader_restore(SplitReader *r, uint64_t checkpoint, StateIn *in, Error *err) {
  assert(r->stream == NULL && !r->begun);
  Place place = (Place)state_get_u8(in);
  r->done = place == PLACE_DONE;
  if (place != PLACE_INSIDE) {
    if (place > PLACE_DONE) state_bad(in);
    return OK;
  }
  SavedPlace p = get_place(in);
  if (in->bad) return OK; /* whoever reads the block asks */
  Error why = {0};
  Code code = reach(r, &p, &why);
  if (code == ERR_IO || code == ERR_DATA) return replaced(r, &p, checkpoint, why.msg, err);
  if (code != OK) {
    *err = why;
    return code;
  }
  char ends[64];
  snprintf(ends, sizeof ends, "it ends after %llu bytes", (unsigned long long)r->offset);
  if (r->offset < p.offset) return replaced(r, &p, checkpoint, ends, err);
  if (r->has_bom != p.has_bom || r->offset != p.offset || trail_hash(&r->trail) != p.trail_hash) {
    return replaced(r, &p, checkpoint, "the bytes before the place are others", err);
  }
  r->cut = p.cut;
  return OK;
}
