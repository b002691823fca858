/* zone_test.c -- known changes of known zones, the C library as a judge of many instants,
 * and files that are damaged at every place. */
#include "exec/data/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/sys.h"
#include "exec/data/rng.h"
#include "exec/data/timestamp.h"
#include "exec/data/zone_file.h"

static const Zone *zone(const char *name) {
  Error err = {0};
  const Zone *z = zone_open(str_of(name), NO_SPAN, &err);
  if (z == NULL) {
    printf("%s: %s (%s)\n", name, err.msg, err.hint);
    check_failures++;
    return zone_utc();
  }
  return z;
}

static Micros at(const char *text) {
  TimestampText t = {0};
  if (!timestamp_parse(str_of(text), &t)) printf("at: \"%s\"\n", text);
  return t.us - t.offset_us;
}

/* --- gaps and overlaps ------------------------------------------------------------- */

static void test_changes(void) {
  static const struct {
    const char *zone, *local, *utc, *late;
  } cases[] = {
      {"Europe/Berlin", "2024-03-31 01:59:59", "2024-03-31 00:59:59", NULL},
      {"Europe/Berlin", "2024-03-31 02:00", "2024-03-31 01:00", "2024-03-31 01:00"},
      {"Europe/Berlin", "2024-03-31 02:30", "2024-03-31 01:30", "2024-03-31 01:00"},
      {"Europe/Berlin", "2024-03-31 02:59:59", "2024-03-31 01:59:59", "2024-03-31 01:00"},
      {"Europe/Berlin", "2024-03-31 03:00", "2024-03-31 01:00", NULL},
      {"Europe/Berlin", "2024-10-27 01:59:59", "2024-10-26 23:59:59", NULL},
      {"Europe/Berlin", "2024-10-27 02:00", "2024-10-27 00:00", "2024-10-27 01:00"},
      {"Europe/Berlin", "2024-10-27 02:30", "2024-10-27 00:30", "2024-10-27 01:30"},
      {"Europe/Berlin", "2024-10-27 03:00", "2024-10-27 02:00", NULL},
      {"America/New_York", "2024-03-10 02:30", "2024-03-10 07:30", "2024-03-10 07:00"},
      {"America/New_York", "2024-11-03 01:30", "2024-11-03 05:30", "2024-11-03 06:30"},
      {"America/New_York", "2024-07-04 12:00", "2024-07-04 16:00", NULL},
      {"Asia/Kolkata", "2024-07-04 12:00", "2024-07-04 06:30", NULL},
      {"Australia/Lord_Howe", "2024-04-07 01:45", "2024-04-06 14:45", "2024-04-06 15:15"},
      {"Pacific/Apia", "2011-12-30 12:00", "2011-12-30 22:00",
       "2011-12-30 10:00"}, /* no such day */
      {"Europe/Berlin", "1890-01-01 00:00", "1889-12-31 23:06:32", NULL},
      {"+05:45", "2024-01-01 00:00", "2023-12-31 18:15", NULL},
      {"UTC-8", "2024-01-01 00:00", "2024-01-01 08:00", NULL},
      {"UTC", "2024-01-01 00:00", "2024-01-01 00:00", NULL},
      /* behind what the files list */
      {"Europe/Berlin", "2600-07-01 12:00", "2600-07-01 10:00", NULL},
      {"Europe/Berlin", "9999-12-31 12:00", "9999-12-31 11:00", NULL},
      {"America/New_York", "5000-03-09 02:30", "5000-03-09 07:30", "5000-03-09 07:00"},
      {"America/New_York", "5000-11-02 01:30", "5000-11-02 05:30", "5000-11-02 06:30"},
      {"Australia/Sydney", "3001-01-01 12:00", "3001-01-01 01:00", NULL},
      {"Asia/Kolkata", "9000-07-04 12:00", "9000-07-04 06:30", NULL},
  };
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    const Zone *z = zone(cases[i].zone);
    Micros local = at(cases[i].local), utc = at(cases[i].utc);
    Micros late = cases[i].late != NULL ? at(cases[i].late) : utc;
    bool good = zone_to_utc(z, local) == utc && zone_to_utc_late(z, local) == late;
    if (!good) printf("case %s %s\n", cases[i].zone, cases[i].local);
    CHECK_INT(zone_to_utc(z, local), utc);
    CHECK_INT(zone_to_utc_late(z, local), late);
  }
}

