/* SPDX-License-Identifier: BSD-2-Clause */
#include "spool.h"

#include "base/array.h"
#include "image/grey.h"
#include "sys/scratch.h"

#include <stdlib.h>

static const char spool_name[] = "temporary file of images";

int preprocess_spool_open(preprocess_spool *s, size_t pixels, hl_err *e)
{
    *s = (preprocess_spool){.pixels = pixels};
    s->fp = hl_scratch_file(NULL, e);
    return s->fp ? 0 : -1;
}

int preprocess_spool_add(preprocess_spool *s, const uint8_t *image, int channels, hl_err *e)
{
    const size_t bytes = s->pixels * (size_t)channels;
    if (fwrite(image, 1, bytes, s->fp) != bytes)
        return hl_fail_errno(e, "%s: cannot be written (see TMPDIR)", spool_name);
    s->channels = hl_array_reserve(s->channels, s->n + 1, &s->cap, 1);
    s->channels[s->n++] = (uint8_t)channels;
    s->colour |= channels == 3;
    return 0;
}

int preprocess_spool_rewind(preprocess_spool *s, hl_err *e)
{
    s->at = 0;
    if (fflush(s->fp) || fseeko(s->fp, 0, SEEK_SET))
        return hl_fail_errno(e, "%s: cannot be written (see TMPDIR)", spool_name);
    return 0;
}

int preprocess_spool_next(preprocess_spool *s, uint8_t *image, int channels, hl_err *e)
{
    const int stored = s->channels[s->at++];
    if (stored > channels)
        abort();
    const size_t bytes = s->pixels * (size_t)stored;
    if (fread(image, 1, bytes, s->fp) != bytes)
        return hl_fail(e, "%s: cannot be read back", spool_name);
    if (stored < channels)
        hl_grey_to_rgb(image, s->pixels, image);
    return 0;
}

void preprocess_spool_close(preprocess_spool *s)
{
    if (s->fp)
        fclose(s->fp);
    free(s->channels);
    *s = (preprocess_spool){0};
}
