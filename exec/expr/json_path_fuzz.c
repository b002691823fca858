/* json_path_fuzz.c -- libFuzzer entry: any bytes as a path and a document.
 *
 *     build-fuzz/exec/expr/json_path_fuzz -max_len=1024
 *
 * The path is what stands before the first newline, the rest is the document; walk, list and model
 * have to agree.
 */
#include "exec/expr/json_model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static JsonPath path;
  JsonPathFault fault;
  JsonDoc doc;
  const char *text = (const char *)data, *newline = memchr(text, '\n', size);
  if (newline == NULL) return 0;
  size_t n = (size_t)(newline - text), rest = size - n - 1, deep = 0;
  if (json_path_compile(&path, (Str){text, n}, &fault) != JSON_PATH_OK) {
    if (fault.what == NULL || fault.at > n) __builtin_trap();
    return 0;
  }
  for (uint32_t i = 0; i < path.n_steps; i++) deep += path.steps[i].deep;
  if (deep > 2) return 0; /* the model takes forever, where the paths have a limit */
  json_doc_init(&doc);
  if (!model_agrees(&path, &doc, (Str){newline + 1, rest})) __builtin_trap();
  json_doc_deinit(&doc);
  return 0;
}
