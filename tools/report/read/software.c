/* SPDX-License-Identifier: BSD-2-Clause */
#include "software.h"

#include "base/mem.h"
#include "sys/path.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int read_one(report_software *s, const char *folder, const char *name, hl_err *e)
{
    char *path = hl_path_join(folder, name);
    report_pairs *tool = &s->tools[s->n];
    int status = report_pairs_read(tool, path, true, e);
    if (status == 0)
        s->n++;
    if (status == 0 && !tool->title)
        status = hl_fail(e, "%s: expected the name and version of a tool in line 1", path);
    free(path);
    return status;
}

int report_software_read(report_software *s, const char *folder, hl_err *e)
{
    struct dirent **entries;
    *s = (report_software){0};
    const int n = scandir(folder, &entries, is_visible, by_name);
    if (n < 0)
        return hl_fail_errno(e, "%s: cannot be read", folder);
    s->tools = hl_calloc((size_t)n + 1, sizeof *s->tools);
    int status = 0;
    for (int i = 0; i < n; i++) {
        if (status == 0)
            status = read_one(s, folder, entries[i]->d_name, e);
        free(entries[i]);
    }
    free(entries);
    if (status)
        report_software_free(s);
    return status;
}

void report_software_free(report_software *s)
{
    for (size_t i = 0; i < s->n; i++)
        report_pairs_free(&s->tools[i]);
    free(s->tools);
    *s = (report_software){0};
}
