/* file_list_test.c -- what a 'path' means: files, directories, patterns, and what is told when
 * there is nothing. */
#include <errno.h>

#include "base/arena.h"
#include "base/limits.h"
#include "exec/connectors/file_list.h"
#include "exec/connectors/test_files.h"

static Error last;

/* The names that path stands for, below the test's directory, each followed by a blank; or the
 * error's message. */
static const char *listed_by(Code (*list)(const char *, Span, Arena *, Split **, uint32_t *,
                                          Error *),
                             const char *path) {
  static char out[4096];
  Arena arena = {0};
  Split *splits = NULL;
  uint32_t n = 0;
  size_t len = 0, head = strlen(test_dir);
  last = (Error){0};
  out[0] = '\0';
  Code code = list(path, (Span){7, 2}, &arena, &splits, &n, &last);
  for (uint32_t i = 0; i < n && code == OK; i++) {
    const char *name = splits[i].name;
    if (strncmp(name, test_dir, head) == 0) name += head + 1;
    len += (size_t)snprintf(out + len, sizeof out - len, "%s ", name);
  }
  arena_deinit(&arena);
  return code == OK ? out : last.msg;
}

static const char *listed(const char *path) { return listed_by(file_list, path); }

static void make_tree(void) {
  static const char *const dirs[] = {"d", "d/sub", "d/sub/deep", "d/.hidden", "empty"};
  static const char *const files[] = {
      "a.csv",       "b.csv",       "d/1.csv",      "d/2.csv",         "d/_skip.csv",
      "d/.skip.csv", "d/sub/3.csv", "d/sub/deep/4", "d/.hidden/5.csv", "x[1].csv",
      "x1.csv",      "d-1.csv",     "d/B.csv"};
  for (size_t i = 0; i < COUNT_OF(dirs); i++) sys.mkdir(at(dirs[i]), 0755);
  for (size_t i = 0; i < COUNT_OF(files); i++) put_text(at(files[i]), files[i]);
}

static void test_lists(void) {
  static const char all[] = "d/1.csv d/2.csv d/B.csv d/sub/3.csv d/sub/deep/4 ";
  CHECK_STR(listed(at("a.csv")), "a.csv ");
  CHECK_STR(listed(at("d")), all);
  CHECK_STR(listed(at("d/")), all);
  CHECK_STR(listed(at("empty")), "");
  CHECK_STR(listed(at("?.csv")), "a.csv b.csv ");
  CHECK_STR(listed(at("*.csv")), "a.csv b.csv d-1.csv x1.csv x[1].csv ");
  CHECK_STR(listed(at("x[1].csv")), "x[1].csv "); /* it is there: no pattern */
  CHECK_STR(listed(at("x[12].csv")), "x1.csv ");
  CHECK_STR(listed(at("[!a].csv")), "b.csv ");
  CHECK_STR(listed(at("d/*")), all);
  CHECK_STR(listed(at("d/_*")), "d/_skip.csv ");
  CHECK_STR(listed(at("d/.skip*")), "d/.skip.csv ");
  CHECK_STR(listed(at("*/*/3.csv")), "d/sub/3.csv ");
  CHECK_STR(listed(at("d//sub/../[12]*")), "d/sub/../1.csv d/sub/../2.csv ");
  CHECK_STR(listed("/dev/null"), "/dev/null ");
}

/* What is listed again may be empty at first; one file never becomes two. */
static void test_watched(void) {
  CHECK_STR(listed_by(file_list_watched, at("d/[12].csv")), "d/1.csv d/2.csv ");
  CHECK_STR(listed_by(file_list_watched, at("empty")), "");
  CHECK_STR(listed_by(file_list_watched, at("none-*.csv")), "");
  CHECK(strstr(listed_by(file_list_watched, at("a.csv")), "is one file") != NULL);
  CHECK(last.code == ERR_OPTION && last.span.at == 7 && *last.hint != '\0');
  CHECK(strstr(listed_by(file_list_watched, at("nowhere")), "cannot open") != NULL);
  CHECK_INT(last.code, ERR_IO);
}

/* Working directory: names stay as they were written. */
static void test_relative(void) {
  CHECK_INT(chdir(at("d")), 0);
  CHECK_STR(listed("1.csv"), "1.csv ");
  CHECK_STR(listed("[12].csv"), "1.csv 2.csv ");
  CHECK_STR(listed("./[12].csv"), "./1.csv ./2.csv ");
  CHECK_STR(listed("../a*"), "../a.csv ");
  CHECK_STR(listed("sub"), "sub/3.csv sub/deep/4 ");
  CHECK_STR(listed("3.csv"), "cannot open \"3.csv\": no such file or directory");
  CHECK_STR(last.hint, "did you mean \"1.csv\"?");
  CHECK_INT(chdir("/"), 0);
}

static void test_links(void) {
  CHECK_INT(symlink(".", at("d/sub/again")), 0);
  CHECK_INT(symlink("..", at("d/sub/up")), 0);
  CHECK_INT(symlink("nowhere", at("d/sub/lost")), 0);
  CHECK_INT(symlink("../a.csv", at("d/linked.csv")), 0);
  CHECK_STR(listed(at("d")), "d/1.csv d/2.csv d/B.csv d/linked.csv d/sub/3.csv d/sub/deep/4 ");
  CHECK(strncmp(listed(at("d/sub/los*")), "no file matches", 15) == 0);
}

