/* SPDX-License-Identifier: BSD-2-Clause */
/* Running another program as a filter, without a shell. */
#ifndef HILUM_REPORT_PLOT_RUN_FILTER_H
#define HILUM_REPORT_PLOT_RUN_FILTER_H

#include "base/error.h"
#include "base/strbuf.h"

#include <stddef.h>

/*
 * Runs argv[0], looked up in PATH, with `input` on its standard input and appends what it writes
 * to standard output to out; more than max bytes is an error. An exit status other than 0 is an
 * error that quotes the last line that the program wrote to standard error.
 */
int report_run_filter(const char *const argv[], const hl_strbuf *input, size_t max, hl_strbuf *out,
                      hl_err *e);

#endif
