/* grammar.y -- the language, for Lemon.
 *
 * Every action is one call of a builder (ast_build.h) or a plain assignment; no name
 * is looked up and no type is checked.  The grammar takes a little more than the
 * language, and the planner, which can explain, refuses the rest.
 *
 * Words.  keywords.def says which words are tokens, and for some of them only when a
 * certain token follows: LEFT is a keyword before JOIN and OUTER, a function's name
 * elsewhere.  A keyword in the list of %fallback below is a name wherever the state of
 * the parser has no use for it.  For this to be exact the tables must not have default
 * reductions: Lemon runs with -c.
 *
 * A token's value is its Span.  A reduction happens when the token behind it is known
 * but not shifted, so that `here` (the end of the last shifted token) ends the span of
 * whatever is reduced: builders take the span of the first token, and end it themselves.
 *
 * Two layers of expressions, both resolved by precedence: expr has OR, AND, NOT, IS and
 * the comparisons, sum has arithmetic.  The bounds of BETWEEN and the first operand of
 * POSITION are sums, so that their AND and IN are not taken for operators.
 */
%name Grammar
%token_prefix TK_
%token_type {Span}
%extra_context {Parse *p}
%stack_size 0 /* grows; parse.c sets the limit */

%include {
#include "parser/ast_build.h"
}

%syntax_error { parse_syntax_error(p, yymajor); }
%stack_overflow { parse_too_deep(p); }

/* Names wherever the grammar has no other use for the word. */
%fallback ID
  ABSENT ADD AFTER ALLOWED ALTER ANALYZE ANY ARRAY ASC ASYMMETRIC BEGIN BOTH BUCKETS
  CASCADE CHANGELOG_MODE CHECKPOINT CHECKPOINTS CLEAR COLUMNS COMMENT COMPUTE CONDITIONAL
  CONFLICT CONSTRAINT CUBE CURRENT DATABASE DATABASES DEDUPLICATE DEFAULT DEFINE DELETE
  DESC DESCRIBE DESCRIPTOR DISTRIBUTED DISTRIBUTION DO DRAIN DROP EMIT EMPTY END ENFORCED
  ERROR ESCAPE ESTIMATED_COST EVERY EXCLUDING EXECUTE EXIT EXPLAIN EXTENDED EXTRACT FETCH
  FILTER FIRST FOLLOWING FUNCTION FUNCTIONS GROUPING HASH HELP IF IGNORE ILIKE INCLUDING
  INTERVAL JOB JOBS JSON JSON_ARRAY JSON_EXECUTION_PLAN JSON_OBJECT JSON_PATH KEY LANGUAGE
  LAST LATENESS LEADING LIMIT LOCAL MATCH MATCH_RECOGNIZE MEASURES METADATA MODIFY NEXT
  NILADIC NOTHING NULLS OBJECT OF OFFSET ONE ONLY ORDINALITY OVER OVERLAY OVERWRITE
  OVERWRITING PARTITION PARTITIONED PARTITIONS PAST PATTERN PER PLACING PLAN PLAN_ADVICE
  POSITION PRECEDING PRECISION PRIMARY PROCESSING QUALIFY QUIT RANGE RENAME REPLACE RESET
  RESPECT RESTRICT RETURN RETURNING RETURNS ROLLUP ROUND_TO ROW ROWS SAVEPOINT SCALAR SET
  SETS SHOW SIMILAR SKIP SOME STATEMENT STATISTICS STOP SUBSTRING SYMMETRIC SYSTEM
  SYSTEM_TIME TABLES TEMPORARY TIME TO TRAILING TRIM TRUNCATE UNBOUNDED UNCONDITIONAL
  UNIT_BEHIND UNIT_CALL UNKNOWN UNNEST UPDATE UPGRADE USE USER VALUE VIEW VIEWS VIRTUAL WATERMARK
  WATERMARK_FOR WINDOW WITHIN WITHOUT WITHOUT_ZONE WRAPPER ZONE.
%fallback WITH WITH_ZONE.

/* Lowest first.  LOWEST is no token of the language: rules that shall lose carry it. */
%nonassoc LOWEST.
%nonassoc RP VALUE TO DOT ORDER IGNORE RESPECT.
%left UNION EXCEPT.
%left INTERSECT.
%left OR.
%left AND.
%right NOT.
%left IS.
%left EQ NE LT LE GT GE OVERLAPS.
%left LIKE SIMILAR IN BETWEEN NOT_INFIX.
%left PLUS MINUS.
%left STAR SLASH PERCENT CONCAT.
%right UNARY.
%left LBRACKET.

/* ---- what is parsed ------------------------------------------------------------ */

input ::= START_STATEMENT stmt(S).      { p->stmt = S; }
input ::= START_EXPRESSION expr(E).     { p->expr = E; }
input ::= START_TYPE nullable_type(T).  { p->type = T; }

/* ---- names and small lists ----------------------------------------------------- */

%type name {AstName}
name(A) ::= ID(X).                      { A = ast_name(p, X); }

%type names {AstNames}
names(A) ::= name(X).                   { A = ast_names(p, (AstNames){0}, X); }
names(A) ::= names(L) COMMA name(X).    { A = ast_names(p, L, X); }

%type names_in_parens_opt {AstNames}
names_in_parens_opt(A) ::= .                  { A = (AstNames){0}; }
names_in_parens_opt(A) ::= LP names(L) RP.    { A = L; }

%type path {AstPath}
path(A) ::= name(X).                    { A = ast_path(p, (AstPath){0}, X); }
path(A) ::= path(L) DOT name(X).        { A = ast_path(p, L, X); }

%type text {AstText}
text(A) ::= STRING(X).                  { A = ast_text(p, X); }

%type comment_opt {AstText}
comment_opt(A) ::= .                    { A = (AstText){0}; }
comment_opt(A) ::= COMMENT text(X).     { A = X; }

%type number {AstText}
number(A) ::= INTEGER(X).               { A = ast_digits(p, X); }

%type options {AstOptions}
options(A) ::= option(X).                   { A = ast_options(p, (AstOptions){0}, X); }
options(A) ::= options(L) COMMA option(X).  { A = ast_options(p, L, X); }
%type option {AstOption}
option(A) ::= text(K) EQ text(V).           { A = (AstOption){K, V}; }

%type with_opt {AstOptions}
with_opt(A) ::= .                       { A = (AstOptions){0}; }
with_opt(A) ::= WITH LP RP.             { A = (AstOptions){0}; }
with_opt(A) ::= WITH LP options(L) RP.  { A = L; }

%type texts {AstTexts}
texts(A) ::= text(X).                   { A = ast_texts(p, (AstTexts){0}, X); }
texts(A) ::= texts(L) COMMA text(X).    { A = ast_texts(p, L, X); }

/* ---- types --------------------------------------------------------------------- */

%type type {AstType *}
type(A) ::= ID(N).                                     { A = ast_type(p, N, -1, -1); }
type(A) ::= ID(N) LP int(X) RP.                        { A = ast_type(p, N, X, -1); }
type(A) ::= ID(N) LP int(X) COMMA int(Y) RP.           { A = ast_type(p, N, X, Y); }
type(A) ::= ID(N) PRECISION(X).                        { A = ast_type_double(p, N, X); }
type(A) ::= ID(N) LP text(X) COMMA text(Y) RP.         { A = ast_type_raw(p, N, X, Y); }
type(A) ::= ID(N) zone(Z).                             { A = ast_type_zone(p, N, -1, Z); }
type(A) ::= ID(N) LP int(X) RP zone(Z).                { A = ast_type_zone(p, N, X, Z); }
type(A) ::= NULL(N).                                   { A = ast_type_new(p, AST_TYPE_NULL, N); }
type(A) ::= INTERVAL(N) units(U).                      { A = ast_type_interval(p, N, U); }
type(A) ::= ARRAY(N) LT nullable_type(E) GT.           { A = ast_type_list(p, N, AST_TYPE_ARRAY, E); }
type(A) ::= ID(N) LT nullable_type(E) GT.              { A = ast_type_multiset(p, N, E); }
type(A) ::= ID(N) LT nullable_type(K) COMMA nullable_type(V) GT. { A = ast_type_map(p, N, K, V); }
type(A) ::= ROW(N) LT fields(L) GT.                    { A = ast_type_row(p, N, L); }
type(A) ::= ROW_OPEN(N) LP fields(L) RP.               { A = ast_type_row(p, N, L); }
type(A) ::= type(E) ARRAY.                { A = ast_type_list(p, E->span, AST_TYPE_ARRAY, E); }
type(A) ::= type(E) ID(N).                             { A = ast_type_postfix(p, E, N); }

%type zone {AstTypeKind}
zone(A) ::= WITHOUT_ZONE TIME ZONE.          { A = AST_TYPE_TIMESTAMP; }
zone(A) ::= WITH_ZONE TIME ZONE.             { A = AST_TYPE_TIMESTAMP_TZ; }
zone(A) ::= WITH_ZONE LOCAL TIME ZONE.       { A = AST_TYPE_TIMESTAMP_LTZ; }

%type nullable_type {AstType *}
nullable_type(A) ::= type(T).           { A = T; }
nullable_type(A) ::= type(T) NULL.      { A = ast_type_nullable(p, T, false); }
nullable_type(A) ::= type(T) NOT NULL.  { A = ast_type_nullable(p, T, true); }

%type fields {AstFields}
fields(A) ::= field(X).                 { A = ast_fields(p, (AstFields){0}, X); }
fields(A) ::= fields(L) COMMA field(X). { A = ast_fields(p, L, X); }
%type field {AstField}
field(A) ::= name(N) nullable_type(T).          { A = (AstField){N, T, {0}}; }
field(A) ::= name(N) nullable_type(T) text(C).  { A = (AstField){N, T, C}; }

%type int {int32_t}
int(A) ::= INTEGER(X).                  { A = ast_int(p, X); }

%type units {AstIntervalUnits *}
units(A) ::= unit(U). [LOWEST]          { A = ast_units(p, U, U); }
units(A) ::= unit(U) TO unit(V).        { A = ast_units(p, U, V); }
%type units_behind {AstIntervalUnits *}
units_behind(A) ::= unit_behind(U). [LOWEST]            { A = ast_units(p, U, U); }
units_behind(A) ::= unit_behind(U) TO unit(V).          { A = ast_units(p, U, V); }
%type unit_behind {AstUnitWord}
unit_behind(A) ::= UNIT_BEHIND(X).              { A = ast_unit(p, X, -1, -1); }
%type unit {AstUnitWord}
unit(A) ::= ID(X).                              { A = ast_unit(p, X, -1, -1); }
unit(A) ::= ID(X) LP int(N) RP.                 { A = ast_unit(p, X, N, -1); }
unit(A) ::= ID(X) LP int(N) COMMA int(M) RP.    { A = ast_unit(p, X, N, M); }

/* ---- expressions: logic and comparisons ---------------------------------------- */