static void test_missing(void) {
  char words[2048];
  snprintf(words, sizeof words, "cannot open \"%s\": no such file or directory", at("a.cvs"));
  CHECK_STR(listed(at("a.cvs")), words);
  CHECK_INT(last.code, ERR_IO);
  CHECK_INT(last.span.at, 7);
  CHECK(strstr(last.hint, "a.csv\"?") != NULL);
  listed(at("dd/a.csv"));
  CHECK(strncmp(last.hint, "there is no directory", 21) == 0);
  listed(at("zzzzzzzzzz"));
  CHECK_STR(last.hint, "");
  listed(at("a.csv/b.csv"));
  CHECK_INT(last.code, ERR_IO);
  snprintf(words, sizeof words, "no file matches \"%s\"", at("q*.csv"));
  CHECK_STR(listed(at("q*.csv")), words);
  CHECK_INT(last.code, ERR_IO);
  listed(at("no*where/*.csv"));
  CHECK_INT(last.code, ERR_IO);
  listed(at("a.csv/*"));
  CHECK_INT(last.code, ERR_IO);
  listed(at("**/a.csv"));
  CHECK_INT(last.code, ERR_UNSUPPORTED);
}

/* root may read everything, so the system says no at our word */
static char denied[256];
static ssize_t denied_list(const char *path, char ***names) {
  if (strstr(path, denied) != NULL) return errno = EACCES, -1;
  return real_sys.list(path, names);
}
static int denied_stat(const char *path, struct stat *st) {
  if (strstr(path, denied) != NULL) return errno = EACCES, -1;
  return real_sys.stat(path, st);
}

static void test_denied(void) {
  faults_begin();
  sys.list = denied_list;
  snprintf(denied, sizeof denied, "/d/sub");
  static const char *const paths[] = {"d", "d/*", "d/sub/*", "*/sub/*.csv"};
  for (size_t i = 0; i < COUNT_OF(paths); i++) {
    listed(at(paths[i]));
    CHECK_INT(last.code, ERR_IO);
    CHECK(strncmp(last.msg, "cannot read directory \"", 23) == 0);
    CHECK(strstr(last.msg, "/d/sub\": permission denied") != NULL);
  }
  faults_off();
  sys.stat = denied_stat;
  snprintf(denied, sizeof denied, "/2.csv");
  listed(at("d/2.csv"));
  CHECK_INT(last.code, ERR_IO);
  CHECK(strstr(last.msg, "2.csv\": permission denied") != NULL);
  listed(at("d/[12].csv"));
  CHECK_INT(last.code, ERR_IO);
  listed(at("d"));
  CHECK_INT(last.code, ERR_IO);
  faults_off();
}

static void test_deep(void) {
  static char path[4096];
  snprintf(path, sizeof path, "%s", at("deep"));
  sys.mkdir(path, 0755);
  for (int i = 0; i < 120; i++) {
    size_t len = strlen(path);
    snprintf(path + len, sizeof path - len, "/x");
    sys.mkdir(path, 0755);
  }
  listed(at("deep"));
  CHECK_INT(last.code, ERR_LIMIT);
  /* A pattern of absurd length is an error, not a deep recursion. */
  static char pattern[100001];
  for (size_t i = 0; i < sizeof pattern - 1; i += 2) memcpy(pattern + i, "*/", 2);
  listed(pattern);
  CHECK_INT(last.code, ERR_IO);
  listed("x/");
  CHECK_INT(last.code, ERR_IO);
}

static void test_uris(void) {
  static const struct {
    const char *uri, *path;
  } cases[] = {{"a.csv", "a.csv"},      {"/a/b.csv", "/a/b.csv"}, {"file:///a/b.csv", "/a/b.csv"},
               {"FILE:///a", "/a"},     {"file:/a", "/a"},        {"file://localhost/a", "/a"},
               {"a:b", "a:b"},          {"c/d://e", "c/d://e"},   {"file://server/a", NULL},
               {"s3://bucket/a", NULL}, {"hdfs://n:1/a", NULL},   {"", NULL}};
  for (size_t i = 0; i < COUNT_OF(cases); i++) {
    Error err = {0};
    const char *path = NULL;
    Code code = file_path_of(cases[i].uri, NO_SPAN, &path, &err);
    CHECK_INT(code == OK, cases[i].path != NULL);
    if (code == OK && cases[i].path != NULL) CHECK_STR(path, cases[i].path);
  }
}

/* What inference gets to see. */
static void test_peek(void) {
  Arena arena = {0};
  Error err = {0};
  Str sample;
  bool complete;
  put_text(at("empty/0.csv"), "");
  put_text(at("empty/1.csv"), "k,v\n");
  CHECK_INT(source_peek_file(&arena, at("empty"), NO_SPAN, &sample, &complete, &err), OK);
  CHECK(complete && str_eq(sample, STR("k,v\n")));
  static char long_text[SNIFF_BYTES + 1];
  memset(long_text, 'x', sizeof long_text);
  put_bytes(at("long.csv"), long_text, SNIFF_BYTES);
  CHECK_INT(source_peek_file(&arena, at("long.csv"), NO_SPAN, &sample, &complete, &err), OK);
  CHECK(complete && sample.len == SNIFF_BYTES);
  put_bytes(at("long.csv"), long_text, SNIFF_BYTES + 1);
  CHECK_INT(source_peek_file(&arena, at("long.csv"), NO_SPAN, &sample, &complete, &err), OK);
  CHECK(!complete && sample.len == SNIFF_BYTES);
  CHECK_INT(source_peek_file(&arena, "/dev/null", NO_SPAN, &sample, &complete, &err),
            ERR_UNSUPPORTED);
  arena_deinit(&arena);
}

int main(void) {
  test_dir_make();
  make_tree();
  test_lists();
  test_watched();
  test_relative();
  test_missing();
  test_denied();
  test_links();
  test_deep();
  test_uris();
  test_peek();
  test_dir_remove();
  return check_done();
}
