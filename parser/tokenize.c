/* tokenize.c -- the one file that knows SQLite's tokenizer.
 *
 * sqlite3GetToken(text, &code) returns the length and the code of the token at
 * text.  It is linked, not copied.  The codes differ from release to release, so
 * they are learnt when the first token is asked for, from one sample of each kind;
 * words are told by their first letter, since SQLite's keywords have codes of
 * their own.
 *
 * What differs from SQLite, and is dealt with here before or after asking it:
 *   [ ] { } ?      tokens of one character; SQLite reads [..] as a quoted name
 *   =>             one token
 *   >>             two tokens: it closes ARRAY<ARRAY<INT>>
 *   slash-star-plus  opens a hint, whose inside is tokens; SQLite sees a comment
 *   E'..' U&'..'   strings with escapes
 *   "word"         refused: in Flink neither a name nor a text
 *   == :: & ~ <<   refused
 * and SQLite does not say that a comment lacks its end, takes any byte from 0x80 up
 * for a letter, and stops at a NUL byte.
 */
#include "parser/token.h"

#include <pthread.h>
#include <string.h>

#include "base/utf8.h"

/* Declared in SQLite's internal header only.  Newer releases return a 64-bit length;
 * texts are shorter than 2 GB, so its lower half, which is what arrives, is right. */
extern int sqlite3GetToken(const unsigned char *text, int *code);

enum { CODE_MAX = 512 };

typedef struct TokenClass {
  uint8_t kind, fault;
} TokenClass;

static TokenClass classes[CODE_MAX];
static pthread_once_t classes_once = PTHREAD_ONCE_INIT;

static const struct {
  const char *text;
  TokenKind kind;
  TokenFault fault;
} samples[] = {
    {" ", TOKEN_SPACE, FAULT_NONE},      {"--x", TOKEN_COMMENT, FAULT_NONE},
    {"'a'", TOKEN_STRING, FAULT_NONE},   {"x'00'", TOKEN_BINARY, FAULT_NONE},
    {"12", TOKEN_INTEGER, FAULT_NONE},   {"1.5", TOKEN_FLOAT, FAULT_NONE},
    {"(", TOKEN_LEFT_PAREN, FAULT_NONE}, {")", TOKEN_RIGHT_PAREN, FAULT_NONE},
    {",", TOKEN_COMMA, FAULT_NONE},      {".", TOKEN_DOT, FAULT_NONE},
    {";", TOKEN_SEMICOLON, FAULT_NONE},  {"+", TOKEN_PLUS, FAULT_NONE},
    {"-", TOKEN_MINUS, FAULT_NONE},      {"*", TOKEN_STAR, FAULT_NONE},
    {"/", TOKEN_SLASH, FAULT_NONE},      {"%", TOKEN_PERCENT, FAULT_NONE},
    {"||", TOKEN_CONCAT, FAULT_NONE},    {"=", TOKEN_EQ, FAULT_NONE},
    {"<>", TOKEN_NE, FAULT_NONE},        {"<", TOKEN_LT, FAULT_NONE},
    {"<=", TOKEN_LE, FAULT_NONE},        {">", TOKEN_GT, FAULT_NONE},
    {">=", TOKEN_GE, FAULT_NONE},        {">>", TOKEN_GT, FAULT_NONE},
    {"|", TOKEN_PIPE, FAULT_NONE},       {"&", TOKEN_BAD, FAULT_OPERATOR},
    {"~", TOKEN_BAD, FAULT_OPERATOR},    {"<<", TOKEN_BAD, FAULT_OPERATOR},
    {"->", TOKEN_BAD, FAULT_OPERATOR},   {":a", TOKEN_BAD, FAULT_PARAMETER},
    {"\\", TOKEN_BAD, FAULT_CHARACTER},
};

static void learn_classes(void) {
  for (size_t i = 0; i < CODE_MAX; i++) classes[i] = (TokenClass){TOKEN_BAD, FAULT_CHARACTER};
  /* Backwards, since a comment has the code of white space in some releases: then
   * white space, the first, is what the code stands for. */
  for (size_t i = COUNT_OF(samples); i-- > 0;) {
    int code = -1;
    int n = sqlite3GetToken((const unsigned char *)samples[i].text, &code);
    if (n != (int)strlen(samples[i].text)) continue; /* unknown to this release */
    assert(code >= 0 && code < CODE_MAX);
    classes[code] = (TokenClass){(uint8_t)samples[i].kind, (uint8_t)samples[i].fault};
  }
}

