/* file_claims.c -- which sinks of this process write where. */
#include "exec/connectors/file_claims.h"

#include <pthread.h>
#include <string.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static FileClaim *claims;

/* Does a claim of another stand against this one? */
static bool is_free(const FileClaim *c, const char *target) {
  for (const FileClaim *other = claims; other != NULL; other = other->next) {
    if (strcmp(other->target, target) != 0) continue;
    if (c->alone || other->alone || other->number == c->number) return false;
  }
  return true;
}

/* Lock held. */
static bool take(FileClaim *c, const char *target) {
  if (!is_free(c, target)) return false;
  c->target = target;
  c->next = claims;
  claims = c;
  return true;
}

bool claim_alone(FileClaim *c, const char *target) {
  *c = (FileClaim){.alone = true};
  pthread_mutex_lock(&lock);
  bool ok = take(c, target);
  pthread_mutex_unlock(&lock);
  return ok;
}

bool claim_number(FileClaim *c, const char *target, uint32_t number) {
  *c = (FileClaim){.number = number};
  pthread_mutex_lock(&lock);
  bool ok = take(c, target);
  pthread_mutex_unlock(&lock);
  return ok;
}

bool claim_any_number(FileClaim *c, const char *target) {
  pthread_mutex_lock(&lock);
  bool ok = false, alone = false;
  for (const FileClaim *other = claims; other != NULL; other = other->next) {
    alone |= other->alone && strcmp(other->target, target) == 0;
  }
  for (uint32_t number = 0; !ok && !alone; number++) {
    *c = (FileClaim){.number = number};
    ok = take(c, target);
  }
  pthread_mutex_unlock(&lock);
  return ok;
}

void claim_drop(FileClaim *c) {
  if (c->target == NULL) return;
  pthread_mutex_lock(&lock);
  FileClaim **at = &claims;
  while (*at != c) at = &(*at)->next;
  *at = c->next;
  pthread_mutex_unlock(&lock);
  c->target = NULL;
}
