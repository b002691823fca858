/* checkpoint_manifest.c -- the file that says what a checkpoint is: written last, read first.
 *
 * Header, fields, digest of both.  The digest is looked at before anything else is believed, the
 * version before the fields.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "exec/connectors/io_error.h"
#include "exec/run/checkpoint_format.h"

Digest digest_of(const void *bytes, size_t n) {
  XXH128_hash_t h = XXH3_128bits(bytes, n);
  return (Digest){h.low64, h.high64};
}

Code checkpoint_damaged(const char *name, uint64_t at, const char *what, Error *err) {
  return FAIL(err, ERR_STATE, NO_SPAN, "%s: damaged at byte %llu (%s)", name,
              (unsigned long long)at, what);
}

Code file_header_check(const FileHeader *h, const char *magic, const char *name, Error *err) {
  if (memcmp(h->magic, magic, sizeof h->magic) != 0) {
    return checkpoint_damaged(name, 0, "not a file of a checkpoint", err);
  }
  if (h->version == CHECKPOINT_VERSION) return OK;
  FAIL(err, ERR_STATE, NO_SPAN, "%s: format version %u at byte %zu; this weir reads version %d",
       name, h->version, offsetof(FileHeader, version), CHECKPOINT_VERSION);
  error_hint(err, "a newer weir wrote it");
  return err->code;
}

/* --- writing --------------------------------------------------------------------------------- */

/* Fields are put as those of a block are; the one that there is comes here. */
typedef struct Fields {
  StateSink sink;
  StateBlock *block;
} Fields;

static bool take_fields(StateSink *to, StateBlock *block) {
  ((Fields *)to)->block = block;
  return true;
}

static void put_text(StateOut *o, const char *text) { state_put_str(o, str_of(text)); }

static void put_fields(StateOut *o, const Manifest *m) {
  const CheckpointInfo *info = &m->info;
  state_put_u64(o, m->state_length);
  state_put(o, &m->state_digest, sizeof m->state_digest);
  state_put_u64(o, info->state_bytes);
  state_put_u64(o, m->n_blocks);
  state_put_u64(o, info->id);
  state_put_u64(o, info->epochs);
  state_put_i64(o, info->time_us);
  state_put_u32(o, info->parallelism);
  state_put_bool(o, info->finished);
  state_put_bool(o, info->savepoint);
  put_text(o, info->engine);
  put_text(o, info->job);
  state_put_u32(o, info->n_owners);
  for (uint32_t i = 0; i < info->n_owners; i++) put_text(o, info->owners[i]);
}

bool manifest_encode(const Manifest *m, StrBuf *out) {
  Fields fields = {.sink.take = take_fields};
  StateOut o;
  state_begin(&o, &fields.sink, "manifest", CHECKPOINT_VERSION);
  put_fields(&o, m);
  if (!state_end(&o)) return false;
  const StrBuf *body = &fields.block->bytes;
  FileHeader h = {
      .magic = MANIFEST_MAGIC, .version = CHECKPOINT_VERSION, .body_bytes = (uint32_t)body->len};
  size_t begin = out->len;
  strbuf_put(out, (const char *)&h, sizeof h);
  strbuf_put(out, body->data, body->len);
  state_block_free(fields.block);
  if (strbuf_failed(out)) return false;
  Digest digest = digest_of(out->data + begin, out->len - begin);
  strbuf_put(out, (const char *)&digest, sizeof digest);
  return !strbuf_failed(out);
}

/* --- reading --------------------------------------------------------------------------------- */

/* NULL: no memory, which `*full` says, or it is not there. */
static const char *get_text(StateIn *in, Arena *arena, bool *full) {
  Str s = state_get_str(in);
  if (in->bad) return "";
  char *text = arena_try_alloc(arena, s.len + 1, 1);
  if (text == NULL) {
    *full = true;
    return "";
  }
  memcpy(text, s.ptr, s.len);
  text[s.len] = '\0';
  if (memchr(text, '\0', s.len) != NULL) state_bad(in);
  return text;
}