%type expr {AstExpr *}
expr(A) ::= sum(X). [LOWEST]            { A = X; }
expr(A) ::= expr(X) OR expr(Y).         { A = ast_logic(p, true, X, Y); }
expr(A) ::= expr(X) AND expr(Y).        { A = ast_logic(p, false, X, Y); }
expr(A) ::= NOT(T) expr(X).             { A = ast_unary(p, AST_UNARY_NOT, T, X); }
expr(A) ::= expr(X) IS not_opt(N) is_what(W). [IS]
                                        { A = ast_is(p, X, N, W); }
expr(A) ::= expr(X) IS(T) not_opt(N) DISTINCT FROM sum(Y). [EQ]
                                        { A = ast_binary(p, N ? AST_OP_NOT_DISTINCT : AST_OP_DISTINCT, X, Y, T); }
expr(A) ::= expr(X) compare(O) expr(Y). [EQ]
                                        { A = ast_binary(p, O.op, X, Y, O.span); }
expr(A) ::= expr(X) OVERLAPS(T) expr(Y).
                                        { A = ast_binary(p, AST_OP_OVERLAPS, X, Y, T); }
expr(A) ::= expr(X) compare(O) quantifier(ALL_) query_parens(Q). [EQ]
                                        { A = ast_quantified(p, O.op, ALL_, X, Q, (AstExprs){0}); }
expr(A) ::= expr(X) compare(O) quantifier(ALL_) LP exprs(L) RP. [EQ]
                                        { A = ast_quantified(p, O.op, ALL_, X, NULL, L); }
expr(A) ::= expr(X) LIKE sum(Y) escape_opt(E).
                                        { A = ast_like(p, LIKE_PLAIN, X, Y, E); }
expr(A) ::= expr(X) NOT_INFIX LIKE sum(Y) escape_opt(E). [LIKE]
                                        { A = ast_like(p, LIKE_NOT, X, Y, E); }
expr(A) ::= expr(X) SIMILAR TO sum(Y) escape_opt(E). [LIKE]
                                        { A = ast_like(p, LIKE_SIMILAR, X, Y, E); }
expr(A) ::= expr(X) NOT_INFIX SIMILAR TO sum(Y) escape_opt(E). [LIKE]
                                        { A = ast_like(p, LIKE_NOT_SIMILAR, X, Y, E); }
expr(A) ::= expr(X) BETWEEN symmetric(S) sum(L) AND sum(H). [BETWEEN]
                                        { A = ast_between(p, X, S, L, H, false); }
expr(A) ::= expr(X) NOT_INFIX BETWEEN symmetric(S) sum(L) AND sum(H). [BETWEEN]
                                        { A = ast_between(p, X, S, L, H, true); }
expr(A) ::= expr(X) IN LP exprs(L) RP. [IN]
                                        { A = ast_in(p, X, L, NULL, false); }
expr(A) ::= expr(X) NOT_INFIX IN LP exprs(L) RP. [IN]
                                        { A = ast_in(p, X, L, NULL, true); }
expr(A) ::= expr(X) IN query_parens(Q). { A = ast_in(p, X, (AstExprs){0}, Q, false); }
expr(A) ::= expr(X) NOT_INFIX IN query_parens(Q). [IN]
                                        { A = ast_in(p, X, (AstExprs){0}, Q, true); }

%type not_opt {bool}
not_opt(A) ::= .                        { A = false; }
not_opt(A) ::= NOT.                     { A = true; }
%type is_what {AstIsKind}
is_what(A) ::= NULL.                    { A = AST_IS_NULL; }
is_what(A) ::= TRUE.                    { A = AST_IS_TRUE; }
is_what(A) ::= FALSE.                   { A = AST_IS_FALSE; }
is_what(A) ::= UNKNOWN.                 { A = AST_IS_UNKNOWN; }
is_what(A) ::= JSON. [LOWEST]           { A = AST_IS_JSON; }
is_what(A) ::= JSON VALUE.              { A = AST_IS_JSON; }
is_what(A) ::= JSON SCALAR.             { A = AST_IS_JSON_SCALAR; }
is_what(A) ::= JSON ARRAY.              { A = AST_IS_JSON_ARRAY; }
is_what(A) ::= JSON OBJECT.             { A = AST_IS_JSON_OBJECT; }
%type compare {AstOpWord}
compare(A) ::= EQ(T).                   { A = (AstOpWord){AST_OP_EQ, T}; }
compare(A) ::= NE(T).                   { A = (AstOpWord){AST_OP_NE, T}; }
compare(A) ::= LT(T).                   { A = (AstOpWord){AST_OP_LT, T}; }
compare(A) ::= LE(T).                   { A = (AstOpWord){AST_OP_LE, T}; }
compare(A) ::= GT(T).                   { A = (AstOpWord){AST_OP_GT, T}; }
compare(A) ::= GE(T).                   { A = (AstOpWord){AST_OP_GE, T}; }
%type quantifier {bool}
quantifier(A) ::= ALL.                  { A = true; }
quantifier(A) ::= ANY.                  { A = false; }
quantifier(A) ::= SOME.                 { A = false; }
%type escape_opt {AstExpr *}
escape_opt(A) ::= .                     { A = NULL; }
escape_opt(A) ::= ESCAPE sum(X).        { A = X; }
%type symmetric {bool}
symmetric(A) ::= .                      { A = false; }
symmetric(A) ::= ASYMMETRIC.            { A = false; }
symmetric(A) ::= SYMMETRIC.             { A = true; }

/* ---- expressions: arithmetic and terms ----------------------------------------- */

%type sum {AstExpr *}
sum(A) ::= sum(X) PLUS(T) sum(Y).       { A = ast_binary(p, AST_OP_ADD, X, Y, T); }
sum(A) ::= sum(X) MINUS(T) sum(Y).      { A = ast_binary(p, AST_OP_SUBTRACT, X, Y, T); }
sum(A) ::= sum(X) STAR(T) sum(Y).       { A = ast_binary(p, AST_OP_MULTIPLY, X, Y, T); }
sum(A) ::= sum(X) SLASH(T) sum(Y).      { A = ast_binary(p, AST_OP_DIVIDE, X, Y, T); }
sum(A) ::= sum(X) PERCENT(T) sum(Y).    { A = ast_binary(p, AST_OP_MODULO, X, Y, T); }
sum(A) ::= sum(X) CONCAT(T) sum(Y).     { A = ast_binary(p, AST_OP_CONCAT, X, Y, T); }
sum(A) ::= MINUS(T) sum(X). [UNARY]     { A = ast_unary(p, AST_UNARY_MINUS, T, X); }
sum(A) ::= PLUS(T) sum(X). [UNARY]      { A = ast_unary(p, AST_UNARY_PLUS, T, X); }
sum(A) ::= term(X).                     { A = X; }

%type term {AstExpr *}
term(A) ::= literal(X).                 { A = X; }
term(A) ::= path(X). [LOWEST]           { A = ast_column(p, X); }
term(A) ::= term(X) DOT name(N).        { A = ast_field_access(p, X, N); }
term(A) ::= term(X) LBRACKET expr(I) RBRACKET.  { A = ast_element(p, X, I); }
term(A) ::= LP(T) expr(X) RP.           { A = ast_in_parens(p, T, X); }
term(A) ::= LP(T) expr(X) RP units_behind(U).    { A = ast_span(p, T, X, U); }
term(A) ::= LP(T) expr(X) COMMA exprs(L) RP.    { A = ast_row(p, T, false, ast_exprs_front(p, X, L)); }
term(A) ::= ROW_OPEN(T) LP exprs(L) RP.         { A = ast_row(p, T, true, L); }
term(A) ::= query_parens(Q). [LOWEST]   { A = ast_subquery(p, AST_SUBQUERY, Q->span, Q); }
term(A) ::= EXISTS(T) query_parens(Q).  { A = ast_subquery(p, AST_EXISTS, T, Q); }
term(A) ::= CASE(T) case_operand(O) whens(W) else_opt(E) END.   { A = ast_case(p, T, O, W, E); }
term(A) ::= CAST(T) LP expr(X) AS nullable_type(Y) RP.          { A = ast_cast(p, T, false, X, Y); }
term(A) ::= TRY_CAST(T) LP expr(X) AS nullable_type(Y) RP.      { A = ast_cast(p, T, true, X, Y); }
term(A) ::= ARRAY_OPEN(T) LBRACKET exprs_opt(L) RBRACKET.       { A = ast_items(p, AST_ARRAY, T, L); }
term(A) ::= MAP_OPEN(T) LBRACKET exprs_opt(L) RBRACKET.         { A = ast_items(p, AST_MAP, T, L); }
term(A) ::= DESCRIPTOR(T) LP names(L) RP.       { A = ast_descriptor(p, T, L); }
term(A) ::= NILADIC(T).                 { A = ast_call_bare(p, T); }
term(A) ::= call(X) nulls_treatment(N) filter_opt(F) over_opt(O).  { A = ast_call_tail(p, X, N, F, O); }

%type literal {AstExpr *}
literal(A) ::= NULL(T).                 { A = ast_literal(p, AST_LITERAL_NULL, T); }
literal(A) ::= TRUE(T).                 { A = ast_literal(p, AST_LITERAL_TRUE, T); }
literal(A) ::= FALSE(T).                { A = ast_literal(p, AST_LITERAL_FALSE, T); }
literal(A) ::= UNKNOWN(T).              { A = ast_literal(p, AST_LITERAL_UNKNOWN, T); }
literal(A) ::= INTEGER(T).              { A = ast_literal(p, AST_LITERAL_INTEGER, T); }
literal(A) ::= DECIMAL(T).              { A = ast_literal(p, AST_LITERAL_DECIMAL, T); }
literal(A) ::= FLOAT(T).                { A = ast_literal(p, AST_LITERAL_FLOAT, T); }
literal(A) ::= BINARY(T).               { A = ast_literal(p, AST_LITERAL_BINARY, T); }
literal(A) ::= text(X).                 { A = ast_literal_text(p, AST_LITERAL_STRING, X.span, X); }
literal(A) ::= DATE_LITERAL(T) text(X). { A = ast_literal_text(p, AST_LITERAL_DATE, T, X); }
literal(A) ::= TIME_LITERAL(T) text(X). { A = ast_literal_text(p, AST_LITERAL_TIME, T, X); }
literal(A) ::= TIMESTAMP_LITERAL(T) text(X).  { A = ast_literal_text(p, AST_LITERAL_TIMESTAMP, T, X); }
literal(A) ::= interval(X).             { A = X; }

%type interval {AstExpr *}
interval(A) ::= INTERVAL_LITERAL(T) sign(S) text(X) units(U).   { A = ast_interval(p, T, S, X, U); }
%type sign {bool}
sign(A) ::= .                           { A = false; }
sign(A) ::= PLUS.                       { A = false; }
sign(A) ::= MINUS.                      { A = true; }

