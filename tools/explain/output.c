/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include "base/mem.h"
#include "format/checksum.h"
#include "format/tsv.h"
#include "heat.h"
#include "image/png_encode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char table_name[] = "explain.tsv", first_line[] = "#hilum-explain 1\n";

/* ---- recognising an earlier folder ---- */

static bool is_table(const char *path)
{
    char start[sizeof first_line] = "";
    FILE *fp = fopen(path, "re");
    const bool complete = fp && fread(start, 1, sizeof start - 1, fp) == sizeof start - 1;
    if (fp)
        fclose(fp);
    return complete && strcmp(start, first_line) == 0;
}

/* The table, and pictures named WORD-DIGITS.png. */
static bool is_own_entry(const char *name)
{
    static const char *const words[] = {"image-", "gradcam-", "occlusion-"};
    if (strcmp(name, table_name) == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const size_t len = strlen(words[i]);
        if (strncmp(name, words[i], len) == 0) {
            const size_t digits = strspn(name + len, "0123456789");
            return digits > 0 && strcmp(name + len + digits, ".png") == 0;
        }
    }
    return false;
}

const hl_outdir_kind explain_folder = {.what = "a folder that explain wrote",
                                       .card = table_name,
                                       .is_card = is_table,
                                       .is_own = is_own_entry};

/* ---- pictures ---- */

enum { NAME_SIZE = 40 };

static void picture_name(const explain_output *o, const char *word, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "%s-%02zu.png", word, o->n);
}

static int write_picture(const explain_output *o, const char *name, const uint8_t *pixels,
                         int channels, hl_err *e)
{
    hl_strbuf png = {0};
    int status = hl_png_encode(&png, pixels, o->height, o->width, channels, e);
    if (status == 0)
        status = hl_outdir_write(&o->dir, name, png.data, png.len, e);
    hl_strbuf_free(&png);
    return status;
}

int explain_add_sample(explain_output *o, const explain_sample *s, hl_err *e)
{
    char name[NAME_SIZE];
    o->n++;
    picture_name(o, "image", name);
    return write_picture(o, name, s->image, o->channels, e);
}

/* ---- table ---- */

static void add_text(hl_strbuf *t, const char *text)
{
    hl_tsv_escape(t, text);
    hl_strbuf_puts(t, "\t");
}

static void add_number(hl_strbuf *t, double v, const char *after)
{
    if (isfinite(v))
        hl_strbuf_printf(t, "%.4g%s", v, after);
    else
        hl_strbuf_printf(t, "-%s", after);
}

static void add_row(explain_output *o, const explain_sample *s, const explain_map *m,
                    const char *file)
{
    char image[NAME_SIZE];
    picture_name(o, "image", image);
    hl_strbuf *t = &o->rows;
    add_text(t, s->sample);
    add_text(t, o->classes[s->label]);
    add_text(t, o->classes[s->predicted]);
    hl_strbuf_printf(t, "%.9g\t", s->p);
    add_text(t, explain_reason_names[s->why]);
    add_text(t, m->method);
    add_text(t, o->classes[s->target]);
    add_text(t, file);
    add_text(t, image);
    add_number(t, m->peak, "\t");
    add_number(t, explain_heat_frame_fraction(m->heat, o->height, o->width), "\t");
    add_number(t, m->rho, "\t");
    add_number(t, m->abs_rho, "\n");
}

int explain_add_map(explain_output *o, const explain_sample *s, const explain_map *m, hl_err *e)
{
    char file[NAME_SIZE];
    picture_name(o, m->method, file);
    uint8_t *rgb = hl_malloc(o->height * o->width, 3);
    explain_heat_overlay(s->image, o->channels, m->heat, o->height, o->width, rgb);
    const int status = write_picture(o, file, rgb, 3, e);
    free(rgb);
    if (status == 0)
        add_row(o, s, m, file);
    return status;
}

int explain_write_table(explain_output *o, const hl_strbuf *remarks, const char *provenance,
                        hl_err *e)
{
    hl_strbuf t = {0};
    hl_strbuf_puts(&t, first_line);
    hl_strbuf_puts(&t, "#provenance\t");
    hl_tsv_escape(&t, provenance);
    hl_strbuf_puts(&t, "\n");
    hl_strbuf_add(&t, remarks->data, remarks->len);
    hl_strbuf_puts(&t, "sample\tlabel\tpredicted\tp\twhy\tmethod\tclass\tfile\timage\tpeak\tframe\t"
                       "rho\tabs_rho\n");
    hl_strbuf_add(&t, o->rows.data, o->rows.len);
    hl_checksum_add_line(&t, 0);
    const int status = hl_outdir_write(&o->dir, table_name, t.data, t.len, e);
    hl_strbuf_free(&t);
    return status;
}
