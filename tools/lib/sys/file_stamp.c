/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/file_stamp.h"

#include <time.h>

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

hl_file_stamp hl_file_stamp_of(const struct stat *st)
{
    return (hl_file_stamp){(int64_t)st->st_ino, (int64_t)st->st_size, nanoseconds(st->st_mtim),
                           nanoseconds(st->st_ctim)};
}

int64_t hl_file_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return nanoseconds(now);
}

bool hl_file_stamp_is_settled(const hl_file_stamp *s, int64_t now)
{
    const int64_t coarsest = 2000000000;
    return s->ctime < now - coarsest;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

int hl_file_stamp_compare(const hl_file_stamp *a, const hl_file_stamp *b)
{
    const int inode = compare_numbers(a->inode, b->inode);
    const int bytes = compare_numbers(a->bytes, b->bytes);
    const int mtime = compare_numbers(a->mtime, b->mtime);
    return inode ? inode : bytes ? bytes : mtime ? mtime : compare_numbers(a->ctime, b->ctime);
}
