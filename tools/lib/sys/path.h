/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of files that are about to be written: what a name finally stands for, which temporary name
 * goes with it, and whether two names mean one file.
 */
#ifndef HILUM_SYS_PATH_H
#define HILUM_SYS_PATH_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* "FOLDER/NAME". The caller frees. */
char *hl_path_join(const char *folder, const char *name);

/* The name that a write to path replaces: a symbolic link is followed, also one whose target does
 * not exist yet. The caller frees. NULL, with errno set, for links that go in a circle. */
char *hl_path_final(const char *path);

/* A template for mkostemp or mkdtemp, "PATH.tmpXXXXXX", in the folder of path. The last part of
 * path is shortened where a name would be longer than the file system allows. The caller frees. */
char *hl_path_temp(const char *path);

/* Identifies a file however it is named: by device and inode, or, where it does not exist yet, by
 * device and inode of its folder and its name there. */
typedef struct hl_file_id {
    dev_t device;
    ino_t inode;
    mode_t mode; /* 0: does not exist yet */
    dev_t which; /* of a device file: which device */
    char *name;  /* within the folder, of a file that does not exist yet; else NULL */
} hl_file_id;

/* False, with errno set, where neither the file nor its folder can be found. */
bool hl_file_id_of(const char *path, hl_file_id *id);
bool hl_file_id_of_fd(int fd, hl_file_id *id);
bool hl_file_id_same(const hl_file_id *a, const hl_file_id *b);
void hl_file_id_free(hl_file_id *id);

/* An output that this process is going to replace, if it is a regular file by now; name is of its
 * option and is kept. Not while other threads run. */
void hl_path_will_replace(const char *path, const char *name);

/* Fails where the file is one of those: what is named by a manifest, in a folder or by a run is an
 * input as well. */
int hl_path_expect_kept(const char *path, const struct stat *st, hl_err *e);

/* Whether there is something at path that is neither a regular file nor a folder: a device, a pipe,
 * a socket. */
bool hl_path_is_special(const char *path);

#endif
