/* checkpoint_plan.h -- the settings that make a job durable, put together. */
#pragma once
#include "planner/session.h"

/* Fills *out but for the job's name; texts are copied to the arena.  ERR_OPTION when something is
 * asked for that needs a directory, and there is none; span is the statement's. */
MUST_USE Code checkpoint_plan_make(const Settings *s, Arena *arena, Span span, CheckpointPlan *out,
                                   Error *err);
/* Where savepoints go; NULL: that was not said. */
MUST_USE Code checkpoint_savepoint_dir(const Settings *s, Arena *arena, const char **out,
                                       Error *err);
