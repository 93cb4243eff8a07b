/* SPDX-License-Identifier: BSD-2-Clause */
#include "fingerprints.h"

#include "image_file.h"
#include "log.h"
#include "mem.h"
#include "parallel.h"

#include <stdlib.h>
#include <string.h>

typedef struct reading {
    hl_fingerprint *f;
    const hl_manifest *m;
    const char *root;
    hl_progress progress;
} reading;

/* The file's name as on this machine stands at the front of the reason; a record goes without. */
static char *reason_without_name(const hl_err *err, const char *file)
{
    const size_t len = strlen(file);
    const char *msg = err->msg;
    if (strncmp(msg, file, len) == 0 && strncmp(msg + len, ": ", 2) == 0)
        msg += len + 2;
    return hl_strdup(msg);
}

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    static const unsigned char nothing[32];
    reading *r = ctx;
    hl_fingerprint *f = &r->f[i];
    hl_image img;
    hl_err why;
    char *file = hl_path_below(r->root, r->m->samples[i].path);
    *f = (hl_fingerprint){0};
    const int status = hl_image_read(&img, file, f->file, &why);
    f->read = memcmp(f->file, nothing, sizeof nothing) != 0;
    if (status) {
        f->why = reason_without_name(&why, file);
    } else {
        hl_fingerprint_make(f, &img);
        hl_image_free(&img);
    }
    free(file);
    return 0;
}

static int emit(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)i;
    (void)slot;
    (void)e;
    hl_progress_add(&((reading *)ctx)->progress, 1);
    return 0;
}

int hl_fingerprints_read(hl_fingerprint *f, const hl_manifest *m, const char *root, int jobs,
                         hl_err *e)
{
    reading r = {.f = f, .m = m, .root = root};
    hl_progress_start(&r.progress, "images", m->n);
    if (hl_ordered_map(m->n, jobs, work, emit, &r, e))
        return -1;
    hl_progress_end(&r.progress);
    return 0;
}

void hl_fingerprints_free(hl_fingerprint *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(f[i].why);
}

void hl_fingerprints_digest(const hl_fingerprint *f, const hl_manifest *m,
                            char text[HL_DIGEST_SIZE])
{
    hl_sha256 *s = hl_sha256_new();
    for (size_t i = 0; i < m->n; i++) {
        if (!f[i].read)
            continue;
        const char *path = m->samples[i].path;
        hl_sha256_add(s, path, strlen(path) + 1);
        hl_sha256_add(s, f[i].file, sizeof f[i].file);
    }
    hl_sha256_end_text(s, text);
}
