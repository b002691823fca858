/* byte_stream_test.c -- plain, gzip and zstd streams; damage of every kind; faults of read(2). */
#include <errno.h>
#include <poll.h>

#include "exec/connectors/byte_stream.h"
#include "exec/connectors/test_compress.h"
#include "exec/connectors/test_files.h"

/* Read all in pieces of step bytes.  *len is what came before the end or the failure. */
static Code read_all(ByteStream *s, size_t step, char *out, size_t *len, Error *err) {
  size_t got = 1;
  *len = 0;
  while (got > 0) {
    Code code = stream_read(s, out + *len, step, &got, err);
    if (code != OK) return code;
    CHECK(got <= step);
    *len += got;
  }
  return OK;
}

static char out_text[ROOM];

static Code read_path(const char *path, size_t step, size_t *len, Error *err) {
  ByteStream *s = NULL;
  *err = (Error){0};
  *len = 0;
  Code code = stream_open_path(path, (Span){3, 4}, &s, err);
  if (code == OK) code = read_all(s, step, out_text, len, err);
  stream_close(s);
  return code;
}

static void expect(const char *path, size_t step, const char *text, size_t text_len) {
  Error err;
  size_t len;
  Code code = read_path(path, step, &len, &err);
  CHECK_INT(code, OK);
  if (code != OK) printf("%s: %s\n", path, err.msg);
  CHECK_INT(len, text_len);
  CHECK(memcmp(out_text, text, text_len) == 0);
}

static void expect_error(const char *path, const char *words) {
  Error err;
  size_t len;
  CHECK_INT(read_path(path, 4096, &len, &err), ERR_IO);
  CHECK_INT(err.span.at, 3);
  CHECK(strstr(err.msg, path) != NULL);
  if (strstr(err.msg, words) == NULL) CHECK_STR(err.msg, words);
}

/* Text that compresses, but not to nothing. */
static const char *sample_text(size_t len) {
  static char text[ROOM];
  uint64_t x = 1;
  for (size_t i = 0; i < len; i++) {
    x = x * 6364136223846793005U + 1442695040888963407U;
    text[i] = i % 40 == 39 ? '\n' : (char)('a' + (x >> 60));
  }
  return text;
}

static void test_whole_files(void) {
  static Bytes b;
  const char *text = sample_text(60000);
  static const size_t steps[] = {1, 7, 4096, 60000};
  put_bytes(at("a.csv"), text, 60000);
  b.len = 0;
  add_gzip(&b, text, 20000);
  add_gzip(&b, text + 20000, 0);
  add_gzip(&b, text + 20000, 40000);
  put_bytes(at("a.csv.GZ"), b.data, b.len);
  memset(b.data + b.len, 0, 700); /* padding, as tapes have it */
  put_bytes(at("padded.gz"), b.data, b.len + 700);
  b.len = 0;
  add_zstd(&b, text, 20000);
  add_zstd(&b, text + 20000, 40000);
  put_bytes(at("a.csv.zst"), b.data, b.len);
  for (size_t i = 0; i < COUNT_OF(steps); i++) {
    expect(at("a.csv"), steps[i], text, 60000);
    expect(at("a.csv.GZ"), steps[i], text, 60000);
    expect(at("padded.gz"), steps[i], text, 60000);
    expect(at("a.csv.zst"), steps[i], text, 60000);
  }
  put_text(at("empty.csv"), "");
  expect(at("empty.csv"), 10, "", 0);
}

/* From any place of a plain file, also after its end was seen. */
static void test_seek(void) {
  const char *text = sample_text(60000);
  static const uint64_t places[] = {59999, 0, 4097, 60000, 61000, 1};
  Error err = {0};
  ByteStream *s = NULL;
  FileIdentity file;
  put_bytes(at("seek.csv"), text, 60000);
  CHECK_INT(stream_open_path(at("seek.csv"), NO_SPAN, &s, &err), OK);
  CHECK_INT(stream_identity(s, &file, &err), OK);
  CHECK(stream_can_seek(s) && file.size == 60000 && file.inode != 0);
  for (size_t i = 0; i < COUNT_OF(places); i++) {
    size_t len, want = places[i] < 60000 ? 60000 - (size_t)places[i] : 0;
    CHECK_INT(stream_seek(s, places[i], &err), OK);
    CHECK_INT(read_all(s, 4096, out_text, &len, &err), OK);
    CHECK_INT(len, want);
    CHECK(want == 0 || memcmp(out_text, text + places[i], want) == 0);
  }
  CHECK_INT(stream_seek(s, UINT64_MAX, &err), ERR_IO);
  stream_close(s);
  CHECK_INT(stream_open_path(at("a.csv.GZ"), NO_SPAN, &s, &err), OK);
  CHECK(!stream_can_seek(s));
  stream_close(s);
}

