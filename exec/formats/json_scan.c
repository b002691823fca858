/* json_scan.c -- the fast way over a JSON record: a value to be kept. */
#include "exec/formats/json_scan.h"

const char *json_scan_value(const char *p, unsigned depth, JsonValue *out) {
  *out = (JsonValue){.kind = json_kind_at(*p), .text = {p, 0}};
  if (out->kind == JSON_STRING) {
    out->text.ptr = p + 1;
    p = json_string_end(p + 1, p + 1, &out->escaped);
    if (p == NULL) return NULL;
    out->text.len = (size_t)(p - out->text.ptr);
    return p + 1;
  }
  p = json_skip_other(p, depth, false);
  if (p != NULL) out->text.len = (size_t)(p - out->text.ptr);
  return p;
}
