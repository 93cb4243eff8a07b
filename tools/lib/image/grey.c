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
