/* checkpoint_forge.h -- for tests and the fuzzer: a checkpoint in memory, and checksums made right.
 *
 * Behind its checksums a reader trusts as little as before them; to get there, what was damaged
 * needs checksums that fit.
 */
#pragma once
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/sys.h"
#include "exec/run/checkpoint_format.h"

/* --- files in memory: "forged/manifest" and "forged/state" ----------------------------------- */

typedef struct Forged {
  StrBuf manifest, state;
  size_t at; /* of read in the manifest */
} Forged;

enum { FORGED_MANIFEST_FD = 1 << 20, FORGED_STATE_FD };

static Forged forged;

static int forged_open(const char *path, int flags, mode_t mode) {
  (void)flags;
  (void)mode;
  forged.at = 0;
  if (strcmp(path, "forged/manifest") == 0) return FORGED_MANIFEST_FD;
  if (strcmp(path, "forged/state") == 0) return FORGED_STATE_FD;
  errno = ENOENT;
  return -1;
}

static ssize_t forged_copy(const StrBuf *from, void *buf, size_t n, uint64_t at) {
  size_t left = at < from->len ? from->len - at : 0, part = n < left ? n : left;
  if (part > 0) memcpy(buf, from->data + at, part);
  return (ssize_t)part;
}

static ssize_t forged_read(int fd, void *buf, size_t n) {
  assert(fd == FORGED_MANIFEST_FD);
  (void)fd;
  ssize_t got = forged_copy(&forged.manifest, buf, n, forged.at);
  forged.at += (size_t)got;
  return got;
}

static ssize_t forged_pread(int fd, void *buf, size_t n, off_t at) {
  assert(fd == FORGED_STATE_FD && at >= 0);
  (void)fd;
  return forged_copy(&forged.state, buf, n, (uint64_t)at);
}

static int forged_fstat(int fd, struct stat *st) {
  assert(fd == FORGED_STATE_FD);
  (void)fd;
  *st = (struct stat){.st_mode = S_IFREG | 0600, .st_size = (off_t)forged.state.len};
  return 0;
}

static int forged_close(int fd) {
  (void)fd;
  return 0;
}

/* Reading goes to the files in memory from now on. */
static void forged_install(void) {
  sys.open = forged_open;
  sys.read = forged_read;
  sys.pread = forged_pread;
  sys.fstat = forged_fstat;
  sys.close = forged_close;
}

/* --- checksums ------------------------------------------------------------------------------- */

static void forge_state(void) {
  size_t skip = sizeof(uint64_t);
  for (size_t at = sizeof(FileHeader); at + sizeof(FrameHeader) <= forged.state.len;) {
    FrameHeader h;
    char *frame = forged.state.data + at;
    memcpy(&h, frame, sizeof h);
    if (!frame_possible(&h, forged.state.len - at, FRAME_RAW_MAX)) return;
    h.checksum = XXH3_64bits(frame + skip, sizeof h - skip + h.stored);
    memcpy(frame, &h, sizeof h);
    at += sizeof h + h.stored;
  }
}

/* Lengths and checksums of both files as a reader wants them, as far as they have the shape. */
static void forge_checksums(void) {
  StrBuf *m = &forged.manifest;
  const uint64_t length = forged.state.len;
  size_t fields = sizeof(FileHeader);
  if (m->len < fields + sizeof length + 2 * sizeof(Digest)) return;
  forge_state();
  const Digest state = digest_of(strbuf_text(&forged.state), forged.state.len);
  const uint32_t body = (uint32_t)(m->len - fields - sizeof(Digest));
  memcpy(m->data + offsetof(FileHeader, body_bytes), &body, sizeof body);
  memcpy(m->data + fields, &length, sizeof length);
  memcpy(m->data + fields + sizeof length, &state, sizeof state);
  const Digest all = digest_of(m->data, m->len - sizeof all);
  memcpy(m->data + m->len - sizeof all, &all, sizeof all);
}
