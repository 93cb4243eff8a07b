/* SPDX-License-Identifier: BSD-2-Clause */
/* Line plots, drawn by gnuplot as inline SVG. */
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
    const char *name; /* a constant of the program: it becomes gnuplot code. NULL: not in the key */
    report_plot_style style;
    const double *x, *y;   /* [n]; a y that is NaN leaves a gap; a band has none */
    const double *lo, *hi; /* [n], of ERRORS and BAND */
    size_t n;
    int colour; /* 0 blue, 1 orange, 2 green, 3 purple, 4 yellow, REPORT_PLOT_GREY */
    int dash;   /* 0 solid, 1 ... different dashes: told apart without colour */
} report_plot_series;

typedef struct report_plot {
    const char *id;              /* makes the ids in the SVG unique in the page */
    const char *xlabel, *ylabel; /* constants, as the names */
    double xmin, xmax, ymin, ymax;
    double xstep, ystep;
    bool square;
    const char *key; /* where, e.g. "top right" */
    const report_plot_series *series;
    size_t nseries;
} report_plot;

/* A square from 0 to 1 on both axes. */
report_plot report_plot_unit_square(const char *id, const char *xlabel, const char *ylabel,
                                    const char *key);

/* 1, 2 or 5 times a power of ten, so that a span holds at most so many of them. */
double report_plot_step(double span, int most);

/* Appends one <svg> element that stands in an HTML page. */
int report_plot_svg(const report_plot *p, hl_strbuf *svg, hl_err *e);

/* Draws the plot and adds it to the document, the drawn numbers with it. */
int report_plot_add(page_doc *d, const report_plot *p, const char *title, const char *alt,
                    hl_err *e);

#endif
