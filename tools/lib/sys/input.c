/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/input.h"

#include "base/mem.h"
#include "sys/path.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static FILE *open_input(const char *path, hl_err *e)
{
    FILE *fp = fopen(path, "re");
    struct stat st;
    if (fp && fstat(fileno(fp), &st) == 0 && S_ISDIR(st.st_mode)) {
        fclose(fp);
        fp = NULL;
        errno = EISDIR;
    }
    if (!fp) {
        hl_fail_errno(e, "%s: cannot be read", path);
    } else if (fstat(fileno(fp), &st) == 0 && hl_path_expect_kept(path, &st, e)) {
        fclose(fp);
        fp = NULL;
    }
    return fp;
}

FILE *hl_in_open(const char *path, const char **name, hl_err *e)
{
    if (!path || strcmp(path, "-") == 0) {
        struct stat st;
        *name = "standard input";
        return fstat(STDIN_FILENO, &st) == 0 && hl_path_expect_kept(*name, &st, e) ? NULL : stdin;
    }
    *name = path;
    return open_input(path, e);
}

FILE *hl_in_open_file(const char *path, hl_err *e)
{
    if (hl_path_is_special(path)) {
        hl_fail(e, "%s: is not a file", path);
        return NULL;
    }
    return open_input(path, e);
}

static const char *kind_of(mode_t mode)
{
    return S_ISFIFO(mode) ? "a pipe" : S_ISSOCK(mode) ? "a socket" : "a device";
}

int hl_in_check_regular(const char *path, hl_err *e)
{
    struct stat st;
    if (stat(path, &st))
        return hl_fail_errno(e, "%s: cannot be read", path);
    if (S_ISREG(st.st_mode))
        return 0;
    errno = EISDIR;
    return S_ISDIR(st.st_mode)
               ? hl_fail_errno(e, "%s: cannot be read", path)
               : hl_fail(e,
                         "%s: expected a regular file, because it is read more than once, found %s",
                         path, kind_of(st.st_mode));
}

/* Bytes to allocate at first: a file is read at once, by one more than it should have. */
static size_t first_capacity(FILE *fp, size_t max)
{
    struct stat st;
    if (fstat(fileno(fp), &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size < max)
        return (size_t)st.st_size + 1;
    return 1 << 16;
}

int hl_in_read_all(FILE *fp, const char *name, size_t max, char **data, size_t *len, hl_err *e)
{
    size_t cap = first_capacity(fp, max), n = 0;
    char *buf = hl_malloc(cap + 1, 1);
    for (size_t got; n <= max && (got = fread(buf + n, 1, cap - n, fp)) > 0;) {
        n += got;
        if (n < cap)
            continue;
        cap = cap * 2 < max ? cap * 2 : max + 1; /* one more byte shows that it is too large */
        buf = hl_realloc(buf, cap + 1, 1);
    }
    if (ferror(fp) || n > max) {
        if (ferror(fp))
            hl_fail_errno(e, "%s: cannot be read", name);
        else
            hl_fail(e, "%s: too large: expected at most %zu bytes", name, max);
        free(buf);
        return -1;
    }
    buf[n] = '\0';
    *data = buf;
    *len = n;
    return 0;
}
