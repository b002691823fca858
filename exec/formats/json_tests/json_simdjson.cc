/* json_simdjson.cc -- see json_simdjson.h. */
#include "exec/formats/json_tests/json_simdjson.h"

#include <simdjson.h>

#include <string_view>

struct SimdjsonReader {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
};

SimdjsonReader *simdjson_reader_new(void) { return new SimdjsonReader; }
void simdjson_reader_free(SimdjsonReader *r) { delete r; }

bool simdjson_accepts(SimdjsonReader *r, const char *text, size_t len) {
  return r->parser.parse(text, len).get(r->root) == simdjson::SUCCESS;
}

const char *simdjson_string(SimdjsonReader *r, const char *name, size_t *len) {
  simdjson::dom::object members;
  const char *found = nullptr;
  if (r->root.get(members) != simdjson::SUCCESS) return nullptr;
  for (auto member : members) {
    if (member.key != std::string_view(name)) continue;
    std::string_view text;
    bool is_string = member.value.get(text) == simdjson::SUCCESS;
    found = is_string ? text.data() : nullptr;
    *len = is_string ? text.size() : 0;
  }
  return found;
}
