/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/find_files.h"

#include "base/array.h"
#include "base/mem.h"
#include "sys/dicom_mark.h"
#include "sys/path.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

bool hl_is_image_name(const char *name)
{
    static const char *const extensions[] = {".jpeg", ".jpg",  ".jpe",  ".jfif", ".png", ".tif",
                                             ".tiff", ".bmp",  ".gif",  ".webp", ".jp2", ".j2k",
                                             ".jxl",  ".heic", ".heif", ".avif", ".pgm", ".ppm",
                                             ".pnm",  ".dcm",  ".dicom"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof extensions / sizeof *extensions; i++)
        if (strcasecmp(dot, extensions[i]) == 0)
            return true;
    return false;
}

/* A dot before digits only is one of a UID. */
static bool has_extension(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && dot[1 + strspn(dot + 1, "0123456789")];
}

bool hl_is_dicomdir(const char *path)
{
    return strcasecmp(hl_path_base(path), "DICOMDIR") == 0;
}

/* JPEG and PNG are recognised by their content only where the name has no extension; DICOM files
 * are named anyhow. */
static bool begins_as_image(const char *path, bool dicom_only)
{
    static const unsigned char jpeg[] = {0xff, 0xd8, 0xff}, png[] = {0x89, 'P', 'N', 'G'};
    char start[HL_DICOM_PREAMBLE];
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return false;
    const ssize_t n = read(fd, start, sizeof start);
    close(fd);
    if (n < (ssize_t)sizeof png)
        return false;
    return hl_is_dicom(start, (size_t)n) ||
           (!dicom_only &&
            (memcmp(start, jpeg, sizeof jpeg) == 0 || memcmp(start, png, sizeof png) == 0));
}

bool hl_is_image_file(const char *dir, const char *path)
{
    const char *name = hl_path_base(path);
    if (hl_is_image_name(name) || hl_is_dicomdir(name))
        return hl_is_image_name(name);
    char *file = dir ? hl_path_join(dir, path) : hl_strdup(path);
    const bool found = begins_as_image(file, has_extension(name));
    free(file);
    return found;
}

static void add(char ***paths, size_t *n, size_t *cap, const char *path)
{
    *paths = hl_array_reserve(*paths, *n + 1, cap, sizeof **paths);
    (*paths)[(*n)++] = hl_strdup(path);
}

/* Hidden files, and the folders in which systems keep what they delete, and small copies. */
static bool is_ignored(const FTSENT *at)
{
    static const char *const names[] = {"__MACOSX",     "@eaDir",     "#recycle",
                                        "$RECYCLE.BIN", "lost+found", "System Volume Information"};
    bool ignored = at->fts_name[0] == '.';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ignored |= strcmp(at->fts_name, names[i]) == 0;
    return ignored && at->fts_level > 0;
}

static int visit(hl_found_files *s, const FTSENT *at, size_t skip, bool all, hl_err *e)
{
    switch (at->fts_info) {
    case FTS_D:
        if (all && at->fts_level > 0)
            add(&s->folders, &s->nfolders, &s->folders_cap, at->fts_path + skip);
        return 0;
    case FTS_DP:
        return 0;
    case FTS_F:
        if (all || hl_is_image_file(NULL, at->fts_path)) {
            add(&s->paths, &s->n, &s->cap, at->fts_path + skip);
        } else {
            s->others++;
            s->dicomdirs += hl_is_dicomdir(at->fts_name);
        }
        return 0;
    case FTS_DC:
        return hl_fail(e, "%s: the folder contains itself, through a link", at->fts_path);
    case FTS_SLNONE:
        if (!hl_is_image_name(at->fts_name))
            return hl_fail(e, "%s: is a dangling link", at->fts_path);
        add(&s->paths, &s->n, &s->cap, at->fts_path + skip);
        return 0;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        errno = at->fts_errno;
        return hl_fail_errno(e, "%s: cannot be read", at->fts_path);
    default: /* pipes, sockets, devices */
        s->others++;
        return 0;
    }
}

static int walk(hl_found_files *s, FTS *tree, size_t skip, bool all, hl_err *e)
{
    FTSENT *at;
    while (errno = 0, (at = fts_read(tree))) {
        if (is_ignored(at)) {
            fts_set(tree, at, FTS_SKIP);
            continue;
        }
        if (visit(s, at, skip, all, e))
            return -1;
    }
    return errno ? hl_fail_errno(e, "%s: cannot be read", tree->fts_path) : 0;
}

static void sort(char **paths, size_t n)
{
    if (n)
        qsort(paths, n, sizeof *paths, hl_compare_strings);
}

/* fts joins folder and name with one slash, unless the folder ends in one. */
static size_t prefix_length(const char *dir)
{
    const size_t len = strlen(dir);
    return len > 0 && dir[len - 1] == '/' ? len : len + 1;
}

static FTS *open_tree(const char *dir)
{
    char *copy = hl_strdup(dir);
    char *const roots[] = {copy, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    free(copy);
    return tree;
}

bool hl_has_dicom_files(const char *dir)
{
    FTS *tree = open_tree(dir);
    bool found = false;
    for (FTSENT *at; !found && tree && (at = fts_read(tree));)
        found = at->fts_info == FTS_F && begins_as_image(at->fts_path, true);
    if (tree)
        fts_close(tree);
    return found;
}

/* Names in a folder of DICOM files may be those of patients. */
static int hide_path(const char *dir, hl_err *e)
{
    if (hl_has_dicom_files(dir))
        hl_fail(e,
                "%s: a link in it is dangling or leads to a folder around it, or something in it "
                "cannot be read: `find -L %s -type l` names it",
                dir, dir);
    return -1;
}

static int find(hl_found_files *s, const char *dir, bool all, hl_err *e)
{
    *s = (hl_found_files){0};
    struct stat st;
    if (stat(dir, &st))
        return hl_fail_errno(e, "%s: cannot be read", dir);
    if (!S_ISDIR(st.st_mode))
        return hl_fail(e, "%s: is not a folder", dir);
    FTS *tree = open_tree(dir);
    int status;
    if (!tree) {
        status = hl_fail_errno(e, "%s: cannot be read", dir);
    } else {
        status = walk(s, tree, prefix_length(dir), all, e) ? hide_path(dir, e) : 0;
        fts_close(tree);
    }
    if (status) {
        hl_found_files_free(s);
        return -1;
    }
    sort(s->paths, s->n);
    sort(s->folders, s->nfolders);
    return 0;
}

int hl_find_images(hl_found_files *s, const char *dir, hl_err *e)
{
    return find(s, dir, false, e);
}

int hl_find_files(hl_found_files *s, const char *dir, hl_err *e)
{
    return find(s, dir, true, e);
}

static void free_all(char **paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(paths[i]);
    free(paths);
}

void hl_found_files_free(hl_found_files *s)
{
    free_all(s->paths, s->n);
    free_all(s->folders, s->nfolders);
    *s = (hl_found_files){0};
}
