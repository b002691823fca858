/* func_text.h -- functions over text: the binds and kernels that funcs_text_time.def names.
 *
 * What each function means is said by its line there; positions count code points from 1 and
 * a byte that is no UTF-8 counts as one code point.  Who does what:
 *
 *   func_text.c        shared helpers, ||, CONCAT, CONCAT_WS, CHAR_LENGTH, ASCII, CHR
 *   func_text_part.c   parts of a text: SUBSTRING, LEFT, RIGHT, the TRIMs, SPLIT_INDEX,
 *                      SUBSTRING_INDEX
 *   func_text_find.c   where a text is: POSITION, INSTR, LOCATE, STARTSWITH, ENDSWITH
 *   func_text_edit.c   REPLACE, OVERLAY, TRANSLATE, LPAD, RPAD, REPEAT, REVERSE
 *   func_text_case.c   UPPER, LOWER, INITCAP
 *   func_text_code.c   Base64, URLs
 *   func_text_hash.c   MD5 and the SHA family
 *   func_text_like.c   LIKE, over like.h
 *   func_regex.c       REGEXP and its kin, SIMILAR TO, over PCRE2
 */
#pragma once
#include "exec/expr/func.h"

Code bind_concat(FuncBind *b);
Code bind_concat_ws(FuncBind *b);
Code bind_text(FuncBind *b);         /* texts -> STRING */
Code bind_text_to_int(FuncBind *b);  /* texts -> INT */
Code bind_text_to_bool(FuncBind *b); /* texts -> BOOLEAN */
Code bind_text_int(FuncBind *b);     /* text, integer -> STRING */
Code bind_chr(FuncBind *b);
Code kernel_concat(KernelCall *k);
Code kernel_concat_ws(KernelCall *k);
Code kernel_char_length(KernelCall *k);
Code kernel_ascii(KernelCall *k);
Code kernel_chr(KernelCall *k);

Code bind_trim(FuncBind *b);
Code bind_substring(FuncBind *b);
Code bind_split_index(FuncBind *b);
Code kernel_trim(KernelCall *k);
Code kernel_ltrim(KernelCall *k);
Code kernel_rtrim(KernelCall *k);
Code kernel_btrim(KernelCall *k);
Code kernel_substring(KernelCall *k);
Code kernel_left(KernelCall *k);
Code kernel_right(KernelCall *k);
Code kernel_split_index(KernelCall *k);
Code bind_substring_index(FuncBind *b);
Code kernel_substring_index(KernelCall *k);

Code bind_locate(FuncBind *b);
Code bind_startswith(FuncBind *b);
Code kernel_position(KernelCall *k);
Code kernel_instr(KernelCall *k);
Code kernel_locate(KernelCall *k);
Code kernel_startswith(KernelCall *k);
Code kernel_endswith(KernelCall *k);

Code bind_overlay(FuncBind *b);
Code bind_pad(FuncBind *b);
Code bind_translate(FuncBind *b);
Code kernel_replace(KernelCall *k);
Code kernel_overlay(KernelCall *k);
Code kernel_translate(KernelCall *k);
Code kernel_lpad(KernelCall *k);
Code kernel_rpad(KernelCall *k);
Code kernel_repeat(KernelCall *k);
Code kernel_reverse(KernelCall *k);

Code kernel_upper(KernelCall *k);
Code kernel_lower(KernelCall *k);
Code kernel_initcap(KernelCall *k);

Code bind_url(FuncBind *b); /* texts -> STRING that may be NULL */
/* out has room for (s.len + 2) / 3 * 4 bytes. */
void encode_base64(Str s, char *out);
Code bind_to_base64(FuncBind *b);
Code kernel_to_base64(KernelCall *k);
Code kernel_from_base64(KernelCall *k);
Code kernel_url_encode(KernelCall *k);
Code kernel_url_decode(KernelCall *k);
Code kernel_parse_url(KernelCall *k);

Code bind_hash(FuncBind *b); /* the name says which */
Code bind_sha2(FuncBind *b);
Code kernel_hash(KernelCall *k);
Code kernel_sha2(KernelCall *k);

Code bind_like(FuncBind *b);
Code kernel_like(KernelCall *k);
Code kernel_not_like(KernelCall *k);
Code like_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void like_close(void *state);

Code bind_similar(FuncBind *b);
Code bind_regexp_extract(FuncBind *b);
Code bind_regexp_replace(FuncBind *b);
Code bind_regexp_to_int(FuncBind *b);
Code kernel_similar(KernelCall *k);
Code kernel_not_similar(KernelCall *k);
Code kernel_regexp(KernelCall *k);
Code kernel_regexp_replace(KernelCall *k);
Code kernel_regexp_extract(KernelCall *k);
Code kernel_regexp_count(KernelCall *k);
Code kernel_regexp_instr(KernelCall *k);
Code regex_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
Code similar_open(const Expr *call, const ExprEnv *env, void **state, Error *err);
void regex_close(void *state);
