/* prune.h -- between the files of rule_prune.c.
 *
 * Down: a node is told which of its columns are used, and tells its inputs.  Up: it is rebuilt, and
 * tells where its columns are now.
 */
#pragma once
#include "planner/rules.h"

#define GONE UINT32_MAX /* nobody uses the column */

void prune_mark(const RuleContext *r, Node *n, const bool *used);
/* Rebuild *node.  The result says where each of its former columns is, GONE for none. */
uint32_t *prune_rebuild(const RuleContext *r, Node **node);
/* The same, and with a projection to just the used columns where more would come out. */
uint32_t *prune_exact(const RuleContext *r, Node **input);

/* prune_join.c */
void prune_mark_rank(const RuleContext *r, Node *n, const bool *used);
void prune_mark_join(const RuleContext *r, Node *n, const bool *used);
uint32_t *prune_rebuild_rank(const RuleContext *r, Node *n);
uint32_t *prune_rebuild_join(const RuleContext *r, Node *n);