%type exprs {AstExprs}
exprs(A) ::= expr(X).                   { A = ast_exprs(p, (AstExprs){0}, X); }
exprs(A) ::= exprs(L) COMMA expr(X).    { A = ast_exprs(p, L, X); }
%type exprs_opt {AstExprs}
exprs_opt(A) ::= .                      { A = (AstExprs){0}; }
exprs_opt(A) ::= exprs(L).              { A = L; }

%type case_operand {AstExpr *}
case_operand(A) ::= .                   { A = NULL; }
case_operand(A) ::= expr(X).            { A = X; }
%type whens {AstWhens}
whens(A) ::= WHEN exprs(C) THEN expr(X).            { A = ast_whens(p, (AstWhens){0}, C, X); }
whens(A) ::= whens(L) WHEN exprs(C) THEN expr(X).   { A = ast_whens(p, L, C, X); }
%type else_opt {AstExpr *}
else_opt(A) ::= .                       { A = NULL; }
else_opt(A) ::= ELSE expr(X).           { A = X; }

/* ---- calls --------------------------------------------------------------------- */

%type call {AstExpr *}
call(A) ::= plain_call(X).              { A = X; }
call(A) ::= EXTRACT(T) LP unit(U) FROM expr(X) RP.      { A = ast_call_unit(p, T, AST_FORM_EXTRACT, U, X, NULL); }
call(A) ::= ROUND_TO(T) LP expr(X) RP.                  { A = ast_call_args(p, T, AST_FORM_PLAIN, X, NULL, NULL, NULL); }
call(A) ::= ROUND_TO(T) LP expr(X) TO unit(U) RP.       { A = ast_call_unit(p, T, AST_FORM_TO_UNIT, U, X, NULL); }
call(A) ::= UNIT_CALL(T) LP unit(U) COMMA expr(X) COMMA expr(Y) RP.
                                                        { A = ast_call_unit(p, T, AST_FORM_UNIT_ARGS, U, X, Y); }
call(A) ::= TRIM(T) LP expr(X) RP.                      { A = ast_call_args(p, T, AST_FORM_PLAIN, X, NULL, NULL, NULL); }
call(A) ::= TRIM(T) LP expr(Y) FROM expr(X) RP.         { A = ast_call_trim(p, T, AST_TRIM_BOTH, X, Y); }
call(A) ::= TRIM(T) LP trim_side(S) FROM expr(X) RP.    { A = ast_call_trim(p, T, S, X, NULL); }
call(A) ::= TRIM(T) LP trim_side(S) expr(Y) FROM expr(X) RP.    { A = ast_call_trim(p, T, S, X, Y); }
call(A) ::= SUBSTRING(T) LP exprs(L) RP.                { A = ast_call_list(p, T, L); }
call(A) ::= SUBSTRING(T) LP expr(X) FROM expr(Y) RP.    { A = ast_call_args(p, T, AST_FORM_SUBSTRING, X, Y, NULL, NULL); }
call(A) ::= SUBSTRING(T) LP expr(X) FROM expr(Y) FOR expr(Z) RP.
                                                        { A = ast_call_args(p, T, AST_FORM_SUBSTRING, X, Y, Z, NULL); }
call(A) ::= POSITION(T) LP sum(X) IN expr(Y) RP.        { A = ast_call_args(p, T, AST_FORM_POSITION, X, Y, NULL, NULL); }
call(A) ::= OVERLAY(T) LP expr(X) PLACING expr(Y) FROM expr(Z) RP.
                                                        { A = ast_call_args(p, T, AST_FORM_OVERLAY, X, Y, Z, NULL); }
call(A) ::= OVERLAY(T) LP expr(X) PLACING expr(Y) FROM expr(Z) FOR expr(W) RP.
                                                        { A = ast_call_args(p, T, AST_FORM_OVERLAY, X, Y, Z, W); }
call(A) ::= JSON_PATH(T) LP expr(X) COMMA expr(Y) json_clauses(J) RP.
                                                        { A = ast_call_json(p, T, ast_exprs_two(p, X, Y), J); }
call(A) ::= JSON_OBJECT(T) LP pairs(L) json_on_null(J) RP.      { A = ast_call_json(p, T, L, J); }
call(A) ::= JSON_OBJECT(T) LP json_on_null(J) RP.               { A = ast_call_json(p, T, (AstExprs){0}, J); }
call(A) ::= JSON_ARRAY(T) LP exprs(L) json_on_null(J) RP.       { A = ast_call_json(p, T, L, J); }
call(A) ::= JSON_ARRAY(T) LP json_on_null(J) RP.                { A = ast_call_json(p, T, (AstExprs){0}, J); }

%type trim_side {AstTrimSide}
trim_side(A) ::= BOTH.                  { A = AST_TRIM_BOTH; }
trim_side(A) ::= LEADING.               { A = AST_TRIM_LEADING; }
trim_side(A) ::= TRAILING.              { A = AST_TRIM_TRAILING; }

%type plain_call {AstExpr *}
plain_call(A) ::= path(N) LP RP.                { A = ast_call(p, N, (AstArgs){0}, CALL_PLAIN); }
plain_call(A) ::= path(N) LP STAR RP.           { A = ast_call(p, N, (AstArgs){0}, CALL_STAR); }
plain_call(A) ::= path(N) LP args(L) nulls_treatment(T) order_by_opt(O) RP.
                                                { A = ast_call_more(p, ast_call(p, N, L, CALL_PLAIN), T, O); }
plain_call(A) ::= path(N) LP ALL args(L) nulls_treatment(T) order_by_opt(O) RP.
                                                { A = ast_call_more(p, ast_call(p, N, L, CALL_PLAIN), T, O); }
plain_call(A) ::= path(N) LP DISTINCT args(L) nulls_treatment(T) order_by_opt(O) RP.
                                                { A = ast_call_more(p, ast_call(p, N, L, CALL_DISTINCT), T, O); }

%type args {AstArgs}
args(A) ::= arg(X).                     { A = ast_args(p, (AstArgs){0}, X); }
args(A) ::= args(L) COMMA arg(X).       { A = ast_args(p, L, X); }
%type arg {AstArg}
arg(A) ::= expr(X).                     { A = (AstArg){{0}, X}; }
arg(A) ::= table_arg(X).                { A = (AstArg){{0}, X}; }
arg(A) ::= name(N) ARROW expr(X).       { A = (AstArg){N, X}; }
arg(A) ::= name(N) ARROW table_arg(X).  { A = (AstArg){N, X}; }
%type table_arg {AstExpr *}
/* One key and one order, or a list in parentheses: a comma begins the next argument. */
table_arg(A) ::= TABLE(T) table_source(R) arg_partition(P) arg_order(O).
                                        { A = ast_table_arg(p, T, R, P, O); }
%type arg_partition {AstExprs}
arg_partition(A) ::= .                  { A = (AstExprs){0}; }
arg_partition(A) ::= PARTITION BY expr(X).      { A = ast_flatten_row(p, ast_exprs(p, (AstExprs){0}, X)); }
%type arg_order {AstOrderItems}
arg_order(A) ::= . [LOWEST]             { A = (AstOrderItems){0}; }
arg_order(A) ::= ORDER BY order_item(X).        { A = ast_flatten_order(p, X); }

%type nulls_treatment {AstNullsTreatment}
nulls_treatment(A) ::= . [LOWEST]       { A = AST_TREAT_DEFAULT; }
nulls_treatment(A) ::= IGNORE NULLS.    { A = AST_TREAT_IGNORE; }
nulls_treatment(A) ::= RESPECT NULLS.   { A = AST_TREAT_RESPECT; }
%type filter_opt {AstExpr *}
filter_opt(A) ::= .                             { A = NULL; }
filter_opt(A) ::= FILTER LP WHERE expr(X) RP.   { A = X; }

%type over_opt {AstWindow *}
over_opt(A) ::= .                           { A = NULL; }
over_opt(A) ::= OVER name(N).               { A = ast_window_name(p, N); }
over_opt(A) ::= OVER(T) LP window(W) RP.    { A = ast_window_end(p, T, W); }
%type window {AstWindow *}
window(A) ::= window_base(B) partition_by_opt(P) order_by_opt(O) frame_opt(F).
                                        { A = ast_window(p, B, P, O, F); }
%type window_base {AstName}
window_base(A) ::= .                    { A = (AstName){0}; }
window_base(A) ::= name(N).             { A = N; }
%type frame_opt {AstFrame}
frame_opt(A) ::= .                                      { A = ast_frame_none(); }
frame_opt(A) ::= frame_unit(U) bound(X).                { A = ast_frame(U, X, (AstBound){AST_BOUND_CURRENT_ROW, NULL}); }
frame_opt(A) ::= frame_unit(U) BETWEEN bound(X) AND bound(Y).   { A = ast_frame(U, X, Y); }
%type frame_unit {AstFrameUnit}
frame_unit(A) ::= ROWS.                 { A = AST_FRAME_ROWS; }
frame_unit(A) ::= RANGE.                { A = AST_FRAME_RANGE; }
%type bound {AstBound}
bound(A) ::= UNBOUNDED PRECEDING.       { A = (AstBound){AST_BOUND_UNBOUNDED_PRECEDING, NULL}; }
bound(A) ::= UNBOUNDED FOLLOWING.       { A = (AstBound){AST_BOUND_UNBOUNDED_FOLLOWING, NULL}; }
bound(A) ::= CURRENT ROW.               { A = (AstBound){AST_BOUND_CURRENT_ROW, NULL}; }
bound(A) ::= sum(X) PRECEDING.          { A = (AstBound){AST_BOUND_PRECEDING, X}; }
bound(A) ::= sum(X) FOLLOWING.          { A = (AstBound){AST_BOUND_FOLLOWING, X}; }

%type partition_by_opt {AstExprs}
partition_by_opt(A) ::= .                       { A = (AstExprs){0}; }
partition_by_opt(A) ::= PARTITION BY exprs(L).  { A = ast_flatten_row(p, L); }

