/* checkpoint_dump.c -- a checkpoint told to people: what it is, and how much of what is in it.
 *
 *     checkpoint   ck/out/chk-7
 *     kind         checkpoint
 *     time         2026-01-02 03:04:05.678 UTC
 *     ...
 *     operator WINDOW_AGG[...]
 *       slice v1                    12 blocks       50000 entries        1234567 bytes
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "exec/data/timestamp.h"
#include "exec/run/checkpoint_file.h"

const char *checkpoint_kind(const CheckpointInfo *info) {
  return info->savepoint ? "savepoint" : info->finished ? "finished" : "checkpoint";
}

/* --- counting -------------------------------------------------------------------------------- */

typedef struct Tally {
  uint32_t owner, order;
  char section[STATE_SECTION_MAX];
  uint32_t version;
  uint64_t blocks, entries, bytes;
} Tally;

typedef struct Tallies {
  Tally *items; /* malloc'ed */
  uint32_t n, cap;
} Tallies;

static Tally *add_tally(Tallies *t, uint32_t owner, const StateBlock *block) {
  if (t->n == t->cap) {
    uint32_t cap = t->cap > 0 ? 2 * t->cap : 16;
    Tally *items = realloc(t->items, cap * sizeof *items);
    if (items == NULL) return NULL;
    t->items = items;
    t->cap = cap;
  }
  Tally *tally = &t->items[t->n];
  *tally = (Tally){.owner = owner, .order = t->n++, .version = block->version};
  memcpy(tally->section, block->section, sizeof tally->section);
  return tally;
}

/* The newest is most often the one. */
static Tally *tally_of(Tallies *t, uint32_t owner, const StateBlock *block) {
  for (uint32_t i = t->n; i-- > 0;) {
    Tally *at = &t->items[i];
    if (at->owner == owner && at->version == block->version &&
        strcmp(at->section, block->section) == 0) {
      return at;
    }
  }
  return add_tally(t, owner, block);
}

static Code count_blocks(CheckpointReader *r, Tallies *t, Error *err) {
  for (;;) {
    StateBlock *block;
    uint32_t owner;
    TRY(checkpoint_next(r, &owner, &block, err));
    if (block == NULL) return OK;
    Tally *tally = tally_of(t, owner, block);
    if (tally != NULL) {
      tally->blocks++;
      tally->entries += block->n_entries;
      tally->bytes += block->bytes.len;
    }
    state_block_free(block);
    if (tally == NULL) return FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to count blocks");
  }
}

static int by_owner(const void *a, const void *b) {
  const Tally *x = a, *y = b;
  if (x->owner != y->owner) return x->owner < y->owner ? -1 : 1;
  return (x->order > y->order) - (x->order < y->order);
}

/* --- telling --------------------------------------------------------------------------------- */

static void put_name(StrBuf *out, const char *label) { strbuf_printf(out, "%-12s ", label); }

static void put_text_line(StrBuf *out, const char *label, const char *text) {
  put_name(out, label);
  escape_put(out, text, strlen(text), 0);
  strbuf_putc(out, '\n');
}

static void put_number_line(StrBuf *out, const char *label, uint64_t n, const char *unit) {
  put_name(out, label);
  strbuf_printf(out, "%llu%s\n", (unsigned long long)n, unit);
}

static void put_info(StrBuf *out, const char *path, const CheckpointInfo *info) {
  char time[TIMESTAMP_TEXT_MAX];
  size_t len = timestamp_print(info->time_us, 3, ' ', time);
  put_text_line(out, "checkpoint", path);
  put_text_line(out, "kind", checkpoint_kind(info));
  put_number_line(out, "id", info->id, "");
  put_name(out, "time");
  strbuf_printf(out, "%.*s UTC\n", (int)len, time);
  put_text_line(out, "job", info->job);
  put_number_line(out, "epochs", info->epochs, "");
  put_text_line(out, "input", info->finished ? "had ended" : "goes on");
  put_number_line(out, "parallelism", info->parallelism, "");
  put_number_line(out, "state", info->state_bytes, " bytes");
  put_number_line(out, "on disk", info->file_bytes, " bytes");
  put_text_line(out, "weir", info->engine);
}

static void put_tally(StrBuf *out, const Tally *t) {
  size_t begin = out->len;
  strbuf_puts(out, "  ");
  escape_put(out, t->section, strlen(t->section), 0);
  strbuf_printf(out, " v%u", t->version);
  if (out->len - begin < 28) strbuf_fill(out, ' ', 28 - (out->len - begin));
  strbuf_printf(out, " %7llu blocks %11llu entries %14llu bytes\n", (unsigned long long)t->blocks,
                (unsigned long long)t->entries, (unsigned long long)t->bytes);
}

static void put_owners(StrBuf *out, const CheckpointInfo *info, Tallies *t) {
  uint32_t next = 0;
  if (t->n > 0) qsort(t->items, t->n, sizeof *t->items, by_owner);
  for (uint32_t owner = 0; owner < info->n_owners; owner++) {
    strbuf_putc(out, '\n');
    escape_put(out, info->owners[owner], strlen(info->owners[owner]), 0);
    strbuf_putc(out, '\n');
    if (next == t->n || t->items[next].owner != owner) strbuf_puts(out, "  nothing\n");
    while (next < t->n && t->items[next].owner == owner) put_tally(out, &t->items[next++]);
  }
}

static Code dump_blocks(const char *path, StrBuf *out, Error *err) {
  CheckpointReader *r;
  Tallies tallies = {0};
  TRY(checkpoint_open(path, &r, err));
  Code code = count_blocks(r, &tallies, err);
  if (code == OK) put_owners(out, checkpoint_info(r), &tallies);
  free(tallies.items);
  checkpoint_close(r);
  return code;
}

Code checkpoint_dump(const char *path, StrBuf *out, Error *err) {
  Arena arena = {0};
  CheckpointInfo info;
  Code code = checkpoint_peek(&arena, path, &info, err);
  if (code == OK) {
    put_info(out, path, &info);
    code = dump_blocks(path, out, err);
  }
  arena_deinit(&arena);
  if (code == OK && strbuf_failed(out)) {
    code = FAIL(err, ERR_MEMORY, NO_SPAN, "no memory to tell of %s", path);
  }
  return code;
}
