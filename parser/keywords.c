/* keywords.c -- the table of keywords.def and its look-up, by binary search.
 *
 * SQLite's own keyword codes are not used: several of its words share one, and most of
 * the words of this dialect it does not know.
 */
#include "parser/keywords.h"

#include <strings.h>

#include "parser/grammar.h"
#include "parser/token.h"

enum { NAME = 0, RESERVED = 1 };

static const Keyword keywords[] = {
#define KEYWORD(word, token, reserved, when) {word, TK_##token, reserved, when},
#include "parser/keywords.def"
#undef KEYWORD
};

/* Like strcmp, without regard to case; word is not NUL-terminated. */
static int compare_word(const char *word, size_t len, const char *keyword) {
  int c = strncasecmp(word, keyword, len);
  return c != 0 ? c : -(int)(unsigned char)keyword[len];
}

const Keyword *keyword_find(const char *word, size_t len) {
  size_t low = 0, high = COUNT_OF(keywords);
  while (low < high) { /* the first line that is not below the word */
    size_t middle = (low + high) / 2;
    if (compare_word(word, len, keywords[middle].word) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == COUNT_OF(keywords) || compare_word(word, len, keywords[low].word) != 0) return NULL;
  return &keywords[low];
}

const Keyword *keyword_next(const Keyword *k) {
  const Keyword *next = k + 1;
  if (next == keywords + COUNT_OF(keywords) || strcasecmp(next->word, k->word) != 0) return NULL;
  return next;
}

const char *keyword_of_token(int token) {
  for (size_t i = 0; i < COUNT_OF(keywords); i++)
    if (keywords[i].token == token) return keywords[i].word;
  return NULL;
}

bool keyword_is_known(const char *word, size_t len) { return keyword_find(word, len) != NULL; }

bool keyword_hides_function(const char *word) {
  size_t len = 0;
  while (word[len] != '\0') len++;
  for (const Keyword *k = keyword_find(word, len); k != NULL; k = keyword_next(k)) {
    if (k->when[0] != '\0' && k->when[0] != '(') continue; /* not in front of a parenthesis */
    if (k->reserved) return true;
    switch (k->token) { /* what an expression may begin with */
      case TK_ANY:
      case TK_BOTH:
      case TK_CUBE:
      case TK_DESCRIPTOR:
      case TK_EXTRACT:
      case TK_JSON_ARRAY:
      case TK_JSON_OBJECT:
      case TK_JSON_PATH:
      case TK_KEY:
      case TK_LEADING:
      case TK_OVERLAY:
      case TK_POSITION:
      case TK_ROLLUP:
      case TK_SOME:
      case TK_SYMMETRIC:
      case TK_ASYMMETRIC:
      case TK_TRAILING:
      case TK_UNIT_CALL:
      case TK_UNKNOWN:
      case TK_UNNEST:
        return true;
      default:
        break;
    }
  }
  return false;
}
