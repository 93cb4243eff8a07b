/* SPDX-License-Identifier: BSD-2-Clause */
#include "plot.h"

#include "../common/process.h"

#include <math.h>
#include <string.h>

/* A page with larger figures than this would not open anywhere. */
static const size_t max_svg = (size_t)1 << 24;

/* The style sheet gives these tokens their colours on light and dark paper. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73", "black"};

/* Digits after the point that tell tics of this distance apart. */
static int decimals(double step)
{
    return step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
}

static void frame(const plot *p, hl_text *t)
{
    hl_text_printf(t,
                   "set terminal svg size 560,%d dynamic font 'sans-serif,14'\n"
                   "set encoding utf8\n"
                   "set border 3 lw 1\n"
                   "set tics nomirror out scale 0.6\n"
                   "set grid x y lt 1 lw 1 lc rgb '#dddddd'\n"
                   "set xlabel '%s'\nset ylabel '%s'\n"
                   "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n"
                   "set xtics %.9g\nset ytics %.9g\nset format y '%%.%df'\n"
                   "set format x '%%.%df'\n"
                   "set key %s samplen 2.5 spacing 1.15\n",
                   p->square ? 500 : 320, p->xlabel, p->ylabel, p->xmin, p->xmax, p->ymin, p->ymax,
                   p->xstep, p->ystep, decimals(p->ystep), decimals(p->xstep), p->key);
}

static void series_style(const plot_series *s, hl_text *t)
{
    hl_text_printf(t, "'-' with %s",
                   s->lines && s->points ? "linespoints"
                   : s->lines            ? "lines"
                                         : "points");
    if (s->lines)
        hl_text_printf(t, " lw 2%s", s->dashed ? " dt 2" : "");
    if (s->points)
        hl_text_printf(t, " pt 7 ps %s", s->lines ? "0.35" : "0.8");
    hl_text_printf(t, " lc rgb '%s'", colours[s->colour]);
    if (s->name)
        hl_text_printf(t, " title '%s'", s->name);
    else
        hl_text_puts(t, " notitle");
}

static void script(const plot *p, hl_text *t)
{
    frame(p, t);
    for (size_t i = 0; i < p->nseries; i++) {
        hl_text_puts(t, i ? ", " : "plot ");
        series_style(&p->series[i], t);
    }
    hl_text_puts(t, "\n");
    for (size_t i = 0; i < p->nseries; i++) {
        const plot_series *s = &p->series[i];
        for (size_t j = 0; j < s->n; j++) {
            if (isfinite(s->y[j]))
                hl_text_printf(t, "%.9g %.9g\n", s->x[j], s->y[j]);
            else
                hl_text_printf(t, "%.9g NaN\n", s->x[j]);
        }
        hl_text_puts(t, "e\n");
    }
}

/* ---- from a file of its own to an element of a page ---- */

/* Copies SVG, making ids and references to them begin with the plot's own id. */
static void copy_with_ids(const char *from, const char *end, const char *id, hl_text *svg)
{
    static const char *const marks[] = {" id='", " id=\"", "xlink:href='#", "xlink:href=\"#",
                                        "url(#"};
    while (from < end) {
        const char *mark = NULL;
        for (size_t i = 0; i < sizeof marks / sizeof *marks && !mark; i++)
            if (strncmp(from, marks[i], strlen(marks[i])) == 0)
                mark = marks[i];
        if (!mark) {
            hl_text_add(svg, from++, 1);
            continue;
        }
        /* Within HTML plain href does, and no name space has to be stated. */
        hl_text_puts(svg, strncmp(mark, "xlink:", 6) == 0 ? mark + 6 : mark);
        hl_text_printf(svg, "%s-", id);
        from += strlen(mark);
    }
}

static int embed(const char *file, const char *id, hl_text *svg, hl_err *e)
{
    const char *open = strstr(file, "<svg");
    const char *box = open ? strstr(open, "viewBox=\"") : NULL;
    const char *box_end = box ? strchr(box + 9, '"') : NULL;
    const char *body = box_end ? strstr(box_end, "</desc>") : NULL;
    const char *end = body ? strstr(body, "</svg>") : NULL;
    if (!end)
        return hl_fail(e, "gnuplot: expected an SVG file, found something else");
    hl_text_puts(svg, "<svg class=\"plot\" aria-hidden=\"true\" focusable=\"false\" ");
    hl_text_add(svg, box, (size_t)(box_end + 1 - box));
    hl_text_puts(svg, ">");
    copy_with_ids(body + strlen("</desc>"), end, id, svg);
    hl_text_puts(svg, "</svg>");
    return 0;
}

int plot_svg(const plot *p, hl_text *svg, hl_err *e)
{
    /* -d: no start-up file of the user or the machine. */
    static const char *const argv[] = {"gnuplot", "-d", NULL};
    hl_text input = {0}, file = {0};
    script(p, &input);
    int status = hl_process_filter(argv, &input, max_svg, &file, e);
    if (status == 0)
        status = embed(file.data ? file.data : "", p->id, svg, e);
    hl_text_free(&input);
    hl_text_free(&file);
    return status;
}