%type json_clauses {AstJson *}
json_clauses(A) ::= .                               { A = ast_json(p); }
json_clauses(A) ::= json_clauses(J) RETURNING(T) type(X).   { A = ast_json_returning(p, J, T, X); }
json_clauses(A) ::= json_clauses(J) json_wrapper(W) WRAPPER(T).     { A = ast_json_wrapper(p, J, T, W); }
json_clauses(A) ::= json_clauses(J) json_behaviour(B) ON EMPTY(T).  { A = ast_json_on_empty(p, J, T, B); }
json_clauses(A) ::= json_clauses(J) json_behaviour(B) ON ERROR(T).  { A = ast_json_on_error(p, J, T, B); }
%type json_wrapper {AstJsonWrapper}
json_wrapper(A) ::= WITHOUT array_opt.              { A = AST_WRAPPER_WITHOUT; }
json_wrapper(A) ::= WITH array_opt.                 { A = AST_WRAPPER_UNCONDITIONAL; }
json_wrapper(A) ::= WITH UNCONDITIONAL array_opt.   { A = AST_WRAPPER_UNCONDITIONAL; }
json_wrapper(A) ::= WITH CONDITIONAL array_opt.     { A = AST_WRAPPER_CONDITIONAL; }
array_opt ::= .
array_opt ::= ARRAY.
%type json_behaviour {AstJsonOn}
json_behaviour(A) ::= NULL.             { A = (AstJsonOn){AST_JSON_NULL, NULL}; }
json_behaviour(A) ::= ERROR.            { A = (AstJsonOn){AST_JSON_ERROR, NULL}; }
json_behaviour(A) ::= TRUE.             { A = (AstJsonOn){AST_JSON_TRUE, NULL}; }
json_behaviour(A) ::= FALSE.            { A = (AstJsonOn){AST_JSON_FALSE, NULL}; }
json_behaviour(A) ::= UNKNOWN.          { A = (AstJsonOn){AST_JSON_UNKNOWN, NULL}; }
json_behaviour(A) ::= EMPTY.            { A = (AstJsonOn){AST_JSON_EMPTY_ARRAY, NULL}; }
json_behaviour(A) ::= EMPTY ARRAY.      { A = (AstJsonOn){AST_JSON_EMPTY_ARRAY, NULL}; }
json_behaviour(A) ::= EMPTY OBJECT.     { A = (AstJsonOn){AST_JSON_EMPTY_OBJECT, NULL}; }
json_behaviour(A) ::= DEFAULT expr(X).  { A = (AstJsonOn){AST_JSON_DEFAULT, X}; }
%type json_on_null {AstJson *}
json_on_null(A) ::= .                   { A = ast_json_on_null(p, AST_JSON_UNSET); }
json_on_null(A) ::= NULL ON NULL.       { A = ast_json_on_null(p, AST_JSON_NULL); }
json_on_null(A) ::= ABSENT ON NULL.     { A = ast_json_on_null(p, AST_JSON_ABSENT); }
%type pairs {AstExprs}
pairs(A) ::= pair(L).                   { A = L; }
pairs(A) ::= pairs(L) COMMA pair(M).    { A = ast_exprs_join(p, L, M); }
%type pair {AstExprs}
pair(A) ::= expr(K) VALUE expr(V).      { A = ast_exprs_two(p, K, V); }
pair(A) ::= KEY expr(K) VALUE expr(V).  { A = ast_exprs_two(p, K, V); }

/* ---- queries ------------------------------------------------------------------- */

/* A query without parentheses around the whole of it, and one with: apart, so that
 * ((SELECT 1)) has one reading. */
%type query {AstQuery *}
query(A) ::= query_plain(Q).            { A = Q; }
query(A) ::= query_parens(Q).           { A = Q; }
%type query_parens {AstQuery *}
query_parens(A) ::= LP(T) query_plain(Q) RP.    { A = ast_query_parens(p, T, Q); }
query_parens(A) ::= LP(T) query_parens(Q) RP.   { A = ast_query_parens(p, T, Q); }
%type query_plain {AstQuery *}
query_plain(A) ::= simple_query(Q).                     { A = Q; }
query_plain(A) ::= query_operand(Q) tail(T).            { A = ast_query_tail(p, NULL, Q, T); }
query_plain(A) ::= with(W) query_operand(Q).            { A = ast_query_tail(p, W, Q, NULL); }
query_plain(A) ::= with(W) query_operand(Q) tail(T).    { A = ast_query_tail(p, W, Q, T); }
%type query_operand {AstQuery *}
query_operand(A) ::= simple_query(Q).   { A = Q; }
query_operand(A) ::= query_parens(Q).   { A = Q; }

%type simple_query {AstQuery *}
simple_query(A) ::= select(Q).                          { A = Q; }
simple_query(A) ::= VALUES(T) exprs(L).                 { A = ast_values(p, T, L); }
simple_query(A) ::= TABLE(T) path(N) hints_opt(H).      { A = ast_query_table(p, T, ast_ref_table(p, N, H, NULL)); }
simple_query(A) ::= query_operand(X) UNION(T) all_opt(L) query_operand(Y). [UNION]
                                        { A = ast_set(p, AST_SET_UNION, L, X, Y, T); }
simple_query(A) ::= query_operand(X) EXCEPT(T) all_opt(L) query_operand(Y). [EXCEPT]
                                        { A = ast_set(p, AST_SET_EXCEPT, L, X, Y, T); }
simple_query(A) ::= query_operand(X) INTERSECT(T) all_opt(L) query_operand(Y). [INTERSECT]
                                        { A = ast_set(p, AST_SET_INTERSECT, L, X, Y, T); }
%type all_opt {bool}
all_opt(A) ::= .                        { A = false; }
all_opt(A) ::= ALL.                     { A = true; }
all_opt(A) ::= DISTINCT.                { A = false; }

%type with {AstWith *}
with(A) ::= WITH(T) cte(X).             { A = ast_with(p, NULL, T, X); }
with(A) ::= with(W) COMMA(T) cte(X).    { A = ast_with(p, W, T, X); }
%type cte {AstCte}
cte(A) ::= name(N) names_in_parens_opt(C) AS query_parens(Q).   { A = (AstCte){N, C, Q}; }

%type tail {AstTail *}
tail(A) ::= order_by(O).                { A = ast_tail(p, O); }
tail(A) ::= limit(X).                   { A = X; }
tail(A) ::= tail(T) limit(X).           { A = ast_tail_limit(p, T, X); }
%type limit {AstTail *}
limit(A) ::= LIMIT(T) expr(X).          { A = ast_limit(p, T, X); }
limit(A) ::= LIMIT(T) ALL.              { A = ast_limit(p, T, NULL); }
limit(A) ::= OFFSET(T) expr(X) rows_opt.            { A = ast_offset(p, T, X); }
limit(A) ::= FETCH(T) first expr(X) rows ONLY.      { A = ast_fetch(p, T, X); }
limit(A) ::= FETCH(T) first rows ONLY.              { A = ast_fetch(p, T, NULL); }
rows_opt ::= .
rows_opt ::= rows.
rows ::= ROW.
rows ::= ROWS.
first ::= FIRST.
first ::= NEXT.

%type order_by_opt {AstOrderItems}
order_by_opt(A) ::= .                   { A = (AstOrderItems){0}; }
order_by_opt(A) ::= order_by(O).        { A = O; }
%type order_by {AstOrderItems}
order_by(A) ::= ORDER BY order_items(L).    { A = L; }
%type order_items {AstOrderItems}
order_items(A) ::= order_item(X).                       { A = ast_order_items(p, (AstOrderItems){0}, X); }
order_items(A) ::= order_items(L) COMMA order_item(X).  { A = ast_order_items(p, L, X); }
%type order_item {AstOrderItem}
order_item(A) ::= expr(X) direction(D) null_order(N).   { A = (AstOrderItem){X, D, N}; }
%type direction {bool}
direction(A) ::= .                      { A = false; }
direction(A) ::= ASC.                   { A = false; }
direction(A) ::= DESC.                  { A = true; }
%type null_order {AstNullOrder}
null_order(A) ::= .                     { A = AST_NULLS_DEFAULT; }
null_order(A) ::= NULLS FIRST.          { A = AST_NULLS_FIRST; }
null_order(A) ::= NULLS LAST.           { A = AST_NULLS_LAST; }

%type select {AstQuery *}
select(A) ::= SELECT(T) hints_opt(H) distinct_opt(D) select_items(I) from_opt(F) where_opt(W)
              group_by_opt(G) having_opt(V) windows_qualify(Q) emit_opt(E).
                                        { A = ast_select(p, T, H, D, I, F, W, G, V, Q, E); }
%type distinct_opt {bool}
distinct_opt(A) ::= .                   { A = false; }
distinct_opt(A) ::= ALL.                { A = false; }
distinct_opt(A) ::= DISTINCT.           { A = true; }
%type select_items {AstSelectItems}
select_items(A) ::= select_item(X).                         { A = ast_select_items(p, (AstSelectItems){0}, X); }
select_items(A) ::= select_items(L) COMMA select_item(X).   { A = ast_select_items(p, L, X); }
%type select_item {AstSelectItem}
select_item(A) ::= expr(X).             { A = ast_select_item(p, X, (AstName){0}); }
select_item(A) ::= expr(X) name(N).     { A = ast_select_item(p, X, N); }
select_item(A) ::= expr(X) AS name(N).  { A = ast_select_item(p, X, N); }
select_item(A) ::= STAR(T).             { A = ast_select_item(p, ast_star(p, T, (AstPath){0}), (AstName){0}); }
select_item(A) ::= path(N) DOT STAR.    { A = ast_select_item(p, ast_star(p, N.span, N), (AstName){0}); }
%type from_opt {AstTableRef *}
from_opt(A) ::= .                       { A = NULL; }
from_opt(A) ::= FROM from(F).           { A = F; }
%type where_opt {AstExpr *}
where_opt(A) ::= .                      { A = NULL; }
where_opt(A) ::= WHERE expr(X).         { A = X; }
%type group_by_opt {AstGroupItems}
group_by_opt(A) ::= .                       { A = (AstGroupItems){0}; }
group_by_opt(A) ::= GROUP BY group_items(L).    { A = L; }
%type group_items {AstGroupItems}
group_items(A) ::= group_item(X).                       { A = ast_group_items(p, (AstGroupItems){0}, X); }
group_items(A) ::= group_items(L) COMMA group_item(X).  { A = ast_group_items(p, L, X); }
%type group_item {AstGroupItem *}
group_item(A) ::= expr(X).                              { A = ast_group_expr(p, X); }
group_item(A) ::= LP(T) RP.                             { A = ast_group_empty(p, T); }
group_item(A) ::= ROLLUP(T) LP group_items(L) RP.       { A = ast_group_list(p, T, AST_GROUP_ROLLUP, L); }
group_item(A) ::= CUBE(T) LP group_items(L) RP.         { A = ast_group_list(p, T, AST_GROUP_CUBE, L); }
group_item(A) ::= GROUPING(T) SETS LP group_items(L) RP.    { A = ast_group_list(p, T, AST_GROUP_SETS, L); }
%type having_opt {AstExpr *}
having_opt(A) ::= .                     { A = NULL; }
having_opt(A) ::= HAVING expr(X).       { A = X; }
%type windows_qualify {AstWindowsQualify}
windows_qualify(A) ::= .                            { A = (AstWindowsQualify){0}; }
windows_qualify(A) ::= QUALIFY expr(X).             { A = (AstWindowsQualify){{0}, X}; }
windows_qualify(A) ::= windows(W).                  { A = (AstWindowsQualify){W, NULL}; }
windows_qualify(A) ::= QUALIFY expr(X) windows(W).  { A = (AstWindowsQualify){W, X}; }
windows_qualify(A) ::= windows(W) QUALIFY expr(X).  { A = (AstWindowsQualify){W, X}; }
%type windows {AstWindows}
windows(A) ::= WINDOW window_def(W).            { A = ast_windows(p, (AstWindows){0}, W); }
windows(A) ::= windows(L) COMMA window_def(W).  { A = ast_windows(p, L, W); }
%type window_def {AstWindow *}
window_def(A) ::= name(N) AS LP window(W) RP.   { A = ast_window_def(p, N, W); }
%type emit_opt {AstEmit *}
emit_opt(A) ::= .                                       { A = NULL; }
emit_opt(A) ::= emit_opt(E) EMIT(T) EVERY interval(X).  { A = ast_emit_every(p, E, T, X, false); }
emit_opt(A) ::= emit_opt(E) EMIT(T) EVERY interval(X) OF PROCESSING TIME.
                                                        { A = ast_emit_every(p, E, T, X, true); }
