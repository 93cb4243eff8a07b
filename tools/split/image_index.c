/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_index.h"

#include "base/mem.h"
#include "base/strbuf.h"
#include "fold.h"
#include "sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path, with the part of its base name that is compared. */
typedef struct split_image_stem {
    const char *path, *base;
    size_t base_len;
} stem;

static stem name_of(const char *path)
{
    const char *base = hl_path_base(path);
    return (stem){path, base, strlen(base)};
}

/* That of an image; dots within names such as UIDs begin none. */
static bool has_extension(const char *base)
{
    const char *dot = strrchr(base, '.');
    return dot && dot > base && hl_is_image_name(base);
}

static stem stem_of(const char *path)
{
    stem s = name_of(path);
    if (has_extension(s.base))
        s.base_len = (size_t)(strrchr(s.base, '.') - s.base);
    return s;
}

/* Backwards, the slash first: so the folders that end in the same ones follow each other, and those
 * that are the same come first. */
static int compare_folders(const stem *x, const stem *y)
{
    const char *a = x->base, *b = y->base;
    while (a > x->path && b > y->path) {
        const unsigned char p = (unsigned char)*--a, q = (unsigned char)*--b;
        if (p != q)
            return p == '/' ? -1 : q == '/' ? 1 : (p > q) - (p < q);
    }
    return (a > x->path) - (b > y->path);
}

static int compare_bases(const stem *x, const stem *y)
{
    const size_t len = x->base_len < y->base_len ? x->base_len : y->base_len;
    const int order = memcmp(x->base, y->base, len);
    return order ? order : (x->base_len > y->base_len) - (x->base_len < y->base_len);
}

static int compare_stems(const stem *x, const stem *y)
{
    const int order = compare_bases(x, y);
    return order ? order : compare_folders(x, y);
}

static int compare_in_index(const void *a, const void *b)
{
    const stem *x = a, *y = b;
    const int order = compare_stems(x, y);
    return order ? order : strcmp(x->path, y->path);
}

