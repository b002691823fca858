/* checkpoint_write.c -- a checkpoint is made aside: state, manifest, then the name.
 *
 * Every step is durable before the next begins, and the rename is the decision.
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

struct CheckpointWriter {
  Arena arena; /* names */
  const char *into, *aside, *final;
  const char *state_name, *manifest_name;
  uint64_t id;
  int fd;         /* of state; -1: not open */
  bool has_aside; /* the directory is there, and is ours */
  XXH3_state_t *digest;
  FrameBuffers buffers;
  uint32_t raw_len;  /* of buffers.raw, being filled */
  uint32_t row;      /* of its planes */
  uint32_t n_owners; /* that blocks have come for, at least */
  Manifest manifest;
};

static void writer_free(CheckpointWriter *w) {
  if (w->fd >= 0) sys.close(w->fd);
  if (w->digest != NULL) XXH3_freeState(w->digest);
  frame_buffers_deinit(&w->buffers);
  arena_deinit(&w->arena);
  free(w);
}

void checkpoint_abandon(CheckpointWriter *w) {
  Error ignored = {0}; /* whoever takes the lock next removes what cannot be removed now */
  if (w->has_aside) (void)!checkpoint_remove_dir(w->aside, &ignored);
  writer_free(w);
}

/* --- create ---------------------------------------------------------------------------------- */

static CheckpointWriter *writer_new(const char *into, uint64_t id) {
  CheckpointWriter *w = calloc(1, sizeof *w);
  if (w == NULL) return NULL;
  arena_init(&w->arena);
  w->fd = -1;
  w->id = id;
  w->into = arena_strdup(&w->arena, into);
  w->aside = checkpoint_aside_name(&w->arena, into, id);
  w->final = checkpoint_name(&w->arena, into, id);
  w->state_name = arena_printf(&w->arena, "%s/state", w->aside);
  w->manifest_name = arena_printf(&w->arena, "%s/manifest", w->aside);
  w->digest = XXH3_createState();
  if (frame_buffers_init(&w->buffers, FRAME_RAW_MAX) && w->digest != NULL) {
    XXH3_128bits_reset(w->digest);
    return w;
  }
  writer_free(w);
  return NULL;
}

/* What was under the name before is left of a crash. */
static Code make_aside(CheckpointWriter *w, Error *err) {
  struct stat st;
  if (sys.stat(w->final, &st) == 0) {
    return FAIL(err, ERR_STATE, NO_SPAN, "%s is there already", w->final);
  }
  if (errno != ENOENT) return io_fail(err, NO_SPAN, "look for", w->final, errno);
  TRY(checkpoint_remove_dir(w->aside, err));
  if (sys.mkdir(w->aside, CHECKPOINT_DIR_MODE) != 0) {
    return io_fail(err, NO_SPAN, "make directory", w->aside, errno);
  }
  w->has_aside = true;
  return OK;
}

static int create_file(const char *name) {
  return sys.open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, CHECKPOINT_FILE_MODE);
}

static Code write_state(CheckpointWriter *w, const void *bytes, size_t n, Error *err) {
  XXH3_128bits_update(w->digest, bytes, n);
  w->manifest.state_length += n;
  if (sys_write_all(w->fd, bytes, n)) return OK;
  return io_fail(err, NO_SPAN, "write", w->state_name, errno);
}

static Code start_state(CheckpointWriter *w, Error *err) {
  const FileHeader h = {.magic = STATE_MAGIC, .version = CHECKPOINT_VERSION};
  w->fd = create_file(w->state_name);
  if (w->fd < 0) return io_fail(err, NO_SPAN, "write", w->state_name, errno);
  return write_state(w, &h, sizeof h, err);
}

