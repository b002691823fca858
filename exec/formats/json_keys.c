/* json_keys.c -- which key comes next: the texts that stand between two values of a record.
 *
 * A text that is met for the first time is taken apart once, and kept with what it means.
 * Afterwards it is found by comparing bytes with the one expected (json_fast.c), with the one
 * that came here the time before, or by its hash.  Keys with escapes are never kept: the
 * strict way reads them.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "base/utf8.h"
#include "exec/formats/json_read.h"

bool json_keys_init(JsonKeys *keys, uint32_t cap) {
  uint32_t n_slots = 1;
  keys->cap = cap;
  while (n_slots < 2 * keys->cap) n_slots *= 2;
  keys->slot_mask = n_slots - 1;
  keys->known = malloc(keys->cap * sizeof *keys->known);
  keys->slots = calloc(n_slots, sizeof *keys->slots);
  keys->none = (JsonKey){.want = UINT32_MAX, .act = JSON_SKIP, .field = JSON_NO_FIELD};
  keys->none.next = keys->none.other = &keys->none;
  keys->start = keys->loose = keys->none;
  return keys->known != NULL && keys->slots != NULL;
}

void json_keys_deinit(JsonKeys *keys) {
  free(keys->known);
  free(keys->slots);
}

void json_keys_renew(JsonKeys *keys) {
  if (keys->n_known < keys->cap) return;
  keys->n_known = 0;
  memset(keys->slots, 0, (keys->slot_mask + 1) * sizeof *keys->slots);
  keys->start.next = keys->start.other = &keys->none;
}

/* --- taking one apart ---------------------------------------------------------------- */

typedef struct KeyText {
  size_t len; /* of all that stands between the values */
  bool end;   /* it is the end of the record */
  Str name;   /* else the key */
} KeyText;

/* The object's end, from its closing bracket on. */
static bool take_end(const char *p, const char *bracket, bool is_record, KeyText *out) {
  *out = (KeyText){.len = (size_t)(bracket + 1 - p), .end = true};
  if (!is_record) return true;
  const char *newline = json_skip_blanks(bracket + 1, false);
  out->len = (size_t)(newline + 1 - p);
  return *newline == '\n';
}

/* What stands at p, behind a value, or at the start of an object. */
static bool take_apart(const char *p, bool start, bool is_record, KeyText *out) {
  const char *at = json_skip_blanks(p, false);
  if (*at == '}' && !start) return take_end(p, at, is_record, out);
  if (*at != (start ? '{' : ',')) return false;
  at = json_skip_blanks(at + 1, false);
  if (*at == '}' && start) return take_end(p, at, is_record, out);
  if (*at != '"') return false;
  const char *name = at + 1, *quote = json_find_stop(name, false);
  if (*quote != '"') return false;
  at = json_skip_blanks(quote + 1, false);
  if (*at != ':') return false;
  at = json_skip_blanks(at + 1, false);
  *out = (KeyText){.len = (size_t)(at - p), .name = {name, (size_t)(quote - name)}};
  return utf8_valid(name, out->name.len);
}

static void describe(JsonObject *o, const KeyText *t, JsonKey *key) {
  key->field = t->end ? JSON_NO_FIELD : json_field_find(o, t->name);
  JsonAct act = t->end ? JSON_END : JSON_SKIP;
  if (key->field != JSON_NO_FIELD) act = o->fields[key->field].act;
  key->act = act;
  key->next = key->other = &o->keys.none;
}

/* --- finding one --------------------------------------------------------------------- */

/* The known key with this text, or a new one; NULL when it cannot be kept. */
static JsonKey *known(JsonObject *o, const char *p, const KeyText *t) {
  JsonKeys *keys = &o->keys;
  if (t->len > JSON_KEY_TEXT) return NULL;
  uint32_t slot = (uint32_t)hash_bytes(p, t->len) & keys->slot_mask;
  for (; keys->slots[slot] != 0; slot = (slot + 1) & keys->slot_mask) {
    JsonKey *key = &keys->known[keys->slots[slot] - 1];
    if (key->len == t->len && memcmp(key->text, p, t->len) == 0) return key;
  }
  if (keys->n_known == keys->cap) return NULL;
  JsonKey *key = &keys->known[keys->n_known++];
  keys->slots[slot] = keys->n_known;
  *key = (JsonKey){.len = (uint32_t)t->len,
                   .want = t->len < 16 ? (UINT32_C(1) << t->len) - 1 : 0xFFFF};
  memcpy(key->text, p, t->len);
  describe(o, t, key);
  return key;
}

JsonKey *json_keys_find(JsonObject *o, JsonKey *before, const char *p) {
  JsonKeys *keys = &o->keys;
  JsonKey *key = before->other;
  if (!json_key_at(key, p)) {
    KeyText t;
    if (!take_apart(p, before == &keys->start, o->is_record, &t)) return NULL;
    key = known(o, p, &t);
    if (key == NULL) {
      key = &keys->loose;
      key->len = (uint32_t)t.len;
      describe(o, &t, key);
      return key;
    }
  }
  if (before != &keys->loose) {
    before->other = before->next;
    before->next = key;
  }
  return key;
}
