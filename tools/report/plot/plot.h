/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Line plots, drawn by gnuplot as inline SVG.
 *
 *   const report_plot_series s = {.name = "this model", .x = x, .y = y, .n = n};
 *   report_plot p = report_plot_unit_square("roc", "1 - specificity", "sensitivity", "bottom
 * right"); p.series = &s; p.nseries = 1; if (report_plot_add(&page, &p, "ROC curve", "The area
 * under the curve is 0.93.", &err)) ...
 */
#ifndef HILUM_REPORT_PLOT_PLOT_H
#define HILUM_REPORT_PLOT_PLOT_H

#include "page/doc.h"

typedef enum {
    REPORT_PLOT_LINE,
    REPORT_PLOT_MARKED_LINE, /* with a point at each value */
    REPORT_PLOT_POINTS,
    REPORT_PLOT_ERRORS, /* points with a bar from lo to hi */
    REPORT_PLOT_BAND    /* the area from lo to hi */
} report_plot_style;

enum { REPORT_PLOT_COLOURS = 5, REPORT_PLOT_GREY = REPORT_PLOT_COLOURS };

typedef struct report_plot_series {
    const char *name; /* never text from a file: it becomes gnuplot code. NULL: not in the key */
    report_plot_style style;
    const double *x, *y;   /* [n]; NaN in y leaves a gap; y is NULL for a BAND */
    const double *lo, *hi; /* [n], for ERRORS and BAND */
    size_t n;
    int colour; /* 0 blue, 1 orange, 2 green, 3 purple, 4 yellow, REPORT_PLOT_GREY */
    int dash;   /* 0 solid, from 1 on different dashes, so that curves differ without colour */
} report_plot_series;

typedef struct report_plot {
    const char *id;              /* unique in the page; prefix of the ids in the SVG */
    const char *xlabel, *ylabel; /* never text from a file */
    double xmin, xmax, ymin, ymax;
    double xstep, ystep;
    bool square;
    const char *key; /* position of the key, e.g. "top right" */
    const report_plot_series *series;
    size_t nseries;
} report_plot;

/* An empty plot with both axes from 0 to 1. */
report_plot report_plot_unit_square(const char *id, const char *xlabel, const char *ylabel,
                                    const char *key);

/* The smallest of 1, 2 or 5 times a power of ten that divides a span into at most `most` steps. */
double report_plot_step(double span, int most);

/* Draws the plot and appends it as one <svg> element. */
int report_plot_svg(const report_plot *p, hl_strbuf *svg, hl_err *e);

/* Draws the plot and adds it to the document together with the plotted data. alt is the description
 * below the plot. */
int report_plot_add(page_doc *d, const report_plot *p, const char *title, const char *alt,
                    hl_err *e);

#endif
