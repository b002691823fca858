/* json_doc.c -- a JSON document taken apart into nodes, and put together again. */
#include "exec/expr/json_doc.h"

#include <stdlib.h>
#include <string.h>

#include "exec/data/json_quote.h"
#include "exec/data/json_skip.h"
#include "exec/expr/json_number.h"

void json_doc_init(JsonDoc *d) { *d = (JsonDoc){0}; }

void json_doc_deinit(JsonDoc *d) {
  strbuf_deinit(&d->text);
  strbuf_deinit(&d->members);
  strbuf_deinit(&d->list);
  free(d->nodes);
}

const char *json_doc_text(JsonDoc *d, Str text, const char **end) {
  StrBuf *b = &d->text;
  strbuf_clear(b);
  char *copy = strbuf_reserve(b, text.len + JSON_PADDING);
  if (copy == NULL) return NULL;
  memcpy(copy, text.ptr, text.len);
  memset(copy + text.len, 0, JSON_PADDING);
  *end = copy + text.len;
  return copy;
}

/* --- nodes --------------------------------------------------------------------------- */

static JsonNode *add_node(JsonDoc *d, JsonKind kind, const char *at) {
  if (d->n_nodes == d->room) {
    size_t room = d->room == 0 ? 64 : d->room * 2;
    JsonNode *more = room < UINT32_MAX ? realloc(d->nodes, room * sizeof *more) : NULL;
    if (more == NULL) return NULL;
    d->nodes = more;
    d->room = room;
  }
  JsonNode *node = &d->nodes[d->n_nodes++];
  *node = (JsonNode){.at = at, .kind = (uint8_t)kind, .next = d->n_nodes};
  return node;
}

/* From behind the opening quote; escapes are undone where they stand, which makes the text no
 * longer. */
static char *add_string(JsonNode *node, char *p) {
  bool escaped = false;
  const char *end = json_string_end(p, json_plain_end(p), &escaped);
  if (end == NULL) return NULL;
  Str text = {p, (size_t)(end - p)};
  node->at = p;
  node->len = (uint32_t)(escaped ? json_unescape(text, p) : text.len);
  return p + text.len + 1;
}

/* A string from its quote on, or any other scalar, as a node.  NULL: malformed, or *no_memory. */
static const char *add_scalar(JsonDoc *d, const char *p, bool *no_memory) {
  JsonKind kind = json_kind_at(*p);
  JsonNode *node = add_node(d, kind, p);
  *no_memory = node == NULL;
  if (node == NULL) return NULL;
  if (kind == JSON_STRING) {
    return add_string(node, d->text.data + (p + 1 - d->text.data));
  }
  p = json_skip_value(p, 0, true);
  if (p != NULL) node->len = (uint32_t)(p - node->at);
  return p;
}

typedef struct Open {
  uint32_t nodes[JSON_DEPTH_MAX]; /* whose brackets are open */
  uint32_t n;
} Open;

static bool is_bracket(char c) { return c == '{' || c == '['; }

/* Close the innermost bracket, whose closing one is at p. */
static void close_node(JsonDoc *d, Open *open, const char *p) {
  JsonNode *node = &d->nodes[open->nodes[--open->n]];
  node->next = d->n_nodes;
  node->len = (uint32_t)(p + 1 - node->at);
}

/* The key at p and its colon, up to the value. */
static const char *add_key(JsonDoc *d, const char *p, bool *no_memory) {
  if (*p != '"') return NULL;
  p = add_scalar(d, p, no_memory);
  if (p == NULL) return NULL;
  p = json_skip_blanks(p, true);
  return *p == ':' ? json_skip_blanks(p + 1, true) : NULL;
}