static void test_abbreviations(void) {
  const Zone *berlin = zone("Europe/Berlin");
  CHECK_STR(zone_abbreviation_at(berlin, at("2024-01-01")), "CET");
  CHECK_STR(zone_abbreviation_at(berlin, at("2024-07-01")), "CEST");
  CHECK_STR(zone_abbreviation_at(berlin, at("8024-07-01")), "CEST");
  CHECK_STR(zone_abbreviation_at(zone("Asia/Kolkata"), at("2024-07-01")), "IST");
  CHECK_STR(zone_abbreviation_at(zone_utc(), 0), "UTC");
}

static void test_range(void) {
  const Zone *z = zone("Europe/Berlin");
  Micros from, until;
  CHECK_INT(zone_offset_range(z, at("2024-05-01"), &from, &until), 7200000000);
  CHECK_INT(from, at("2024-03-31 01:00"));
  CHECK_INT(until, at("2024-10-27 01:00"));
  CHECK_INT(zone_offset_range(z, at("4024-05-01"), &from, &until), 7200000000);
  CHECK_INT(from, at("4024-03-31 01:00"));
  CHECK_INT(until, at("4024-10-27 01:00"));
  CHECK_INT(zone_offset_range(zone_utc(), 5, &from, &until), 0);
  CHECK(from == MICROS_MIN && until == MICROS_MAX);
}

/* What stands for never and for the end is the same everywhere; nothing wraps. */
static void test_ends(void) {
  static const char *const names[] = {"Europe/Berlin", "America/New_York", "+18:00", "-18:00"};
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    const Zone *z = zone(names[i]);
    CHECK(zone_to_local(z, MICROS_MAX) == MICROS_MAX && zone_to_local(z, MICROS_MIN) == MICROS_MIN);
    CHECK(zone_to_utc(z, MICROS_MAX) == MICROS_MAX && zone_to_utc(z, MICROS_MIN) == MICROS_MIN);
    CHECK(zone_to_utc_late(z, MICROS_MAX) == MICROS_MAX);
    Micros edges[] = {MICROS_MIN + 1, MICROS_MAX - 1, MICROS_MIN + 3600, MICROS_MAX - 3600};
    for (size_t k = 0; k < COUNT_OF(edges); k++) {
      Micros there[] = {zone_to_local(z, edges[k]), zone_to_utc(z, edges[k]),
                        zone_to_utc_late(z, edges[k])};
      for (int n = 0; n < 3; n++) CHECK((there[n] < 0) == (edges[k] < 0));
    }
  }
}

/* --- the C library as judge -------------------------------------------------------- */

static void test_against_libc(void) {
  static const char *const names[] = {
      "Europe/Berlin",     "America/New_York", "Asia/Kolkata",      "Australia/Lord_Howe",
      "Africa/Casablanca", "Europe/Dublin",    "America/Sao_Paulo", "Pacific/Chatham",
      "Asia/Tehran",       "America/Nuuk",     "Antarctica/Troll",  "Pacific/Apia",
      "Asia/Gaza",         "Etc/GMT+5",        "Africa/Monrovia",   "America/Caracas"};
  uint64_t seed = 17;
  for (size_t i = 0; i < COUNT_OF(names); i++) {
    const Zone *z = zone(names[i]);
    setenv("TZ", names[i], 1);
    tzset();
    int wrong = 0;
    for (int n = 0; n < 20000; n++) {
      /* 1850 to 2500, some far */
      int64_t t = -3786825600 + (int64_t)(rng_next(&seed) % 20512224000);
      if (n % 10 == 0) t = (int64_t)(rng_next(&seed) % 253402300800);
      time_t when = (time_t)t;
      struct tm tm;
      localtime_r(&when, &tm);
      Micros us = t * MICROS_PER_SECOND + 7, local = zone_to_local(z, us);
      if (zone_offset_at(z, us) != tm.tm_gmtoff * MICROS_PER_SECOND) wrong++;
      if (strcmp(zone_abbreviation_at(z, us), tm.tm_zone) != 0) wrong++;
      /* Back again: the same instant, or the other one of an overlap. */
      Micros early = zone_to_utc(z, local), late = zone_to_utc_late(z, local);
      if (early != us && late != us) wrong++;
      if (zone_to_local(z, early) != local || zone_to_local(z, late) != local) wrong++;
      if (early > late) wrong++;
      if (wrong == 1) printf("%s at %lld\n", names[i], (long long)t);
    }
    CHECK_INT(wrong, 0);
  }
  unsetenv("TZ");
}

/* --- names ------------------------------------------------------------------------- */