static const unsigned char *feed_bytes;
static size_t feed_len, feed_at, feed_piece;
static ssize_t feed_read(int fd, void *buf, size_t n) {
  (void)fd;
  if (n > feed_piece) n = feed_piece;
  if (n > feed_len - feed_at) n = feed_len - feed_at;
  memcpy(buf, feed_bytes + feed_at, n);
  feed_at += n;
  return (ssize_t)n;
}

/* A stream of bytes that come piece by piece through feed_read, from no file. */
static ByteStream *fed(StreamForm form, const void *bytes, size_t len, size_t piece) {
  ByteStream *s = NULL;
  Error err = {0};
  feed_bytes = bytes;
  feed_len = len;
  feed_at = 0;
  feed_piece = piece;
  StreamInit init = {.fd = 0, .name = "fed", .span = {3, 4}, .form = form};
  CHECK_INT(stream_new(&init, &s, &err), OK);
  return s;
}

/* A whole stream from memory. */
static Code read_fed(StreamForm form, const void *bytes, size_t n, size_t *len, Error *err) {
  *err = (Error){0};
  ByteStream *s = fed(form, bytes, n, 500);
  Code code = read_all(s, 700, out_text, len, err);
  stream_close(s);
  return code;
}

/* Every proper beginning of a compressed file is truncated, and is told so. */
static void test_truncated(void) {
  static Bytes b;
  Error err;
  size_t len;
  const char *text = sample_text(3000);
  sys.read = feed_read;
  for (int zst = 0; zst < 2; zst++) {
    StreamForm form = zst ? STREAM_ZSTD : STREAM_GZIP;
    b.len = 0;
    if (zst) add_zstd(&b, text, 3000);
    if (!zst) add_gzip(&b, text, 3000);
    for (size_t n = 0; n < b.len; n++) {
      CHECK_INT(read_fed(form, b.data, n, &len, &err), ERR_IO);
      CHECK_STR(err.msg, zst ? "cannot read \"fed\": truncated zstd"
                             : "cannot read \"fed\": truncated gzip");
    }
    CHECK_INT(read_fed(form, b.data, b.len, &len, &err), OK);
    CHECK(len == 3000 && memcmp(out_text, text, len) == 0);
  }
  faults_off();
}

/* A flipped byte gives an error or, where the format does not care (a time in the header), the
 * same text; never other text. */
static void test_damaged(void) {
  static Bytes b;
  Error err;
  size_t len;
  const char *text = sample_text(3000);
  sys.read = feed_read;
  for (int zst = 0; zst < 2; zst++) {
    uint32_t failures = 0;
    b.len = 0;
    if (zst) add_zstd(&b, text, 3000);
    if (!zst) add_gzip(&b, text, 3000);
    for (size_t i = 0; i < b.len; i++) {
      b.data[i] ^= 0x41;
      Code code = read_fed(zst ? STREAM_ZSTD : STREAM_GZIP, b.data, b.len, &len, &err);
      b.data[i] ^= 0x41;
      if (code == OK) CHECK(len == 3000 && memcmp(out_text, text, len) == 0);
      if (code != OK) CHECK_INT(code, ERR_IO);
      failures += code != OK;
    }
    CHECK(failures > b.len - 20);
  }
  faults_off();
}

static void test_not_compressed(void) {
  static Bytes b;
  Error err;
  size_t len;
  put_text(at("plain.gz"), "k,v\n1,2\n");
  CHECK_INT(read_path(at("plain.gz"), 4096, &len, &err), ERR_IO);
  CHECK_STR(err.hint, "its name says that it is compressed: is it?");
  expect_error(at("plain.gz"), "damaged gzip (incorrect header check)");
  put_text(at("plain.zst"), "k,v\n1,2\n");
  expect_error(at("plain.zst"), "damaged zstd");
  b.len = 0;
  add_gzip(&b, "k\n", 2);
  memcpy(b.data + b.len, "\0\0tail", 6);
  put_bytes(at("tail.gz"), b.data, b.len + 6);
  expect_error(at("tail.gz"), "damaged gzip");
}

static void test_open_errors(void) {
  expect_error(at("nowhere.csv"), "no such file or directory");
  expect_error(test_dir, "is a directory");
}

/* --- through the table of system calls ----------------------------------------------------- */