emit_opt(A) ::= emit_opt(E) EMIT(T) ON UPDATE.          { A = ast_emit_on_update(p, E, T); }
emit_opt(A) ::= emit_opt(E) ALLOWED(T) LATENESS interval(X).    { A = ast_allowed_lateness(p, E, T, X); }

%type hints_opt {AstHints}
hints_opt(A) ::= .                              { A = (AstHints){0}; }
hints_opt(A) ::= HINT_BEGIN hints(L) HINT_END.  { A = L; }
%type hints {AstHints}
hints(A) ::= hint(X).                   { A = ast_hints(p, (AstHints){0}, X); }
hints(A) ::= hints(L) hint(X).          { A = ast_hints(p, L, X); }
hints(A) ::= hints(L) COMMA hint(X).    { A = ast_hints(p, L, X); }
%type hint {AstHint}
hint(A) ::= name(N).                    { A = (AstHint){N, {0}, N.span}; }
hint(A) ::= name(N) LP RP.              { A = ast_hint(p, N, (AstHintArgs){0}); }
hint(A) ::= name(N) LP hint_args(L) RP. { A = ast_hint(p, N, L); }
%type hint_args {AstHintArgs}
hint_args(A) ::= hint_arg(X).                       { A = ast_hint_args(p, (AstHintArgs){0}, X); }
hint_args(A) ::= hint_args(L) COMMA hint_arg(X).    { A = ast_hint_args(p, L, X); }
%type hint_arg {AstHintArg}
hint_arg(A) ::= text(K) EQ text(V).     { A = (AstHintArg){K, V, false}; }
hint_arg(A) ::= text(K).                { A = (AstHintArg){K, {0}, false}; }
hint_arg(A) ::= name(N).                { A = (AstHintArg){{N.text, N.span}, {0}, true}; }

/* ---- what stands in FROM ------------------------------------------------------- */

%type from {AstTableRef *}
from(A) ::= joined(X).                  { A = X; }
from(A) ::= from(X) COMMA(T) joined(Y). { A = ast_join(p, X, (AstJoinWord){AST_JOIN_COMMA, false, T}, Y, ast_no_spec()); }
%type joined {AstTableRef *}
joined(A) ::= ref(X).                   { A = X; }
joined(A) ::= real_join(X).             { A = X; }
%type real_join {AstTableRef *}
real_join(A) ::= joined(X) join_word(W) ref(Y) join_spec(S).    { A = ast_join(p, X, W, Y, S); }
real_join(A) ::= joined(X) bare_join_word(W) ref(Y).            { A = ast_join(p, X, W, Y, ast_no_spec()); }
%type join_word {AstJoinWord}
join_word(A) ::= JOIN(T).                   { A = ast_join_word(p, AST_JOIN_INNER, false, T); }
join_word(A) ::= INNER(T) JOIN.             { A = ast_join_word(p, AST_JOIN_INNER, false, T); }
join_word(A) ::= outer_join(W).             { A = W; }
%type outer_join {AstJoinWord}
outer_join(A) ::= LEFT(T) outer_opt JOIN.   { A = ast_join_word(p, AST_JOIN_LEFT, false, T); }
outer_join(A) ::= RIGHT(T) outer_opt JOIN.  { A = ast_join_word(p, AST_JOIN_RIGHT, false, T); }
outer_join(A) ::= FULL(T) outer_opt JOIN.   { A = ast_join_word(p, AST_JOIN_FULL, false, T); }
%type bare_join_word {AstJoinWord}
bare_join_word(A) ::= CROSS(T) JOIN.            { A = ast_join_word(p, AST_JOIN_CROSS, false, T); }
bare_join_word(A) ::= NATURAL(T) JOIN.          { A = ast_join_word(p, AST_JOIN_INNER, true, T); }
bare_join_word(A) ::= NATURAL(T) INNER JOIN.    { A = ast_join_word(p, AST_JOIN_INNER, true, T); }
bare_join_word(A) ::= NATURAL(T) outer_join(W). { A = ast_join_word(p, W.kind, true, T); }
outer_opt ::= .
outer_opt ::= OUTER.
%type join_spec {AstJoinSpec}
join_spec(A) ::= ON expr(X).                { A = (AstJoinSpec){X, {0}}; }
join_spec(A) ::= USING LP names(L) RP.      { A = (AstJoinSpec){NULL, L}; }

%type ref {AstTableRef *}
ref(A) ::= source(X) alias_opt(L).      { A = ast_ref_alias(p, X, L); }
ref(A) ::= source(X) alias_opt(L) MATCH_RECOGNIZE LP match(M) RP alias_opt(N).
                                        { A = ast_ref_match(p, ast_ref_alias(p, X, L), M, N); }
%type alias_opt {AstAlias}
alias_opt(A) ::= .                                      { A = (AstAlias){0}; }
alias_opt(A) ::= name(N) names_in_parens_opt(L).        { A = (AstAlias){N, L}; }
alias_opt(A) ::= AS name(N) names_in_parens_opt(L).     { A = (AstAlias){N, L}; }

%type source {AstTableRef *}
source(A) ::= table_name(X).                            { A = X; }
source(A) ::= TABLE(T) table_name(X).                   { A = ast_ref_wrapped(p, T, X); }
source(A) ::= plain_call(X).                            { A = ast_ref_call(p, X->span, X, REF_PLAIN); }
source(A) ::= TABLE(T) LP plain_call(X) RP.             { A = ast_ref_call(p, T, X, REF_WRAPPED); }
source(A) ::= LATERAL(T) plain_call(X).                 { A = ast_ref_call(p, T, X, REF_LATERAL); }
source(A) ::= LATERAL(T) TABLE LP plain_call(X) RP.     { A = ast_ref_call(p, T, X, REF_LATERAL_WRAPPED); }
source(A) ::= query_parens(Q).                          { A = ast_ref_query(p, Q->span, Q, false); }
source(A) ::= LATERAL(T) query_parens(Q).               { A = ast_ref_query(p, T, Q, true); }
source(A) ::= UNNEST(T) LP exprs(L) RP ordinality_opt(O).   { A = ast_ref_unnest(p, T, L, O); }
source(A) ::= LP(T) real_join(X) RP.                    { A = ast_ref_parens(p, T, X); }
%type ordinality_opt {bool}
ordinality_opt(A) ::= .                 { A = false; }
ordinality_opt(A) ::= WITH ORDINALITY.  { A = true; }

/* A table or a file by name, with what belongs to it. */
%type table_name {AstTableRef *}
table_name(A) ::= path(N) hints_opt(H) as_of_opt(E).    { A = ast_ref_table(p, N, H, E); }
table_name(A) ::= text(X) hints_opt(H).                 { A = ast_ref_file(p, X, H); }
%type as_of_opt {AstExpr *}
as_of_opt(A) ::= .                              { A = NULL; }
as_of_opt(A) ::= FOR SYSTEM_TIME AS OF sum(X).  { A = X; }

/* What TABLE is followed by in an argument. */
%type table_source {AstTableRef *}
table_source(A) ::= path(N) hints_opt(H).       { A = ast_ref_table(p, N, H, NULL); }
table_source(A) ::= text(X) hints_opt(H).       { A = ast_ref_file(p, X, H); }
table_source(A) ::= query_parens(Q).            { A = ast_ref_query(p, Q->span, Q, false); }

%type match {AstMatch *}
match(A) ::= partition_by_opt(P) order_by_opt(O) measures_opt(M) rows_per_match(R) skip_opt(S)
             PATTERN LP pattern(X) RP within_opt(W) DEFINE defines(D).
                                        { A = ast_match(p, P, O, M, R, S, X, W, D); }
%type measures_opt {AstNamedExprs}
measures_opt(A) ::= .                       { A = (AstNamedExprs){0}; }
measures_opt(A) ::= MEASURES measures(L).   { A = L; }
%type measures {AstNamedExprs}
measures(A) ::= measure(X).                     { A = ast_named_exprs(p, (AstNamedExprs){0}, X); }
measures(A) ::= measures(L) COMMA measure(X).   { A = ast_named_exprs(p, L, X); }
%type measure {AstNamedExpr}
measure(A) ::= expr(X) AS name(N).      { A = (AstNamedExpr){N, X}; }
%type rows_per_match {bool}
rows_per_match(A) ::= .                     { A = false; }
rows_per_match(A) ::= ONE ROW PER MATCH.    { A = false; }
rows_per_match(A) ::= ALL ROWS PER MATCH.   { A = true; }
%type skip_opt {AstSkipTo}
skip_opt(A) ::= .                                   { A = (AstSkipTo){AST_SKIP_DEFAULT, {0}}; }
skip_opt(A) ::= AFTER MATCH SKIP PAST LAST ROW.     { A = (AstSkipTo){AST_SKIP_PAST_LAST_ROW, {0}}; }
skip_opt(A) ::= AFTER MATCH SKIP TO NEXT ROW.       { A = (AstSkipTo){AST_SKIP_TO_NEXT_ROW, {0}}; }
skip_opt(A) ::= AFTER MATCH SKIP TO FIRST name(N).  { A = (AstSkipTo){AST_SKIP_TO_FIRST, N}; }
skip_opt(A) ::= AFTER MATCH SKIP TO LAST name(N).   { A = (AstSkipTo){AST_SKIP_TO_LAST, N}; }
skip_opt(A) ::= AFTER MATCH SKIP TO name(N).        { A = (AstSkipTo){AST_SKIP_TO_LAST, N}; }
%type within_opt {AstExpr *}
within_opt(A) ::= .                     { A = NULL; }
within_opt(A) ::= WITHIN interval(X).   { A = X; }
%type defines {AstNamedExprs}
defines(A) ::= define(X).                   { A = ast_named_exprs(p, (AstNamedExprs){0}, X); }
defines(A) ::= defines(L) COMMA define(X).  { A = ast_named_exprs(p, L, X); }
%type define {AstNamedExpr}
define(A) ::= name(N) AS expr(X).       { A = (AstNamedExpr){N, X}; }

