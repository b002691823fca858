/* partition_path.c -- the directories of a table that is PARTITIONED BY columns. */
#include "exec/connectors/partition_path.h"

#include <string.h>

#include "exec/connectors/conn_file.h"

const char *partition_default_name(Options options) {
  return options_text(options, FILE_OPTIONS, "", "partition.default-name");
}

/* Hive's list, and NUL, which no file name can have. */
static bool is_escaped(unsigned char c) {
  return c < 0x20 || c == 0x7F || strchr("\"#%'*/:=?\\{[]^", c) != NULL;
}

static void put_escaped(StrBuf *out, Str s) {
  for (size_t i = 0; i < s.len; i++) {
    unsigned char c = (unsigned char)s.ptr[i];
    if (is_escaped(c)) {
      strbuf_printf(out, "%%%02X", c);
    } else {
      strbuf_putc(out, (char)c);
    }
  }
}

void partition_path_put(StrBuf *out, const char *column, Str value, const char *default_name) {
  if (out->len > 0) strbuf_putc(out, '/');
  put_escaped(out, str_of(column));
  strbuf_putc(out, '=');
  put_escaped(out, value.len > 0 ? value : str_of(default_name));
}
