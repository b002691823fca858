/* bound.c -- W1 and nothing else, by hand: what a general engine is measured against.
 *
 *   bound IN.csv OUT.csv
 *
 * TUMBLE 10 s by auction with COUNT, SUM(price), MAX(price) over the bench's own CSV: it
 * knows the columns, that nothing is quoted or NULL, that rows are at most 2 s out of order
 * and that every number has at most eight digits.  One thread; a flat table per window.
 */
#include <fcntl.h>
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, SLOTS = 1 << 17, OPEN_WINDOWS = 4 };
static const int64_t WIDTH_MS = 10000, DELAY_MS = 2000;

typedef struct Slot {
  int64_t key, count, sum, max;
} Slot;

typedef struct Window {
  int64_t number; /* start / WIDTH_MS */
  uint32_t used;
  Slot *slots;
} Window;

static Window windows[OPEN_WINDOWS];
static char out[1 << 20];
static size_t out_len;
static int out_fd;

/* Up to eight digits at p, all at once: 16-bit pairs, then fours, then eight. */
static inline int64_t digits(const char *p, size_t n) {
  uint64_t v;
  memcpy(&v, p, 8);
  v <<= 64 - 8 * n;
  v &= UINT64_C(0x0F0F0F0F0F0F0F0F);
  v = v * 10 + (v >> 8);
  uint64_t low = (v & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x000F424000000064);
  uint64_t high = ((v >> 16) & UINT64_C(0x000000FF000000FF)) * UINT64_C(0x0000271000000001);
  return (int64_t)((low + high) >> 32);
}

