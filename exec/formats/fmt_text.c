/* fmt_text.c -- the formats tsv, cells and print: encoders only (csv_write.c).
 *
 * A .tsv file is read as csv with a tab for a delimiter.  cells and print are for the shell and
 * the print connector; nobody can ask for them with 'format' = '...'.
 */
#include "exec/formats/csv_write.h"

static const OptionDef tsv_options[] = {
    {.key = "header",
     .kind = OPTION_BOOL,
     .fallback = "false",
     .doc = "The first line names the columns."},
};

static void no_header(Encoder *e, StrBuf *out) { (void)e, (void)out; }

const Format format_tsv = {
    .name = "tsv",
    .options = {tsv_options, COUNT_OF(tsv_options)},
    .sink = true,
    .encoder_new = tsv_encoder_new,
    .encoder_free = text_encoder_free,
    .encode_header = tsv_encode_header,
    .encode = tsv_encode,
};

const Format format_cells = {
    .name = "cells",
    .encoder_new = cells_encoder_new,
    .encoder_free = text_encoder_free,
    .encode_header = no_header,
    .encode = cells_encode,
};

const Format format_print = {
    .name = "print",
    .encoder_new = print_encoder_new,
    .encoder_free = text_encoder_free,
    .encode_header = no_header,
    .encode = print_encode,
};
