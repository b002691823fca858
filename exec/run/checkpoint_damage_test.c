/* checkpoint_damage_test.c -- a checkpoint with any bit flipped, or cut anywhere, is refused: with
 * the file and the byte, and without a great allocation.
 *
 * All of a small one, samples of a large one.  Then the same with checksums made to fit, so that
 * what stands behind them is put to the test: it may be taken for a checkpoint, but nothing else
 * may happen.
 */
#include <sys/resource.h>

#include "exec/run/checkpoint_check.h"
#include "exec/run/checkpoint_forge.h"

static StrBuf whole_manifest, whole_state;

static void put_copy(StrBuf *to, const StrBuf *from) {
  strbuf_clear(to);
  strbuf_put(to, from->data, from->len);
}

static void make_whole(void) {
  put_copy(&forged.manifest, &whole_manifest);
  put_copy(&forged.state, &whole_state);
}

/* Write b and take its files into memory. */
static void load(const Blocks *b, uint64_t id) {
  Error err = {0};
  CheckpointInfo info;
  char name[64];
  size_t n;
  CHECK_INT(blocks_write(b, test_dir, id, false, &info, &err), OK);
  strbuf_clear(&whole_manifest);
  strbuf_clear(&whole_state);
  snprintf(name, sizeof name, "chk-%llu/manifest", (unsigned long long)id);
  char *bytes = sys_read_file(at(name), SIZE_MAX / 2, &n);
  strbuf_put(&whole_manifest, bytes, n);
  free(bytes);
  snprintf(name, sizeof name, "chk-%llu/state", (unsigned long long)id);
  bytes = sys_read_file(at(name), SIZE_MAX / 2, &n);
  strbuf_put(&whole_state, bytes, n);
  free(bytes);
}

static uint32_t n_tried;

/* What is in memory now has to be refused. */
static void check_refused(const char *how, size_t place) {
  Error err = {0};
  Code code = blocks_read("forged", NULL, &err);
  bool told = strncmp(err.msg, "forged/", 7) == 0 && strstr(err.msg, " at byte ") != NULL;
  n_tried++;
  if (code == ERR_STATE && told) return;
  printf("%s at %zu: code %d, \"%s\"\n", how, place, code, err.msg);
  check_failures++;
}

static void check_flip(StrBuf *file, const StrBuf *whole, size_t place, unsigned bit) {
  make_whole();
  assert(file->len == whole->len);
  file->data[place] ^= (char)(1u << bit);
  check_refused("flip", place);
}

static void check_cut(StrBuf *file, size_t len) {
  make_whole();
  file->len = len;
  check_refused("cut", len);
}

static void check_all_of(StrBuf *file, const StrBuf *whole) {
  for (size_t i = 0; i < whole->len; i++) {
    for (unsigned bit = 0; bit < 8; bit++) check_flip(file, whole, i, bit);
    check_cut(file, i);
  }
  make_whole();
  strbuf_putc(file, '\0');
  check_refused("longer", whole->len);
}

static void check_samples_of(StrBuf *file, const StrBuf *whole, uint32_t n) {
  uint64_t seed = 11;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t r = check_random(&seed);
    check_flip(file, whole, (r >> 3) % whole->len, r % 8);
    check_cut(file, (r >> 13) % whole->len);
  }
}

/* Two frames change places, or one comes twice: each is as it was written. */
static void check_frames_moved(void) {
  FrameHeader first, second;
  size_t begin = sizeof(FileHeader);
  memcpy(&first, whole_state.data + begin, sizeof first);
  size_t one = sizeof first + first.stored;
  memcpy(&second, whole_state.data + begin + one, sizeof second);
  size_t two = sizeof second + second.stored;
  make_whole();
  memcpy(forged.state.data + begin, whole_state.data + begin + one, two);
  memcpy(forged.state.data + begin + two, whole_state.data + begin, one);
  check_refused("frames exchanged", begin);
  make_whole();
  forged.state.len = begin + one;
  strbuf_put(&forged.state, whole_state.data + begin, whole_state.len - begin);
  check_refused("a frame twice", begin);
}

/* The manifest of one checkpoint and the state of another. */
static void check_mixed(const Blocks *a, const Blocks *b) {
  load(a, 100);
  put_copy(&forged.state, &whole_state);
  load(b, 101);
  put_copy(&forged.manifest, &whole_manifest);
}

static uint32_t n_taken;

