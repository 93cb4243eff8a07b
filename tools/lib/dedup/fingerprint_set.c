/* SPDX-License-Identifier: BSD-2-Clause */
#include "dedup/fingerprint_set.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "data/image_paths.h"
#include "dedup/fingerprint_cache.h"
#include "image/load.h"
#include "sys/cache_dir.h"
#include "sys/file_stamp.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct reading {
    hl_fingerprint *f;
    const hl_manifest *m;
    const char *root;
    size_t *unknown; /* [nunknown], numbers of samples whose files are to be read */
    size_t nunknown;
    /* With a cache: */
    hl_file_stamp *states; /* [m->n], of before the reading; no bytes where there was no file */
    int64_t started;       /* hl_file_clock */
    hl_progress progress;
} reading;

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    static const unsigned char nothing[32];
    const reading *r = ctx;
    const size_t sample = r->unknown[i];
    hl_fingerprint *f = &r->f[sample];
    hl_image img;
    hl_err why;
    char *file = hl_image_path(r->root, r->m->samples[sample].path);
    *f = (hl_fingerprint){0};
    const int status = hl_image_read(&img, file, f->file, &why);
    f->read = memcmp(f->file, nothing, sizeof nothing) != 0;
    if (status) {
        f->why = hl_strdup(hl_reason_within(&why, file)); /* a record goes without the name */
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

static int read_unknown(reading *r, int jobs, hl_err *e)
{
    hl_progress_start(&r->progress, "images", r->nunknown);
    if (hl_ordered_map(r->nunknown, jobs, work, emit, r, e))
        return -1;
    if (r->nunknown)
        hl_progress_end(&r->progress);
    return 0;
}

/* ---- what is known from the last time ---- */

static hl_file_stamp state_of(const reading *r, size_t sample)
{
    struct stat st;
    char *file = hl_image_path(r->root, r->m->samples[sample].path);
    const bool there = stat(file, &st) == 0 && S_ISREG(st.st_mode);
    free(file);
    return there ? hl_file_stamp_of(&st) : (hl_file_stamp){0};
}

static void look_up(reading *r, const hl_fingerprint_cache *cache)
{
    r->states = hl_calloc(r->m->n, sizeof *r->states);
    r->started = hl_file_clock();
    for (size_t i = 0; i < r->m->n; i++) {
        r->states[i] = state_of(r, i);
        if (!hl_fingerprint_cache_find(cache, &r->states[i], &r->f[i]))
            r->unknown[r->nunknown++] = i;
    }
}

/* A file that is of another size than before it was read has changed in between. */
static bool is_to_be_kept(const reading *r, size_t i)
{
    const hl_file_stamp *s = &r->states[i];
    return !r->f[i].why && r->f[i].file_bytes == (size_t)s->bytes &&
           hl_file_stamp_is_settled(s, r->started);
}

/* What this run had use for; written only where there is something new. */
static int remember(const reading *r, const char *path, hl_err *e)
{
    hl_fingerprint_cache all = {0};
    bool news = false;
    for (size_t i = 0; i < r->nunknown; i++)
        news |= is_to_be_kept(r, r->unknown[i]);
    for (size_t i = 0; i < r->m->n && news; i++)
        if (is_to_be_kept(r, i))
            hl_fingerprint_cache_add(&all, &r->states[i], &r->f[i]);
    hl_fingerprint_cache_sort(&all);
    const int status = news ? hl_fingerprint_cache_write(&all, path, e) : 0;
    hl_fingerprint_cache_free(&all);
    return status;
}

static int read_with_cache(reading *r, const char *path, int jobs, hl_err *e)
{
    hl_fingerprint_cache cache;
    hl_err why;
    if (hl_fingerprint_cache_read(&cache, path, &why))
        hl_log_warn("%s: all images are read again", why.msg);
    look_up(r, &cache);
    hl_fingerprint_cache_free(&cache);
    const int status = read_unknown(r, jobs, e);
    return status ? status : remember(r, path, e);
}

static int read_all(reading *r, int jobs, hl_err *e)
{
    for (size_t i = 0; i < r->m->n; i++)
        r->unknown[r->nunknown++] = i;
    return read_unknown(r, jobs, e);
}

int hl_fingerprint_set_read(hl_fingerprint *f, const hl_manifest *m,
                            const hl_fingerprint_options *how, hl_err *e)
{
    reading r = {.f = f, .m = m, .root = how->root};
    hl_err no_root; /* then nothing is kept, of images that have absolute paths */
    if (how->cache && hl_cache_dir_make(how->cache, e))
        return -1;
    char *path = how->cache ? hl_cache_dir_path(how->cache, *how->root ? how->root : ".",
                                                ".fingerprints", &no_root)
                            : NULL;
    r.unknown = hl_malloc(m->n, sizeof *r.unknown);
    const int status = path ? read_with_cache(&r, path, how->jobs, e) : read_all(&r, how->jobs, e);
    free(path);
    free(r.unknown);
    free(r.states);
    return status;
}

void hl_fingerprint_set_free(hl_fingerprint *f, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(f[i].why);
}

void hl_fingerprint_set_digest(const hl_fingerprint *f, const hl_manifest *m,
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
