/* partition_path.h -- the directories of a table that is PARTITIONED BY columns, as Flink and Hive
 * name them: dt=2024-05-01/hour=12.
 *
 * What a file system or the form itself could misunderstand is written %XX; NULL and the empty
 * text are 'partition.default-name'.
 */
#pragma once
#include "exec/formats/options.h"

const char *partition_default_name(Options options);
/* Append `column=value`, behind a slash if something is there already.  A value without
 * letters, also that of NULL, has the default name. */
void partition_path_put(StrBuf *out, const char *column, Str value, const char *default_name);