/* read(2) that gives one byte at a time, and now and then nothing for a while. */
static int calls;
static ssize_t slow_read(int fd, void *buf, size_t n) {
  calls++;
  if (calls % 3 == 0) return errno = EINTR, -1;
  if (calls % 3 == 1) return errno = EAGAIN, -1;
  return real_sys.read(fd, buf, n > 0 ? 1 : 0);
}
static int polls;
static int fake_poll(struct pollfd *fds, unsigned long n, int timeout_ms) {
  CHECK(n == 1 && fds->events == POLLIN && timeout_ms == -1);
  return ++polls, 1;
}
static ssize_t broken_read(int fd, void *buf, size_t n) {
  if (++calls > 2) return errno = EIO, -1;
  return real_sys.read(fd, buf, n > 100 ? 100 : n);
}
static int denied_open(const char *path, int flags, mode_t mode) {
  (void)path;
  (void)flags;
  (void)mode;
  return errno = EACCES, -1;
}

static void test_faults(void) {
  static Bytes b;
  const char *text = sample_text(5000);
  b.len = 0;
  add_gzip(&b, text, 5000);
  put_bytes(at("slow.gz"), b.data, b.len);
  put_bytes(at("slow.csv"), text, 5000);
  sys.read = slow_read;
  sys.poll = fake_poll;
  expect(at("slow.gz"), 1000, text, 5000);
  expect(at("slow.csv"), 1000, text, 5000);
  CHECK(polls > 0);
  faults_off();
  sys.read = broken_read;
  calls = 0;
  expect_error(at("slow.csv"), "input/output error");
  faults_off();
  sys.open = denied_open;
  expect_error(at("slow.csv"), "cannot open");
  expect_error(at("slow.csv"), "permission denied");
  faults_off();
}

/* --- recognising compression, giving bytes back -------------------------------------------- */

static void test_sniff(void) {
  static Bytes b;
  static const size_t pieces[] = {1, 2, 3, 1000, ROOM};
  static const char *const plain[] = {"", "k\n", "(", "(x", "\x1F", "\x1F\x8B", "\x1F\x8Bxyz"};
  Error err = {0};
  size_t len;
  const char *text = sample_text(9000);
  sys.read = feed_read;
  for (size_t i = 0; i < COUNT_OF(pieces); i++) {
    for (size_t j = 0; j < COUNT_OF(plain); j++) {
      ByteStream *s = fed(STREAM_SNIFF, plain[j], strlen(plain[j]), pieces[i]);
      CHECK_INT(read_all(s, 2, out_text, &len, &err), OK);
      CHECK(len == strlen(plain[j]) && memcmp(out_text, plain[j], len) == 0);
      stream_close(s);
    }
    for (int zst = 0; zst < 2; zst++) {
      b.len = 0;
      if (zst) add_zstd(&b, text, 9000);
      if (!zst) add_gzip(&b, text, 9000);
      ByteStream *s = fed(STREAM_SNIFF, b.data, b.len, pieces[i]);
      CHECK_INT(read_all(s, 512, out_text, &len, &err), OK);
      CHECK(len == 9000 && memcmp(out_text, text, len) == 0);
      stream_close(s);
    }
  }
  /* A single letter gets through without waiting for a second one. */
  ByteStream *s = fed(STREAM_SNIFF, "q", 1, 1);
  CHECK_INT(stream_read(s, out_text, 10, &len, &err), OK);
  CHECK(len == 1 && out_text[0] == 'q' && feed_at == 1);
  stream_close(s);
  faults_off();
}

static void test_unread(void) {
  Error err = {0};
  size_t len;
  ByteStream *s = NULL;
  put_text(at("u.csv"), "abcdefgh");
  CHECK_INT(stream_open_path(at("u.csv"), NO_SPAN, &s, &err), OK);
  CHECK_INT(stream_poll_fd(s), -1);
  CHECK(stream_is_regular(s) && !stream_has_buffered(s));
  CHECK_INT(stream_fill(s, out_text, 5, &len, &err), OK);
  CHECK_INT(len, 5);
  CHECK_INT(stream_unread(s, (Str){out_text, 5}, &err), OK);
  CHECK(stream_has_buffered(s));
  CHECK_INT(read_all(s, 3, out_text, &len, &err), OK);
  CHECK(len == 8 && memcmp(out_text, "abcdefgh", 8) == 0);
  stream_close(s);
  stream_close(NULL);
}

int main(void) {
  test_dir_make();
  faults_begin();
  test_whole_files();
  test_seek();
  test_truncated();
  test_damaged();
  test_not_compressed();
  test_open_errors();
  test_faults();
  test_sniff();
  test_unread();
  test_dir_remove();
  return check_done();
}