static void test_names(void) {
  static const struct {
    const char *name, *hint; /* part of it */
  } bad[] = {
      {"Europe/Berln", "Europe/Berlin"},
      {"berlin", "Europe/Berlin"},
      {"europe/berlin", "Europe/Berlin"},
      {"utc", "UTC"},
      {"../etc/passwd", "is written like"},
      {"/etc/passwd", "is written like"},
      {"", "is written like"},
      {"+25:00", "is written like"},
      {"+18:01", "is written like"},
      {"+1:2", "is written like"},
      {"+", "is written like"},
      {"Europe", "is written like"},
      {"Europe//Berlin", "is written like"},
      {"Europe/Berlin/", "is written like"},
      {"tzdata.zi", "is written like"},
      {"zone.tab", "is written like"},
      {"Europe/Berlin\n", "is written like"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); i++) {
    Error err = {0};
    CHECK(zone_open(str_of(bad[i].name), ((Span){3, 4}), &err) == NULL);
    CHECK(err.code == ERR_NAME && err.span.at == 3);
    if (strstr(err.hint, bad[i].hint) == NULL) printf("%s: %s\n", bad[i].name, err.hint);
    CHECK(strstr(err.hint, bad[i].hint) != NULL);
  }
  char huge[1000];
  memset(huge, 'a', sizeof huge);
  Error err = {0};
  CHECK(zone_open((Str){huge, sizeof huge}, NO_SPAN, &err) == NULL);
  static const struct {
    const char *name;
    int offset_s;
  } fixed[] = {{"Z", 0},          {"GMT", 0},           {"UT", 0},          {"+0", 0},
               {"UTC+8", 28800},  {"GMT+08:00", 28800}, {"-3", -10800},     {"+0530", 19800},
               {"+18:00", 64800}, {"UT-01:30", -5400},  {"+01:02:03", 3723}};
  for (size_t i = 0; i < COUNT_OF(fixed); i++) {
    const Zone *z = zone(fixed[i].name);
    CHECK_INT(zone_offset_at(z, 0), fixed[i].offset_s * MICROS_PER_SECOND);
    CHECK_STR(zone_name(z), fixed[i].name);
    CHECK(zone_is_utc(z) == (fixed[i].offset_s == 0));
  }
  CHECK(zone("Europe/Berlin") == zone("Europe/Berlin"));
  CHECK(zone_is_utc(zone("Etc/UTC")) && !zone_is_utc(zone("Europe/London")));
}

static void test_system(void) {
  setenv("TZ", "Asia/Kolkata", 1);
  CHECK_STR(zone_name(zone_system()), "Asia/Kolkata");
  setenv("TZ", ":Asia/Kolkata", 1);
  CHECK_STR(zone_name(zone_system()), "Asia/Kolkata");
  setenv("TZ", "", 1);
  CHECK(zone_system() == zone_utc());
  setenv("TZ", "no such zone", 1);
  CHECK(zone_system() == zone_utc());
  setenv("TZ", "XYZ+3", 1);
  CHECK_INT(zone_offset_at(zone_system(), 0), -3 * 3600 * MICROS_PER_SECOND);
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  const Zone *rule = zone_system(), *berlin = zone("Europe/Berlin");
  for (Micros t = at("2000-01-01"); t < at("2800-01-01"); t += 97 * 3600 * MICROS_PER_SECOND) {
    if (zone_offset_at(rule, t) != zone_offset_at(berlin, t)) CHECK_INT(t, -1);
  }
  CHECK(zone_system() == rule);
  unsetenv("TZ");
  CHECK(zone_system() != NULL && zone_system() == zone_system());
}

/* --- rules and files --------------------------------------------------------------- */

