/* func_text_random_test.c -- functions over text against simpler ones, and against garbage.
 *
 * LIKE: every pattern of up to five characters over "ab%_" and every text of up to six over "ab",
 * against a matcher that tries everything.  The rest: seeded texts of bytes that break UTF-8 and
 * patterns; nothing may crash, and a result that is built from valid text is valid.
 */
#include "base/utf8.h"
#include "exec/data/rng.h"
#include "exec/expr/func_case.h"
#include "exec/expr/like.h"

/* --- LIKE ---------------------------------------------------------------------------------- */

static bool like_slow(const char *pattern, const char *text) {
  if (*pattern == '\0') return *text == '\0';
  if (*pattern == '%') {
    return like_slow(pattern + 1, text) || (*text != '\0' && like_slow(pattern, text + 1));
  }
  return *text != '\0' && (*pattern == '_' || *pattern == *text) &&
         like_slow(pattern + 1, text + 1);
}

/* Word number n over an alphabet: 0 is the empty one, then those of one letter, ... */
static void nth_word(uint32_t n, const char *alphabet, char *out) {
  uint32_t size = (uint32_t)strlen(alphabet);
  for (; n > 0; n = (n - 1) / size) *out++ = alphabet[(n - 1) % size];
  *out = '\0';
}

static void test_like(void) {
  enum { PATTERNS = 1365, TEXTS = 127 }; /* up to five and six letters */
  LikePattern like = {0};
  char pattern[8], text[8];
  for (uint32_t p = 0; p < PATTERNS; p++) {
    nth_word(p, "ab%_", pattern);
    CHECK(like_compile(&like, str_of(pattern), '\\'));
    for (uint32_t t = 0; t < TEXTS; t++) {
      nth_word(t, "ab", text);
      if (like_match(&like, str_of(text)) == like_slow(pattern, text)) continue;
      check_failures++;
      printf("'%s' LIKE '%s'\n", text, pattern);
    }
  }
  like_deinit(&like);
}

/* --- garbage ------------------------------------------------------------------------------- */

/* A random text of up to 40 bytes; with whole: only pieces that are UTF-8 each. */
static void random_text(uint64_t *rng, bool whole, char *out) {
  static const char *const pieces[] = {
      "a", "B",       "1",    " ",    "%",          "_",        "\\",          "[",
      "(", ")",       "*",    "é",    "ß",          "Σ",        "中",          "😀",
      "=", "\\u00e9", "&&",   "-",    "2024-02-29", "yyyy",     "\\p{Is",      "]",
      "+", "://",     "\xC3", "\xA9", "\xFF",       "\xE4\xB8", "\xF0\x9F\x98"};
  enum { BROKEN = 5, LENGTH_MAX = 40, PIECE_MAX = 12 };
  size_t len = 0, n = COUNT_OF(pieces) - (whole ? BROKEN : 0);
  size_t wanted = rng_next(rng) % (LENGTH_MAX - PIECE_MAX);
  while (len < wanted) {
    const char *piece = pieces[rng_next(rng) % n];
    memcpy(out + len, piece, strlen(piece));
    len += strlen(piece);
  }
  out[len] = '\0';
}

/* Functions whose arguments are as these letters say. */
static const struct {
  const char *name, *shape;
} garbage[] = {{"||", "ss"},
               {"CONCAT_WS", "sss"},
               {"CHAR_LENGTH", "s"},
               {"ASCII", "s"},
               {"UPPER", "s"},
               {"LOWER", "s"},
               {"INITCAP", "s"},
               {"REVERSE", "s"},
               {"TRIM", "s"},
               {"BTRIM", "ss"},
               {"SUBSTRING", "sii"},
               {"LEFT", "si"},
               {"RIGHT", "si"},
               {"SPLIT_INDEX", "ssi"},
               {"POSITION", "ss"},
               {"LOCATE", "ssi"},
               {"STARTSWITH", "ss"},
               {"REPLACE", "sss"},
               {"OVERLAY", "ssii"},
               {"TRANSLATE", "sss"},
               {"LPAD", "sis"},
               {"RPAD", "sis"},
               {"REPEAT", "si"},
               {"TO_BASE64", "s"},
               {"FROM_BASE64", "s"},
               {"URL_ENCODE", "s"},
               {"URL_DECODE", "s"},
               {"PARSE_URL", "ss"},
               {"LIKE", "ss"},
               {"SIMILAR TO", "ss"},
               {"REGEXP", "ss"},
               {"REGEXP_REPLACE", "sss"},
               {"REGEXP_EXTRACT", "ssi"},
               {"REGEXP_COUNT", "ss"},
               {"REGEXP_INSTR", "ss"},
               {"DATE_FORMAT", "ss"},
               {"TO_TIMESTAMP", "ss"},
               {"TO_TIMESTAMP_LTZ", "sss"},
               {"TO_DATE", "ss"},
               {"UNIX_TIMESTAMP", "ss"},
               {"FROM_UNIXTIME", "is"},
               {"CONVERT_TZ", "sss"}};

static void run_garbage(const char *name, const char *shape, bool whole, uint64_t *rng) {
  Arena arena;
  Error err = {.code = OK};
  ExprEnv env = {.zone = zone_utc()};
  Expr *args[CASE_ARGS_MAX], *call;
  char texts[CASE_ARGS_MAX][64];
  uint32_t n = (uint32_t)strlen(shape);
  arena_init(&arena);
  for (uint32_t i = 0; i < n; i++) {
    random_text(rng, whole, texts[i]);
    Value value = shape[i] == 's'
                      ? value_text(type_string(), str_of(texts[i]))
                      : value_int(type_of(TYPE_INT), (int64_t)(rng_next(rng) % 41) - 20);
    args[i] = expr_const(&arena, value, NO_SPAN);
  }
  Code code = func_call(&arena, &env, name, NO_SPAN, args, n, &call, &err);
  CHECK(code == OK);
  Value value;
  if (code == OK && expr_eval(&arena, call, &env, &value, &err) == OK) {
    bool text = !value.null && type_is_character(value.type);
    if (whole && text) CHECK(utf8_valid(text_bytes(&value.as.text), value.as.text.len));
  } else {
    CHECK(err.msg[0] != '\0' && utf8_valid(err.msg, strlen(err.msg)) >= whole);
  }
  arena_deinit(&arena);
}

static void test_garbage(void) {
  enum { RUNS = 300 };
  uint64_t rng = 2024;
  for (size_t f = 0; f < COUNT_OF(garbage); f++) {
    for (int i = 0; i < RUNS; i++) run_garbage(garbage[f].name, garbage[f].shape, i % 2 == 0, &rng);
  }
}

int main(void) {
  test_like();
  test_garbage();
  return check_done();
}
