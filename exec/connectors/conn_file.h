/* conn_file.h -- the two halves of the filesystem connector. */
#pragma once
#include "exec/connectors/connector.h"

extern const OptionList FILE_OPTIONS; /* of conn_file.c */
extern const SinkTable FILE_SINK;     /* of file_sink.c */
