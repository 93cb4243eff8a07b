/* SPDX-License-Identifier: BSD-2-Clause */
/* The images, or all files, in a folder and in all folders below it. */
#ifndef HILUM_SYS_FIND_FILES_H
#define HILUM_SYS_FIND_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_found_files {
    char **paths; /* relative to the folder, sorted by strcmp */
    size_t n, cap;
    size_t others; /* files that are no images */
} hl_found_files;

/*
 * Finds the files named *.jpeg, *.jpg and *.png, in any case. What starts with a dot and __MACOSX
 * is passed over. Symbolic links are followed; a link that leads nowhere, a folder that contains
 * itself through links and a folder that cannot be read are errors.
 */
int hl_find_images(hl_found_files *s, const char *dir, hl_err *e);

/* The same for all files, whatever their names are; `others` are then pipes, sockets, devices. */
int hl_find_files(hl_found_files *s, const char *dir, hl_err *e);
void hl_found_files_free(hl_found_files *s);

bool hl_is_image_name(const char *name);

#endif
