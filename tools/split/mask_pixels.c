/* SPDX-License-Identifier: BSD-2-Clause */
#include "mask_pixels.h"

#include "image/grey.h"
#include "image/load.h"
#include "sys/path.h"

#include <stdbool.h>
#include <stdlib.h>

enum { LEVELS = 256, MAX_READ = 5 };

typedef struct histogram {
    size_t n[LEVELS], pixels;
} histogram;

static histogram histogram_of(hl_image *img)
{
    histogram h = {.pixels = img->height * img->width};
    hl_image_make_grey(img);
    for (size_t i = 0; i < h.pixels; i++)
        h.n[img->pixels[i]]++;
    return h;
}

/* The level with most pixels of those that are at least this far from `from`. */
static int most_frequent(const histogram *h, int from, int distance)
{
    int most = -1;
    for (int v = 0; v < LEVELS; v++)
        if (abs(v - from) >= distance && h->n[v] && (most < 0 || h->n[v] > h->n[most]))
            most = v;
    return most;
}

static size_t count_near(const histogram *h, int level, int distance)
{
    size_t n = 0;
    for (int v = 0; v < LEVELS; v++)
        if (abs(v - level) <= distance)
            n += h->n[v];
    return n;
}

static size_t count_levels(const histogram *h)
{
    size_t n = 0;
    for (int v = 0; v < LEVELS; v++)
        n += h->n[v] > 0;
    return n;
}

/* Lossy compression, resizing and smoothing leave other levels along the edges of a mask. X-rays
 * that use a small part of the grey levels have few, too, but not two; beside the black of bars
 * around them, no level has most of the rest. Of 5,376 chest X-rays, none has more than 0.63 of its
 * pixels near two levels, and of the pixels that are not near the most frequent one, none has more
 * than 0.37 near another, or 0.61 with bars three times as wide as the image beside it. */
static split_pixels classify(const histogram *h)
{
    enum { FAR = 64, NEAR = 8 };
    const size_t levels = count_levels(h);
    if (levels <= 2)
        return levels == 2 ? SPLIT_PIXELS_MASK : SPLIT_PIXELS_UNKNOWN;
    const int first = most_frequent(h, -LEVELS, 0), second = most_frequent(h, first, FAR);
    if (second < 0)
        return SPLIT_PIXELS_GREY;
    const size_t exact = h->n[first] + h->n[second];
    const size_t a = count_near(h, first, NEAR), b = count_near(h, second, NEAR);
    const bool two =
        2 * exact >= h->pixels && 4 * (a + b) >= 3 * h->pixels && 10 * b >= 7 * (h->pixels - a);
    return two ? SPLIT_PIXELS_MASK : SPLIT_PIXELS_GREY;
}

static split_pixels look_at(const char *dir, const char *path)
{
    hl_err e;
    hl_image img;
    split_pixels found = SPLIT_PIXELS_UNKNOWN;
    char *file = hl_path_join(dir, path);
    if (hl_image_read(&img, file, HL_DEPTH_CONTENT, NULL, &e) == 0) {
        const histogram h = histogram_of(&img);
        found = classify(&h);
        hl_image_free(&img);
    }
    free(file);
    return found;
}

split_pixels split_look_at_pixels(const char *dir, char *const *paths, size_t n)
{
    split_pixels all = SPLIT_PIXELS_UNKNOWN;
    const size_t read = n < MAX_READ ? n : MAX_READ;
    for (size_t i = 0; i < read; i++) {
        const split_pixels found = look_at(dir, paths[i * n / read]);
        if (found == SPLIT_PIXELS_GREY)
            return found;
        if (found == SPLIT_PIXELS_MASK)
            all = found;
    }
    return all;
}

/* Pairs of neighbours among n images; all of them if they are not more. */
static split_mask_count count_masks(const char *dir, char *const *paths, size_t n, size_t most)
{
    split_mask_count c = {.read = n < most ? n : most};
    for (size_t i = 0; i < c.read; i++) {
        const char *path = paths[n <= most ? i : i / 2 * (n - 2) / (most / 2 - 1) + i % 2];
        const split_pixels found = look_at(dir, path);
        c.masks += found == SPLIT_PIXELS_MASK;
        c.others += found == SPLIT_PIXELS_GREY;
        if (found == SPLIT_PIXELS_MASK && !c.example)
            c.example = path;
    }
    return c;
}

split_mask_count split_count_mask_pixels(const char *dir, char *const *paths, size_t n)
{
    enum { READ = 16, READ_IN_DOUBT = 80 };
    const split_mask_count c = count_masks(dir, paths, n, READ);
    return n > READ && c.masks && !split_masks_are_notable(&c)
               ? count_masks(dir, paths, n, READ_IN_DOUBT)
               : c;
}

bool split_masks_are_notable(const split_mask_count *c)
{
    enum { MANY = 3, PART = 4 };
    return c->others && (c->masks >= MANY || (c->masks && PART * c->masks >= c->read));
}