Code checkpoint_create(const char *into, uint64_t id, CheckpointWriter **out, Error *err) {
  if (!sys_make_dirs(into, CHECKPOINT_DIR_MODE)) {
    return io_fail(err, NO_SPAN, "make directory", into, errno);
  }
  CheckpointWriter *w = writer_new(into, id);
  if (w == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write a checkpoint");
  Code code = make_aside(w, err);
  if (code == OK) code = start_state(w, err);
  if (code != OK) {
    checkpoint_abandon(w);
    return code;
  }
  *out = w;
  return OK;
}

/* --- blocks ---------------------------------------------------------------------------------- */

static Code flush_frame(CheckpointWriter *w, Error *err) {
  if (w->raw_len == 0) return OK;
  size_t n = frame_pack(&w->buffers, w->raw_len, w->row);
  w->raw_len = 0;
  return write_state(w, w->buffers.frame, n, err);
}

static Code put_raw(CheckpointWriter *w, const char *bytes, size_t n, Error *err) {
  w->manifest.info.state_bytes += n;
  while (n > 0) {
    size_t room = FRAME_RAW_MAX - w->raw_len, part = n < room ? n : room;
    memcpy(w->buffers.raw + w->raw_len, bytes, part);
    w->raw_len += (uint32_t)part;
    bytes += part;
    n -= part;
    if (w->raw_len == FRAME_RAW_MAX) TRY(flush_frame(w, err));
  }
  return OK;
}

/* A large block begins a frame of its own when its entries have another size than those before;
 * small ones go with what there is. */
static Code choose_row(CheckpointWriter *w, const StateBlock *block, Error *err) {
  if (w->raw_len > 0 && block->bytes.len < STATE_BLOCK_BYTES / 2) return OK;
  uint32_t row = frame_row_of(block);
  if (row != w->row) TRY(flush_frame(w, err));
  w->row = row;
  return OK;
}

Code checkpoint_add(CheckpointWriter *w, uint32_t owner, const StateBlock *block, Error *err) {
  BlockHeader h = {.bytes = block->bytes.len,
                   .n_entries = block->n_entries,
                   .owner = owner,
                   .version = block->version,
                   .head_bytes = block->head_bytes};
  memcpy(h.section, block->section, strnlen(block->section, sizeof h.section - 1));
  if (owner >= w->n_owners) w->n_owners = owner + 1;
  w->manifest.n_blocks++;
  TRY(choose_row(w, block, err));
  TRY(put_raw(w, (const char *)&h, sizeof h, err));
  return put_raw(w, block->bytes.data, block->bytes.len, err);
}

/* --- finish ---------------------------------------------------------------------------------- */

/* The file is whole: bring it to the disk and close it. */
static Code sync_file(int fd, const char *name, Error *err) {
  Code code = sys.fsync(fd) == 0 ? OK : io_fail(err, NO_SPAN, "sync", name, errno);
  if (sys.close(fd) != 0 && errno != EINTR && code == OK) {
    code = io_fail(err, NO_SPAN, "write", name, errno);
  }
  return code;
}

static Code finish_state(CheckpointWriter *w, Error *err) {
  TRY(flush_frame(w, err));
  XXH128_hash_t digest = XXH3_128bits_digest(w->digest);
  w->manifest.state_digest = (Digest){digest.low64, digest.high64};
  int fd = w->fd;
  w->fd = -1;
  return sync_file(fd, w->state_name, err);
}

static Code write_manifest_bytes(CheckpointWriter *w, const StrBuf *bytes, Error *err) {
  if (bytes->len > MANIFEST_MAX) {
    return FAIL(err, ERR_LIMIT, NO_SPAN, "%s would have %zu bytes, more than %d", w->manifest_name,
                bytes->len, MANIFEST_MAX);
  }
  int fd = create_file(w->manifest_name);
  if (fd < 0) return io_fail(err, NO_SPAN, "write", w->manifest_name, errno);
  if (sys_write_all(fd, bytes->data, bytes->len)) return sync_file(fd, w->manifest_name, err);
  io_fail(err, NO_SPAN, "write", w->manifest_name, errno);
  sys.close(fd);
  return err->code;
}

static Code write_manifest(CheckpointWriter *w, CheckpointInfo *info, Error *err) {
  StrBuf bytes;
  info->id = w->id;
  info->engine = WEIR_VERSION;
  info->state_bytes = w->manifest.info.state_bytes;
  w->manifest.info = *info;
  strbuf_init(&bytes, 0);
  Code code = OK;
  if (!manifest_encode(&w->manifest, &bytes)) {
    code = FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to write %s", w->manifest_name);
  }
  if (code == OK) code = write_manifest_bytes(w, &bytes, err);
  info->file_bytes = w->manifest.state_length + bytes.len;
  strbuf_deinit(&bytes);
  return code;
}

/* What cannot be made to last must not be seen either: its name is taken back. */
static Code publish(CheckpointWriter *w, Error *err) {
  if (!sys_sync_dir(w->aside)) return io_fail(err, NO_SPAN, "sync", w->aside, errno);
  if (sys.rename(w->aside, w->final) != 0) {
    return io_fail(err, NO_SPAN, "rename", w->aside, errno);
  }
  if (sys_sync_dir(w->into)) return OK;
  io_fail(err, NO_SPAN, "sync", w->into, errno);
  (void)!sys.rename(w->final, w->aside);
  return err->code;
}

Code checkpoint_finish(CheckpointWriter *w, CheckpointInfo *info, Error *err) {
  assert(w->n_owners <= info->n_owners);
  Code code = finish_state(w, err);
  if (code == OK) code = write_manifest(w, info, err);
  if (code == OK) code = publish(w, err);
  if (code != OK) {
    checkpoint_abandon(w);
    return code;
  }
  writer_free(w);
  return OK;
}
