/* SPDX-License-Identifier: BSD-2-Clause */
/* The images, or all files, in a folder and in all folders below it. */
#ifndef HILUM_SYS_FIND_FILES_H
#define HILUM_SYS_FIND_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_scan {
    char **paths; /* relative to the folder, sorted by strcmp */
    size_t n, cap;
    size_t others; /* files that are no images */
} hl_scan;

/*
 * Finds the files named *.jpeg, *.jpg and *.png, in any case. What starts with a dot and __MACOSX
 * is passed over. Symbolic links are followed; a link that leads nowhere, a folder that contains
 * itself through links and a folder that cannot be read are errors.
 */
int hl_scan_images(hl_scan *s, const char *dir, hl_err *e);

/* The same for all files, whatever their names are; `others` are then pipes, sockets, devices. */
int hl_scan_files(hl_scan *s, const char *dir, hl_err *e);
void hl_scan_free(hl_scan *s);

bool hl_is_image_name(const char *name);

#endif
