/* json_quote.h -- text as a string of JSON.
 *
 * Only what RFC 8259 demands is escaped: quote, backslash, control characters (\n and its like by
 * letter, the others as \u001F).  Bytes that are not UTF-8 become U+FFFD, so that the result is
 * always JSON.
 */
#pragma once
#include "base/str.h"

/* What the letter behind a backslash stands for: of n a line feed; any other character is itself.
 */
char json_unescaped(char letter);

/* With quotes around it. */
void json_put_string(StrBuf *out, Str text);
