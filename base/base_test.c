/* base_test.c -- arenas, buffers, UTF-8, names that look alike, and how errors are shown. */
#include "base/arena.h"
#include "base/check.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/str.h"
#include "base/utf8.h"

/* An impossible allocation has to fail, not to end the test. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

/* What data may take is bounded; what SQL takes is only counted. */
static void test_memory_limit(void) {
  size_t before = memory_used();
  memory_set_limit(before + (1 << 20));
  Arena a = {0};
  CHECK(arena_try_alloc(&a, 1000000, 1) != NULL);
  CHECK(!memory_was_refused());
  CHECK(arena_try_alloc(&a, 1000000, 1) == NULL);
  CHECK(memory_was_refused());
  CHECK(arena_alloc(&a, 1000000) != NULL);
  arena_deinit(&a);
  CHECK_INT((int64_t)memory_used(), (int64_t)before);
  memory_set_limit(0);
  CHECK(!memory_was_refused());
}

static void test_arena(void) {
  Arena a = {0};
  char *small = arena_strdup(&a, "abc");
  char *big = arena_alloc(&a, 3 << 20);
  CHECK_STR(small, "abc");
  CHECK(big[0] == 0 && big[(3 << 20) - 1] == 0);
  CHECK(((uintptr_t)arena_alloc(&a, 8) & 15) == 0);
  CHECK_STR(arena_printf(&a, "%d-%s", 7, "x"), "7-x");
  uint32_t *list = NULL, n = 0, cap = 0;
  for (uint32_t i = 0; i < 100; i++) ARENA_PUSH(&a, list, n, cap, i);
  CHECK(n == 100 && list[0] == 0 && list[99] == 99);
  CHECK(arena_try_alloc(&a, SIZE_MAX - 64, 1) == NULL);
  arena_reset(&a);
  CHECK(a.head != NULL);
  arena_deinit(&a);
  CHECK(a.total_bytes == 0);
}

static void test_strbuf(void) {
  StrBuf b;
  strbuf_init(&b, 10);
  strbuf_puts(&b, "12345");
  strbuf_printf(&b, "%d", 6789);
  CHECK_STR(strbuf_text(&b), "123456789");
  strbuf_puts(&b, "xx");
  CHECK(strbuf_failed(&b));
  CHECK_STR(strbuf_text(&b), "123456789");
  strbuf_clear(&b);
  strbuf_fill(&b, '-', 3);
  CHECK_STR(strbuf_text(&b), "---");
  Arena arena;
  arena_init(&arena);
  CHECK_STR(strbuf_keep(&b, &arena), "---");
  CHECK(b.data == NULL && b.len == 0);
  CHECK_STR(strbuf_keep(&b, &arena), "");
  arena_deinit(&arena);
  strbuf_deinit(&b);
}

static void test_utf8(void) {
  CHECK(utf8_valid("gr\xc3\xbc\xc3\x9f", 6));
  CHECK_INT(utf8_valid_prefix("ab\xff", 3), 2);
  CHECK_INT(utf8_valid_prefix("\xc0\xaf", 2), 0);     /* overlong */
  CHECK_INT(utf8_valid_prefix("\xed\xa0\x80", 3), 0); /* surrogate */
  CHECK_INT(utf8_valid_prefix("\xf4\x90\x80\x80", 4), 0);
  CHECK_INT(utf8_count("gr\xc3\xbc\xc3\x9f", 6), 4);
  CHECK_INT(utf8_offset("\xc3\xbcx", 3, 1), 2);
  CHECK_INT(utf8_width("\xe6\x97\xa5x", 4), 3);
  char out[4];
  uint32_t cp;
  CHECK_INT(utf8_encode(0x1F600, out), 4);
  CHECK_INT(utf8_decode(out, 4, &cp), 4);
  CHECK_INT(cp, 0x1F600);
}

static void test_nearest(void) {
  const char *const names[] = {"price", "channel", "auction"};
  CHECK_STR(nearest_name("prise", names, 3), "price");
  CHECK_STR(nearest_name("pirce", names, 3), "price");
  CHECK(nearest_name("ts", names, 3) == NULL);
}

static void test_error(void) {
  const char *sql = "select a,\n       foo from t";
  Error err = {0};
  Code c = FAIL(&err, ERR_NAME, ((Span){17, 3}), "no column \"%s\"", "foo");
  error_hint(&err, "did you mean \"%s\"?", "for");
  CHECK(c == ERR_NAME);
  CHECK(FAIL(&err, ERR_TYPE, ((Span){0, 1}), "late") == ERR_NAME);
  StrBuf out = {0};
  error_render(&err, "q.sql", sql, strlen(sql), &out);
  CHECK_STR(strbuf_text(&out),
            "q.sql:2:8: error: no column \"foo\"\n"
            "         foo from t\n"
            "         ^\n"
            "hint: did you mean \"for\"?\n");
  strbuf_clear(&out);
  const char *wide = "\xe6\x97\xa5\xe6\x9c\xac foo";
  Error wider = {0};
  CHECK(FAIL(&wider, ERR_NAME, ((Span){7, 3}), "x") == ERR_NAME);
  error_render(&wider, "-c", wide, strlen(wide), &out);
  CHECK_STR(strbuf_text(&out), "-c:1:4: error: x\n  \xe6\x97\xa5\xe6\x9c\xac foo\n       ^\n");
  strbuf_deinit(&out);
}

int main(void) {
  test_arena();
  test_memory_limit();
  test_strbuf();
  test_utf8();
  test_nearest();
  test_error();
  return check_done();
}