static void check_forged(const char *how, size_t place) {
  Error err = {0};
  forge_checksums();
  Code code = blocks_read("forged", NULL, &err);
  n_taken += code == OK;
  if (code == OK || code == ERR_STATE) return;
  printf("forged %s at %zu: code %d, \"%s\"\n", how, place, code, err.msg);
  check_failures++;
}

static void check_all_forged(StrBuf *file, const StrBuf *whole) {
  for (size_t i = 0; i < whole->len; i++) {
    for (unsigned bit = 0; bit < 8; bit++) {
      make_whole();
      file->data[i] ^= (char)(1u << bit);
      check_forged("flip", i);
    }
    make_whole();
    file->len = i;
    check_forged("cut", i);
  }
}

static void check_message(const char *want) {
  Error err = {0};
  CHECK_INT(blocks_read("forged", NULL, &err), ERR_STATE);
  CHECK_STR(err.msg, want);
}

static void set_u32(StrBuf *file, size_t place, uint32_t v) {
  memcpy(file->data + place, &v, sizeof v);
}

/* What is said of what; the version is told where the rest is whole. */
static void check_messages(void) {
  make_whole();
  forged.state.data[sizeof(FileHeader) + sizeof(FrameHeader) + 4] ^= 1;
  check_message("forged/state: damaged at byte 16 (checksum)");
  make_whole();
  forged.state.len = 30;
  check_message("forged/state: damaged at byte 30 (it ends here)");
  make_whole();
  forged.manifest.data[0] ^= 1;
  check_message("forged/manifest: damaged at byte 0 (not a file of a checkpoint)");
  make_whole();
  set_u32(&forged.manifest, offsetof(FileHeader, version), 2);
  forge_checksums();
  check_message("forged/manifest: format version 2 at byte 8; this weir reads version 1");
  make_whole();
  set_u32(&forged.state, offsetof(FileHeader, version), 3);
  forge_checksums();
  check_message("forged/state: format version 3 at byte 8; this weir reads version 1");
  make_whole();
  Error err = {0};
  CHECK_INT(blocks_read("elsewhere", NULL, &err), ERR_STATE);
  CHECK_STR(err.msg, "elsewhere: not a checkpoint: it has no manifest");
}

/* A size that makes no sense would be refused as memory, which is another code.  (A sanitizer
 * wants much more address space than this, and refuses such sizes itself.) */
static void limit_memory(void) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  struct rlimit limit = {.rlim_cur = 256 << 20, .rlim_max = 256 << 20};
  CHECK_INT(setrlimit(RLIMIT_AS, &limit), 0);
#endif
}

static void load_small(Blocks *b) {
  blocks_add(b, 0, "slice", 12, 9, 3);
  blocks_add(b, 2, "timers", 0, 0, 4);
  blocks_add(b, 1, "zeros", 0, 0, 0);
  load(b, 1);
  CHECK(whole_state.len < 600);
}

static void check_small(void) {
  check_messages();
  check_all_of(&forged.manifest, &whole_manifest);
  check_all_of(&forged.state, &whole_state);
  CHECK(n_tried == 9 * (whole_manifest.len + whole_state.len) + 2);
  check_all_forged(&forged.manifest, &whole_manifest);
  check_all_forged(&forged.state, &whole_state);
  CHECK(n_taken > 100); /* numbers and texts that may be anything: the checksums did fit */
}

static void check_large(Blocks *large) {
  check_samples_of(&forged.state, &whole_state, 300);
  check_samples_of(&forged.manifest, &whole_manifest, 50);
  check_frames_moved();
  uint64_t seed = 5;
  for (uint32_t i = 0; i < 300; i++) {
    make_whole();
    uint64_t r = check_random(&seed);
    forged.state.data[(r >> 3) % whole_state.len] ^= (char)(1u << r % 8);
    check_forged("flip", r);
  }
  make_whole();
  Error err = {0};
  CHECK_INT(blocks_read("forged", large, &err), OK);
}

int main(void) {
  Blocks small = {0}, large = {0};
  test_dir_make();
  faults_begin();
  limit_memory();
  load_small(&small);
  for (uint32_t i = 0; i < 4; i++) blocks_add(&large, i, "table", 40000, i % 2 * 40, 20 + i);
  forged_install();
  check_small();
  faults_off();
  check_mixed(&small, &large);
  forged_install();
  check_refused("mixed", 0);
  check_large(&large);
  faults_off();
  blocks_free(&small);
  blocks_free(&large);
  strbuf_deinit(&whole_manifest);
  strbuf_deinit(&whole_state);
  strbuf_deinit(&forged.manifest);
  strbuf_deinit(&forged.state);
  test_dir_remove();
  return check_done();
}
