/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/image_paths.h"

#include "base/mem.h"
#include "sys/path.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

char *hl_image_path(const char *root, const char *path)
{
    if (*path == '/')
        return hl_strdup(path);
    const char *folder = *root ? root : ".";
    const bool ends_in_slash = folder[strlen(folder) - 1] == '/';
    const size_t size = strlen(folder) + 1 + strlen(path) + 1;
    char *file = hl_malloc(size, 1);
    snprintf(file, size, "%s%s%s", folder, ends_in_slash ? "" : "/", path);
    return file;
}

int hl_image_expect_kept(const char *file, hl_err *e)
{
    struct stat st;
    return stat(file, &st) == 0 ? hl_path_expect_kept(file, &st, e) : 0;
}

static int expect_kept(const hl_manifest *m, const char *root, bool by_name, hl_err *e)
{
    int status = 0;
    for (size_t i = 0; i < m->n && status == 0 && hl_path_replaces_any(); i++) {
        if (by_name && !hl_path_replaces_name(m->samples[i].path))
            continue;
        char *file = hl_image_path(root, m->samples[i].path);
        status = hl_image_expect_kept(file, e);
        free(file);
    }
    return status;
}

int hl_images_expect_kept(const hl_manifest *m, const char *root, hl_err *e)
{
    return expect_kept(m, root, false, e);
}

int hl_images_expect_kept_by_name(const hl_manifest *m, const char *root, hl_err *e)
{
    return expect_kept(m, root, true, e);
}
