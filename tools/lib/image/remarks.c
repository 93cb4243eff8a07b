/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/remarks.h"

#include "base/log.h"
#include "base/mem.h"

#include <stdlib.h>

static const struct {
    const char *word, *text;
} remarks[HL_REMARKS] = {
    {"extra-bytes", "bytes that belong to nothing within the JPEG; its pixels are complete"},
    {"checksum", "a wrong checksum in a part of the PNG that holds no pixels"},
    {"transparent", "every pixel is fully transparent, and so black"},
    {"several-windows", "several windows or VOI LUTs in the DICOM file; the first counts"},
    {"invalid-window", "a window in the DICOM file that is none; read as if it were absent"},
    {"narrow-lut", "a VOI LUT in the DICOM file with fewer bits than it states"},
    {"lut-shape", "a presentation LUT shape that contradicts the photometric interpretation, which "
                  "counts"},
    {"burned-in", "the DICOM file states that text is burned into its pixels"},
    {"sop-class", "a DICOM file that is neither CR, DX nor secondary capture"},
    {"body-part", "a DICOM file whose body part is neither CHEST nor THORAX"},
    {"precision", "compressed pixels of another depth than the DICOM file states"},
};

const char *hl_remark_word(int i)
{
    return remarks[i].word;
}

const char *hl_remark_text(int i)
{
    return remarks[i].text;
}

void hl_remarks_note(hl_remarks *r, const char *file, unsigned bits)
{
    for (int i = 0; i < HL_REMARKS; i++)
        if ((bits & 1u << i) && r->n[i]++ == 0)
            r->first[i] = hl_strdup(file);
}

void hl_remarks_warn(hl_remarks *r)
{
    for (int i = 0; i < HL_REMARKS; i++) {
        if (r->n[i])
            hl_log_warn("images that were read with a remark: %zu; the first: %s: %s", r->n[i],
                        r->first[i], remarks[i].text);
        free(r->first[i]);
    }
    *r = (hl_remarks){0};
}
