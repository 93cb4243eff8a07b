/* SPDX-License-Identifier: BSD-2-Clause */
/* Which file a row of a label table means, and which rows mean the same one. */
#ifndef HILUM_SPLIT_ROW_IMAGES_H
#define HILUM_SPLIT_ROW_IMAGES_H

#include "base/error.h"
#include "data/patient_rule.h"
#include "dicom.h"
#include "image_index.h"
#include "label_rules.h"

/*
 * Sets the path of the row from its field, and whether the file is missing. Each file has one path,
 * however the table writes it: "a//1.png" and "./a/1.png" are "a/1.png". Blanks around a name count
 * if there is a file of that name. The field is changed in place, and the path may point into it.
 * An absolute path or one with backslashes is of another machine: the
 * image is the one with the longest end in common. Fails where a name is empty, has ".." in it,
 * or fits several images.
 */
int split_row_find_image(split_row *r, split_image_index *images, char *field, hl_err *e);

/* Says how many of n rows have an image that is not where they say, and the first of these: one
 * line for those of another extension, one for paths of another machine. */
void split_rows_report_found(const split_row *rows, size_t n, const char *table,
                             const split_dicom_rule *dicom);

/* Gives rows of the same file, which has several paths through links, the first of these paths.
 * Fails if the rule's pattern finds different patients in them. table is its name for messages. */
int split_rows_settle_links(split_row *rows, size_t n, hl_patient_rule *rule, const char *table,
                            const split_dicom_rule *dicom, hl_err *e);

#endif