static int64_t days_from_civil(int64_t y, int64_t m, int64_t d) {
  y -= m <= 2;
  int64_t era = y / 400, yoe = y - era * 400;
  int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static int64_t two(const char *p) { return (p[0] - '0') * 10 + (p[1] - '0'); }

/* yyyy-MM-dd HH:mm:ss.SSS; the day is remembered. */
static int64_t parse_ms(const char *p) {
  static char day_text[10];
  static int64_t day_ms;
  if (memcmp(p, day_text, 10) != 0) {
    memcpy(day_text, p, 10);
    day_ms = days_from_civil(two(p) * 100 + two(p + 2), two(p + 5), two(p + 8)) * 86400000;
  }
  return day_ms + two(p + 11) * 3600000 + two(p + 14) * 60000 + two(p + 17) * 1000 +
         (p[20] - '0') * 100 + two(p + 21);
}

static void flush_out(void) {
  for (size_t done = 0; done < out_len;) {
    ssize_t n = write(out_fd, out + done, out_len - done);
    if (n < 0) exit(1);
    done += (size_t)n;
  }
  out_len = 0;
}

static size_t put_int(char *to, int64_t v) {
  char b[20];
  size_t n = 0;
  do b[n++] = (char)('0' + v % 10);
  while ((v /= 10) > 0);
  for (size_t i = 0; i < n; i++) to[i] = b[n - 1 - i];
  return n;
}

static void print_window(Window *w) {
  char ts[64];
  int64_t s = w->number * WIDTH_MS / 1000, day = s % 86400;
  int64_t z = s / 86400 + 719468, era = z / 146097, doe = z % 146097;
  int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  int64_t m = mp < 10 ? mp + 3 : mp - 9, y = yoe + era * 400 + (m <= 2);
  int n = snprintf(ts, sizeof ts, "%04d-%02d-%02d %02d:%02d:%02d.000,", (int)y, (int)m,
                   (int)(doy - (153 * mp + 2) / 5 + 1), (int)(day / 3600), (int)(day / 60 % 60),
                   (int)(day % 60));
  for (uint32_t i = 0; i < SLOTS; i++) {
    const Slot *x = &w->slots[i];
    if (x->count == 0) continue;
    if (out_len > sizeof out - 128) flush_out();
    memcpy(out + out_len, ts, (size_t)n);
    out_len += (size_t)n;
    const int64_t values[] = {x->key, x->count, x->sum, x->max};
    for (int c = 0; c < 4; c++) {
      out_len += put_int(out + out_len, values[c]);
      out[out_len++] = c < 3 ? ',' : '\n';
    }
  }
  memset(w->slots, 0, SLOTS * sizeof *w->slots);
  w->number = -1;
}

static Window *window_of(int64_t number) {
  Window *w = &windows[number % OPEN_WINDOWS];
  if (w->number != number) {
    if (w->number >= 0) print_window(w);
    w->number = number;
  }
  return w;
}

/* Print what is over: windows whose end is DELAY_MS behind the latest row. */
static void close_windows(int64_t now_ms) {
  static int64_t closed = -1;
  int64_t last = now_ms / WIDTH_MS - 1;
  if (last == closed) return;
  closed = last;
  for (int i = 0; i < OPEN_WINDOWS; i++) {
    if (windows[i].number >= 0 && windows[i].number <= last) print_window(&windows[i]);
  }
}

static void add(int64_t key, int64_t price, int64_t ms) {
  static int64_t max_ms;
  if (ms > max_ms) {
    max_ms = ms;
    close_windows(max_ms - DELAY_MS);
  }
  Window *w = window_of(ms / WIDTH_MS);
  uint64_t h = (uint64_t)key * UINT64_C(0x9E3779B97F4A7C15) >> 47;
  while (w->slots[h].count != 0 && w->slots[h].key != key) h = (h + 1) & (SLOTS - 1);
  Slot *x = &w->slots[h];
  x->key = key;
  x->count++;
  x->sum += price;
  if (price > x->max) x->max = price;
}

/* Whole lines: positions of commas and newlines first, then every fifth is a line's end. */
static void run_block(const char *text, size_t len) {
  static uint32_t at[BLOCK / 2];
  size_t n = 0;
  for (size_t i = 0; i < len; i += 32) {
    __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
    __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(x, _mm256_set1_epi8(',')),
                                  _mm256_cmpeq_epi8(x, _mm256_set1_epi8('\n')));
    uint32_t mask = (uint32_t)_mm256_movemask_epi8(hit);
    if (i + 32 > len) mask &= (1u << (len - i)) - 1;
    for (; mask != 0; mask &= mask - 1) at[n++] = (uint32_t)i + (uint32_t)__builtin_ctz(mask);
  }
  const char *line = text;
  for (size_t i = 0; i + 4 < n; i += 5) {
    const char *price = text + at[i + 1] + 1;
    add(digits(line, (size_t)(text + at[i] - line)),
        digits(price, (size_t)(text + at[i + 2] - price)), parse_ms(text + at[i + 3] + 1));
    line = text + at[i + 4] + 1;
  }
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_RDONLY);
  out_fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0 || out_fd < 0) return 1;
  for (int i = 0; i < OPEN_WINDOWS; i++) {
    windows[i].number = -1;
    windows[i].slots = calloc(SLOTS, sizeof(Slot));
    if (windows[i].slots == NULL) return 1;
  }
  static char buf[BLOCK + 4096];
  size_t have = 0;
  int header = 1;
  for (ssize_t got; (got = read(fd, buf + have, BLOCK - have)) > 0;) {
    have += (size_t)got;
    size_t begin = 0, end = have;
    if (header) begin = (size_t)((char *)memchr(buf, '\n', have) - buf) + 1;
    header = 0;
    while (buf[end - 1] != '\n') end--;
    run_block(buf + begin, end - begin);
    memmove(buf, buf + end, have - end);
    have -= end;
  }
  for (;;) {
    Window *first = NULL;
    for (int i = 0; i < OPEN_WINDOWS; i++) {
      Window *w = &windows[i];
      if (w->number >= 0 && (first == NULL || w->number < first->number)) first = w;
    }
    if (first == NULL) break;
    print_window(first);
  }
  flush_out();
  return 0;
}
