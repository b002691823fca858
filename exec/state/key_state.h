/* key_state.h -- a keyed table's keys in blocks of state.
 *
 * The hash is the entry's (exec/state/state_io.h), which also tells the NULL of a KEY_WORD.
 */
#pragma once
#include "exec/state/key.h"
#include "exec/state/state_io.h"

/* A stored key: key_bytes(form) bytes. */
void key_put(StateOut *out, KeyForm form, const void *key);
/* Back, as key i of keys, whose form is set; text is borrowed from the block. */
void key_get(StateIn *in, uint64_t hash, KeyBatch *keys, uint32_t i);
