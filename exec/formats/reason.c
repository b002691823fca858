/* reason.c -- the words for malformed records. */
#include "exec/formats/reason.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

/* The value in printable form: what is no text or would move the cursor as \xHH, and cut with
 * three dots on a whole character. */
static void show(Str value, char out[4 * REASON_VALUE_MAX + 8]) {
  size_t n = 0, i = 0;
  while (i < value.len && i < REASON_VALUE_MAX) {
    uint32_t cp;
    size_t len = utf8_decode(value.ptr + i, value.len - i, &cp);
    if (i + len > REASON_VALUE_MAX) break;
    bool bad = len == 1 && (unsigned char)value.ptr[i] >= 0x80;
    if (bad || cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
      for (size_t k = 0; k < len; k++) {
        n += (size_t)snprintf(out + n, 5, "\\x%02x", (unsigned char)value.ptr[i + k]);
      }
    } else {
      memcpy(out + n, value.ptr + i, len);
      n += len;
    }
    i += len;
  }
  memcpy(out + n, i < value.len ? "..." : "", i < value.len ? 4 : 1);
}

void reason_value(Reason *r, const char *column, Str value, const char *what, const Type *type) {
  char shown[4 * REASON_VALUE_MAX + 8];
  show(value, shown);
  StrBuf name;
  strbuf_init(&name, 0);
  if (type != NULL) type_print(*type, &name);
  snprintf(r->text, sizeof r->text, "column \"%s\": \"%s\" %s%s%s", column, shown, what,
           name.len > 0 ? " " : "", strbuf_text(&name));
  strbuf_deinit(&name);
}

void reason_column(Reason *r, const char *column, const char *what) {
  snprintf(r->text, sizeof r->text, "column \"%s\" %s", column, what);
}

void reason_text(Reason *r, const char *fmt, ...) {
  va_list ap;
  va_start(ap, fmt);
  vsnprintf(r->text, sizeof r->text, fmt, ap);
  va_end(ap);
}
