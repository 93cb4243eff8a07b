/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HILUM_REPORT_READ_PREDICTIONS_H
#define HILUM_REPORT_READ_PREDICTIONS_H

#include "data/predictions.h"
#include "metrics.h"

/* The rows of predictions.tsv that are of the metrics' subset: as many as they count, and of their
 * classes. */
int report_predictions_read(hl_predictions *p, const char *path, const report_metrics *m,
                            hl_err *e);

#endif
