/* SPDX-License-Identifier: BSD-2-Clause */
#include "sys/named_files.h"

#include "base/array.h"
#include "base/mem.h"
#include "sys/cli.h"
#include "sys/output.h"
#include "sys/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

const char *hl_or_standard(const char *path)
{
    return path ? path : "-";
}

static void add(hl_files *f, hl_named_file file)
{
    if (!file.path)
        return;
    f->list = hl_array_reserve(f->list, f->n + 1, &f->cap, sizeof *f->list);
    f->list[f->n++] = file;
}

void hl_files_read(hl_files *f, const char *name, const char *path)
{
    add(f, (hl_named_file){.name = name, .path = path});
}

void hl_files_read_all(hl_files *f, const char *name, char *const *paths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hl_files_read(f, name, paths[i]);
}

void hl_files_write(hl_files *f, const char *name, const char *path, hl_file_kind kind)
{
    add(f, (hl_named_file){.name = name, .path = path, .is_output = true, .kind = kind});
}

void hl_files_update(hl_files *f, const char *name, const char *path)
{
    add(f,
        (hl_named_file){
            .name = name, .path = path, .is_output = true, .is_updated = true, .kind = HL_BINARY});
}

/* ---- one file under two names ---- */

static bool is_standard(const hl_named_file *f)
{
    return strcmp(f->path, "-") == 0;
}

/* False if the file cannot be identified, such as a standard output that is closed. */
static bool identify(const hl_named_file *f, hl_file_id *id)
{
    *id = (hl_file_id){0};
    return is_standard(f) ? hl_file_id_of_fd(f->is_output ? STDOUT_FILENO : STDIN_FILENO, id)
                          : hl_file_id_of(f->path, id);
}

/* /dev/null and similar devices hold no data that could be overwritten. */
static bool keeps_nothing(const hl_file_id *id)
{
    enum { MEMORY_DEVICES = 1 };
    return S_ISCHR(id->mode) && major(id->which) == MEMORY_DEVICES;
}

/* An input and an output may be the same terminal or socket: these are two streams. */
static bool clash(const hl_named_file *out, const hl_file_id *out_id, const hl_named_file *other,
                  const hl_file_id *id)
{
    if (other->is_output && is_standard(out) && is_standard(other))
        return true;
    if (!hl_file_id_same(out_id, id) || keeps_nothing(id))
        return false;
    return other->is_output || S_ISREG(id->mode) || !id->mode;
}

static void refuse(const hl_named_file *a, const hl_named_file *b)
{
    if (is_standard(a) && is_standard(b))
        hl_usage_error("%s and %s: expected two different places, found standard output for both",
                       a->name, b->name);
    if (strcmp(a->path, b->path) == 0)
        hl_usage_error("%s and %s: expected two different places, found '%s'", a->name, b->name,
                       a->path);
    hl_usage_error("%s and %s: expected two different places, found one file, '%s' and '%s'",
                   a->name, b->name, a->path, b->path);
}

/* Compares each output with the outputs after it and with every input. */
static void check_distinct(const hl_files *f)
{
    hl_file_id *ids = hl_calloc(f->n, sizeof *ids);
    bool *known = hl_calloc(f->n, sizeof *known);
    for (size_t i = 0; i < f->n; i++)
        known[i] = identify(&f->list[i], &ids[i]);
    for (size_t i = 0; i < f->n; i++)
        for (size_t k = 0; k < f->n && f->list[i].is_output && known[i]; k++)
            if (known[k] && (f->list[k].is_output ? k > i : true) &&
                clash(&f->list[i], &ids[i], &f->list[k], &ids[k]))
                refuse(&f->list[i], &f->list[k]);
    for (size_t i = 0; i < f->n; i++)
        hl_file_id_free(&ids[i]);
    free(known);
    free(ids);
}

int hl_files_check(hl_files *f, hl_err *e)
{
    check_distinct(f);
    int status = 0;
    for (size_t i = 0; i < f->n && status == 0; i++)
        if (f->list[i].is_output) {
            status = hl_out_try(f->list[i].path, f->list[i].kind == HL_BINARY, e);
            if (!is_standard(&f->list[i]) && !f->list[i].is_updated)
                hl_path_will_replace(f->list[i].path, f->list[i].name);
        }
    free(f->list);
    *f = (hl_files){0};
    return status;
}
