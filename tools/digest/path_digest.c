/* SPDX-License-Identifier: BSD-2-Clause */
#include "path_digest.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "cache.h"
#include "sys/cache_dir.h"
#include "sys/file_digest.h"
#include "sys/find_files.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* ---- the files ---- */

typedef struct file {
    char *path;       /* to open it */
    const char *name; /* within the folder */
    hl_file_stamp stamp;
    char digest[HL_DIGEST_SIZE]; /* empty: not known yet */
    bool is_dangling;            /* a link to no file, whose digest stays empty */
} file;

typedef struct job {
    const digest_options *o;
    file *files;
    size_t n, known; /* files, and those whose digest the cache knows */
    size_t *unknown; /* indices of the other files, but for dangling links */
    int64_t started; /* nanoseconds, by the clock of file times */
    hl_progress progress;
} job;

static void free_job(job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        free(j->files[i].path);
        free((char *)j->files[i].name);
    }
    free(j->files);
    free(j->unknown);
}

static int stat_files(job *j, hl_err *e)
{
    for (size_t i = 0; i < j->n; i++) {
        struct stat st;
        file *f = &j->files[i];
        if (stat(f->path, &st) == 0)
            f->stamp = hl_file_stamp_of(&st);
        else if (lstat(f->path, &st) == 0 && S_ISLNK(st.st_mode))
            f->is_dangling = true;
        else
            return hl_fail_errno(e, "%s: cannot be read", f->path);
    }
    return 0;
}

static int list_folder(job *j, const char *dir, hl_err *e)
{
    hl_found_files s;
    if (hl_find_files(&s, dir, e))
        return -1;
    j->n = s.n;
    j->files = hl_calloc(s.n, sizeof *j->files);
    for (size_t i = 0; i < s.n; i++)
        j->files[i] = (file){.path = hl_path_join(dir, s.paths[i]), .name = hl_strdup(s.paths[i])};
    hl_found_files_free(&s);
    return 0;
}

static int list_file(job *j, const char *path)
{
    j->n = 1;
    j->files = hl_calloc(1, sizeof *j->files);
    j->files[0] = (file){.path = hl_strdup(path), .name = hl_strdup(path)};
    return 0;
}

static int list(job *j, const char *path, bool *is_folder, hl_err *e)
{
    struct stat st;
    j->started = hl_file_clock();
    if (stat(path, &st))
        return hl_fail_errno(e, "%s: cannot be read", path);
    *is_folder = S_ISDIR(st.st_mode);
    if (!*is_folder && !S_ISREG(st.st_mode))
        return hl_fail(e, "%s: expected a file or a folder", path);
    if (*is_folder ? list_folder(j, path, e) : list_file(j, path))
        return -1;
    return stat_files(j, e);
}

/* ---- digesting ---- */

static int digest_one(void *ctx, size_t i, size_t slot, hl_err *e)
{
    const job *j = ctx;
    file *f = &j->files[j->unknown[i]];
    (void)slot;
    return hl_digest_file(f->path, f->digest, e);
}

static int count_one(void *ctx, size_t i, size_t slot, hl_err *e)
{
    job *j = ctx;
    (void)i, (void)slot, (void)e;
    hl_progress_add(&j->progress, 1);
    return 0;
}

static int digest_files(job *j, const digest_cache *cache, hl_err *e)
{
    size_t n = 0;
    j->unknown = hl_calloc(j->n, sizeof *j->unknown);
    for (size_t i = 0; i < j->n; i++) {
        file *f = &j->files[i];
        const char *known = f->is_dangling ? NULL : digest_cache_find(cache, &f->stamp);
        if (known)
            memcpy(f->digest, known, sizeof f->digest);
        else if (!f->is_dangling)
            j->unknown[n++] = i;
        j->known += known != NULL;
    }
    hl_progress_start(&j->progress, "files", n);
    if (hl_ordered_map(n, j->o->jobs, digest_one, count_one, j, e))
        return -1;
    if (n)
        hl_progress_end(&j->progress);
    return 0;
}

/* The digest of a folder is that of the lines that sha256sum -z prints for its sorted files; of a
 * dangling link, the name counts. */
static void combine(const job *j, bool is_folder, char text[HL_DIGEST_SIZE])
{
    if (!is_folder) {
        memcpy(text, j->files[0].digest, HL_DIGEST_SIZE);
        return;
    }
    enum { DIGITS = 64 };
    char none[DIGITS];
    memset(none, '0', sizeof none);
    hl_sha256 *sha = hl_sha256_new();
    for (size_t i = 0; i < j->n; i++) {
        const file *f = &j->files[i];
        hl_sha256_add(sha, f->is_dangling ? none : strchr(f->digest, ':') + 1, DIGITS);
        hl_sha256_add(sha, "  ", 2);
        hl_sha256_add(sha, j->files[i].name, strlen(j->files[i].name) + 1);
    }
    hl_sha256_end_text(sha, text);
}

/* ---- the cache ---- */

/* Writes the files that can be recognised next time, unless the cache contains exactly these. */
static int update_cache(const job *j, const digest_cache *old, const char *path, hl_err *e)
{
    digest_cache new = {0};
    for (size_t i = 0; i < j->n; i++)
        if (!j->files[i].is_dangling && hl_file_stamp_is_settled(&j->files[i].stamp, j->started))
            digest_cache_add(&new, &j->files[i].stamp, j->files[i].digest);
    digest_cache_sort(&new);
    const bool same = new.n == old->n && j->known == new.n;
    const int status = same ? 0 : digest_cache_write(&new, path, e);
    digest_cache_free(&new);
    return status;
}

static int digest_with_cache(job *j, const char *operand, hl_err *e)
{
    digest_cache cache = {0};
    hl_err why;
    const char *dir = j->o->cache;
    char *path = dir ? hl_cache_dir_path(dir, operand, "", e) : NULL;
    if (dir && !path)
        return -1;
    if (path && digest_cache_read(&cache, path, &why))
        hl_log_warn("%s: all files are read again", why.msg);
    int status = digest_files(j, &cache, e);
    if (status == 0 && path)
        status = update_cache(j, &cache, path, e);
    digest_cache_free(&cache);
    free(path);
    return status;
}

int digest_path(const char *path, const digest_options *o, char text[HL_DIGEST_SIZE], hl_err *e)
{
    job j = {.o = o};
    bool is_folder;
    int status = list(&j, path, &is_folder, e);
    if (status == 0)
        status = digest_with_cache(&j, path, e);
    if (status == 0)
        combine(&j, is_folder, text);
    free_job(&j);
    return status;
}
