/* SPDX-License-Identifier: BSD-2-Clause */
/* Line plots, drawn by gnuplot as inline SVG. */
#ifndef HL_REPORT_PLOT_H
#define HL_REPORT_PLOT_H

#include "../common/error.h"
#include "../common/text.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct plot_series {
    const char *name; /* a constant of the program: it becomes gnuplot code. NULL: not in the key */
    const double *x, *y; /* [n]; a y that is NaN leaves a gap */
    size_t n;
    int colour;  /* 0 blue, 1 orange, 2 green, 3 grey */
    bool dashed; /* told apart without colour */
    bool points, lines;
} plot_series;

typedef struct plot {
    const char *id;              /* makes the ids in the SVG unique in the page */
    const char *xlabel, *ylabel; /* constants, as the names */
    double xmin, xmax, ymin, ymax;
    double xstep, ystep;
    bool square;
    const char *key; /* where, e.g. "top right" */
    const plot_series *series;
    size_t nseries;
} plot;

/* Appends one <svg> element that stands in an HTML page. */
int plot_svg(const plot *p, hl_text *svg, hl_err *e);

#endif
