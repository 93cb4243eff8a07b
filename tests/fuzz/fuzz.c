/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz.h"

#include "base/log.h"
#include "base/mem.h"
#include "format/checksum.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

__attribute__((constructor)) static void be_quiet(void)
{
    hl_log_quiet(true);
}

_Noreturn void fuzz_violated(const char *what, const char *file, int line)
{
    fprintf(stderr, "%s:%d: expected %s\n", file, line, what);
    abort();
}

const char *fuzz_file(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[32];
    if (fd < 0) {
        fd = memfd_create("input", MFD_CLOEXEC);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    FUZZ_EXPECT(ftruncate(fd, (off_t)size) == 0);
    FUZZ_EXPECT(pwrite(fd, data, size, 0) == (ssize_t)size);
    return path;
}

const char *fuzz_framed(const uint8_t *data, size_t size)
{
    static ZSTD_CCtx *zstd;
    if (!zstd) {
        zstd = ZSTD_createCCtx();
        ZSTD_CCtx_setParameter(zstd, ZSTD_c_checksumFlag, 1);
    }
    const size_t room = ZSTD_compressBound(size);
    uint8_t *frame = hl_malloc(room, 1);
    const size_t used = ZSTD_compress2(zstd, frame, room, data, size);
    FUZZ_EXPECT(!ZSTD_isError(used));
    const char *path = fuzz_file(frame, used);
    free(frame);
    return path;
}

static bool has_checksum_line(const uint8_t *data, size_t size)
{
    hl_err e;
    size_t len = size;
    char *copy = fuzz_text(data, size);
    const bool found = hl_checksum_strip_line(copy, &len, "", &e) || len < size;
    free(copy);
    return found;
}

const char *fuzz_with_checksum(const uint8_t *data, size_t size)
{
    if (has_checksum_line(data, size))
        return fuzz_file(data, size);
    hl_strbuf t = {0};
    hl_strbuf_add(&t, (const char *)data, size);
    hl_checksum_add_line(&t, 0);
    const char *path = fuzz_file((const uint8_t *)t.data, t.len);
    hl_strbuf_free(&t);
    return path;
}

static char named[] = "/dev/shm/hilum-fuzz.XXXXXX";

static void remove_named(void)
{
    unlink(named);
}

const char *fuzz_path(void)
{
    static bool is_made;
    if (!is_made) {
        const int fd = mkstemp(named);
        FUZZ_EXPECT(fd >= 0);
        close(fd);
        atexit(remove_named);
        is_made = true;
    }
    return named;
}

char *fuzz_text(const uint8_t *data, size_t size)
{
    char *text = hl_malloc(size + 1, 1);
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    return text;
}