%type pattern {AstPattern *}
pattern(A) ::= pattern_row(X).                  { A = X; }
pattern(A) ::= pattern(X) PIPE pattern_row(Y).  { A = ast_pattern_join(p, AST_PATTERN_ALTERNATION, X, Y); }
%type pattern_row {AstPattern *}
pattern_row(A) ::= pattern_item(X).                 { A = X; }
pattern_row(A) ::= pattern_row(X) pattern_item(Y).  { A = ast_pattern_join(p, AST_PATTERN_SEQUENCE, X, Y); }
%type pattern_item {AstPattern *}
pattern_item(A) ::= pattern_atom(X).                        { A = X; }
pattern_item(A) ::= pattern_atom(X) quantifier_of(Q).       { A = ast_pattern_times(p, X, Q, false); }
pattern_item(A) ::= pattern_atom(X) quantifier_of(Q) QUESTION.  { A = ast_pattern_times(p, X, Q, true); }
%type pattern_atom {AstPattern *}
pattern_atom(A) ::= name(N).                    { A = ast_pattern_variable(p, N); }
pattern_atom(A) ::= LP(T) pattern(X) RP.        { A = ast_pattern_parens(p, T, X); }
%type quantifier_of {AstTimes}
quantifier_of(A) ::= STAR.                              { A = (AstTimes){0, AST_PATTERN_UNBOUNDED}; }
quantifier_of(A) ::= PLUS.                              { A = (AstTimes){1, AST_PATTERN_UNBOUNDED}; }
quantifier_of(A) ::= QUESTION.                          { A = (AstTimes){0, 1}; }
quantifier_of(A) ::= LBRACE int(N) RBRACE.              { A = (AstTimes){(uint32_t)N, (uint32_t)N}; }
quantifier_of(A) ::= LBRACE int(N) COMMA RBRACE.        { A = (AstTimes){(uint32_t)N, AST_PATTERN_UNBOUNDED}; }
quantifier_of(A) ::= LBRACE int(N) COMMA int(M) RBRACE. { A = (AstTimes){(uint32_t)N, (uint32_t)M}; }
quantifier_of(A) ::= LBRACE COMMA int(M) RBRACE.        { A = (AstTimes){0, (uint32_t)M}; }

/* ---- statements ---------------------------------------------------------------- */

%type stmt {AstStmt *}
stmt(A) ::= query(Q).                   { A = ast_stmt_query(p, Q); }
stmt(A) ::= insert(S).                  { A = S; }
stmt(A) ::= EXECUTE(T) insert(S).       { A = ast_insert_execute(p, T, S); }
stmt(A) ::= statement_set(S).           { A = S; }
stmt(A) ::= explain(S).                 { A = S; }

/* INSERT */
%type insert {AstStmt *}
insert(A) ::= INSERT(T) into(O) target(R) partition_opt(P) query(Q) on_conflict(F).
                                        { A = ast_insert(p, T, O, R, P, (AstNames){0}, Q, F); }
insert(A) ::= INSERT(T) into(O) target(R) partition_opt(P) LP names(C) RP query(Q) on_conflict(F).
                                        { A = ast_insert(p, T, O, R, P, C, Q, F); }
%type into {bool}
into(A) ::= INTO.                       { A = false; }
into(A) ::= OVERWRITE.                  { A = true; }
%type target {AstTableRef *}
target(A) ::= path(N) hints_opt(H).  { A = ast_ref_table(p, N, H, NULL); }
target(A) ::= text(X) hints_opt(H).  { A = ast_ref_file(p, X, H); }
%type partition_opt {AstAssignments}
partition_opt(A) ::= .                  { A = (AstAssignments){0}; }
partition_opt(A) ::= partition(L).      { A = L; }
%type partition {AstAssignments}
partition(A) ::= PARTITION LP partition_items(L) RP.    { A = L; }
%type partition_items {AstAssignments}
partition_items(A) ::= partition_item(X).                           { A = ast_assignments(p, (AstAssignments){0}, X); }
partition_items(A) ::= partition_items(L) COMMA partition_item(X).  { A = ast_assignments(p, L, X); }
%type partition_item {AstAssignment}
partition_item(A) ::= name(N).              { A = (AstAssignment){N, NULL}; }
partition_item(A) ::= name(N) EQ sum(X).    { A = (AstAssignment){N, X}; }
%type on_conflict {AstConflict}
on_conflict(A) ::= .                            { A = AST_CONFLICT_UNSET; }
on_conflict(A) ::= ON CONFLICT DO NOTHING.      { A = AST_CONFLICT_NOTHING; }
on_conflict(A) ::= ON CONFLICT DO ERROR.        { A = AST_CONFLICT_ERROR; }
on_conflict(A) ::= ON CONFLICT DO DEDUPLICATE.  { A = AST_CONFLICT_DEDUPLICATE; }

/* Both spellings.  SEMI is a token inside a statement set only. */
%type statement_set {AstStmt *}
statement_set(A) ::= EXECUTE(T) STATEMENT SET BEGIN inserts(L) END.     { A = ast_stmt_set_of(p, T, L); }
statement_set(A) ::= BEGIN(T) STATEMENT SET SEMI inserts(L) END.        { A = ast_stmt_set_of(p, T, L); }
%type inserts {AstStmts}
inserts(A) ::= insert(S) SEMI.              { A = ast_stmts(p, (AstStmts){0}, S); }
inserts(A) ::= inserts(L) insert(S) SEMI.   { A = ast_stmts(p, L, S); }

/* EXPLAIN */
%type explain {AstStmt *}
explain(A) ::= EXPLAIN(T) explained(S).                     { A = ast_explain(p, T, AST_EXPLAIN_PLAN, 0, S); }
explain(A) ::= EXPLAIN(T) PLAN FOR explained(S).            { A = ast_explain(p, T, AST_EXPLAIN_PLAN, 0, S); }
explain(A) ::= EXPLAIN(T) details(D) explained(S).          { A = ast_explain(p, T, AST_EXPLAIN_PLAN, D, S); }
explain(A) ::= EXPLAIN(T) ANALYZE explained(S).             { A = ast_explain(p, T, AST_EXPLAIN_ANALYZE, 0, S); }
explain(A) ::= EXPLAIN(T) UPGRADE explained(S).             { A = ast_explain(p, T, AST_EXPLAIN_UPGRADE, 0, S); }
explain(A) ::= EXPLAIN(T) UPGRADE text(D) explained(S).     { A = ast_explain_upgrade(p, T, D, S); }
%type explained {AstStmt *}
explained(A) ::= query(Q).              { A = ast_stmt_query(p, Q); }
explained(A) ::= insert(S).             { A = S; }
explained(A) ::= statement_set(S).      { A = S; }
explained(A) ::= STATEMENT(T) SET BEGIN inserts(L) END. { A = ast_stmt_set_of(p, T, L); }
%type details {uint32_t}
details(A) ::= detail(D).                   { A = D; }
details(A) ::= details(L) COMMA detail(D).  { A = L | D; }
%type detail {uint32_t}
detail(A) ::= ESTIMATED_COST.           { A = AST_DETAIL_ESTIMATED_COST; }
detail(A) ::= CHANGELOG_MODE.           { A = AST_DETAIL_CHANGELOG_MODE; }
detail(A) ::= PLAN_ADVICE.              { A = AST_DETAIL_PLAN_ADVICE; }
detail(A) ::= JSON_EXECUTION_PLAN.      { A = AST_DETAIL_JSON_EXECUTION_PLAN; }

/* CREATE TABLE */
stmt(A) ::= CREATE(T) temporary(M) TABLE if_not_exists(I) path(N) table_body(B).
                                        { A = ast_create_table(p, T, (AstCreateWords){.temporary = M, .if_not_exists = I}, N, B); }
stmt(A) ::= CREATE(T) OR REPLACE TABLE path(N) table_body(B).
                                        { A = ast_create_table(p, T, (AstCreateWords){.or_replace = true}, N, B); }
stmt(A) ::= REPLACE(T) TABLE path(N) table_body(B).
                                        { A = ast_create_table(p, T, (AstCreateWords){.replace = true}, N, B); }
%type temporary {bool}
temporary(A) ::= .                      { A = false; }
temporary(A) ::= TEMPORARY.             { A = true; }
%type if_not_exists {bool}
if_not_exists(A) ::= .                  { A = false; }
if_not_exists(A) ::= IF NOT EXISTS.     { A = true; }
%type if_exists {bool}
if_exists(A) ::= .                      { A = false; }
if_exists(A) ::= IF EXISTS.             { A = true; }

%type table_body {AstTableBody *}
table_body(A) ::= elements_in_parens(E) comment_opt(C) distributed_opt(D) partitioned_opt(P) with_opt(W)
                  like_or_as(L).        { A = ast_table_body(p, E, C, D, P, W, L); }
%type elements_in_parens {AstTableElements *}
elements_in_parens(A) ::= .                     { A = NULL; }
elements_in_parens(A) ::= LP elements(L) RP.    { A = L; }
%type elements {AstTableElements *}
elements(A) ::= element(X).                     { A = ast_elements(p, NULL, X); }
elements(A) ::= elements(L) COMMA element(X).   { A = ast_elements(p, L, X); }
%type element {AstElementDef *}
element(A) ::= column(X).                       { A = X; }
element(A) ::= column(X) FIRST.                 { A = ast_column_place(p, X, AST_PLACE_FIRST, (AstName){0}); }
element(A) ::= column(X) AFTER name(N).         { A = ast_column_place(p, X, AST_PLACE_AFTER, N); }
element(A) ::= WATERMARK_FOR(T) FOR path(N) AS expr(X).     { A = ast_watermark(p, T, N, X); }
element(A) ::= constraint_opt(C) PRIMARY(T) KEY LP names(L) RP enforced_opt(E).
                                                { A = ast_primary_key(p, T, C, L, E); }
%type column {AstElementDef *}
column(A) ::= name(N).                                  { A = ast_column_bare(p, N); }
column(A) ::= name(N) nullable_type(T) comment_opt(C).  { A = ast_column_physical(p, N, T, C); }
column(A) ::= name(N) nullable_type(T) constraint_opt(K) PRIMARY KEY enforced_opt(E) comment_opt(C).
                                                        { A = ast_column_key(p, ast_column_physical(p, N, T, C), K, E); }
column(A) ::= name(N) nullable_type(T) METADATA metadata_key(K) virtual_opt(V) comment_opt(C).
                                                        { A = ast_column_metadata(p, N, T, K, V, C); }
