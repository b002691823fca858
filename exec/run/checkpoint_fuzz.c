/* checkpoint_fuzz.c -- libFuzzer entry: any bytes as a checkpoint, read to its end.
 *
 *     CC=clang meson setup -Dfuzz=true -Db_sanitize=address,undefined -Db_lundef=false \
 *         -Dc_args=-fsanitize=fuzzer-no-link build-fuzz
 *     build-fuzz/exec/run/checkpoint_fuzz -max_len=4096
 *
 * The first byte says whether checksums are made to fit, the next two how long the manifest is;
 * then come its bytes and those of the state.
 */
#include "base/check.h"
#include "exec/run/checkpoint_forge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The entries of a block, as whoever restores it would go through them. */
static void walk(const StateBlock *block) {
  StateIn in;
  uint64_t hash;
  state_in_init(&in, block, 0, UINT64_MAX);
  state_get_str(&in);
  while (state_next(&in, &hash)) state_get_u64(&in);
}

static void read_all(void) {
  CheckpointReader *r;
  StateBlock *block = NULL;
  Error err = {0};
  uint32_t owner;
  Code code = checkpoint_open("forged", &r, &err);
  if (code == OK) {
    while ((code = checkpoint_next(r, &owner, &block, &err)) == OK && block != NULL) {
      assert(owner < checkpoint_info(r)->n_owners);
      walk(block);
      state_block_free(block);
    }
    checkpoint_close(r);
  }
  assert(code == OK || (code == ERR_STATE && err.msg[0] != '\0'));
}

static void dump(void) {
  StrBuf out = {0};
  Error err = {0};
  Code code = checkpoint_dump("forged", &out, &err);
  assert(code == OK || code == ERR_STATE);
  assert(check_failures == 0);
  strbuf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3) return 0;
  size_t n = (size_t)data[1] << 8 | data[2], rest = size - 3;
  if (n > rest) n = rest;
  forged_install();
  strbuf_clear(&forged.manifest);
  strbuf_clear(&forged.state);
  strbuf_put(&forged.manifest, (const char *)data + 3, n);
  strbuf_put(&forged.state, (const char *)data + 3 + n, rest - n);
  if (data[0] != 0) forge_checksums();
  read_all();
  dump();
  return 0;
}
