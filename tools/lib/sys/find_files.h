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
 * Finds the files that hl_is_image_file calls images. Names that begin with a dot and folders of
 * the operating system, such as __MACOSX and @eaDir, are ignored. Symbolic links are followed; a
 * dangling one is listed as an image that cannot be read if its name is that of an image. Any other
 * dangling link, which may have led to a folder, a folder that contains itself through links and a
 * folder that cannot be read are errors. They name it, unless there is a DICOM file in dir, beside
 * which paths may identify patients.
 */
int hl_find_images(hl_found_files *s, const char *dir, hl_err *e);

/* The same for files of any name, and for folders; `others` then counts pipes, sockets and devices.
 */
int hl_find_files(hl_found_files *s, const char *dir, hl_err *e);
void hl_found_files_free(hl_found_files *s);

/* Whether there is a DICOM file in a folder and its subfolders, as far as they can be read. */
bool hl_has_dicom_files(const char *dir);

/* Whether it is named DICOMDIR: an index of other files, no image. */
bool hl_is_dicomdir(const char *path);

/* For messages: what counts as an image. */
#define HL_IMAGE_NAMES "*.jpeg, *.jpg, *.jpe, *.jfif, *.png, DICOM"

/* Whether a file name has the extension of an image, in upper or lower case. Formats that cannot be
 * read, such as *.tif, count, and so do *.dcm without DICM at byte 128, so that such files are
 * refused by name or listed as left out, and not ignored. */
bool hl_is_image_name(const char *name);

/* Whether a file is an image: by its name; DICOM by its first bytes, and so are JPEG and PNG where
 * the name has no extension. All that lists images asks this. path: below the folder dir; dir may
 * be NULL. */
bool hl_is_image_file(const char *dir, const char *path);

#endif