column(A) ::= name(N) AS expr(X) comment_opt(C).        { A = ast_column_computed(p, N, X, C); }
%type constraint_opt {AstName}
constraint_opt(A) ::= .                     { A = (AstName){0}; }
constraint_opt(A) ::= CONSTRAINT name(N).   { A = N; }
%type enforced_opt {bool}
enforced_opt(A) ::= .                   { A = false; }
enforced_opt(A) ::= NOT ENFORCED.       { A = true; }
%type metadata_key {AstText}
metadata_key(A) ::= .                   { A = (AstText){0}; }
metadata_key(A) ::= FROM text(X).       { A = X; }
%type virtual_opt {bool}
virtual_opt(A) ::= .                    { A = false; }
virtual_opt(A) ::= VIRTUAL.             { A = true; }

%type distributed_opt {AstDistribution *}
distributed_opt(A) ::= .                                { A = NULL; }
distributed_opt(A) ::= DISTRIBUTED(T) distribution(D).  { A = ast_distribution_end(p, T, D); }
%type distribution {AstDistribution *}
distribution(A) ::= BY LP names(L) RP buckets_opt(B).       { A = ast_distribution(p, AST_DISTRIBUTED_BY, L, B); }
distribution(A) ::= BY HASH LP names(L) RP buckets_opt(B).  { A = ast_distribution(p, AST_DISTRIBUTED_BY_HASH, L, B); }
distribution(A) ::= BY RANGE LP names(L) RP buckets_opt(B). { A = ast_distribution(p, AST_DISTRIBUTED_BY_RANGE, L, B); }
distribution(A) ::= INTO number(B) BUCKETS.                 { A = ast_distribution(p, AST_DISTRIBUTED_INTO, (AstNames){0}, B); }
%type buckets_opt {AstText}
buckets_opt(A) ::= .                        { A = (AstText){0}; }
buckets_opt(A) ::= INTO number(B) BUCKETS.  { A = B; }
%type partitioned_opt {AstNames}
partitioned_opt(A) ::= .                            { A = (AstNames){0}; }
partitioned_opt(A) ::= PARTITIONED BY LP names(L) RP.   { A = L; }
%type like_or_as {AstLikeOrAs}
like_or_as(A) ::= .                             { A = (AstLikeOrAs){0}; }
like_or_as(A) ::= AS query(Q).                  { A = (AstLikeOrAs){NULL, Q}; }
like_or_as(A) ::= LIKE path(N).                 { A = (AstLikeOrAs){ast_table_like(p, N, (AstLikeOptions){0}), NULL}; }
like_or_as(A) ::= LIKE path(N) LP like_options(L) RP.   { A = (AstLikeOrAs){ast_table_like(p, N, L), NULL}; }
%type like_options {AstLikeOptions}
like_options(A) ::= like_option(X).                 { A = ast_like_options(p, (AstLikeOptions){0}, X); }
like_options(A) ::= like_options(L) like_option(X). { A = ast_like_options(p, L, X); }
%type like_option {AstLikeOption}
like_option(A) ::= INCLUDING(T) like_what(W).       { A = ast_like_option(p, T, AST_LIKE_INCLUDING, W); }
like_option(A) ::= EXCLUDING(T) like_what(W).       { A = ast_like_option(p, T, AST_LIKE_EXCLUDING, W); }
like_option(A) ::= OVERWRITING(T) like_what(W).     { A = ast_like_option(p, T, AST_LIKE_OVERWRITING, W); }
%type like_what {Span}
like_what(A) ::= ALL(T).                { A = T; }
like_what(A) ::= ID(T).                 { A = T; }

/* CREATE VIEW, FUNCTION, DATABASE */
stmt(A) ::= CREATE(T) temporary(M) VIEW if_not_exists(I) path(N) names_in_parens_opt(C) comment_opt(K) AS query(Q).
                                        { A = ast_create_view(p, T, (AstCreateWords){.temporary = M, .if_not_exists = I}, N, C, K, Q); }
stmt(A) ::= CREATE(T) OR REPLACE temporary(M) VIEW path(N) names_in_parens_opt(C) comment_opt(K) AS query(Q).
                                        { A = ast_create_view(p, T, (AstCreateWords){.temporary = M, .or_replace = true}, N, C, K, Q); }
stmt(A) ::= CREATE(T) temporary_system(M) FUNCTION if_not_exists(I) path(N) function(F).
                                        { A = ast_create_function(p, T, M, (AstCreateWords){.if_not_exists = I}, N, F); }
stmt(A) ::= CREATE(T) OR REPLACE temporary_system(M) FUNCTION path(N) function(F).
                                        { A = ast_create_function(p, T, M, (AstCreateWords){.or_replace = true}, N, F); }
stmt(A) ::= CREATE(T) DATABASE if_not_exists(I) path(N) comment_opt(C) with_opt(W).
                                        { A = ast_create_database(p, T, I, N, C, W); }
%type temporary_system {AstTemporary}
temporary_system(A) ::= .                   { A = AST_PERMANENT; }
temporary_system(A) ::= TEMPORARY.          { A = AST_TEMPORARY; }
temporary_system(A) ::= TEMPORARY SYSTEM.   { A = AST_TEMPORARY_SYSTEM; }
%type function {AstFunction}
function(A) ::= AS text(X) language_opt(L).     { A = (AstFunction){.class_name = X, .language = L}; }
function(A) ::= LP params_opt(L) RP RETURNS nullable_type(R) language_opt(G) RETURN expr(X).
                                        { A = (AstFunction){.language = G, .params = L, .returns = R, .body = X}; }
%type language_opt {AstName}
language_opt(A) ::= .                   { A = (AstName){0}; }
language_opt(A) ::= LANGUAGE name(N).   { A = N; }
%type params_opt {AstParams}
params_opt(A) ::= .                     { A = (AstParams){0}; }
params_opt(A) ::= params(L).            { A = L; }
%type params {AstParams}
params(A) ::= param(X).                 { A = ast_params(p, (AstParams){0}, X); }
params(A) ::= params(L) COMMA param(X). { A = ast_params(p, L, X); }
%type param {AstParam}
param(A) ::= name(N) nullable_type(T).  { A = (AstParam){N, T}; }

/* ALTER */
stmt(A) ::= ALTER(T) TABLE if_exists(I) path(N) alter(X).       { A = ast_alter_table(p, T, I, N, X); }
%type alter {AstAlterTable *}
alter(A) ::= ADD element(X).                        { A = ast_alter_elements(p, AST_ALTER_ADD, ast_elements(p, NULL, X)); }
alter(A) ::= ADD LP elements(L) RP.                 { A = ast_alter_elements(p, AST_ALTER_ADD, L); }
alter(A) ::= MODIFY element(X).                     { A = ast_alter_elements(p, AST_ALTER_MODIFY, ast_elements(p, NULL, X)); }
alter(A) ::= MODIFY LP elements(L) RP.              { A = ast_alter_elements(p, AST_ALTER_MODIFY, L); }
alter(A) ::= ADD(T) DISTRIBUTION distribution(D).   { A = ast_alter_distribution(p, AST_ALTER_ADD_DISTRIBUTION, T, D); }
alter(A) ::= MODIFY(T) DISTRIBUTION distribution(D).    { A = ast_alter_distribution(p, AST_ALTER_MODIFY_DISTRIBUTION, T, D); }
alter(A) ::= ADD if_not_exists(I) partition_defs(L).    { A = ast_alter_partitions(p, AST_ALTER_ADD_PARTITION, I, L); }
alter(A) ::= DROP if_exists(I) partition_specs(L).      { A = ast_alter_partitions(p, AST_ALTER_DROP_PARTITION, I, L); }
alter(A) ::= DROP name(N).                          { A = ast_alter_names(p, AST_ALTER_DROP_COLUMNS, ast_names(p, (AstNames){0}, N)); }
alter(A) ::= DROP LP names(L) RP.                   { A = ast_alter_names(p, AST_ALTER_DROP_COLUMNS, L); }
alter(A) ::= DROP PRIMARY KEY.                      { A = ast_alter_new(p, AST_ALTER_DROP_PRIMARY_KEY); }
alter(A) ::= DROP CONSTRAINT name(N).               { A = ast_alter_rename(p, AST_ALTER_DROP_CONSTRAINT, (AstPath){0}, N); }
alter(A) ::= DROP WATERMARK.                        { A = ast_alter_new(p, AST_ALTER_DROP_WATERMARK); }
alter(A) ::= DROP DISTRIBUTION.                     { A = ast_alter_new(p, AST_ALTER_DROP_DISTRIBUTION); }
alter(A) ::= RENAME path(X) TO name(N).             { A = ast_alter_rename(p, AST_ALTER_RENAME_COLUMN, X, N); }
alter(A) ::= RENAME TO path(N).                     { A = ast_alter_rename_to(p, N); }
alter(A) ::= SET LP RP.                             { A = ast_alter_options(p, (AstOptions){0}); }
alter(A) ::= SET LP options(L) RP.                  { A = ast_alter_options(p, L); }
alter(A) ::= RESET LP texts(L) RP.                  { A = ast_alter_reset(p, L); }
%type partition_defs {AstPartitions}
partition_defs(A) ::= partition_def(X).                     { A = ast_partitions(p, (AstPartitions){0}, X); }
partition_defs(A) ::= partition_defs(L) partition_def(X).   { A = ast_partitions(p, L, X); }
%type partition_def {AstPartition}
partition_def(A) ::= partition(L) with_opt(W).      { A = (AstPartition){L, W, ast_assignments_span(L)}; }
%type partition_specs {AstPartitions}
partition_specs(A) ::= partition(X).                { A = ast_partitions(p, (AstPartitions){0}, (AstPartition){X, {0}, ast_assignments_span(X)}); }
partition_specs(A) ::= partition_specs(L) COMMA partition(X).
                                                    { A = ast_partitions(p, L, (AstPartition){X, {0}, ast_assignments_span(X)}); }

stmt(A) ::= ALTER(T) VIEW path(N) RENAME TO path(M).        { A = ast_alter_view(p, T, N, M, NULL); }
stmt(A) ::= ALTER(T) VIEW path(N) AS query(Q).              { A = ast_alter_view(p, T, N, (AstPath){0}, Q); }
stmt(A) ::= ALTER(T) DATABASE path(N) SET LP options(L) RP. { A = ast_alter_database(p, T, N, L); }
stmt(A) ::= ALTER(T) temporary_system(M) FUNCTION if_exists(I) path(N) function(F).
                                                            { A = ast_alter_function(p, T, M, I, N, F); }

