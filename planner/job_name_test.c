/* job_name_test.c -- names of jobs are safe for a directory, and each comes once. */
#include "planner/job_name.h"

#include <string.h>

#include "base/check.h"

static Arena arena;
static JobNames names;

static const char *take(const char *wanted) {
  const char *next = job_name_next(&names, &arena, wanted);
  const char *name = job_name_take(&names, &arena, wanted);
  CHECK_STR(next, name);
  return name;
}

static void test_tables(void) {
  static const char *const one[] = {"default_catalog.default_database.t"};
  static const char *const three[] = {"default_catalog.default_database.z",
                                      "default_catalog.other.b", "out/a.csv"};
  CHECK_STR(job_name_of_tables(&arena, one, 1), "insert-into_t");
  CHECK_STR(job_name_of_tables(&arena, three, 3), "insert-into_other.b_out/a.csv_z");
}

static void test_safe(void) {
  CHECK_STR(take("insert-into_/tmp/a b.csv"), "insert-into__tmp_a_b.csv");
  CHECK_STR(take(".."), "_.");
  CHECK_STR(take(".hidden"), "_hidden");
  CHECK_STR(take(""), "_");
  CHECK_STR(take("\xc3\xa4"), "__");
}

static void test_long(void) {
  char long_name[1000], other[1000];
  memset(long_name, 'a', sizeof long_name);
  long_name[sizeof long_name - 1] = '\0';
  memcpy(other, long_name, sizeof other);
  other[900] = 'b';
  const char *one = take(long_name), *two = take(other), *three = take(long_name);
  CHECK(strlen(one) == 160 && strlen(two) == 160);
  CHECK(strcmp(one, two) != 0);
  CHECK(strlen(three) == 162 && strncmp(one, three, 160) == 0);
}

static void test_once(void) {
  CHECK_STR(take("select"), "select");
  CHECK_STR(take("select"), "select-2");
  CHECK_STR(take("a b"), "a_b");
  CHECK_STR(take("a_b"), "a_b-2");
  CHECK_STR(take("select"), "select-3");
  CHECK_STR(take("select-3"), "select-3-2"); /* was given */
  CHECK_STR(take("select-4"), "select-4");
  CHECK_STR(take("select"), "select-5");
  CHECK_STR(take("select-"), "select-");
  CHECK_STR(take("-7"), "-7");
}

int main(void) {
  arena_init(&arena);
  test_tables();
  test_safe();
  test_long();
  test_once();
  job_names_deinit(&names);
  arena_deinit(&arena);
  return check_done();
}
