/* SPDX-License-Identifier: BSD-2-Clause */
#include "image/grey.h"

void hl_image_make_grey(hl_image *img)
{
    if (img->channels == 1)
        return;
    const size_t n = img->height * img->width;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *rgb = img->pixels + 3 * i;
        const uint32_t sum = rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000;
        img->pixels[i] = (uint8_t)(sum >> 16);
    }
    img->channels = 1;
}

/* From the end backwards, so that no pixel is written over before it has been read. */
void hl_grey_to_rgb(const uint8_t *grey, size_t n, uint8_t *rgb)
{
    for (size_t i = n; i-- > 0;) {
        const uint8_t v = grey[i];
        rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = v;
    }
}
