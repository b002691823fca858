/* json_member.h -- a member of an object on its way to JSON_OBJECTAGG: key and value in one run of
 * bytes, length of the key (4 bytes), key, value as JSON.
 *
 * A NULL key, which is an error, travels as well: FILTER may leave its row out. */
#pragma once
#include <string.h>

#include "base/str.h"

enum { JSON_MEMBER_HEAD = 4 };
#define JSON_MEMBER_NO_KEY UINT32_MAX /* as length: the key is NULL */

static inline void json_member_head(char *out, uint32_t key_len) { memcpy(out, &key_len, 4); }

static inline bool json_member_has_key(Str member) {
  uint32_t len = JSON_MEMBER_NO_KEY;
  if (member.len >= JSON_MEMBER_HEAD) memcpy(&len, member.ptr, sizeof len);
  return len != JSON_MEMBER_NO_KEY;
}

/* Bytes that have been on a disk may say anything: the key is then what there is. */
static inline Str json_member_key(Str member) {
  uint32_t len;
  if (member.len < JSON_MEMBER_HEAD) return (Str){"", 0};
  memcpy(&len, member.ptr, sizeof len);
  size_t left = member.len - JSON_MEMBER_HEAD;
  return (Str){member.ptr + JSON_MEMBER_HEAD, len < left ? len : left};
}

static inline Str json_member_value(Str member) {
  Str key = json_member_key(member);
  const char *at = key.ptr + key.len;
  if (member.len < JSON_MEMBER_HEAD) return key;
  return (Str){at, (size_t)(member.ptr + member.len - at)};
}