/* What is open at p, up to behind the outermost bracket. */
static const char *add_nested(JsonDoc *d, const char *p, bool *no_memory) {
  Open open = {.n = 0};
  bool fresh = true; /* an opening bracket is at p */
  for (;;) {
    if (fresh) {
      if (open.n == JSON_DEPTH_MAX) return NULL;
      open.nodes[open.n++] = d->n_nodes;
      if (add_node(d, json_kind_at(*p), p) == NULL) {
        *no_memory = true;
        return NULL;
      }
      p++;
    }
    bool object = d->nodes[open.nodes[open.n - 1]].kind == JSON_OBJECT;
    p = json_skip_blanks(p, true);
    if (*p == (object ? '}' : ']')) {
      close_node(d, &open, p++);
      if (open.n == 0) return p;
      fresh = false;
      continue;
    }
    if (!fresh) {
      if (*p != ',') return NULL;
      p = json_skip_blanks(p + 1, true);
    }
    if (object) p = add_key(d, p, no_memory);
    if (p == NULL) return NULL;
    fresh = is_bracket(*p);
    if (!fresh) p = add_scalar(d, p, no_memory);
    if (p == NULL) return NULL;
  }
}

JsonDocCode json_doc_parse(JsonDoc *d, const char *text, const char *end) {
  bool no_memory = false;
  d->n_nodes = 0;
  const char *p = json_skip_blanks(text, true);
  p = is_bracket(*p) ? add_nested(d, p, &no_memory) : add_scalar(d, p, &no_memory);
  if (no_memory) return JSON_DOC_NO_MEMORY;
  bool good = p != NULL && (p == end || json_skip_blanks(p, true) == end);
  return good ? JSON_DOC_OK : JSON_DOC_MALFORMED;
}

/* --- keys ---------------------------------------------------------------------------- */

/* Of an escape that is one. */
static size_t escape_length(const char *text) {
  if (text[1] != 'u') return 2;
  return (text[2] | 0x20) == 'd' && strchr("89abAB", text[3]) != NULL ? 12 : 6;
}

size_t json_escape_length(const char *text, size_t len) {
  enum { LONGEST = 12 };
  if (len < 2) return 0;
  size_t n = len < 6 ? 2 : escape_length(text);
  if (n > len) return 0;
  char quoted[LONGEST + 2] = {'"'}; /* json_strict.c knows what an escape may be */
  memcpy(quoted + 1, text, n);
  quoted[n + 1] = '"';
  JsonScan scan = json_scan_of((Str){quoted, n + 2});
  JsonValue value;
  return json_value(&scan, &value) && json_close(&scan) ? n : 0;
}

bool json_text_is(Str text, Str plain) {
  size_t i = 0, j = 0;
  while (i < text.len) {
    char bytes[4];
    size_t n = 1, taken = 1;
    bytes[0] = text.ptr[i];
    if (bytes[0] == '\\') {
      taken = escape_length(text.ptr + i);
      n = json_unescape((Str){text.ptr + i, taken}, bytes);
    }
    if (plain.len - j < n || memcmp(bytes, plain.ptr + j, n) != 0) return false;
    i += taken;
    j += n;
  }
  return j == plain.len;
}

int json_key_compare(Str a, Str b) {
  size_t n = a.len < b.len ? a.len : b.len, i = 0;
  while (i < n && a.ptr[i] == b.ptr[i]) i++;
  if (i == n) return (a.len > b.len) - (a.len < b.len);
  unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
  /* Code points above U+FFFF, which begin with F0 and up, are surrogates in UTF-16 and stand below
   * U+E000, which begins with EE. */
  bool x_high = x >= 0xF0, y_high = y >= 0xF0;
  if (x_high != y_high && x >= 0xEE && y >= 0xEE) return x_high ? -1 : 1;
  return x < y ? -1 : 1;
}

static int by_key(const void *a, const void *b) {
  const JsonMember *x = a, *y = b;
  int order = json_key_compare(x->key, y->key);
  return order != 0 ? order : (x->order > y->order) - (x->order < y->order);
}

static int by_order(const void *a, const void *b) {
  const JsonMember *x = a, *y = b;
  return (x->order > y->order) - (x->order < y->order);
}