int split_image_index_open(split_image_index *x, const char *dir, hl_err *e)
{
    *x = (split_image_index){.dir = dir, .fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return x->fd < 0 ? hl_fail_errno(e, "%s: cannot be read", dir) : 0;
}

static stem *sorted(const hl_found_files *files, stem (*make)(const char *))
{
    stem *all = hl_malloc(files->n, sizeof *all);
    for (size_t i = 0; i < files->n; i++)
        all[i] = make(files->paths[i]);
    if (files->n)
        qsort(all, files->n, sizeof *all, compare_in_index);
    return all;
}

static int list(split_image_index *x, hl_err *e)
{
    if (hl_find_images(&x->files, x->dir, e))
        return -1;
    x->listed = true;
    x->names = sorted(&x->files, name_of);
    x->stems = sorted(&x->files, stem_of);
    return 0;
}

/* The first of n that is not before the name. */
static size_t lower_bound(const stem *all, size_t n, const stem *name)
{
    size_t low = 0, high = n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_stems(&all[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Whether the file's path ends in the name's at a slash. */
static bool ends_in(const stem *file, const stem *name)
{
    const size_t a = (size_t)(file->base - file->path), b = (size_t)(name->base - name->path);
    return compare_bases(file, name) == 0 && a >= b && memcmp(file->base - b, name->path, b) == 0 &&
           (a == b || file->base[-(ptrdiff_t)b - 1] == '/');
}

/* Takes the files that fit the name, of which two are too many. */
static int take(const stem *all, size_t n, const stem *name, bool exactly, const char *text,
                const char **path, hl_err *e)
{
    const size_t first = lower_bound(all, n, name);
    for (size_t i = first; i < n && i < first + 2; i++) {
        if (exactly ? compare_stems(&all[i], name) != 0 : !ends_in(&all[i], name))
            break;
        if (*path)
            return hl_fail(e, "'%s' fits several images: expected one, found '%s' and '%s'", text,
                           *path, all[i].path);
        *path = all[i].path;
    }
    return 0;
}

static int look_up_in(const stem *all, size_t n, stem name, const char *text, const char **path,
                      hl_err *e)
{
    if (take(all, n, &name, false, text, path, e))
        return -1;
    while (name.path < name.base) {
        name.path = strchr(name.path, '/') + 1;
        if (take(all, n, &name, true, text, path, e))
            return -1;
    }
    return 0;
}

/* Of paths that end in the same folders, one that has no others is the one. Where their folders
 * differ, the image may be another patient's. */
static int look_up_end(const stem *all, size_t n, stem name, const char *text, const char **path,
                       hl_err *e)
{
    const char *start = name.path;
    for (;;) {
        const bool others = name.path == start;
        if (take(all, n, &name, true, text, path, e) ||
            (!*path && others && take(all, n, &name, false, text, path, e)))
            return -1;
        if (*path || name.path == name.base)
            return 0;
        name.path = strchr(name.path, '/') + 1;
    }
}

typedef int search(const stem *all, size_t n, stem name, const char *text, const char **path,
                   hl_err *e);

/* With the extension, if the name has one, else without. */
static int look_up(split_image_index *x, search *by, const char *name, const char *text,
                   const char **path, split_found *how, hl_err *e)
{
    if (!x->listed && list(x, e))
        return -1;
    const bool entire = has_extension(hl_path_base(name));
    if (entire && by(x->names, x->files.n, name_of(name), text, path, e))
        return -1;
    if (*path)
        return 0;
    if (entire)
        *how = SPLIT_OTHER_EXTENSION;
    return by(x->stems, x->files.n, stem_of(name), text, path, e);
}

/* A dangling link is no image: sets *path to NULL. */
static int identify(const split_image_index *x, const char **path, split_file_id *id, hl_err *e)
{
    struct stat st;
    if (fstatat(x->fd, *path, &st, 0)) {
        if (errno != ENOENT && errno != ELOOP)
            return hl_fail_errno(e, "'%s' cannot be found", *path);
        *path = NULL;
        return 0;
    }
    *id = (split_file_id){st.st_dev, st.st_ino};
    return 0;
}

int split_image_index_find(split_image_index *x, const char *name, const char **path,
                           split_file_id *id, split_found *how, hl_err *e)
{
    struct stat st;
    *path = NULL;
    *how = SPLIT_AS_WRITTEN;
    const bool exists = fstatat(x->fd, name, &st, 0) == 0;
    if (!exists && errno != ENOENT && errno != ELOOP && errno != ENOTDIR && errno != ENAMETOOLONG)
        return hl_fail_errno(e, "'%s' cannot be found", name);
    if (exists && S_ISREG(st.st_mode)) {
        *path = name;
        *id = (split_file_id){st.st_dev, st.st_ino};
        return 0;
    }
    if (look_up(x, look_up_in, name, name, path, how, e))
        return -1;
    if (*path)
        return identify(x, path, id, e);
    return exists ? hl_fail(e, "'%s' is not a file", name) : 0;
}

int split_image_index_find_end(split_image_index *x, const char *name, const char *text,
                               const char **path, split_file_id *id, split_found *how, hl_err *e)
{
    *path = NULL;
    if (look_up(x, look_up_end, name, text, path, how, e))
        return -1;
    *how = SPLIT_BY_END;
    return *path ? identify(x, path, id, e) : 0;
}

split_word split_image_index_stem(const char *path)
{
    const stem s = stem_of(path);
    return (split_word){.s = s.base, .len = s.base_len};
}

/* A path as split_image_index_alike compares it, after a slash. */
static void make_key(const char *path, hl_strbuf *key)
{
    const stem s = stem_of(path);
    key->len = 0;
    hl_strbuf_puts(key, "/");
    split_fold(path, (size_t)(s.base - path) + s.base_len, key);
    key->len = split_drop_leading_zeros(key->data, key->len);
    key->data[key->len] = '\0';
    for (char *c = key->data; (c = strchr(c, '\\'));)
        *c = '/';
}

/* Whether one of the two is the end of the other, at a slash. */
static bool ends_alike(const hl_strbuf *a, const hl_strbuf *b)
{
    const size_t n = a->len < b->len ? a->len : b->len;
    return memcmp(a->data + a->len - n, b->data + b->len - n, n) == 0;
}

const char *split_image_index_alike(const split_image_index *x, const char *name)
{
    hl_strbuf wanted = {0}, key = {0};
    const char *found = NULL;
    make_key(name, &wanted);
    for (size_t i = 0; i < x->files.n && !found; i++) {
        make_key(x->files.paths[i], &key);
        if (ends_alike(&key, &wanted))
            found = x->files.paths[i];
    }
    hl_strbuf_free(&wanted);
    hl_strbuf_free(&key);
    return found;
}

void split_image_index_close(split_image_index *x)
{
    hl_found_files_free(&x->files);
    free(x->names);
    free(x->stems);
    close(x->fd);
    *x = (split_image_index){.fd = -1};
}
