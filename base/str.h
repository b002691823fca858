/* str.h -- text: a view (Str), a growable buffer (StrBuf), names that look alike.
 *
 * A Str borrows; it is not NUL-terminated.  A StrBuf owns its bytes and keeps
 * a NUL behind them.  It has a maximum, and remembers when it ran out of room or
 * memory: appending goes on without effect, and the owner asks strbuf_failed once
 * at the end instead of after every call.
 */
#pragma once
#include "base/arena.h"

typedef struct Str {
  const char *ptr;
  size_t len;
} Str;

#define STR(literal) ((Str){(literal), sizeof(literal) - 1})

Str str_of(const char *text); /* of a NUL-terminated text; NULL gives "" */
bool str_eq(Str a, Str b);
bool str_eq_nocase(Str a, Str b); /* ASCII letters only */
bool text_eq_nocase(const char *a, const char *b);
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
/* The first place of what in s, NULL: none.  The empty text stands at its start. */
const char *str_find(Str s, Str what);
Str str_trim(Str s); /* blanks, tabs, CR and LF at both ends */

typedef struct StrBuf StrBuf;
struct StrBuf {
  char *data; /* NULL or len bytes and a NUL */
  size_t len, cap, max;
  bool failed;
};

/* max 0: no limit but memory. */
void strbuf_init(StrBuf *b, size_t max);
void strbuf_deinit(StrBuf *b);
void strbuf_clear(StrBuf *b); /* keeps the memory; failed is false again */
bool strbuf_failed(const StrBuf *b);
/* Make room for n more bytes and return where they go, NULL on failure.  The
 * caller writes up to n of them and adds what it wrote to b->len. */
char *strbuf_reserve(StrBuf *b, size_t n);
void strbuf_put(StrBuf *b, const char *bytes, size_t n);
void strbuf_puts(StrBuf *b, const char *text);
void strbuf_putc(StrBuf *b, char c);
void strbuf_str(StrBuf *b, Str s);
void strbuf_fill(StrBuf *b, char c, size_t n);
void strbuf_printf(StrBuf *b, const char *fmt, ...) PRINTF(2, 3);
/* The text, NUL-terminated, also when empty.  Valid until the next append. */
const char *strbuf_text(const StrBuf *b);
/* A copy in the arena, instead of strbuf_deinit.  For SQL text and plans: ends the program when
 * memory was out at any append, or is now.  b has no maximum. */
char *strbuf_keep(StrBuf *b, Arena *arena);

/* The candidate most like name by edit distance (ASCII case ignored), or NULL when
 * none is near: at most a third of its letters differ.  Used for "did you mean". */
const char *nearest_name(const char *name, const char *const *candidates, size_t n);
/* The same, one candidate at a time: start with *best = NULL, *distance = 0. */
void nearest_name_offer(const char *name, const char *candidate, const char **best,
                        uint32_t *distance);