/* Sorted by key: of equal ones keep the last value, with the first one's order. */
static uint32_t drop_duplicates(JsonMember *m, uint32_t n) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < n; i++) {
    if (kept > 0 && str_eq(m[kept - 1].key, m[i].key)) {
      m[kept - 1].value = m[i].value;
    } else {
      m[kept++] = m[i];
    }
  }
  return kept;
}

static bool sort_members(JsonMember *m, uint32_t n) {
  for (uint32_t i = 1; i < n; i++) {
    if (by_key(&m[i - 1], &m[i]) > 0) {
      qsort(m, n, sizeof *m, by_key);
      return true;
    }
  }
  return false;
}

bool json_doc_members(JsonDoc *d, uint32_t object, bool sorted, JsonMembers *out) {
  const uint32_t end = d->nodes[object].next;
  *out = (JsonMembers){.from = d->members.len};
  for (uint32_t at = object + 1; at < end; at = d->nodes[at + 1].next) {
    JsonMember m = {{d->nodes[at].at, d->nodes[at].len}, at + 1, at};
    strbuf_put(&d->members, (const char *)&m, sizeof m);
    out->n++;
  }
  if (strbuf_failed(&d->members)) return false;
  if (out->n == 0) return true;
  JsonMember *m = (JsonMember *)(void *)(d->members.data + out->from);
  bool moved = sort_members(m, out->n);
  out->n = drop_duplicates(m, out->n);
  if (moved && !sorted) qsort(m, out->n, sizeof *m, by_order);
  return true;
}

JsonMember json_doc_member(const JsonDoc *d, JsonMembers members, uint32_t i) {
  JsonMember m;
  memcpy(&m, d->members.data + members.from + i * sizeof m, sizeof m);
  return m;
}

void json_doc_members_end(JsonDoc *d, JsonMembers members) { d->members.len = members.from; }

/* --- writing ------------------------------------------------------------------------- */

static bool write_node(JsonDoc *d, uint32_t at, StrBuf *out);

static bool write_object(JsonDoc *d, uint32_t at, StrBuf *out) {
  JsonMembers members;
  if (!json_doc_members(d, at, true, &members)) return false;
  strbuf_putc(out, '{');
  for (uint32_t i = 0; i < members.n; i++) {
    JsonMember m = json_doc_member(d, members, i);
    if (i > 0) strbuf_putc(out, ',');
    json_put_string(out, m.key);
    strbuf_putc(out, ':');
    if (!write_node(d, m.value, out)) return false;
  }
  strbuf_putc(out, '}');
  json_doc_members_end(d, members);
  return true;
}

static bool write_array(JsonDoc *d, uint32_t at, StrBuf *out) {
  const uint32_t end = d->nodes[at].next;
  strbuf_putc(out, '[');
  for (uint32_t item = at + 1; item < end; item = d->nodes[item].next) {
    if (item > at + 1) strbuf_putc(out, ',');
    if (!write_node(d, item, out)) return false;
  }
  strbuf_putc(out, ']');
  return true;
}

/* Nested no deeper than JSON_DEPTH_MAX. */
static bool write_node(JsonDoc *d, uint32_t at, StrBuf *out) {
  const JsonNode *node = &d->nodes[at];
  const Str text = {node->at, node->len};
  switch ((JsonKind)node->kind) {
    case JSON_OBJECT:
      return write_object(d, at, out);
    case JSON_ARRAY:
      return write_array(d, at, out);
    case JSON_STRING:
      json_put_string(out, text);
      break;
    case JSON_NUMBER:
      json_number_put(out, text);
      break;
    case JSON_NONE:
    case JSON_NULL:
    case JSON_FALSE:
    case JSON_TRUE:
      strbuf_str(out, text);
      break;
  }
  return !strbuf_failed(out);
}

bool json_doc_write(JsonDoc *d, uint32_t node, StrBuf *out) {
  strbuf_clear(&d->members);
  return write_node(d, node, out) && !strbuf_failed(out);
}
