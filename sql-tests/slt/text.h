/* text.h -- growing strings and lists of lines for the runner, and how values look in a test.
 *
 * Whoever holds a Text or Lines frees it.  Out of memory ends the program: it is a test runner.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>

typedef struct Text {
  char *s; /* NUL-terminated; NULL while nothing was added */
  size_t len, cap;
} Text;

typedef struct Lines {
  char **at; /* each NUL-terminated, owned */
  size_t n, cap;
} Lines;

/* realloc or the end. */
void *grow(void *p, size_t size);

void text_add(Text *t, const char *s, size_t n);
void text_str(Text *t, const char *s);
__attribute__((format(printf, 2, 3))) void text_printf(Text *t, const char *fmt, ...);
void text_clear(Text *t); /* keeps the memory */
void text_free(Text *t);
/* The text, "" when nothing was added. */
const char *text_of(const Text *t);

void lines_add(Lines *l, const char *s, size_t n);
void lines_clear(Lines *l);
void lines_free(Lines *l);
/* Cut at each newline.  A last line without newline counts; an empty one does not. */
void lines_split(Lines *l, const char *s, size_t n);

/* A value as tests write it: NULL (s is NULL), (empty), and control characters as \n \t \r \xHH. */
void text_value(Text *out, const char *s, size_t n);

/* Output of a program, a line of a test for each of its lines: an empty line is (empty), a missing
 * last newline shows as a last line (no newline), control characters but TAB as above. */
void lines_of_output(Lines *l, const char *s, size_t n);

/* What a line with the escapes \n \t \r \0 \xHH and \\ stands for, appended to out.  false: another
 * escape. */
bool text_unescape(Text *out, const char *line);

/* Words as a shell cuts them: blanks separate; '..' as it is, ".." and plain text with backslash.
 * false: a quote that is not closed. */
bool words_split(Lines *words, const char *line);
