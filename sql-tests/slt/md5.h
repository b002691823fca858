/* md5.h -- MD5 (RFC 1321), in which sqllogictest writes long results. */
#pragma once
#include <stddef.h>

/* 32 hexadecimal digits and a NUL. */
void md5_hex(const char *bytes, size_t n, char hex[33]);
