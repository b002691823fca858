/* split.c -- where a statement of a script ends, and whether it has.
 *
 * A semicolon ends a statement, unless it is inside of a statement set:
 *     EXECUTE STATEMENT SET BEGIN insert; insert; END;
 *     EXPLAIN ... STATEMENT SET BEGIN insert; insert; END;
 *     BEGIN STATEMENT SET; insert; insert; END;
 * A set is closed by an END where a statement would begin, so the END of a CASE needs
 * no counting: it cannot stand there.
 */
#include "parser/split.h"

#include "base/str.h"
#include "parser/parse.h"

typedef enum SplitWord {
  SPLIT_OTHER,
  SPLIT_BEGIN,
  SPLIT_END,
  SPLIT_EXECUTE,
  SPLIT_EXPLAIN,
  SPLIT_SET,
  SPLIT_STATEMENT,
} SplitWord;

static SplitWord split_word(const char *text, Token t) {
  static const struct {
    Str text;
    SplitWord word;
  } words[] = {{{"BEGIN", 5}, SPLIT_BEGIN},     {{"END", 3}, SPLIT_END},
               {{"EXECUTE", 7}, SPLIT_EXECUTE}, {{"EXPLAIN", 7}, SPLIT_EXPLAIN},
               {{"SET", 3}, SPLIT_SET},         {{"STATEMENT", 9}, SPLIT_STATEMENT}};
  if (t.kind != TOKEN_WORD) return SPLIT_OTHER;
  for (size_t i = 0; i < COUNT_OF(words); i++)
    if (str_eq_nocase((Str){text + t.span.at, t.span.len}, words[i].text)) return words[i].word;
  return SPLIT_OTHER;
}

/* BEGIN STATEMENT SET ; */
static bool is_old_opening(const Splitter *s) {
  return s->n_tokens == 3 && s->words[0] == SPLIT_BEGIN && s->words[1] == SPLIT_STATEMENT &&
         s->words[2] == SPLIT_SET;
}

/* [EXECUTE | EXPLAIN ...] STATEMENT SET, with BEGIN about to follow. */
static bool is_new_opening(const Splitter *s) {
  bool first = s->words[0] == SPLIT_EXECUTE || s->words[0] == SPLIT_EXPLAIN;
  return first && s->before[0] == SPLIT_STATEMENT && s->before[1] == SPLIT_SET;
}

bool splitter_take(Splitter *s, const char *text, Token t) {
  SplitWord word = split_word(text, t);
  bool opens = false;
  if (t.kind == TOKEN_SEMICOLON) {
    opens = !s->in_set && is_old_opening(s);
    if (!s->in_set && !opens) {
      *s = (Splitter){0};
      return true;
    }
    s->in_set = true;
    opens = true; /* or the next statement of the set */
  } else if (word == SPLIT_BEGIN && !s->in_set && is_new_opening(s)) {
    s->in_set = opens = true;
  } else if (word == SPLIT_END && s->in_set && s->at_sub_start) {
    s->in_set = false;
  }
  s->at_sub_start = opens;
  if (s->n_tokens < COUNT_OF(s->words)) s->words[s->n_tokens] = (int)word;
  s->before[0] = s->before[1];
  s->before[1] = (int)word;
  s->n_tokens++;
  return false;
}

bool sql_is_complete(const char *text, size_t len) {
  Splitter splitter = {0};
  TokenReader reader = token_reader(text, len, 0);
  for (Token t = token_next_solid(&reader); t.kind != TOKEN_END; t = token_next_solid(&reader)) {
    bool open =
        t.fault == FAULT_STRING_OPEN || t.fault == FAULT_NAME_OPEN || t.fault == FAULT_COMMENT_OPEN;
    if (open) return false;
    splitter_take(&splitter, text, t);
  }
  return splitter.n_tokens == 0;
}