static void test_rules(void) {
  static const char *const bad[] = {"",
                                    "CE",
                                    "CET",
                                    "CET-1CEST,",
                                    "CET-1CEST,M3.5.0",
                                    "CET-25",
                                    "CET-1CEST,M13.1.0,M10.5.0",
                                    "<CET-1",
                                    "<>-1",
                                    "CET-1CEST,M3.5.7,M10.5.0",
                                    "CET-1CEST,M3.6.0,M10.5.0",
                                    "CET-1CEST,J0,J100",
                                    "CET-1CEST,366,1",
                                    "CET-1CEST,M3.5.0,M10.5.0/168",
                                    "CET-1x",
                                    "CET-1CEST,M3.5.0,M10.5.0 "};
  for (size_t i = 0; i < COUNT_OF(bad); i++) {
    Zone *z = NULL;
    if (zone_of_rule(str_of(bad[i]), "x", &z) != ERR_DATA) printf("rule \"%s\"\n", bad[i]);
    CHECK(z == NULL);
    if (z != NULL) return;
  }
  static const struct {
    const char *rule, *utc;
    int offset_s;
  } good[] = {
      {"EST5EDT,0/0,J365/25", "2024-06-01", -4 * 3600}, /* summer time all year */
      {"EST5EDT,0/0,J365/25", "2025-01-01 05:00", -4 * 3600},
      {"EST5EDT,0/0,J365/25", "2025-01-01 04:59:59", -4 * 3600},
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 00:59:59", -7200},
      {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2024-03-31 01:00:00", -3600},
      {"AAA0BBB,J60/0,J300/0", "2024-02-29 12:00", 0}, /* J60 is 1 March in any year */
      {"AAA0BBB,J60/0,J300/0", "2024-03-01 00:00", 3600},
      {"AAA0BBB,59/0,300/0", "2024-02-29 00:00", 3600},
      {"AAA0BBB,59/0,300/0", "2023-02-28 23:59", 0},
      {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2024-12-31 12:00", 13 * 3600},
      {"NZST-12NZDT,M9.5.0,M4.1.0/3", "2024-07-01 12:00", 12 * 3600},
      {"EST5EDT", "2024-07-01", -4 * 3600},
      {"<+0330>-3:30", "2024-07-01", 12600},
  };
  for (size_t i = 0; i < COUNT_OF(good); i++) {
    setenv("TZ", good[i].rule, 1);
    CHECK_INT(zone_offset_at(zone_system(), at(good[i].utc)) / MICROS_PER_SECOND, good[i].offset_s);
  }
  unsetenv("TZ");
}

/* Read len bytes from memory of exactly that size, so that the sanitizers see a byte too
 * many, and ask for answers all over time. */
static Code read_exact(const char *bytes, size_t len) {
  char *exact = malloc(len > 0 ? len : 1);
  if (exact == NULL) return ERR_MEMORY;
  memcpy(exact, bytes, len);
  Zone *z = NULL;
  Code code = zone_read((Str){exact, len}, "x", &z);
  free(exact);
  for (int64_t t = -100; code == OK && t < 100; t++) {
    Micros us = t * 40 * 366 * MICROS_PER_DAY;
    (void)zone_to_utc(z, zone_to_local(z, us));
    (void)zone_to_utc_late(z, us);
    CHECK(zone_abbreviation_at(z, us) != NULL);
  }
  zone_free(z);
  return code;
}

/* Cut at every length and with bits of every byte spoiled, a file is refused or gives a
 * zone that works. */
static void test_damage(void) {
  size_t len;
  char *bytes = sys_read_file("/usr/share/zoneinfo/America/Caracas", 1 << 20, &len);
  CHECK(bytes != NULL);
  if (bytes == NULL) return;
  size_t rule = len - 2;
  while (bytes[rule] != '\n') rule--;
  for (size_t cut = 0; cut < len; cut++) {
    /* without its rule it would be whole: RFC 8536 lets readers ignore the footer */
    CHECK((read_exact(bytes, cut) == OK) == (cut == rule));
  }
  for (size_t i = 0; i < len; i++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[i] = (char)(bytes[i] ^ 1 << bit);
      (void)read_exact(bytes, len);
      bytes[i] = (char)(bytes[i] ^ 1 << bit);
    }
  }
  CHECK(read_exact(bytes, len) == OK);
  free(bytes);
}

/* Files that are not there, or not whole. */
static int empty_disk(const char *path, int flags, mode_t mode) {
  (void)path, (void)flags, (void)mode;
  errno = ENOENT;
  return -1;
}
static ssize_t half_read(int fd, void *buf, size_t n) {
  static int calls;
  return calls++ == 0 ? read(fd, buf, n < 60 ? n : 60) : 0;
}

static void test_messages(void) {
  Sys real = sys;
  Error missing = {0}, damaged = {0};
  sys.open = empty_disk;
  CHECK(zone_open(STR("Europe/Nowhere"), NO_SPAN, &missing) == NULL);
  CHECK(strstr(missing.hint, "install the package tzdata") != NULL);
  CHECK(zone_open(STR("+03:30"), NO_SPAN, &missing) != NULL);
  sys = real;
  sys.read = half_read;
  CHECK(zone_open(STR("America/Lima"), NO_SPAN, &damaged) == NULL);
  CHECK(damaged.code == ERR_DATA && strstr(damaged.msg, "America/Lima") != NULL);
  sys = real;
  CHECK_INT(zone_offset_at(zone("America/Lima"), 0), -5 * 3600 * MICROS_PER_SECOND);
}

int main(void) {
  test_changes();
  test_abbreviations();
  test_range();
  test_ends();
  test_against_libc();
  test_names();
  test_system();
  test_rules();
  test_damage();
  test_messages();
  return check_done();
}
