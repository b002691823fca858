/* json_simdjson.h -- simdjson for json_oracle_test.c, which is C. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SimdjsonReader SimdjsonReader;
SimdjsonReader *simdjson_reader_new(void);
void simdjson_reader_free(SimdjsonReader *r);

/* Is text one JSON document? */
bool simdjson_accepts(SimdjsonReader *r, const char *text, size_t len);
/* The last member `name` of that document, an object, as a string.  Valid until the next
 * document.  NULL when it is no string. */
const char *simdjson_string(SimdjsonReader *r, const char *name, size_t *len);

#ifdef __cplusplus
}
#endif
