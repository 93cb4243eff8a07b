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

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct reading {
    hl_fingerprint *f;
    const hl_manifest *m;
    const char *root;
    const hl_window *window;
    size_t *unknown; /* [nunknown], indices of the samples whose files have to be read */
    size_t nunknown;
    /* With a cache: */
    hl_file_stamp *stamps; /* [m->n], taken before reading; zero if there is no regular file */
    int64_t started;       /* hl_file_clock when they were taken */
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
    const hl_sample *s = &r->m->samples[sample];
    char *file = hl_sample_file(r->root, s);
    *f = (hl_fingerprint){0};
    const hl_rendition as = {HL_DEPTH_CONTENT, *r->window};
    const int status = hl_image_read_as(&img, file, &as, f->file, &why);
    f->read = memcmp(f->file, nothing, sizeof nothing) != 0;
    if (status) {
        hl_hide_file(&why, file, s->file ? s->path : NULL);
        f->why = hl_strdup(hl_reason_within(&why, s->file ? s->path : file)); /* without it */
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

/* ---- the cache ---- */

static hl_file_stamp stamp_of(const reading *r, size_t sample)
{
    struct stat st;
    char *file = hl_sample_file(r->root, &r->m->samples[sample]);
    const bool there = stat(file, &st) == 0 && S_ISREG(st.st_mode);
    free(file);
    return there ? hl_file_stamp_of(&st) : (hl_file_stamp){0};
}

static void look_up(reading *r, const hl_fingerprint_cache *cache)
{
    r->stamps = hl_calloc(r->m->n, sizeof *r->stamps);
    r->started = hl_file_clock();
    for (size_t i = 0; i < r->m->n; i++) {
        r->stamps[i] = stamp_of(r, i);
        if (!hl_fingerprint_cache_find(cache, &r->stamps[i], &r->f[i]))
            r->unknown[r->nunknown++] = i;
    }
}

/* A file whose size differs from its stamp has changed between the two. */
static bool is_cacheable(const reading *r, size_t i)
{
    const hl_file_stamp *s = &r->stamps[i];
    return !r->f[i].why && r->f[i].file_bytes == (size_t)s->bytes &&
           hl_file_stamp_is_settled(s, r->started);
}

/* Writes the fingerprints of this run, if any of them is new. */
static int update_cache(const reading *r, const char *path, hl_err *e)
{
    hl_fingerprint_cache all = {0};
    bool any_new = false;
    for (size_t i = 0; i < r->nunknown; i++)
        any_new |= is_cacheable(r, r->unknown[i]);
    for (size_t i = 0; i < r->m->n && any_new; i++)
        if (is_cacheable(r, i))
            hl_fingerprint_cache_add(&all, &r->stamps[i], &r->f[i]);
    hl_fingerprint_cache_sort(&all);
    const int status = any_new ? hl_fingerprint_cache_write(&all, path, e) : 0;
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
    return status ? status : update_cache(r, path, e);
}

static int read_all(reading *r, int jobs, hl_err *e)
{
    for (size_t i = 0; i < r->m->n; i++)
        r->unknown[r->nunknown++] = i;
    return read_unknown(r, jobs, e);
}

/* The cache of a window; NULL without a root folder (all paths absolute). The caller frees. */
static char *cache_path(const hl_fingerprint_options *o)
{
    hl_err no_root;
    char window[HL_WINDOW_TEXT], suffix[sizeof window + 32];
    const bool is_own = o->window.kind == HL_WINDOW_AUTO;
    snprintf(suffix, sizeof suffix, "%s%s.fingerprints", is_own ? "" : ".",
             is_own ? "" : hl_window_text(&o->window, window));
    return hl_cache_dir_path(o->cache, *o->root ? o->root : ".", suffix, &no_root);
}

int hl_fingerprint_set_read(hl_fingerprint *f, const hl_manifest *m,
                            const hl_fingerprint_options *options, hl_err *e)
{
    reading r = {.f = f, .m = m, .root = options->root, .window = &options->window};
    if (options->cache && hl_cache_dir_make(options->cache, e))
        return -1;
    char *path = options->cache ? cache_path(options) : NULL;
    r.unknown = hl_malloc(m->n, sizeof *r.unknown);
    const int status =
        path ? read_with_cache(&r, path, options->jobs, e) : read_all(&r, options->jobs, e);
    free(path);
    free(r.unknown);
    free(r.stamps);
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
