/* parse_fuzz.c -- libFuzzer's entry to the parser: any bytes, see parse_check.c.
 *
 *     CC=clang meson setup build-fuzz -Dfuzz=true && ninja -C build-fuzz parser/parse_fuzz
 *     build-fuzz/parser/parse_fuzz CORPUS_FOLDER
 */
#include <stdio.h>
#include <stdlib.h>

#include "parser/parse_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Arena arena = {0};
  const char *text = arena_strndup(&arena, (const char *)data, size);
  const char *problem = parse_check_text(&arena, text, size, NULL);
  if (problem != NULL) {
    fprintf(stderr, "%s\n", problem);
    abort();
  }
  arena_deinit(&arena);
  return 0;
}
