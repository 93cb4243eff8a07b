/* SPDX-License-Identifier: BSD-2-Clause */
/* --unit: the entries of images become those of patients or studies. */
#ifndef HILUM_PREDICT_BY_UNIT_H
#define HILUM_PREDICT_BY_UNIT_H

#include "data/manifest.h"
#include "worklist.h"

/* Replaces the entries of w, one for each sample of m in its order, by one for each unit of
 * w->rule: the combined probabilities, the image that shows the positive class most, and the
 * largest distance. An entry is OOD if one of its images is. file: for messages. */
int predict_combine(predict_worklist *w, size_t nclasses, const hl_manifest *m, const char *file,
                    hl_err *e);

/* The same for entries of image files, which have their patients themselves. Unread images stay in
 * the list, after the units. */
int predict_combine_images(predict_worklist *w, size_t nclasses, hl_err *e);

#endif