TokenReader token_reader(const char *text, size_t len, size_t at) {
  pthread_once(&classes_once, learn_classes);
  return (TokenReader){.text = text, .len = len, .at = at};
}

static bool is_word_start(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

typedef struct Scan {
  TokenKind kind;
  TokenFault fault;
  size_t len;
} Scan;

static Scan scan_bad(TokenFault fault, size_t len) { return (Scan){TOKEN_BAD, fault, len}; }

/* A '...' whose prefix (E, U&) has skip bytes; escapes: a backslash hides a quote. */
static Scan scan_string(const char *p, size_t left, size_t skip, TokenKind kind, bool escapes) {
  for (size_t i = skip + 1; i < left; i++) {
    if (p[i] == '\\' && escapes) {
      i++;
    } else if (p[i] == '\'') {
      if (i + 1 < left && p[i + 1] == '\'') {
        i++;
      } else {
        return (Scan){kind, FAULT_NONE, i + 1};
      }
    }
  }
  return scan_bad(FAULT_STRING_OPEN, left);
}

/* What SQLite takes for white space in one go: blanks or a comment. */
static Scan scan_space(const char *p, size_t n) {
  if (p[0] == '-') return (Scan){TOKEN_COMMENT, FAULT_NONE, n};
  if (p[0] != '/') return (Scan){TOKEN_SPACE, FAULT_NONE, n};
  bool closed = n >= 4 && p[n - 2] == '*' && p[n - 1] == '/';
  return closed ? (Scan){TOKEN_COMMENT, FAULT_NONE, n} : scan_bad(FAULT_COMMENT_OPEN, n);
}

/* Tell what SQLite only calls illegal. */
static Scan scan_illegal(const char *p, size_t n) {
  if (p[0] == '\'') return scan_bad(FAULT_STRING_OPEN, n);
  if (p[0] == '`') return scan_bad(FAULT_NAME_OPEN, n);
  if (p[0] == '"') return scan_bad(FAULT_DOUBLE_QUOTES, n);
  if ((p[0] == 'x' || p[0] == 'X') && n > 1) return scan_bad(FAULT_BINARY, n);
  if (is_digit(p[0]) || (p[0] == '.' && n > 1)) return scan_bad(FAULT_NUMBER, n);
  return scan_bad(FAULT_CHARACTER, n);
}

static Scan scan_sqlite(const char *p) {
  int code = -1;
  int got = sqlite3GetToken((const unsigned char *)p, &code);
  size_t n = got > 0 ? (size_t)got : 1;
  TokenClass class = {TOKEN_BAD, FAULT_CHARACTER};
  if (code >= 0 && code < CODE_MAX) class = classes[code];
  TokenKind kind = (TokenKind) class.kind;
  if (kind == TOKEN_SPACE || kind == TOKEN_COMMENT) return scan_space(p, n);
  if (kind == TOKEN_BINARY) return (Scan){TOKEN_BINARY, FAULT_NONE, n};
  bool illegal = kind == TOKEN_BAD && class.fault == FAULT_CHARACTER;
  if (p[0] == '"') return scan_bad(FAULT_DOUBLE_QUOTES, n);
  if (p[0] == '`' && p[n - 1] == '`' && n > 1) return (Scan){TOKEN_NAME, FAULT_NONE, n};
  if ((p[0] == 'x' || p[0] == 'X') && p[1] == '\'' && n > 1) return scan_bad(FAULT_BINARY, n);
  if (is_word_start((unsigned char)p[0])) return (Scan){TOKEN_WORD, FAULT_NONE, n};
  if (illegal) return scan_illegal(p, n);
  if (kind == TOKEN_BAD) return scan_bad((TokenFault) class.fault, n);
  if (kind == TOKEN_FLOAT && memchr(p, 'e', n) == NULL && memchr(p, 'E', n) == NULL)
    kind = TOKEN_DECIMAL;
  if (kind == TOKEN_EQ && n == 2) return scan_bad(FAULT_DOUBLE_EQUALS, n);
  if (kind == TOKEN_GT) n = 1;
  return (Scan){kind, FAULT_NONE, n};
}

/* Is there a star-slash behind the opening of a hint? */
static bool hint_is_closed(const char *p, size_t left) {
  return left > 4 && memmem(p + 3, left - 3, "*/", 2) != NULL;
}

/* The token at p; left > 0 bytes of text are there. */
static Scan scan(TokenReader *r, const char *p, size_t left) {
  char next = left > 1 ? p[1] : '\0';
  switch (p[0]) {
    case '\0':
      return scan_bad(FAULT_NUL, 1);
    case '[':
      return (Scan){TOKEN_LEFT_BRACKET, FAULT_NONE, 1};
    case ']':
      return (Scan){TOKEN_RIGHT_BRACKET, FAULT_NONE, 1};
    case '{':
      return (Scan){TOKEN_LEFT_BRACE, FAULT_NONE, 1};
    case '}':
      return (Scan){TOKEN_RIGHT_BRACE, FAULT_NONE, 1};
    case '?':
      return (Scan){TOKEN_QUESTION, FAULT_NONE, 1};
    case '=':
      if (next == '>') return (Scan){TOKEN_ARROW, FAULT_NONE, 2};
      break;
    case ':':
      if (next == ':') return scan_bad(FAULT_DOUBLE_COLON, 2);
      break;
    case '*':
      if (next != '/' || !r->in_hint) break;
      r->in_hint = false;
      return (Scan){TOKEN_HINT_END, FAULT_NONE, 2};
    case '/':
      if (next == '*' && left == 2) return scan_bad(FAULT_COMMENT_OPEN, 2);
      if (next != '*' || p[2] != '+') break;
      if (!hint_is_closed(p, left)) return scan_bad(FAULT_COMMENT_OPEN, left);
      r->in_hint = true;
      return (Scan){TOKEN_HINT_BEGIN, FAULT_NONE, 3};
    case 'e':
    case 'E':
      if (next == '\'') return scan_string(p, left, 1, TOKEN_C_STRING, true);
      break;
    case 'u':
    case 'U':
      if (next == '&' && left > 2 && p[2] == '\'')
        return scan_string(p, left, 2, TOKEN_UNICODE_STRING, false);
      break;
    default:
      break;
  }
  return scan_sqlite(p);
}

/* A NUL byte ends SQLite's scan of a string, a name or a comment too early: then the
 * byte is what is wrong, not the missing end. */
static bool find_nul(const char *p, Scan s, size_t left, size_t *nul) {
  bool open = s.fault == FAULT_STRING_OPEN || s.fault == FAULT_NAME_OPEN ||
              s.fault == FAULT_COMMENT_OPEN || s.fault == FAULT_BINARY ||
              s.fault == FAULT_DOUBLE_QUOTES;
  size_t n = open && s.len < left ? s.len + 1 : s.len;
  const char *at = memchr(p, '\0', n);
  if (at == NULL || s.fault == FAULT_NUL) return false;
  *nul = (size_t)(at - p);
  return true;
}

Token token_next(TokenReader *r) {
  size_t left = r->len - r->at;
  if (left == 0) return (Token){TOKEN_END, FAULT_NONE, {(uint32_t)r->at, 0}};
  const char *p = r->text + r->at;
  Scan s = scan(r, p, left);
  assert(s.len > 0 && s.len <= left);
  Token t = {s.kind, s.fault, {(uint32_t)r->at, (uint32_t)s.len}};
  r->at += s.len;
  size_t bad;
  if (find_nul(p, s, left, &bad)) {
    if (r->at < t.span.at + bad + 1) r->at = t.span.at + bad + 1;
    return (Token){TOKEN_BAD, FAULT_NUL, {t.span.at + (uint32_t)bad, 1}};
  }
  bad = utf8_valid_prefix(p, s.len);
  if (bad < s.len) return (Token){TOKEN_BAD, FAULT_UTF8, {t.span.at + (uint32_t)bad, 1}};
  return t;
}

Token token_next_solid(TokenReader *r) {
  Token t;
  do {
    t = token_next(r);
  } while (t.kind == TOKEN_SPACE || t.kind == TOKEN_COMMENT);
  return t;
}
