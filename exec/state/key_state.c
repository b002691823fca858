/* key_state.c -- a word, two, or a length and bytes. */
#include "exec/state/key_state.h"

#include <string.h>

void key_put(StateOut *out, KeyForm form, const void *key) {
  if (form == KEY_WORD || form == KEY_PAIR) {
    state_put(out, key, key_bytes(form));
    return;
  }
  const TextRef *text = key;
  state_put_u32(out, text->len);
  if (text->len != KEY_NULL_LEN) state_put(out, text_bytes(text), text->len);
}

static TextRef get_text(StateIn *in) {
  StateIn ahead = *in;
  if (state_get_u32(&ahead) == KEY_NULL_LEN) {
    *in = ahead;
    return (TextRef){.len = KEY_NULL_LEN};
  }
  Str s = state_get_str(in);
  return text_ref(s.ptr, s.len);
}

void key_get(StateIn *in, uint64_t hash, KeyBatch *keys, uint32_t i) {
  keys->hash[i] = hash;
  switch (keys->form) {
    case KEY_WORD:
      keys->u.word[i] = state_get_i64(in);
      return;
    case KEY_PAIR:
      state_get(in, &keys->u.pair[i], sizeof keys->u.pair[i]);
      return;
    case KEY_TEXT:
    case KEY_BYTES:
      keys->u.text[i] = get_text(in);
      return;
  }
}
