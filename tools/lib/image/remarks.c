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