/* DROP, TRUNCATE, UPDATE, DELETE, ANALYZE */
stmt(A) ::= DROP(T) temporary(M) TABLE if_exists(I) path(N).    { A = ast_drop(p, T, AST_OBJECT_TABLE, M ? AST_TEMPORARY : AST_PERMANENT, I, N); }
stmt(A) ::= DROP(T) temporary(M) VIEW if_exists(I) path(N).     { A = ast_drop(p, T, AST_OBJECT_VIEW, M ? AST_TEMPORARY : AST_PERMANENT, I, N); }
stmt(A) ::= DROP(T) temporary_system(M) FUNCTION if_exists(I) path(N).  { A = ast_drop(p, T, AST_OBJECT_FUNCTION, M, I, N); }
stmt(A) ::= DROP(T) DATABASE if_exists(I) path(N) drop_mode(D).         { A = ast_drop_database(p, T, I, N, D); }
%type drop_mode {AstDropMode}
drop_mode(A) ::= .                      { A = AST_DROP_MODE_UNSET; }
drop_mode(A) ::= RESTRICT.              { A = AST_DROP_MODE_RESTRICT; }
drop_mode(A) ::= CASCADE.               { A = AST_DROP_MODE_CASCADE; }
stmt(A) ::= TRUNCATE(T) TABLE path(N).  { A = ast_stmt_path(p, AST_STMT_TRUNCATE, T, N); }
stmt(A) ::= UPDATE(T) path(N) target_alias(L) SET assignments(S) where_opt(W).  { A = ast_update(p, T, N, L, S, W); }
stmt(A) ::= DELETE(T) FROM path(N) target_alias(L) where_opt(W).                { A = ast_delete(p, T, N, L, W); }
%type target_alias {AstName}
target_alias(A) ::= .                   { A = (AstName){0}; }
target_alias(A) ::= name(N).            { A = N; }
target_alias(A) ::= AS name(N).         { A = N; }
%type assignments {AstAssignments}
assignments(A) ::= assignment(X).                       { A = ast_assignments(p, (AstAssignments){0}, X); }
assignments(A) ::= assignments(L) COMMA assignment(X).  { A = ast_assignments(p, L, X); }
%type assignment {AstAssignment}
assignment(A) ::= name(N) EQ expr(X).   { A = (AstAssignment){N, X}; }
stmt(A) ::= ANALYZE(T) TABLE path(N) partition_opt(P) COMPUTE STATISTICS.       { A = ast_analyze(p, T, N, P, false, (AstNames){0}); }
stmt(A) ::= ANALYZE(T) TABLE path(N) partition_opt(P) COMPUTE STATISTICS FOR COLUMNS names(L).
                                                                                { A = ast_analyze(p, T, N, P, false, L); }
stmt(A) ::= ANALYZE(T) TABLE path(N) partition_opt(P) COMPUTE STATISTICS FOR ALL COLUMNS.
                                                                                { A = ast_analyze(p, T, N, P, true, (AstNames){0}); }

/* DESCRIBE, SHOW, USE, SET, RESET and the shell's */
stmt(A) ::= describe(T) extended_opt(E) path(N).            { A = ast_describe(p, T, AST_OBJECT_TABLE, E, N); }
stmt(A) ::= describe(T) DATABASE extended_opt(E) path(N).   { A = ast_describe(p, T, AST_OBJECT_DATABASE, E, N); }
stmt(A) ::= describe(T) FUNCTION extended_opt(E) path(N).   { A = ast_describe(p, T, AST_OBJECT_FUNCTION, E, N); }
%type describe {Span}
describe(A) ::= DESCRIBE(T).            { A = T; }
describe(A) ::= DESC(T).                { A = T; }
%type extended_opt {bool}
extended_opt(A) ::= .                   { A = false; }
extended_opt(A) ::= EXTENDED.           { A = true; }

stmt(A) ::= SHOW(T) TABLES from_path(N) pattern_opt(L).         { A = ast_show(p, T, AST_SHOW_TABLES, N, L); }
stmt(A) ::= SHOW(T) VIEWS from_path(N) pattern_opt(L).          { A = ast_show(p, T, AST_SHOW_VIEWS, N, L); }
stmt(A) ::= SHOW(T) DATABASES pattern_opt(L).                   { A = ast_show(p, T, AST_SHOW_DATABASES, (AstPath){0}, L); }
stmt(A) ::= SHOW(T) CURRENT DATABASE.                           { A = ast_show(p, T, AST_SHOW_CURRENT_DATABASE, (AstPath){0}, ast_no_pattern()); }
stmt(A) ::= SHOW(T) COLUMNS from_or_in path(N) pattern_opt(L).  { A = ast_show(p, T, AST_SHOW_COLUMNS, N, L); }
stmt(A) ::= SHOW(T) PARTITIONS path(N) partition_opt(P).        { A = ast_show_partitions(p, T, N, P); }
stmt(A) ::= SHOW(T) FUNCTIONS from_path(N) pattern_opt(L).      { A = ast_show(p, T, AST_SHOW_FUNCTIONS, N, L); }
stmt(A) ::= SHOW(T) USER FUNCTIONS from_path(N) pattern_opt(L). { A = ast_show(p, T, AST_SHOW_USER_FUNCTIONS, N, L); }
stmt(A) ::= SHOW(T) JOBS.                                       { A = ast_show(p, T, AST_SHOW_JOBS, (AstPath){0}, ast_no_pattern()); }
stmt(A) ::= SHOW(T) CHECKPOINTS.                                { A = ast_show_checkpoints(p, T, (AstText){0}); }
stmt(A) ::= SHOW(T) CHECKPOINTS text(D).                        { A = ast_show_checkpoints(p, T, D); }
stmt(A) ::= SHOW(T) CREATE TABLE path(N).                       { A = ast_show(p, T, AST_SHOW_CREATE_TABLE, N, ast_no_pattern()); }
stmt(A) ::= SHOW(T) CREATE VIEW path(N).                        { A = ast_show(p, T, AST_SHOW_CREATE_VIEW, N, ast_no_pattern()); }
stmt(A) ::= SHOW(T) CREATE FUNCTION path(N).                    { A = ast_show(p, T, AST_SHOW_CREATE_FUNCTION, N, ast_no_pattern()); }
from_or_in ::= FROM.
from_or_in ::= IN.
%type from_path {AstPath}
from_path(A) ::= .                      { A = (AstPath){0}; }
from_path(A) ::= from_or_in path(N).    { A = N; }
%type pattern_opt {AstShowPattern}
pattern_opt(A) ::= .                            { A = ast_no_pattern(); }
pattern_opt(A) ::= LIKE text(X).                { A = (AstShowPattern){X, false, false}; }
pattern_opt(A) ::= ILIKE text(X).               { A = (AstShowPattern){X, false, true}; }
pattern_opt(A) ::= NOT_INFIX LIKE text(X).      { A = (AstShowPattern){X, true, false}; }
pattern_opt(A) ::= NOT_INFIX ILIKE text(X).     { A = (AstShowPattern){X, true, true}; }

stmt(A) ::= USE(T) path(N).             { A = ast_stmt_path(p, AST_STMT_USE, T, N); }
stmt(A) ::= SET(T).                     { A = ast_stmt_option(p, AST_STMT_SET, T, (AstOption){0}); }
stmt(A) ::= SET(T) option(X).           { A = ast_stmt_option(p, AST_STMT_SET, T, X); }
stmt(A) ::= RESET(T).                   { A = ast_stmt_option(p, AST_STMT_RESET, T, (AstOption){0}); }
stmt(A) ::= RESET(T) text(X).           { A = ast_stmt_option(p, AST_STMT_RESET, T, (AstOption){X, {0}}); }
stmt(A) ::= CHECKPOINT(T).              { A = ast_stmt_job(p, AST_STMT_CHECKPOINT, T, (AstJob){0}); }
stmt(A) ::= CHECKPOINT(T) name(N).      { A = ast_stmt_job(p, AST_STMT_CHECKPOINT, T, (AstJob){.name = N}); }
stmt(A) ::= CHECKPOINT(T) job(N).       { A = ast_stmt_job(p, AST_STMT_CHECKPOINT, T, (AstJob){.name = N}); }
stmt(A) ::= CHECKPOINT(T) JOB(N).       { A = ast_stmt_job(p, AST_STMT_CHECKPOINT, T, (AstJob){.name = ast_name(p, N)}); }
stmt(A) ::= STOP(T) job(N) stop_with(W).    { A = ast_stmt_job(p, AST_STMT_STOP_JOB, T, (AstJob){N, W.savepoint, W.drain}); }
%type job {AstName}
job(A) ::= JOB text(X).                 { A = (AstName){X.text, X.span}; }
job(A) ::= JOB name(X).                 { A = X; }
%type stop_with {AstJob}
stop_with(A) ::= .                              { A = (AstJob){0}; }
stop_with(A) ::= WITH SAVEPOINT.                { A = (AstJob){.savepoint = true}; }
stop_with(A) ::= WITH DRAIN.                    { A = (AstJob){.drain = true}; }
stop_with(A) ::= WITH SAVEPOINT WITH DRAIN.     { A = (AstJob){.savepoint = true, .drain = true}; }
stmt(A) ::= QUIT(T).                    { A = ast_stmt_new(p, AST_STMT_QUIT, T); }
stmt(A) ::= EXIT(T).                    { A = ast_stmt_new(p, AST_STMT_QUIT, T); }
stmt(A) ::= CLEAR(T).                   { A = ast_stmt_new(p, AST_STMT_CLEAR, T); }
stmt(A) ::= HELP(T).                    { A = ast_stmt_new(p, AST_STMT_HELP, T); }

/* ---- looking into the machine -------------------------------------------------- */

%code {
#include <stdlib.h>

/* What the tables say for a token in a state, without fallback. */
static int action_for(int state, int token) {
  if (state > YY_MAX_SHIFT) return state; /* a reduction is due, whatever comes */
  int i = yy_shift_ofst[state] + token;
  return yy_lookahead[i] == token ? yy_action[i] : yy_default[state];
}

/* Follow the reductions on a copy of the stack until the token is shifted or refused. */
bool grammar_accepts(const void *machine, int token) {
  const yyParser *m = machine;
  int n = (int)(m->yytos - m->yystack) + 1;
  int cap = n + 64; /* rules without parts make the stack grow, but not by much */
  int *states = malloc((size_t)cap * sizeof *states);
  if (states == NULL) return false;
  for (int i = 0; i < n; i++) states[i] = m->yystack[i].stateno;
  int action = YY_ERROR_ACTION;
  while (n < cap) {
    action = action_for(states[n - 1], token);
    if (action < YY_MIN_REDUCE) break;
    int rule = action - YY_MIN_REDUCE;
    n += yyRuleInfoNRhs[rule]; /* a negative number */
    int next = yy_find_reduce_action((YYACTIONTYPE)states[n - 1], (YYCODETYPE)yyRuleInfoLhs[rule]);
    states[n++] = next;
  }
  free(states);
  return action <= YY_MAX_SHIFTREDUCE || action == YY_ACCEPT_ACTION;
}

size_t grammar_stack_used(const void *machine) {
  const yyParser *m = machine;
  return (size_t)(m->yytos - m->yystack);
}

int grammar_token_count(void) { return YYNTOKEN; }

bool grammar_is_fallback(int token) { return GrammarFallback(token) != 0; }

#ifndef NDEBUG /* for grammar_test.c */
int grammar_rule_count(void) { return YYNRULE; }
const char *grammar_rule_name(int rule) { return yyRuleName[rule]; }
#endif
}
