/* identity.h -- what an operator computes, and of what, as text: the address of its state.
 *
 *     WindowAggregate(window=[TUMBLE(time_col=[ts], size=[10 s])], keys=[channel STRING],
 *         input=[filesystem(format=csv, path=bids.csv) rowtime=[ts] where=[(price > 10)]])
 *
 * A checkpoint is read by text, so the text has to stay as it is while the statement computes the
 * same, and to change when it does not.  Columns are written as what they are made of, down to the
 * columns of the sources, and only where they matter:
 *
 *   an aggregate   its keys, its window, and which rows it gets.  Not its aggregates, each of which
 *                  has a text of its own, nor the columns that only they need: so one can be added
 *   a join, a rank, ORDER BY ..., which keep rows: all columns of these rows beside that
 *   a source       connector, format and options, and all its columns with their types
 *   a sink         connector and where it writes
 *
 * So neither names of tables and of results nor parallelism, phases or the place in the script
 * matter.  What is long is cut, and a hash of the whole put behind it.
 */
#pragma once
#include "exec/run/job_plan.h"

/* Sets identity of the operators of a plan and of their aggregates. */
void identity_fill(Arena *arena, JobPlan *job);
