/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/scratch.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file created without a name or, if the file system does not support that, unlinked at once. */
static int open_unnamed(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR))
        return fd;
    const size_t size = strlen(folder) + sizeof "/hilum.XXXXXX";
    char *path = hl_malloc(size, 1);
    snprintf(path, size, "%s/hilum.XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

static const char *folder_or_tmpdir(const char *folder)
{
    if (folder)
        return folder;
    const char *dir = getenv("TMPDIR");
    return dir && *dir ? dir : "/tmp";
}

FILE *hl_scratch_file(const char *folder, hl_err *e)
{
    const char *see = folder ? "" : " (see TMPDIR)", *dir = folder_or_tmpdir(folder);
    const int fd = open_unnamed(dir);
    FILE *fp = fd < 0 ? NULL : fdopen(fd, "w+");
    if (fp)
        return fp;
    hl_fail_errno(e, "%s: a temporary file cannot be created%s", dir, see);
    if (fd >= 0)
        close(fd);
    return NULL;
}

int hl_scratch_open(hl_scratch *s, uint64_t bytes, const char *folder, hl_err *e)
{
    *s = (hl_scratch){0};
    if (bytes <= HL_SCRATCH_IN_MEMORY) {
        s->memory = hl_malloc((size_t)bytes + 1, 1);
        return 0;
    }
    if (!(s->fp = hl_scratch_file(folder, e)))
        return -1;
    /* Not posix_fallocate, which writes to every block if the file system does not support this. */
    if (fallocate(fileno(s->fp), 0, 0, (off_t)bytes) == 0 || (errno != ENOSPC && errno != EFBIG))
        return 0;
    hl_fail_errno(e, "%s: no room for a temporary file of %llu bytes%s", folder_or_tmpdir(folder),
                  (unsigned long long)bytes, folder ? "" : " (see TMPDIR)");
    hl_scratch_close(s);
    return -1;
}

int hl_scratch_write(hl_scratch *s, const void *data, size_t n, hl_err *e)
{
    if (s->memory) {
        if (n)
            memcpy(s->memory + s->at, data, n);
        s->at += n;
        return 0;
    }
    return fwrite(data, 1, n, s->fp) == n
               ? 0
               : hl_fail_errno(e, "temporary file: cannot be written (see TMPDIR)");
}

int hl_scratch_rewind(hl_scratch *s, hl_err *e)
{
    s->at = 0;
    if (s->fp && (fflush(s->fp) || fseeko(s->fp, 0, SEEK_SET)))
        return hl_fail_errno(e, "temporary file: cannot be written (see TMPDIR)");
    return 0;
}

int hl_scratch_read(hl_scratch *s, void *data, size_t n, hl_err *e)
{
    if (s->memory) {
        memcpy(data, s->memory + s->at, n);
        s->at += n;
        return 0;
    }
    return fread(data, 1, n, s->fp) == n ? 0 : hl_fail(e, "temporary file: cannot be read back");
}

int hl_scratch_read_at(const hl_scratch *s, uint64_t at, void *data, size_t n, hl_err *e)
{
    if (s->memory) {
        memcpy(data, s->memory + at, n);
        return 0;
    }
    for (char *to = data; n;) {
        const ssize_t got = pread(fileno(s->fp), to, n, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return hl_fail_errno(e, "temporary file: cannot be read back");
        if (got == 0)
            return hl_fail(e, "temporary file: cannot be read back: it ends early");
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

void hl_scratch_expect(const hl_scratch *s, uint64_t at, size_t n)
{
    if (s->fp)
        (void)posix_fadvise(fileno(s->fp), (off_t)at, (off_t)n, POSIX_FADV_WILLNEED);
}

void hl_scratch_close(hl_scratch *s)
{
    if (s->fp)
        fclose(s->fp);
    free(s->memory);
    *s = (hl_scratch){0};
}
