/* SPDX-License-Identifier: BSD-2-Clause */
/* Labels that may be several, with signs between them that do not separate labels. */
#ifndef HILUM_SPLIT_LABEL_PARTS_H
#define HILUM_SPLIT_LABEL_PARTS_H

#include "words.h"

/*
 * Whether the label has signs such as "/" and "&" in it, and what lies before, between or after
 * them is one of these words, but for case, blanks and Unicode form; it goes to *part. Single
 * blanks and hyphens are no such signs: "Viral Pneumonia" is one label, and "No Lung Opacity / Not
 * Normal" has none of "Lung Opacity" and "Normal" as a part. The words are sorted.
 */
bool split_label_has_part(split_word label, const split_words *words, split_word *part);

#endif
