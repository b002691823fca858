/* owners.h -- whose state is whose: names of what keeps state, and finding them again in a
 * checkpoint.
 *
 * State is addressed by what its owner computes (OpSpec.identity), not by its place in the plan, so
 * that it is found again after the SQL has changed elsewhere.  Owners that compute the same are
 * numbered in the order of the plan.  The name of an operator that aggregates goes on with a line
 * for each aggregate, which are matched one by one; so does that of the job with what was computed
 * before it (JobPlan.constants).
 */
#pragma once
#include "exec/run/checkpoint_file.h"
#include "exec/run/stage.h"

#define OWNER_NONE UINT32_MAX

typedef struct Owners {
  const char **names; /* [0] is the job */
  uint32_t n;
  uint32_t *of_stage; /* [stage]: a source's splits, or the operator at the head of a keyed one */
  uint32_t *of_sink;  /* [sink] */
} Owners;

/* Everything lives in the arena. */
void owners_of(Arena *arena, const JobPlan *plan, const Stages *stages, Owners *out);

/* What becomes of an owner of the plan. */
typedef struct OwnerMatch {
  uint32_t from; /* owner in the checkpoint; OWNER_NONE: starts anew */
  uint32_t
      *agg_map; /* [aggregate of the checkpoint]: of the plan; UINT32_MAX: none; NULL: the same */
  uint32_t n_aggs;    /* of the checkpoint */
  uint32_t n_missing; /* aggregates of the plan that start anew */
} OwnerMatch;

typedef struct UpgradeReport {
  OwnerMatch *matches;  /* [owner of the plan] */
  bool changed;         /* something is not simply reused */
  bool loses;           /* and would silently be wrong: state is dropped or starts anew */
  bool other_constants; /* what was computed before the plan is something else now */
} UpgradeReport;

/* Compare with the owners of a checkpoint.  told, if not NULL, gets a line for each owner: "reused:
 * ...", "starts anew: ...", "dropped: ...". */
void owners_match(Arena *arena, const Owners *plan, const CheckpointInfo *from, StrBuf *told,
                  UpgradeReport *out);
