/* metadata.c -- what sources know of a row beside its columns: keys and types, as Flink has them.
 */
#include <string.h>

#include "exec/connectors/connector.h"

static const char *const keys[META_COUNT] = {
    [META_FILE_PATH] = "file.path", [META_FILE_NAME] = "file.name",
    [META_FILE_SIZE] = "file.size", [META_FILE_MODIFIED] = "file.modification-time",
    [META_FILE_LINE] = "file.line",
};

const char *metadata_key(Metadata m) { return keys[m]; }

Type metadata_type(Metadata m) {
  switch (m) {
    case META_FILE_PATH:
    case META_FILE_NAME:
      return type_not_null(type_string());
    case META_FILE_SIZE:
    case META_FILE_LINE:
      return type_not_null(type_of(TYPE_BIGINT));
    case META_FILE_MODIFIED:
      return type_not_null(type_time(TYPE_TIMESTAMP_LTZ, 3));
    case META_COUNT:
      break;
  }
  assert(false && "every key has a type");
  return type_of(TYPE_NULL);
}

bool connector_metadata(const Connector *c, const char *key, Metadata *out) {
  for (uint32_t m = 0; m < META_COUNT; m++) {
    if ((c->metadata >> m & 1) == 0 || strcmp(keys[m], key) != 0) continue;
    *out = (Metadata)m;
    return true;
  }
  return false;
}
