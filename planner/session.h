/* session.h -- what a Planner is: for the files of this folder. */
#pragma once
#include "planner/catalog.h"
#include "planner/functions.h"
#include "planner/job_name.h"
#include "planner/plan.h"
#include "planner/settings.h"

struct Planner {
  Catalog *catalog;
  Functions functions;
  Settings settings;
  JobNames job_names;
  uint32_t cores;
  bool stdin_is_script;
  bool allow_extensions; /* libraries may be loaded */
  bool stdin_taken;      /* by a job of an earlier statement */
  PlannerRun *run;       /* of subqueries; NULL: there are none to be run */
  void *run_arg;
};
