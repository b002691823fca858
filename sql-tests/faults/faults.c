/* faults.c -- weir-faults: the program weir, with faults.
 *
 *     weir-faults [FAULT OPTIONS] -- [OPTIONS OF WEIR]
 *
 * Points and what is counted: points.h; allocations: memory.h.  The simulated disk: disk.h.  Exit
 * status 96 for wrong fault options, 97 when a fault cannot be made.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shell/program.h"
#include "sql-tests/faults/memory.h"
#include "sql-tests/faults/points.h"

static const char usage[] =
    "usage: weir-faults [FAULT OPTIONS] -- [OPTIONS OF WEIR]\n"
    "  --trace FILE                append a line for each point: number, call, path\n"
    "  --kill-at N[,N...]          SIGKILL at these points ...\n"
    "  --when before|halfway|after ... before the call (default), after half of a write, after it\n"
    "  --stop-at N[,N...]          SIGSTOP at these points: before the call\n"
    "  --fail-at N=ENOSPC|EIO      the call fails ...\n"
    "  --for-ever                  ... and all later ones of its kind\n"
    "  --power-loss-at N           undo what is not synced, by chance, and SIGKILL\n"
    "  --seed N                    of that chance\n"
    "  --plant-no-fsync TEXT       fsync of paths that contain TEXT does nothing\n"
    "  --no-memory-at N            this allocation fails; with --for-ever all later ones, too\n"
    "  --count-memory FILE         write the number of allocations at exit\n";

static int wrong_usage(void) {
  fputs(usage, stderr);
  return 96;
}

static bool take_number(const char *text, char end, uint64_t *out, const char **rest) {
  char *stop;
  errno = 0;
  *out = strtoull(text, &stop, 10);
  *rest = stop;
  return errno == 0 && stop != text && (*stop == end || *stop == '\0');
}

static bool take_points(FaultPlan *plan, FaultKind kind, const char *text) {
  const char *rest = text;
  plan->kind = kind;
  do {
    if (plan->n_at == POINTS_MAX) return false;
    if (!take_number(rest, ',', &plan->at[plan->n_at++], &rest)) return false;
  } while (*rest++ == ',');
  return true;
}

static bool take_failure(FaultPlan *plan, const char *text) {
  const char *rest;
  plan->kind = FAULT_ERROR;
  plan->n_at = 1;
  if (!take_number(text, '=', &plan->at[0], &rest) || *rest != '=') return false;
  plan->error = strcmp(rest + 1, "ENOSPC") == 0 ? ENOSPC : strcmp(rest + 1, "EIO") == 0 ? EIO : 0;
  return plan->error != 0;
}

static bool take_when(FaultPlan *plan, const char *text) {
  static const char *const names[] = {"before", "halfway", "after"};
  for (int i = 0; i < 3; i++) {
    if (strcmp(text, names[i]) != 0) continue;
    plan->when = (FaultWhen)i;
    return true;
  }
  return false;
}

static bool take(FaultPlan *plan, MemoryPlan *memory, int option, const char *value) {
  const char *rest;
  switch (option) {
    case 't':
      plan->trace = value;
      return true;
    case 'k':
      return take_points(plan, FAULT_KILL, value);
    case 'h':
      return take_points(plan, FAULT_STOP, value);
    case 'w':
      return take_when(plan, value);
    case 'f':
      return take_failure(plan, value);
    case 'e':
      plan->for_ever = memory->for_ever = true;
      return true;
    case 'p':
      return take_points(plan, FAULT_POWER_LOSS, value);
    case 's':
      return take_number(value, '\0', &plan->seed, &rest);
    case 'n':
      plan->no_fsync = value;
      return true;
    case 'm':
      return take_number(value, '\0', &memory->at, &rest);
    case 'c':
      memory->count = value;
      return true;
    default:
      return false;
  }
}

int main(int argc, char *argv[]) {
  static const struct option options[] = {{"trace", required_argument, NULL, 't'},
                                          {"kill-at", required_argument, NULL, 'k'},
                                          {"stop-at", required_argument, NULL, 'h'},
                                          {"when", required_argument, NULL, 'w'},
                                          {"fail-at", required_argument, NULL, 'f'},
                                          {"for-ever", no_argument, NULL, 'e'},
                                          {"power-loss-at", required_argument, NULL, 'p'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"plant-no-fsync", required_argument, NULL, 'n'},
                                          {"no-memory-at", required_argument, NULL, 'm'},
                                          {"count-memory", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
  static FaultPlan plan;
  MemoryPlan memory = {0};
  int option;
  while ((option = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
    if (!take(&plan, &memory, option, optarg)) return wrong_usage();
  }
  if (optind == 1 || strcmp(argv[optind - 1], "--") != 0) return wrong_usage();
  points_install(&plan);
  points_install_sqlite();
  memory_install(&memory);
  argv[optind - 1] = argv[0];
  return shell_main(argc - optind + 1, argv + optind - 1);
}
