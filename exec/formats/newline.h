/* newline.h -- count newlines, for line numbers. */
#pragma once
#include "base/base.h"

uint64_t newline_count(const char *bytes, size_t len);
