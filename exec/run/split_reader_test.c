/* split_reader_test.c -- the chunk grid: chunks are whole records, joined they are the file, and
 * chunk i holds exactly the records that start in [i*S, (i+1)*S).
 *
 * Against a reference that walks random CSV (quotes, embedded newlines, a last line without its
 * newline) byte by byte.
 */
#include "exec/run/split_reader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sys.h"

static uint64_t state = 88172645463325252u;
static uint32_t below(uint32_t n) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 20) % n;
}

static char path[] = "/tmp/weir-split-XXXXXX.csv";

static void random_csv(StrBuf *out) {
  uint32_t records = below(40);
  for (uint32_t r = 0; r < records; r++) {
    for (int f = 0; f < 2; f++) {
      bool quoted = below(4) == 0;
      if (quoted) strbuf_putc(out, '"');
      for (uint32_t i = below(12); i > 0; i--) {
        const char *pool = quoted ? "ab,\n" : "abcd";
        strbuf_putc(out, pool[below(4)]);
        if (quoted && below(6) == 0) strbuf_puts(out, "\"\"");
      }
      if (quoted) strbuf_putc(out, '"');
      if (f == 0) strbuf_putc(out, ',');
    }
    if (r + 1 < records || below(2) == 0) strbuf_putc(out, '\n');
  }
}

/* Where the record that begins at `at` ends. */
static size_t reference_end(const char *text, size_t len, size_t at) {
  bool quotes = false;
  for (; at < len; at++) {
    if (text[at] == '"') quotes = !quotes;
    if (text[at] == '\n' && !quotes) return at + 1;
  }
  return len;
}

static void write_file(const StrBuf *text) {
  int fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  CHECK(fd >= 0 && sys_write_all(fd, strbuf_text(text), text->len));
  sys.close(fd);
}

/* Behind the last record that starts before the end of the grid cell of `at`. */
static size_t reference_chunk(const StrBuf *text, size_t at, size_t grid) {
  size_t limit = (at / grid + 1) * grid;
  while (at < limit && at < text->len) at = reference_end(text->data, text->len, at);
  return at;
}

static void check_chunks(const ScanSpec *scan, const DecodeSpec *decode, const StrBuf *text,
                         size_t grid) {
  Split split = {.name = path, .bounded = true};
  SplitReader r = {.scan = scan, .decode = decode, .split = &split, .chunk_bytes = grid};
  Error err = {0};
  size_t at = 0;
  while (!r.done) {
    ChunkText chunk;
    ReadResult result;
    Code code = split_reader_next(&r, false, &chunk, &result, &err);
    CHECK(code == OK && result == READ_CHUNK);
    if (code != OK) break;
    size_t end = reference_chunk(text, at, grid);
    CHECK_INT(chunk.len, end - at);
    CHECK(at + chunk.len <= text->len &&
          memcmp(chunk.text, strbuf_text(text) + at, chunk.len) == 0);
    uint64_t lines = 1;
    for (size_t i = 0; i < at; i++) lines += text->data[i] == '\n';
    CHECK_INT(chunk.first_line, lines);
    at += chunk.len;
    free(chunk.text);
  }
  CHECK_INT(at, text->len);
  split_reader_free(&r);
}

int main(void) {
  int fd = mkstemps(path, 4);
  if (fd < 0) return 1;
  close(fd);
  FormatField fields[] = {{"a", type_string()}, {"b", type_string()}};
  Option options[] = {{.key = "connector", .value = "filesystem"},
                      {.key = "path", .value = path},
                      {.key = "format", .value = "csv"}};
  ScanSpec scan = {.table = "t",
                   .connector = connector_find("filesystem"),
                   .format = format_find("csv"),
                   .options = {options, COUNT_OF(options)},
                   .fields = fields,
                   .n_fields = 2};
  DecodeSpec decode = {.fields = fields, .n_fields = 2, .options = scan.options};
  for (int round = 0; round < 400; round++) {
    StrBuf text = {0};
    random_csv(&text);
    write_file(&text);
    check_chunks(&scan, &decode, &text, 1 + below(80));
    check_chunks(&scan, &decode, &text, 100000);
    strbuf_deinit(&text);
  }
  sys.unlink(path);
  return check_done();
}