static bool get_flag(StateIn *in) {
  uint8_t v = state_get_u8(in);
  if (v > 1) state_bad(in);
  return v == 1;
}

static void get_owners(StateIn *in, Arena *arena, CheckpointInfo *info, bool *full) {
  uint32_t n = state_get_u32(in);
  /* Each has its length at least. */
  if (n > (size_t)(in->end - in->at) / sizeof(uint32_t)) state_bad(in);
  if (in->bad) return;
  info->owners = arena_try_alloc(arena, n * sizeof *info->owners, sizeof(void *));
  if (info->owners == NULL) *full = true;
  for (; info->n_owners < n && !in->bad && !*full; info->n_owners++) {
    info->owners[info->n_owners] = get_text(in, arena, full);
  }
}

/* false: no memory. */
static bool get_fields(StateIn *in, Arena *arena, Manifest *m) {
  CheckpointInfo *info = &m->info;
  bool full = false;
  m->state_length = state_get_u64(in);
  state_get(in, &m->state_digest, sizeof m->state_digest);
  info->state_bytes = state_get_u64(in);
  m->n_blocks = state_get_u64(in);
  info->id = state_get_u64(in);
  info->epochs = state_get_u64(in);
  info->time_us = state_get_i64(in);
  info->parallelism = state_get_u32(in);
  info->finished = get_flag(in);
  info->savepoint = get_flag(in);
  info->engine = get_text(in, arena, &full);
  info->job = get_text(in, arena, &full);
  get_owners(in, arena, info, &full);
  if (in->at != in->end && !full) state_bad(in);
  return !full;
}

/* The frame around the fields. */
static Code check_file(const char *name, const char *bytes, size_t n, Error *err) {
  FileHeader h;
  Digest digest;
  if (n < sizeof h + sizeof digest) return checkpoint_damaged(name, n, "it ends here", err);
  memcpy(&h, bytes, sizeof h);
  if (memcmp(h.magic, MANIFEST_MAGIC, sizeof h.magic) != 0) {
    return file_header_check(&h, MANIFEST_MAGIC, name, err);
  }
  if (h.body_bytes != n - sizeof h - sizeof digest) {
    return checkpoint_damaged(name, offsetof(FileHeader, body_bytes), "length", err);
  }
  Digest want = digest_of(bytes, n - sizeof digest);
  memcpy(&digest, bytes + n - sizeof digest, sizeof digest);
  if (memcmp(&digest, &want, sizeof want) != 0) {
    return checkpoint_damaged(name, n - sizeof digest, "checksum", err);
  }
  return file_header_check(&h, MANIFEST_MAGIC, name, err);
}

Code manifest_decode(Arena *arena, const char *name, const char *bytes, size_t n, Manifest *out,
                     Error *err) {
  TRY(check_file(name, bytes, n, err));
  const char *body = bytes + sizeof(FileHeader);
  StateIn in = {.at = body, .end = bytes + n - sizeof(Digest)};
  *out = (Manifest){0};
  if (!get_fields(&in, arena, out)) {
    return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to read %s", name);
  }
  if (in.bad) return checkpoint_damaged(name, (uint64_t)(in.at - bytes), "field", err);
  out->info.file_bytes = out->state_length + n;
  return OK;
}

Code manifest_read(Arena *arena, const char *path, Manifest *out, Error *err) {
  const char *name = arena_printf(arena, "%s/manifest", path);
  size_t n;
  char *bytes = sys_read_file(name, MANIFEST_MAX, &n);
  if (bytes == NULL && (errno == ENOENT || errno == ENOTDIR)) {
    return FAIL(err, ERR_STATE, NO_SPAN, "%s: not a checkpoint: it has no manifest", path);
  }
  if (bytes == NULL && errno == EFBIG) {
    return checkpoint_damaged(name, MANIFEST_MAX, "it goes on too long", err);
  }
  if (bytes == NULL) return io_fail(err, NO_SPAN, "read", name, errno);
  Code code = manifest_decode(arena, name, bytes, n, out, err);
  free(bytes);
  return code;
}
