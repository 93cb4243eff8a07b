/* SPDX-License-Identifier: BSD-2-Clause */
#include "plot.h"

#include "format/json.h"
#include "run_filter.h"

#include <math.h>
#include <string.h>

/* No browser opens a page with larger figures. */
static const size_t max_svg = (size_t)1 << 24;

/* The style sheet maps these to colours for the light and the dark page. */
static const char *const colours[] = {"#0072b2", "#d55e00", "#009e73",
                                      "#cc79a7", "#e69f00", "black"};

/* Decimals that tell apart tics with this spacing. */
static int decimals(double step)
{
    return step < 1 ? (int)ceil(-log10(step) - 1e-9) : 0;
}

static void frame(const report_plot *p, hl_strbuf *t)
{
    hl_strbuf_printf(t,
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
                     p->square ? 500 : 320, p->xlabel, p->ylabel, p->xmin, p->xmax, p->ymin,
                     p->ymax, p->xstep, p->ystep, decimals(p->ystep), decimals(p->xstep), p->key);
}

static void series_style(const report_plot_series *s, hl_strbuf *t)
{
    static const char *const styles[] = {
        [REPORT_PLOT_LINE] = "'-' with lines lw 2",
        [REPORT_PLOT_MARKED_LINE] = "'-' with linespoints lw 2 pt 7 ps 0.35",
        [REPORT_PLOT_POINTS] = "'-' with points pt 7 ps 0.8",
        [REPORT_PLOT_ERRORS] = "'-' with yerrorbars lw 1.5 pt 7 ps 0.6",
        [REPORT_PLOT_BAND] = "'-' with filledcurves fs transparent solid 0.18 noborder",
    };
    hl_strbuf_puts(t, styles[s->style]);
    if (s->dash)
        hl_strbuf_printf(t, " dt %d", s->dash + 1);
    hl_strbuf_printf(t, " %s rgb '%s'", s->style == REPORT_PLOT_BAND ? "fc" : "lc",
                     colours[s->colour]);
    if (s->name)
        hl_strbuf_printf(t, " title '%s'%s", s->name, strchr(s->name, '_') ? " noenhanced" : "");
    else
        hl_strbuf_puts(t, " notitle");
}

static void number(double v, hl_strbuf *t)
{
    if (isfinite(v))
        hl_strbuf_printf(t, " %.9g", v);
    else
        hl_strbuf_puts(t, " NaN");
}

static void values(const report_plot_series *s, hl_strbuf *t)
{
    for (size_t j = 0; j < s->n; j++) {
        number(s->x[j], t);
        if (s->y)
            number(s->y[j], t);
        if (s->lo) {
            number(s->lo[j], t);
            number(s->hi[j], t);
        }
        hl_strbuf_puts(t, "\n");
    }
    hl_strbuf_puts(t, "e\n");
}

static void script(const report_plot *p, hl_strbuf *t)
{
    frame(p, t);
    for (size_t i = 0; i < p->nseries; i++) {
        hl_strbuf_puts(t, i ? ", " : "plot ");
        series_style(&p->series[i], t);
    }
    hl_strbuf_puts(t, "\n");
    for (size_t i = 0; i < p->nseries; i++)
        values(&p->series[i], t);
}

/* ---- from an SVG file to an element of a page ---- */

/* Copies SVG; ids and references to them get the plot's id as a prefix. */
static void copy_with_ids(const char *from, const char *end, const char *id, hl_strbuf *svg)
{
    static const char *const marks[] = {" id='", " id=\"", "xlink:href='#", "xlink:href=\"#",
                                        "url(#"};
    while (from < end) {
        const char *mark = NULL;
        for (size_t i = 0; i < sizeof marks / sizeof *marks && !mark; i++)
            if (strncmp(from, marks[i], strlen(marks[i])) == 0)
                mark = marks[i];
        if (!mark) {
            hl_strbuf_add(svg, from++, 1);
            continue;
        }
        /* In HTML, plain href works and needs no XML namespace. */
        hl_strbuf_puts(svg, strncmp(mark, "xlink:", 6) == 0 ? mark + 6 : mark);
        hl_strbuf_printf(svg, "%s-", id);
        from += strlen(mark);
    }
}

static int embed(const char *file, const char *id, hl_strbuf *svg, hl_err *e)
{
    const char *open = strstr(file, "<svg");
    const char *box = open ? strstr(open, "viewBox=\"") : NULL;
    const char *box_end = box ? strchr(box + 9, '"') : NULL;
    const char *body = box_end ? strstr(box_end, "</desc>") : NULL;
    const char *end = body ? strstr(body, "</svg>") : NULL;
    if (!end)
        return hl_fail(e, "gnuplot: expected an SVG file, found something else");
    hl_strbuf_puts(svg, "<svg class=\"plot\" aria-hidden=\"true\" focusable=\"false\" ");
    hl_strbuf_add(svg, box, (size_t)(box_end + 1 - box));
    hl_strbuf_puts(svg, ">");
    copy_with_ids(body + strlen("</desc>"), end, id, svg);
    hl_strbuf_puts(svg, "</svg>");
    return 0;
}

int report_plot_svg(const report_plot *p, hl_strbuf *svg, hl_err *e)
{
    /* -d: ignore the start-up files of the user and the system */
    static const char *const argv[] = {"gnuplot", "-d", NULL};
    hl_strbuf input = {0}, file = {0};
    script(p, &input);
    int status = report_run_filter(argv, &input, max_svg, &file, e);
    if (status == 0)
        status = embed(file.data ? file.data : "", p->id, svg, e);
    hl_strbuf_free(&input);
    hl_strbuf_free(&file);
    return status;
}

/* ---- into a document ---- */

static void add_list(json_t *o, const char *key, const double *v, size_t n)
{
    if (!v)
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, hl_json_of_real(v[i]));
    json_object_set_new(o, key, list);
}

static json_t *data_of(const report_plot *p)
{
    json_t *all = json_array();
    for (size_t i = 0; i < p->nseries; i++) {
        const report_plot_series *s = &p->series[i];
        json_t *o = json_object();
        json_object_set_new(o, "name", s->name ? json_string(s->name) : json_null());
        add_list(o, "x", s->x, s->n);
        add_list(o, "y", s->y, s->n);
        add_list(o, "lo", s->lo, s->n);
        add_list(o, "hi", s->hi, s->n);
        json_array_append_new(all, o);
    }
    return json_pack("{s:s, s:s, s:o}", "x", p->xlabel, "y", p->ylabel, "series", all);
}

int report_plot_add(page_doc *d, const report_plot *p, const char *title, const char *alt,
                    hl_err *e)
{
    hl_strbuf svg = {0};
    const int status = report_plot_svg(p, &svg, e);
    if (status == 0)
        page_add_figure(d, p->id, title, alt, svg.data, data_of(p));
    hl_strbuf_free(&svg);
    return status;
}

report_plot report_plot_unit_square(const char *id, const char *xlabel, const char *ylabel,
                                    const char *key)
{
    return (report_plot){.id = id,
                         .xlabel = xlabel,
                         .ylabel = ylabel,
                         .xmax = 1,
                         .ymax = 1,
                         .xstep = 0.2,
                         .ystep = 0.2,
                         .square = true,
                         .key = key};
}

double report_plot_step(double span, int most)
{
    const double least = span / most, ten = pow(10, floor(log10(least)));
    const double factor = least / ten;
    return ten * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}
