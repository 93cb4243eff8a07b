/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the images, or all files, in a folder and its subfolders. */
#ifndef HILUM_SYS_FIND_FILES_H
#define HILUM_SYS_FIND_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct hl_found_files {
    char **paths; /* relative to the folder, sorted by strcmp */
    size_t n, cap;
    size_t others;    /* number of files that are not images */
    size_t dicomdirs; /* of them, named DICOMDIR; 0 from hl_find_files */
    char **folders;   /* likewise, [nfolders]; none from hl_find_images */
    size_t nfolders, folders_cap;
} hl_found_files;

/*
 * Finds the files named *.jpeg, *.jpg and *.png, in upper or lower case, and DICOM files whatever
 * their names are. A DICOMDIR, which is an index of others, is no image. Names that begin with a
 * dot and __MACOSX are ignored. Symbolic links are followed; a dangling link, a folder that
 * contains itself through links and a folder that cannot be read are errors.
 */
int hl_find_images(hl_found_files *s, const char *dir, hl_err *e);

/* The same for files of any name, and for folders; `others` then counts pipes, sockets and devices.
 */
int hl_find_files(hl_found_files *s, const char *dir, hl_err *e);
void hl_found_files_free(hl_found_files *s);

/* Whether a file is an image by its name, or is a DICOM file, which takes reading 132 bytes. */
bool hl_is_image_file(const char *path);
/* Whether it is named DICOMDIR. */
bool hl_is_dicomdir(const char *path);

/* Whether a file name ends in .jpeg, .jpg or .png, in upper or lower case. */
bool hl_is_image_name(const char *name);

#endif
