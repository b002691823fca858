/* checkpoint_read.c -- a checkpoint is verified from end to end before a block of it is given out.
 *
 * Frames are read, and their checksums computed, once when it is opened and once more when their
 * blocks are wanted: what has gone bad between is noticed as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/run/checkpoint_format.h"

struct CheckpointReader {
  Arena arena;
  Manifest manifest;
  const char *name; /* of the file of state */
  int fd;
  uint64_t at;          /* in the file: the frame in hand */
  uint64_t next;        /* the one behind it */
  FrameBuffers buffers; /* of it */
  uint32_t raw_at, raw_len;
  uint64_t raw_left; /* of the stream of blocks, behind what has been taken */
  uint64_t blocks_left;
};

Code checkpoint_peek(Arena *arena, const char *path, CheckpointInfo *out, Error *err) {
  Manifest m;
  TRY(manifest_read(arena, path, &m, err));
  *out = m.info;
  return OK;
}

/* --- frames ---------------------------------------------------------------------------------- */

static Code read_at(CheckpointReader *r, uint64_t at, void *buf, size_t n, Error *err) {
  for (size_t done = 0; done < n;) {
    ssize_t got = sys.pread(r->fd, (char *)buf + done, n - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_fail(err, NO_SPAN, "read", r->name, errno);
    if (got == 0) return checkpoint_damaged(r->name, at + done, "it ends here", err);
    done += (size_t)got;
  }
  return OK;
}

/* Read the next frame as it is stored, and verify it. */
static Code read_frame(CheckpointReader *r, Error *err) {
  FrameHeader h;
  uint64_t left = r->manifest.state_length - r->next;
  r->at = r->next;
  if (left < sizeof h) return checkpoint_damaged(r->name, r->at, "frame", err);
  TRY(read_at(r, r->at, &h, sizeof h, err));
  if (!frame_possible(&h, left, r->buffers.size))
    return checkpoint_damaged(r->name, r->at, "frame", err);
  memcpy(r->buffers.frame, &h, sizeof h);
  TRY(read_at(r, r->at + sizeof h, r->buffers.frame + sizeof h, h.stored, err));
  if (!frame_intact(&r->buffers)) return checkpoint_damaged(r->name, r->at, "checksum", err);
  r->next = r->at + sizeof h + h.stored;
  r->raw_len = h.raw;
  return OK;
}

/* --- open ------------------------------------------------------------------------------------ */

static Code check_length(CheckpointReader *r, Error *err) {
  struct stat st;
  if (sys.fstat(r->fd, &st) != 0) return io_fail(err, NO_SPAN, "read", r->name, errno);
  uint64_t length = (uint64_t)st.st_size, want = r->manifest.state_length;
  if (!S_ISREG(st.st_mode)) return checkpoint_damaged(r->name, 0, "not a regular file", err);
  if (length < want) return checkpoint_damaged(r->name, length, "it ends here", err);
  if (length > want) return checkpoint_damaged(r->name, want, "it goes on", err);
  if (length < sizeof(FileHeader)) return checkpoint_damaged(r->name, 0, "length", err);
  return OK;
}

static Code check_frames(CheckpointReader *r, XXH3_state_t *digest, Error *err) {
  FileHeader h;
  uint64_t raw = 0;
  XXH3_128bits_reset(digest);
  TRY(read_at(r, 0, &h, sizeof h, err));
  TRY(file_header_check(&h, STATE_MAGIC, r->name, err));
  XXH3_128bits_update(digest, &h, sizeof h);
  for (r->next = sizeof h; r->next < r->manifest.state_length;) {
    TRY(read_frame(r, err));
    XXH3_128bits_update(digest, r->buffers.frame, r->next - r->at);
    raw += r->raw_len;
  }
  XXH128_hash_t got = XXH3_128bits_digest(digest);
  const Digest *want = &r->manifest.state_digest;
  if (got.low64 != want->low || got.high64 != want->high) {
    return checkpoint_damaged(r->name, 0, "checksum of the whole file", err);
  }
  if (raw != r->manifest.info.state_bytes) {
    return checkpoint_damaged(r->name, r->next, "the manifest tells of another length", err);
  }
  return OK;
}

static Code open_state(CheckpointReader *r, const char *path, Error *err) {
  TRY(manifest_read(&r->arena, path, &r->manifest, err));
  r->name = arena_printf(&r->arena, "%s/state", path);
  r->fd = sys.open(r->name, O_RDONLY, 0);
  if (r->fd < 0 && errno == ENOENT) return checkpoint_damaged(r->name, 0, "it is missing", err);
  if (r->fd < 0) return io_fail(err, NO_SPAN, "read", r->name, errno);
  TRY(check_length(r, err));
  uint64_t raw = r->manifest.info.state_bytes;
  uint32_t size = raw < FRAME_RAW_MAX ? (uint32_t)raw + 1 : FRAME_RAW_MAX; /* never 0 */
  XXH3_state_t *digest = XXH3_createState();
  Code code = OK;
  if (!frame_buffers_init(&r->buffers, size) || digest == NULL) {
    code = FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read %s", r->name);
  }
  if (code == OK) code = check_frames(r, digest, err);
  if (digest != NULL) XXH3_freeState(digest);
  return code;
}

Code checkpoint_open(const char *path, CheckpointReader **out, Error *err) {
  CheckpointReader *r = calloc(1, sizeof *r);
  if (r == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read %s", path);
  arena_init(&r->arena);
  r->fd = -1;
  Code code = open_state(r, path, err);
  if (code != OK) {
    checkpoint_close(r);
    return code;
  }
  checkpoint_rewind(r);
  *out = r;
  return OK;
}

void checkpoint_rewind(CheckpointReader *r) {
  r->next = sizeof(FileHeader);
  r->raw_len = r->raw_at = 0;
  r->raw_left = r->manifest.info.state_bytes;
  r->blocks_left = r->manifest.n_blocks;
}

const CheckpointInfo *checkpoint_info(const CheckpointReader *r) { return &r->manifest.info; }

void checkpoint_close(CheckpointReader *r) {
  if (r == NULL) return;
  if (r->fd >= 0) sys.close(r->fd);
  frame_buffers_deinit(&r->buffers);
  arena_deinit(&r->arena);
  free(r);
}

/* --- blocks ---------------------------------------------------------------------------------- */

static Code damaged_here(const CheckpointReader *r, const char *what, Error *err) {
  return checkpoint_damaged(r->name, r->at, what, err);
}

/* The next n bytes of the stream; the caller has compared n with raw_left. */
static Code take_raw(CheckpointReader *r, char *out, uint64_t n, Error *err) {
  r->raw_left -= n;
  while (n > 0) {
    if (r->raw_at == r->raw_len) {
      TRY(read_frame(r, err));
      if (!frame_unpack(&r->buffers)) return damaged_here(r, "lz4", err);
      r->raw_at = 0;
    }
    size_t have = r->raw_len - r->raw_at, part = n < have ? n : have;
    memcpy(out, r->buffers.raw + r->raw_at, part);
    r->raw_at += (uint32_t)part;
    out += part;
    n -= part;
  }
  return OK;
}

static bool header_makes_sense(const CheckpointReader *r, const BlockHeader *h) {
  if (h->bytes > r->raw_left || h->head_bytes > h->bytes || h->zero != 0) return false;
  if (h->n_entries > (h->bytes - h->head_bytes) / ENTRY_HEADER_BYTES) return false;
  size_t name = strnlen(h->section, sizeof h->section);
  for (size_t i = name; i < sizeof h->section; i++) {
    if (h->section[i] != '\0') return false;
  }
  return name > 0 && name < sizeof h->section && h->owner < r->manifest.info.n_owners;
}

static Code read_block(CheckpointReader *r, const BlockHeader *h, StateBlock *block, Error *err) {
  memcpy(block->section, h->section, sizeof h->section);
  block->version = h->version;
  block->head_bytes = h->head_bytes;
  block->n_entries = h->n_entries;
  strbuf_init(&block->bytes, 0);
  if (h->bytes == 0) return OK;
  char *room = strbuf_reserve(&block->bytes, h->bytes);
  if (room == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read %s", r->name);
  TRY(take_raw(r, room, h->bytes, err));
  block->bytes.len = h->bytes;
  room[h->bytes] = '\0';
  return OK;
}

Code checkpoint_next(CheckpointReader *r, uint32_t *owner, StateBlock **block, Error *err) {
  BlockHeader h;
  *block = NULL;
  if (r->blocks_left == 0 && r->raw_left == 0) return OK;
  if (r->blocks_left == 0 || r->raw_left < sizeof h) {
    return damaged_here(r, "number of blocks", err);
  }
  TRY(take_raw(r, (char *)&h, sizeof h, err));
  if (!header_makes_sense(r, &h)) return damaged_here(r, "block", err);
  StateBlock *b = calloc(1, sizeof *b);
  if (b == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read %s", r->name);
  Code code = read_block(r, &h, b, err);
  if (code != OK) {
    state_block_free(b);
    return code;
  }
  r->blocks_left--;
  *owner = h.owner;
  *block = b;
  return OK;
}
