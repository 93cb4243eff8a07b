/* SPDX-License-Identifier: BSD-2-Clause */
#include "dicom_files.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "data/image_paths.h"
#include "sys/find_files.h"

#include <stdlib.h>

typedef struct reading {
    const char *dir;
    const char *const *paths;
    split_dicom_file *files;
} reading;

static int work(void *ctx, size_t i, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    const reading *r = ctx;
    split_dicom_file *f = &r->files[i];
    hl_err why;
    char *file = hl_image_path(r->dir, r->paths[i]);
    const int found = hl_dicom_attributes_read(&f->a, file, &why);
    free(file);
    if (found < 0)
        f->kind = hl_is_image_name(r->paths[i]) ? SPLIT_NO_DICOM : SPLIT_DICOM_DAMAGED;
    else if (found > 0)
        f->kind = f->a.is_directory || !f->a.rows ? SPLIT_DICOM_OTHER : SPLIT_DICOM_IMAGE;
    if (f->kind == SPLIT_DICOM_OTHER)
        hl_dicom_attributes_free(&f->a);
    return 0;
}

split_dicom_file *split_dicom_files_read(const char *dir, const char *const *paths, size_t n,
                                         int jobs)
{
    hl_err unused;
    reading r = {.dir = dir, .paths = paths, .files = hl_calloc(n, sizeof(split_dicom_file))};
    (void)hl_ordered_map(n, jobs, work, NULL, &r, &unused); /* work never fails */
    return r.files;
}

void split_dicom_files_free(split_dicom_file *files, size_t n)
{
    for (size_t i = 0; files && i < n; i++)
        hl_dicom_attributes_free(&files[i].a);
    free(files);
}
