/* main.c -- weir-slt: runs tests in sqllogictest's format against weir.
 *
 *     weir-slt [OPTIONS] FILE.slt|DIRECTORY ...
 *
 * Built from api/weir.h alone.  The format stands in file.h, the matrix in cells.h.  The last line
 * of the output is "N passed, N failed"; the exit status is 1 when a test failed, 2 for wrong usage
 * and for files that cannot be read.
 */
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sql-tests/slt/cells.h"
#include "sql-tests/slt/runner.h"

enum { SECONDS = 120 };

static const char USAGE[] =
    "usage: weir-slt [OPTIONS] FILE.slt|DIRECTORY ...\n"
    "  --weir PATH     the program that run and sh records start\n"
    "  --cells LIST    only these cells of the matrix, by name: p1,p3-c64\n"
    "  --skip NAME     leave out the files of this name; may be repeated\n"
    "  --update        write what came into the files where it is not what was expected\n"
    "  --long          run the files marked \"mode long\" too\n"
    "  --timeout N     seconds that one record may take, 120 by default\n"
    "  --keep          leave the directories in which the tests ran\n"
    "  -v, --verbose   name each file\n"
    "  -h, --help\n";

static int usage(const char *what, const char *detail) {
  fprintf(stderr, "weir-slt: %s%s\n%s", what, detail, USAGE);
  return 2;
}

/* --- files --- */

static bool ends_in_slt(const char *name) {
  size_t n = strlen(name);
  return n > 4 && strcmp(name + n - 4, ".slt") == 0;
}

/* All .slt files below a directory, sorted. */
static bool list_directory(const char *path, Lines *files) {
  struct dirent **entries;
  int n = scandir(path, &entries, NULL, alphasort);
  if (n < 0) return perror(path), false;
  bool ok = true;
  for (int i = 0; i < n; i++) {
    const char *name = entries[i]->d_name;
    Text full = {0};
    struct stat st;
    text_printf(&full, "%s/%s", path, name);
    if (name[0] != '.' && stat(full.s, &st) == 0) {
      if (S_ISDIR(st.st_mode)) ok = list_directory(full.s, files) && ok;
      if (S_ISREG(st.st_mode) && ends_in_slt(name)) lines_add(files, full.s, full.len);
    }
    text_free(&full);
    free(entries[i]);
  }
  free(entries);
  return ok;
}

static bool list_files(char *const *paths, int n, Lines *files) {
  bool ok = true;
  for (int i = 0; i < n; i++) {
    struct stat st;
    if (stat(paths[i], &st) != 0) {
      perror(paths[i]);
      ok = false;
    } else if (S_ISDIR(st.st_mode)) {
      ok = list_directory(paths[i], files) && ok;
    } else {
      lines_add(files, paths[i], strlen(paths[i]));
    }
  }
  return ok;
}

/* --- options --- */

/* false: told. */
static bool parse_cells(char *list, uint32_t *cells_wanted) {
  *cells_wanted = 0;
  for (char *next; list != NULL; list = next) {
    next = strchr(list, ',');
    if (next != NULL) *next++ = '\0';
    int cell = cell_find(list);
    if (cell < 0) return usage("no such cell: ", list), false;
    *cells_wanted |= 1u << cell;
  }
  return true;
}

/* -1, or the exit status when there is nothing to run. */
static int parse_options(int argc, char **argv, RunOptions *o) {
  static const struct option options[] = {
      {"weir", required_argument, NULL, 'w'}, {"cells", required_argument, NULL, 'c'},
      {"skip", required_argument, NULL, 's'}, {"update", no_argument, NULL, 'u'},
      {"long", no_argument, NULL, 'l'},       {"timeout", required_argument, NULL, 't'},
      {"keep", no_argument, NULL, 'k'},       {"verbose", no_argument, NULL, 'v'},
      {"help", no_argument, NULL, 'h'},       {0}};
  int c;
  while ((c = getopt_long(argc, argv, "vh", options, NULL)) != -1) {
    if (c == 'w') {
      o->weir = realpath(optarg, NULL);
      if (o->weir == NULL) return usage("no such program: ", optarg);
    } else if (c == 'c') {
      if (!parse_cells(optarg, &o->cells)) return 2;
    } else if (c == 's') {
      lines_add(&o->skipped, optarg, strlen(optarg));
    } else if (c == 't') {
      o->seconds = (unsigned)strtoul(optarg, NULL, 10);
      if (o->seconds == 0) return usage("--timeout needs a number of seconds, not ", optarg);
    } else if (c == 'h') {
      printf("%s", USAGE);
      return 0;
    } else if (c == '?') {
      return usage("see the options", "");
    }
    o->update |= c == 'u';
    o->with_long |= c == 'l';
    o->keep |= c == 'k';
    o->verbose |= c == 'v';
  }
  return optind < argc ? -1 : usage("no files", "");
}

/* --- running --- */

/* What tests may rely on, whatever the user's shell says. */
static void settle_environment(const RunOptions *o) {
  setenv("TZ", "UTC", 1);
  setenv("LC_ALL", "C.UTF-8", 1);
  unsetenv("NO_COLOR");
  if (o->weir != NULL) setenv("WEIR", o->weir, 1);
  signal(SIGPIPE, SIG_IGN);
  setvbuf(stdout, NULL, _IOLBF, 0);
  int null = open("/dev/null", O_RDONLY);
  if (null > 0) {
    dup2(null, STDIN_FILENO);
    close(null);
  }
}

static bool is_skipped(const char *path, const RunOptions *o) {
  const char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  for (size_t i = 0; i < o->skipped.n; i++) {
    if (strcmp(o->skipped.at[i], name) == 0) return true;
  }
  return false;
}

static bool run_files(const Lines *files, const RunOptions *o, Totals *totals) {
  bool ok = true;
  for (size_t i = 0; i < files->n; i++) {
    if (is_skipped(files->at[i], o)) continue;
    if (o->verbose) printf("%s\n", files->at[i]);
    char *path = realpath(files->at[i], NULL);
    char start[PATH_MAX];
    if (path == NULL || getcwd(start, sizeof start) == NULL) {
      perror(files->at[i]);
      ok = false;
    } else {
      ok = run_test_file(path, files->at[i], o, totals) && ok;
      if (chdir(start) != 0) return perror(start), free(path), false;
    }
    free(path);
  }
  return ok;
}

int main(int argc, char **argv) {
  RunOptions o = {.cells = (1u << CELLS) - 1, .seconds = SECONDS};
  int status = parse_options(argc, argv, &o);
  if (status >= 0) return status;
  settle_environment(&o);
  Lines files = {0};
  Totals totals = {0};
  bool ok = list_files(argv + optind, argc - optind, &files);
  ok = run_files(&files, &o, &totals) && ok;
  if (totals.skipped > 0) printf("%zu skipped\n", totals.skipped);
  printf("%zu passed, %zu failed\n", totals.passed, totals.failed + !ok);
  lines_free(&files);
  lines_free(&o.skipped);
  free(o.weir);
  return totals.failed > 0 ? 1 : ok ? 0 : 2;
}
