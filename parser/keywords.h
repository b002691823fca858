/* keywords.h -- from a word to the grammar's token.  Internal to parser/. */
#pragma once
#include "base/base.h"

typedef struct Keyword {
  const char *word;
  int token;        /* Lemon's code */
  bool reserved;    /* never a name */
  const char *when; /* see keywords.def */
} Keyword;

/* The first line of keywords.def for the word (any case), NULL when there is none.
 * Lines of the same word follow each other. */
const Keyword *keyword_find(const char *word, size_t len);
const Keyword *keyword_next(const Keyword *k);

/* A word that stands for the token, to be shown in messages; NULL for a token that is
 * no word. */
const char *keyword_of_token(int token);

/* Must the word be in back-ticks to be the name of a function? */
bool keyword_hides_function(const char *word);
