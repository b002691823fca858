/* make_bids.c -- the bench's data, the same for the same seed: bids as CSV or JSON lines.
 *
 *   make_bids ROWS csv|json|late > FILE
 *
 * 10,000 rows a second of event time from 2024-01-01, up to 2 s out of order; half the rows on
 * 1,000 hot auctions that move with time, the rest on 100,000; 20,000 bidders, 7 channels.
 * late: as CSV, and one row in a hundred comes 60 s later than that.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static uint64_t state = UINT64_C(88172645463325252);

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static const char *const channels[] = {"web", "app", "partner", "search", "mail", "kiosk", "phone"};

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int64_t rows = strtoll(argv[1], NULL, 10);
  int json = strcmp(argv[2], "json") == 0, late = strcmp(argv[2], "late") == 0;
  static char buffer[1 << 16];
  setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
  if (!json) puts("auction,bidder,price,channel,ts");
  for (int64_t i = 0; i < rows; i++) {
    uint64_t r = next(), q = next();
    int64_t auction = (r & 1) ? 1000 + i / 100 % 1000 : 1000 + (int64_t)((r >> 8) % 100000);
    int64_t bidder = 1 + (int64_t)((r >> 32) % 20000);
    int64_t price = 100 + (int64_t)(q % 1000000);
    const char *channel = channels[(q >> 24) % 7];
    int64_t ms = i / 10 - (int64_t)((q >> 32) % 2000);
    if (late && (q >> 44) % 100 == 0) ms -= 60000;
    int64_t s = 1704067200 + (ms >= 0 ? ms / 1000 : -((999 - ms) / 1000));
    int millis = (int)(ms - (s - 1704067200) * 1000);
    time_t t = s;
    struct tm tm;
    gmtime_r(&t, &tm);
    char ts[32];
    size_t n = strftime(ts, sizeof ts, "%Y-%m-%d %H:%M:%S", &tm);
    snprintf(ts + n, sizeof ts - n, ".%03d", millis);
    if (json) {
      printf("{\"auction\":%" PRId64 ",\"bidder\":%" PRId64 ",\"price\":%" PRId64
             ",\"channel\":\"%s\",\"ts\":\"%s\"}\n",
             auction, bidder, price, channel, ts);
    } else {
      printf("%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s\n", auction, bidder, price, channel, ts);
    }
  }
  return fflush(stdout) != 0;
}
