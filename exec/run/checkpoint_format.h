/* checkpoint_format.h -- the bytes of a checkpoint, for those who write and read them.
 *
 * docs/checkpoint-format.md is the description; the structs here are what stands on disk, byte by
 * byte, since numbers are little-endian and nothing is padded.
 */
#pragma once
#include "exec/run/checkpoint_file.h"

enum {
  CHECKPOINT_VERSION = 1,
  CHECKPOINT_DIR_MODE = 0700, /* state is as secret as the rows that it is made of */
  CHECKPOINT_FILE_MODE = 0600,
  FRAME_RAW_MAX = 1 << 20, /* of the state between two checksums; what a reader must allocate */
  FRAME_ROW_MAX = 1024,    /* more are text for the most part, and not of one size */
  MANIFEST_MAX = 64 << 20,
};

#define MANIFEST_MAGIC "WEIR:CHK"
#define STATE_MAGIC    "WEIR:STA"

/* How both files begin; of the same shape in all versions. */
typedef struct FileHeader {
  char magic[8];
  uint32_t version;
  uint32_t body_bytes; /* of the manifest: between this header and the digest; of state: 0 */
} FileHeader;
static_assert(sizeof(FileHeader) == 16, "as on disk");

typedef struct Digest {
  uint64_t low, high; /* XXH3-128 */
} Digest;
static_assert(sizeof(Digest) == 16, "as on disk");

/* state is a stream of blocks, cut into frames of up to FRAME_RAW_MAX bytes whatever they fall
 * into.  A frame of entries that all have the same size is turned into planes of bytes
 * (exec/state/byte_planes.h) before it is compressed. */
typedef struct FrameHeader {
  uint64_t checksum;    /* XXH3-64 of what follows: the numbers, and the bytes as they are stored */
  uint32_t stored, raw; /* equal: not compressed */
  uint32_t row;         /* of the planes; 0: not turned */
  uint32_t zero;
} FrameHeader;
static_assert(sizeof(FrameHeader) == 24, "as on disk");

enum { ENTRY_HEADER_BYTES = 12 }; /* the hash and the length, before the bytes of an entry */

typedef struct BlockHeader {
  uint64_t bytes; /* that follow */
  uint64_t n_entries;
  uint32_t owner;
  uint32_t version;
  uint32_t head_bytes;
  uint32_t zero;
  char section[STATE_SECTION_MAX]; /* ends in zeros */
} BlockHeader;
static_assert(sizeof(BlockHeader) == 56, "as on disk");

/* --- names ----------------------------------------------------------------------------------- */

/* INTO/chk-7; ".chk-7.inprogress"; ".chk-7.removed".  In the arena. */
const char *checkpoint_name(Arena *arena, const char *into, uint64_t id);
const char *checkpoint_aside_name(Arena *arena, const char *into, uint64_t id);
const char *checkpoint_removed_name(Arena *arena, const char *into, uint64_t id);
/* Remove the directory of a checkpoint with what weir writes there; gone already is no error. */
MUST_USE Code checkpoint_remove_dir(const char *path, Error *err);

/* --- the manifest ---------------------------------------------------------------------------- */

typedef struct Manifest {
  uint64_t state_length; /* of the file */
  Digest state_digest;
  uint64_t n_blocks;
  CheckpointInfo info; /* file_bytes is not stored */
} Manifest;

/* The bytes of the file appended to out.  false: no memory. */
MUST_USE bool manifest_encode(const Manifest *m, StrBuf *out);
/* Verify and parse the file of this name; texts are copied into the arena. */
MUST_USE Code manifest_decode(Arena *arena, const char *name, const char *bytes, size_t n,
                              Manifest *out, Error *err);
/* Read and decode PATH/manifest. */
MUST_USE Code manifest_read(Arena *arena, const char *path, Manifest *out, Error *err);
Digest digest_of(const void *bytes, size_t n);

/* ERR_STATE, "NAME: damaged at byte AT (WHAT)". */
Code checkpoint_damaged(const char *name, uint64_t at, const char *what, Error *err);
/* Is it the header of such a file, and of a version that is known? */
MUST_USE Code file_header_check(const FileHeader *h, const char *magic, const char *name,
                                Error *err);

/* --- frames ---------------------------------------------------------------------------------- */

/* What packing and unpacking needs; one thread. */
typedef struct FrameBuffers {
  uint32_t size; /* at most FRAME_RAW_MAX */
  char *raw;     /* size bytes */
  char *planes;  /* as many */
  char *frame;   /* and a header */
} FrameBuffers;

/* false: no memory; deinit all the same. */
MUST_USE bool frame_buffers_init(FrameBuffers *b, uint32_t size);
void frame_buffers_deinit(FrameBuffers *b);

/* The bytes that a row of planes should have for such entries; 0: it is better without. */
uint32_t frame_row_of(const StateBlock *block);
/* Make b->frame of 0 < n bytes of b->raw.  Returns its length. */
size_t frame_pack(FrameBuffers *b, uint32_t n, uint32_t row);
/* Can a frame begin like this, in a file with `left` more bytes, the header's included?  raw_max:
 * the most that it may hold. */
bool frame_possible(const FrameHeader *h, uint64_t left, uint32_t raw_max);
/* Is b->frame, header and all, as it was written? */
bool frame_intact(const FrameBuffers *b);
/* Fill b->raw from b->frame.  false: they are no such frame's. */
MUST_USE bool frame_unpack(FrameBuffers *b);
