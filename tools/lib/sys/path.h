/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of files: joining, resolving links, temporary names, whether two names refer to one file,
 * and which files are about to be replaced.
 */
#ifndef HILUM_SYS_PATH_H
#define HILUM_SYS_PATH_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/stat.h>
#include <sys/types.h>

/* "FOLDER/NAME". The caller frees. */
char *hl_path_join(const char *folder, const char *name);

/* The part of path after its last slash. */
const char *hl_path_base(const char *path);

/* The name that a write to path replaces: symbolic links are resolved, even if the target does not
 * exist yet. The caller frees. NULL, with errno set, for links that form a loop. */
char *hl_path_final(const char *path);

/* A template for mkostemp or mkdtemp, "PATH.tmp-HOST-PID-XXXXXX", in the folder of path. A job of a
 * cluster has its node and its number instead, from HILUM_NODE and HILUM_JOB. The file name is
 * shortened if it would be longer than the file system allows. The caller frees. */
char *hl_path_temp(const char *path);

/* Identifies a file independently of its name: by device and inode or, if it does not exist yet, by
 * the device and inode of its folder and its name there. */
typedef struct hl_file_id {
    dev_t device;
    ino_t inode;
    mode_t mode; /* 0: does not exist yet */
    dev_t which; /* for a device file: the device */
    char *name;  /* in its folder, for a file that does not exist yet; else NULL; owned */
} hl_file_id;

/* False, with errno set, if neither the file nor its folder exists. */
bool hl_file_id_of(const char *path, hl_file_id *id);
bool hl_file_id_of_fd(int fd, hl_file_id *id);
bool hl_file_id_same(const hl_file_id *a, const hl_file_id *b);
void hl_file_id_free(hl_file_id *id);

/* Registers an output that this process will replace if it is a regular file; name, that of its
 * option, is kept by reference. Call before other threads start. */
void hl_path_will_replace(const char *path, const char *name);

/* Whether there is such a file, so that inputs have to be compared with it; whether one has the
 * file name of this path. */
bool hl_path_replaces_any(void);
bool hl_path_replaces_name(const char *path);

/* Fails if an input with this stat is one of those files; inputs include the files that a manifest,
 * a folder or a run refers to. path is for the message. */
int hl_path_expect_kept(const char *path, const struct stat *st, hl_err *e);

/* Whether path exists and is neither a regular file nor a folder: a device, a pipe or a socket. */
bool hl_path_is_special(const char *path);

#endif
