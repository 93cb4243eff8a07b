/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/file_digest.h"

#include "sys/input.h"

#include <stdio.h>

int hl_digest_file(const char *path, char text[HL_DIGEST_SIZE], hl_err *e)
{
    FILE *fp = hl_in_open_file(path, e);
    if (!fp)
        return -1;
    hl_sha256 *s = hl_sha256_new();
    static _Thread_local char buf[1 << 16];
    for (size_t n; (n = fread(buf, 1, sizeof buf, fp)) > 0;)
        hl_sha256_add(s, buf, n);
    const int failed = ferror(fp);
    hl_sha256_end_text(s, text);
    if (failed)
        hl_fail_errno(e, "%s: cannot be read", path);
    fclose(fp);
    return failed ? -1 : 0;
}
