/* SPDX-License-Identifier: BSD-2-Clause */
#include "data/dicom_files.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "data/image_paths.h"
#include "sys/dicom_mark.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

typedef struct reading {
    const char *dir;
    const char *const *paths;
    hl_dicom_file *files;
} reading;

/* An image that lacks one of these is damaged, which is for the decoder to say. */
static bool is_image(const hl_dicom_attributes *a)
{
    return !a->is_directory &&
           (a->rows || a->columns || a->bits_stored || *a->text[HL_DICOM_TEXT_PHOTOMETRIC]);
}

/* The kind of a file by its mark alone, whatever it is called: not whether it has an image. */
static hl_dicom_kind kind_by_mark(const char *file)
{
    char start[HL_DICOM_PREAMBLE];
    const int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    const ssize_t n = fd < 0 ? -1 : read(fd, start, sizeof start);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return HL_DICOM_UNREAD;
    return hl_is_dicom(start, (size_t)n) ? HL_DICOM_DAMAGED : HL_DICOM_NOT;
}

static bool is_named_as_dicom(const char *file)
{
    const char *dot = strrchr(file, '.');
    return dot && (strcasecmp(dot, ".dcm") == 0 || strcasecmp(dot, ".dicom") == 0);
}

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    const reading *r = ctx;
    hl_dicom_file *f = &r->files[i];
    hl_err why;
    char *file = hl_image_path(r->dir, r->paths[i]);
    const int found = hl_dicom_attributes_read(&f->a, file, &why);
    if (found < 0)
        f->kind = kind_by_mark(file);
    else if (found > 0)
        f->kind = is_image(&f->a) ? HL_DICOM_IMAGE : HL_DICOM_NO_IMAGE;
    if (f->kind == HL_DICOM_NOT && is_named_as_dicom(file))
        f->kind = HL_DICOM_UNREAD; /* its name may still be that of a patient */
    if (f->kind == HL_DICOM_NO_IMAGE)
        hl_dicom_attributes_free(&f->a);
    free(file);
    return 0;
}

hl_dicom_file *hl_dicom_files_read(const char *dir, const char *const *paths, size_t n, int jobs)
{
    hl_err unused;
    reading r = {.dir = dir, .paths = paths, .files = hl_calloc(n, sizeof(hl_dicom_file))};
    (void)hl_ordered_map(n, jobs, work, NULL, &r, &unused); /* work never fails */
    return r.files;
}

bool hl_begins_as_dicom(const char *file)
{
    return kind_by_mark(file) == HL_DICOM_DAMAGED;
}

bool hl_dicom_is(const hl_dicom_file *f)
{
    return f->kind != HL_DICOM_NOT && f->kind != HL_DICOM_UNREAD;
}

void hl_dicom_pseudonym(const hl_id_key *key, const hl_dicom_file *f, const char *path,
                        char name[HL_PSEUDONYM_SIZE])
{
    const char *instance = f->kind == HL_DICOM_IMAGE ? f->a.text[HL_DICOM_TEXT_SOP_INSTANCE] : "";
    if (*instance)
        hl_pseudonym_make(key, HL_PSEUDONYM_IMAGE, instance, "", name);
    else
        hl_pseudonym_make(key, HL_PSEUDONYM_FILE, path, "", name);
}

void hl_dicom_files_free(hl_dicom_file *files, size_t n)
{
    for (size_t i = 0; files && i < n; i++)
        hl_dicom_attributes_free(&files[i].a);
    free(files);
}
