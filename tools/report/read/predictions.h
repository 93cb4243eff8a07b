/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_REPORT_READ_PREDICTIONS_H
#define HILUM_REPORT_READ_PREDICTIONS_H

#include "data/predictions.h"
#include "metrics.h"

/* Reads the rows of predictions.tsv that belong to the subset of the metrics. Fails unless they
 * have the classes and the unit of the metrics, and as many rows as the metrics count. */
int report_predictions_read(hl_predictions *p, const char *path, const report_metrics *m,
                            hl_err *e);

#endif
