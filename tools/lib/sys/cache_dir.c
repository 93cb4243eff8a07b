/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/cache_dir.h"

#include "base/sha256.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int hl_cache_dir_make(const char *dir, hl_err *e)
{
    struct stat st;
    if (mkdir(dir, 0777) == 0)
        return 0;
    if (errno != EEXIST)
        return hl_fail_errno(e, "%s: cannot be created", dir);
    if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
        return hl_fail(e, "%s: expected a folder for caches, found a file", dir);
    return 0;
}

char *hl_cache_dir_path(const char *dir, const char *operand, const char *suffix, hl_err *e)
{
    char *real = realpath(operand, NULL), name[HL_DIGEST_SIZE];
    if (!real) {
        hl_fail_errno(e, "%s: cannot be read", operand);
        return NULL;
    }
    hl_digest_bytes(real, strlen(real), name);
    free(real);
    hl_strbuf path = {0};
    /* 64 bits are enough: a collision costs only time. */
    hl_strbuf_printf(&path, "%s/%.16s%s", dir, strchr(name, ':') + 1, suffix);
    return path.data;
}
