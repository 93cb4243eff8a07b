/* SPDX-License-Identifier: BSD-2-Clause */
#include "paper.h"

#include <ctype.h>
#include <string.h>

/* U+2007, a space as wide as a digit, aligns the decimal points. */
#define FIGURE_SPACE "\xe2\x80\x87"

static const report_paper_row rows[] = {
    {"VGG16", "vgg16", "94.4" FIGURE_SPACE, "92"},
    {"InceptionResNetV2", "inceptionresnetv2", "71.88", "49"},
    {"MobileNetV2", "mobilenetv2", "72.76", "50"},
};

const char report_paper_remark[] =
    "The paper split the data at random by image, so that one patient can have images in both "
    "training and test. Results of such a split are not comparable with those of a split that "
    "keeps patients together, nor with those on the data set\xe2\x80\x99s official test folder.";

static bool same_name(const char *name, const char *key)
{
    for (; *name; name++) {
        if (!isalnum((unsigned char)*name))
            continue;
        if (tolower((unsigned char)*name) != *key)
            return false;
        key++;
    }
    return !*key;
}

const report_paper_row *report_paper_find(const char *backbone)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (same_name(backbone, rows[i].key))
            return &rows[i];
    return NULL;
}

const char *report_paper_model_name(const report_metrics *r)
{
    const report_paper_row *row = report_paper_find(r->feature_space.backbone);
    return row ? row->model : r->feature_space.backbone;
}
