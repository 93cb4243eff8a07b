/* SPDX-License-Identifier: BSD-2-Clause */
#include "heat_maps.h"

#include "base/mem.h"
#include "base/parse.h"
#include "image/image.h"
#include "image/remarks.h"
#include "page/doc.h"
#include "sys/input.h"
#include "sys/path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No browser opens a page with more or larger pictures. */
enum { MAX_MAPS = 200, MAX_BYTES = 4 << 20 };

/* Decodes the picture, whose checksums reveal damage. */
static int check_picture(const report_map *m, const char *file, hl_err *e)
{
    hl_image picture;
    if (hl_image_decode(&picture, file, m->png, m->len, e))
        return -1;
    const bool damaged = picture.remarks & HL_REMARK_CHECKSUM;
    hl_image_free(&picture);
    if (damaged) /* harmless elsewhere, but this file is explain's own */
        return hl_fail(e, "%s: damaged: a checksum of PNG is wrong", file);
    return 0;
}

static int read_png(report_map *m, const char *folder, const char *file, hl_err *e)
{
    if (!*file || strchr(file, '/'))
        return hl_fail(e, "%s/explain.tsv: file: expected a name within the folder, found '%s'",
                       folder, file);
    char *path = hl_path_join(folder, file);
    FILE *fp = hl_in_open_file(path, e);
    int status = fp ? hl_in_read_all(fp, path, MAX_BYTES, &m->png, &m->len, e) : -1;
    if (status == 0 && !page_is_png(m->png, m->len))
        status = hl_fail(e, "%s: expected a PNG file", path);
    if (status == 0)
        status = check_picture(m, path, e);
    if (fp)
        fclose(fp);
    free(path);
    return status;
}

enum { SAMPLE, LABEL, PREDICTED, WHY, METHOD, OF_CLASS, P, NAME, COLUMNS };

static int read_row(report_maps *m, const char *folder, size_t row, const size_t column[COLUMNS],
                    hl_err *e)
{
    const hl_tsv *t = &m->table;
    report_map *one = &m->list[m->n++];
    one->sample = hl_tsv_field(t, row, column[SAMPLE]);
    one->label = hl_tsv_field(t, row, column[LABEL]);
    one->predicted = hl_tsv_field(t, row, column[PREDICTED]);
    one->why = hl_tsv_field(t, row, column[WHY]);
    one->method = hl_tsv_field(t, row, column[METHOD]);
    one->of_class = hl_tsv_field(t, row, column[OF_CLASS]);
    const char *p = hl_tsv_field(t, row, column[P]);
    if (!hl_parse_f64(p, &one->p) || one->p < 0 || one->p > 1)
        return hl_fail(e, "%s: row %zu: p: expected a probability, found '%s'", t->name, row + 1,
                       p);
    return read_png(one, folder, hl_tsv_field(t, row, column[NAME]), e);
}

static int read_rows(report_maps *m, const char *folder, hl_err *e)
{
    static const char *const names[COLUMNS] = {"sample", "label", "predicted", "why",
                                               "method", "class", "p",         "file"};
    size_t column[COLUMNS];
    for (size_t i = 0; i < COLUMNS; i++)
        if (hl_tsv_column(&m->table, names[i], &column[i], e))
            return -1;
    if (m->table.nrows > MAX_MAPS)
        return hl_fail(e, "%s: expected at most %d maps, found %zu", m->table.name, MAX_MAPS,
                       m->table.nrows);
    m->list = hl_calloc(m->table.nrows + 1, sizeof *m->list);
    for (size_t r = 0; r < m->table.nrows; r++)
        if (read_row(m, folder, r, column, e))
            return -1;
    return 0;
}

int report_maps_read(report_maps *m, const char *folder, hl_err *e)
{
    char *path = hl_path_join(folder, "explain.tsv");
    *m = (report_maps){0};
    int status = hl_tsv_read(&m->table, path, e);
    free(path);
    if (status)
        return -1;
    m->sanity = hl_tsv_comment(&m->table, "sanity");
    m->provenance = hl_tsv_comment(&m->table, "provenance");
    status = hl_tsv_check_kind(&m->table, "hilum-explain 1", e) || read_rows(m, folder, e) ? -1 : 0;
    if (status)
        report_maps_free(m);
    return status;
}

void report_maps_free(report_maps *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->list[i].png);
    free(m->list);
    hl_tsv_free(&m->table);
    *m = (report_maps){0};
}
