/* disk.h -- a disk that can lose power: it knows what would be left.
 *
 * Calls are carried out as usual, and what each file and directory holds for good is kept in
 * memory beside: a file's bytes since its last fsync, a directory's names since its own.  fsync of
 * a file makes its bytes durable, not its name; fsync of a directory makes the names in it durable,
 * in no other directory.  That is less than most file systems keep, and all that POSIX promises.
 *
 * disk_lose_power then puts the real files into a state that could have been found afterwards.  Of
 * each directory the creates, renames and unlinks since its fsync remain up to some place in
 * their order.  Of each file every sector of 512 bytes that was written since its fsync is as some
 * of the writes left it or as it was before; one behind the old end may also be zero.  So is its
 * size.
 *
 * For the small files of tests.  What it does not model ends the program (status 97): a rename from
 * one directory to another.
 */
#pragma once
#include "base/base.h"

/* Replace the members of `sys` that change files; the caller makes one call at a time. */
void disk_install(void);
/* Undo what is not durable, by chance; the same seed after the same calls gives the same. */
void disk_lose_power(uint64_t seed);
