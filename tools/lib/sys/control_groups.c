/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/control_groups.h"

#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int hl_control_group_numbers(const char *folder, const char *name, int64_t *a, int64_t *b)
{
    char path[2 * PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *fp = fopen(path, "re");
    if (!fp)
        return 0;
    const int n = fscanf(fp, "%" SCNd64 " %" SCNd64, a, b);
    fclose(fp);
    return n;
}

static bool has_parent_steps(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/..")); p++)
        if (p[3] == '/' || p[3] == '\0')
            return true;
    return false;
}

/* Of a group and its ancestors. In a container the path may be the host's: then there is
 * no such folder, or it begins with ".." and lies outside the mount. */
static void visit(const char *mount, char *path, hl_control_group_fn *fn, void *ctx)
{
    char folder[2 * PATH_MAX];
    char *slash = has_parent_steps(path) ? NULL : path + strlen(path);
    while (slash) {
        *slash = '\0';
        if (path[0] && strcmp(path, "/") != 0) {
            snprintf(folder, sizeof folder, "%s%s", mount, path);
            fn(ctx, folder);
        }
        slash = strrchr(path, '/');
    }
    fn(ctx, mount);
}

static bool has_word(const char *list, const char *word)
{
    const size_t len = strlen(word);
    while (*list) {
        const size_t n = strcspn(list, ",");
        if (n == len && memcmp(list, word, n) == 0)
            return true;
        list += n + (list[n] == ',');
    }
    return false;
}

/* A line of /proc/self/cgroup: ID:CONTROLLERS:PATH; CONTROLLERS is empty in version 2. */
static void visit_line(const char *root, const char *controller, char *line,
                       hl_control_group_fn *fn, void *ctx)
{
    char mount[PATH_MAX];
    line[strcspn(line, "\n")] = '\0';
    char *controllers = strchr(line, ':');
    char *path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path)
        return;
    controllers++;
    *path++ = '\0';
    if (*controllers && !has_word(controllers, controller))
        return;
    snprintf(mount, sizeof mount, "%s/sys/fs/cgroup%s%s", root, *controllers ? "/" : "",
             *controllers ? controller : "");
    visit(mount, path, fn, ctx);
}

void hl_control_groups(const char *root, const char *controller, hl_control_group_fn *fn, void *ctx)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *fp = fopen(path, "re");
    if (!fp)
        return;
    char *line = NULL;
    size_t size = 0;
    while (getline(&line, &size, fp) > 0)
        if (strlen(line) < PATH_MAX)
            visit_line(root, controller, line, fn, ctx);
    free(line);
    fclose(fp);
}
