/* SPDX-License-Identifier: BSD-2-Clause */
/* The results published in the paper that this project reproduces, and its names of backbones. */
#ifndef HILUM_REPORT_SECTIONS_PAPER_H
#define HILUM_REPORT_SECTIONS_PAPER_H

#include "../read/metrics.h"

typedef struct report_paper_row {
    const char *model;
    const char *key;                     /* the name in lower-case letters and digits only */
    const char *accuracy, *macro_recall; /* per cent, with the published digits */
} report_paper_row;

/* The paper's row for a backbone, or NULL. Case and punctuation do not matter:
 * "inception_resnet_v2" is "InceptionResNetV2". */
const report_paper_row *report_paper_find(const char *backbone);

/* The backbone's name as the paper spells it, or else as the metrics have it. */
const char *report_paper_model_name(const report_metrics *r);

extern const char report_paper_remark[]; /* why the two columns are not comparable */

#endif
