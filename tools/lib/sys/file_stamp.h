/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * By what a file is known again without a look into it: its inode, its size and its two dates. The
 * date of the last change of the inode (ctime) is set by the kernel alone, so a file that was
 * written to and given its old size and date is not taken for what it was.
 */
#ifndef HILUM_SYS_FILE_STAMP_H
#define HILUM_SYS_FILE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

typedef struct hl_file_stamp {
    int64_t inode, bytes, mtime, ctime; /* dates in nanoseconds */
} hl_file_stamp;

hl_file_stamp hl_file_stamp_of(const struct stat *st);

/* Nanoseconds of the clock that dates files. */
int64_t hl_file_clock(void);

/*
 * Whether a file that was seen in this state at the time `now` (nanoseconds) may be known again by
 * it. Dates have steps of some milliseconds, on some file systems of 2 seconds: a file that
 * changed less than that ago can change once more without a new date.
 */
bool hl_file_stamp_is_settled(const hl_file_stamp *s, int64_t now);

/* An order, as qsort wants it: 0 for equal ones alone. */
int hl_file_stamp_compare(const hl_file_stamp *a, const hl_file_stamp *b);

#endif
