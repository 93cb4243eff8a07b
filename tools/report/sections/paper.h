/* SPDX-License-Identifier: BSD-2-Clause */
/* What the paper that this project reproduces published, and how backbones are called. */
#ifndef HILUM_REPORT_SECTIONS_PAPER_H
#define HILUM_REPORT_SECTIONS_PAPER_H

#include "../read/metrics.h"

typedef struct report_paper_row {
    const char *model;
    const char *key;                     /* the name, small letters and digits only */
    const char *accuracy, *macro_recall; /* per cent, with the digits that were published */
} report_paper_row;

/* The paper's row of a backbone, or NULL. "InceptionResNetV2", "inception_resnet_v2" and the like
 * are the same. */
const report_paper_row *report_paper_find(const char *backbone);

/* The name as the paper spells it, or as it is. */
const char *report_paper_model_name(const report_metrics *r);

extern const char report_paper_remark[]; /* why the columns must not be read against each other */

#endif
