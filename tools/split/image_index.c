/* SPDX-License-Identifier: BSD-2-Clause */
#include "image_index.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* A path up to the extension. The index is sorted by the base name in it. */
typedef struct split_image_stem {
    const char *path, *base;
    size_t base_len;
} stem;

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Without the extension of an image, or .dcm; dots within names such as UIDs stay. */
static stem stem_of(const char *path)
{
    const char *base = base_of(path), *dot = strrchr(base, '.');
    const bool extension =
        dot && dot > base && (hl_is_image_name(base) || !strcasecmp(dot, ".dcm"));
    return (stem){path, base, extension ? (size_t)(dot - base) : strlen(base)};
}

static int compare_stems(const void *a, const void *b)
{
    const stem *x = a, *y = b;
    const size_t len = x->base_len < y->base_len ? x->base_len : y->base_len;
    const int order = memcmp(x->base, y->base, len);
    return order ? order : (x->base_len > y->base_len) - (x->base_len < y->base_len);
}

int split_image_index_open(split_image_index *x, const char *dir, hl_err *e)
{
    *x = (split_image_index){.dir = dir, .fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return x->fd < 0 ? hl_fail_errno(e, "%s: cannot be read", dir) : 0;
}

static int list(split_image_index *x, hl_err *e)
{
    if (hl_find_images(&x->files, x->dir, e))
        return -1;
    x->listed = true;
    x->stems = hl_malloc(x->files.n, sizeof *x->stems);
    for (size_t i = 0; i < x->files.n; i++)
        x->stems[i] = stem_of(x->files.paths[i]);
    if (x->files.n)
        qsort(x->stems, x->files.n, sizeof *x->stems, compare_stems);
    return 0;
}

/* Whether one path ends in the other at a slash. Their base names are the same up to the extension,
 * which counts only if the name has one of an image. */
static bool is_same_image(const stem *file, const stem *name)
{
    if (hl_is_image_name(name->base) && strcmp(file->base, name->base) != 0)
        return false;
    const size_t a = (size_t)(file->base - file->path), b = (size_t)(name->base - name->path);
    const size_t len = a < b ? a : b; /* of the folders that are compared, with their slashes */
    const char *longer = a < b ? name->path : file->path;
    const size_t more = a < b ? b - a : a - b;
    return memcmp(file->base - len, name->base - len, len) == 0 &&
           (more == 0 || longer[more - 1] == '/');
}

static size_t lower_bound(const split_image_index *x, const stem *name)
{
    size_t low = 0, high = x->files.n;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_stems(&x->stems[middle], name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int look_up(split_image_index *x, const char *text, const char **path, hl_err *e)
{
    if (!x->listed && list(x, e))
        return -1;
    const stem name = stem_of(text);
    for (size_t i = lower_bound(x, &name);
         i < x->files.n && compare_stems(&x->stems[i], &name) == 0; i++) {
        if (!is_same_image(&x->stems[i], &name))
            continue;
        if (*path)
            return hl_fail(e, "'%s' fits several images: expected one, found '%s' and '%s'", text,
                           *path, x->stems[i].path);
        *path = x->stems[i].path;
    }
    return 0;
}

int split_image_index_find(split_image_index *x, const char *name, const char **path, hl_err *e)
{
    struct stat st;
    *path = NULL;
    const bool exists = fstatat(x->fd, name, &st, 0) == 0;
    if (exists && S_ISREG(st.st_mode)) {
        *path = name;
        return 0;
    }
    if (!exists && errno != ENOENT && errno != ENOTDIR && errno != ENAMETOOLONG)
        return hl_fail_errno(e, "'%s' cannot be found", name);
    if (look_up(x, name, path, e))
        return -1;
    return exists && !*path ? hl_fail(e, "'%s' is not a file", name) : 0;
}

void split_image_index_close(split_image_index *x)
{
    hl_found_files_free(&x->files);
    free(x->stems);
    close(x->fd);
    *x = (split_image_index){.fd = -1};
}
