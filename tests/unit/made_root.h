/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of the kernel that a test makes up, below a folder in place of the root. */
#ifndef HILUM_TESTS_MADE_ROOT_H
#define HILUM_TESTS_MADE_ROOT_H

#include "helpers.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/hilum-root-XXXXXX";

/* Writes the file, with its folders. */
static void put(const char *path, const char *text)
{
    char name[512];
    snprintf(name, sizeof name, "%s/%s", root, path);
    for (char *p = strchr(name + 1, '/'); p; p = strchr(p + 1, '/')) {
        *p = '\0';
        mkdir(name, 0777);
        *p = '/';
    }
    FILE *fp = fopen(name, "w");
    assert_non_null(fp);
    fputs(text, fp);
    fclose(fp);
}

static inline int clear_root(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s/*", root);
    return system(command);
}

static inline int make_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? 0 : -1;
}

static inline int remove_root(void **state)
{
    (void)state;
    return clear_root() || rmdir(root);
}

#endif
