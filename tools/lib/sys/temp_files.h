/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Temporary files that do not outlive the process: those not forgotten are removed when it exits,
 * runs out of memory or dies of SIGHUP, SIGINT, SIGTERM, SIGPIPE or SIGQUIT. Signals that are
 * ignored, or that the tool handles itself, stay as they are.
 */
#ifndef HILUM_SYS_TEMP_FILES_H
#define HILUM_SYS_TEMP_FILES_H

/* Creates and opens a file as mkostemp does. The process keeps `template` until the file is
 * forgotten. Returns the file descriptor, or -1 with errno set: EMFILE if there are 16 already. */
int hl_temp_file_make(char *template);

/* No longer removes the file. path: the pointer given to hl_temp_file_make. */
void hl_temp_file_forget(char *path);

/* Removes the files and then dies of the signal. A handler for tools that handle the first signal
 * themselves and want the second one to be fatal. */
void hl_temp_files_on_signal(int sig);

#endif
