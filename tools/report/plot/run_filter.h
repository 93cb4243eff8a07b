/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs another program as a filter, without a shell. */
#ifndef HILUM_REPORT_PLOT_RUN_FILTER_H
#define HILUM_REPORT_PLOT_RUN_FILTER_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>

/*
 * Runs argv[0], which is looked up in PATH, with `input` as its standard input, and appends its
 * standard output to out. It fails if the output is longer than max bytes, or if the program ends
 * with a status other than 0; the message then quotes the last line of its standard error.
 */
int report_run_filter(const char *const argv[], const hl_strbuf *input, size_t max, hl_strbuf *out,
                      hl_err *e);

#endif
