/* limits.h -- every limit of the program, with the reason for its number. */
#pragma once

enum {
  BATCH_ROWS = 2048, /* a batch of 8-byte columns fits the first-level cache a few at a time */
  SQL_TEXT_MAX = 16 << 20,    /* SQLite's tokenizer counts in int; no script is larger */
  SQL_DEPTH_MAX = 1000,       /* nesting of expressions and queries: bounds every recursion */
  SQL_TOKENS_MAX = 4000000,   /* of one statement; a 100,000-item IN list has 200,000 */
  COLUMNS_MAX = 4096,         /* of one table or query */
  GROUPING_SETS_MAX = 4096,   /* of one GROUP BY, which counts each row once for each: CUBE of 12 */
  IDENTIFIER_MAX = 1024,      /* bytes of one name */
  RECORD_MAX = 16 << 20,      /* bytes of one input record; a longer one is malformed */
  JSON_DEPTH_MAX = 256,       /* nesting of one JSON record */
  CHUNK_BYTES = 256 << 10,    /* of a split, the unit of parsing; 16 KiB to 1 MiB cost the same */
  SNIFF_BYTES = 64 << 10,     /* what schema inference looks at */
  WORKERS_MAX = 256,          /* threads of one job */
  KEY_GROUPS = 1024,          /* pipeline.max-parallelism: hash ranges that state is cut into */
  DECIMAL_PRECISION_MAX = 38, /* digits that fit in 128 bits */
  BAD_ROWS_SHOWN = 5,         /* malformed rows told on stderr; the rest is counted */
};
