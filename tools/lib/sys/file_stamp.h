/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How an unchanged file is recognised without reading it: by its inode, its size and its two
 * timestamps. Only the kernel sets the time of the inode's last change (ctime), so a file that was
 * rewritten and then given its old size and modification time is still noticed.
 */
#ifndef HILUM_SYS_FILE_STAMP_H
#define HILUM_SYS_FILE_STAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

typedef struct hl_file_stamp {
    int64_t inode, bytes, mtime, ctime; /* times in nanoseconds */
} hl_file_stamp;

hl_file_stamp hl_file_stamp_of(const struct stat *st);

/* Current time of the clock that timestamps files, in nanoseconds. */
int64_t hl_file_clock(void);

/*
 * Whether a stamp read at the time `now` (nanoseconds) identifies the file's content. Timestamps
 * advance in steps of some milliseconds, on some file systems of 2 seconds: a file that changed
 * more recently than that can change again and keep its timestamps.
 */
bool hl_file_stamp_is_settled(const hl_file_stamp *s, int64_t now);

/* An order for qsort and bsearch; 0 only for equal stamps. */
int hl_file_stamp_compare(const hl_file_stamp *a, const hl_file_stamp *b);

#endif
