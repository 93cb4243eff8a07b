/* SPDX-License-Identifier: BSD-2-Clause */
#include "thumb.h"

#include <math.h>

enum { SIDE = HL_THUMB_SIDE };

static int at(const uint8_t *thumb, int y, int x)
{
    return thumb[y * SIDE + x];
}

double audit_frame_level(const uint8_t *thumb)
{
    int sum = 0;
    for (int i = 0; i < SIDE - 1; i++)
        sum += at(thumb, 0, i) + at(thumb, i, SIDE - 1) + at(thumb, SIDE - 1, SIDE - 1 - i) +
               at(thumb, SIDE - 1 - i, 0);
    return (double)sum / (4 * (SIDE - 1));
}

/* ---- the border ---- */

/* Grey levels that the noise of compression adds to a bar of one grey. */
enum { FLAT = 8, LEAST_SIDE = 8 };

/* The part within the border: rows y0 to y1 - 1, columns x0 to x1 - 1. */
typedef struct box {
    int y0, y1, x0, x1;
} box;

static bool is_flat(const uint8_t *thumb, box b)
{
    int least = 255, most = 0;
    for (int y = b.y0; y < b.y1; y++)
        for (int x = b.x0; x < b.x1; x++) {
            const int v = at(thumb, y, x);
            least = v < least ? v : least;
            most = v > most ? v : most;
        }
    return most - least <= FLAT;
}

/* Takes away rows and columns from all sides until each has structure, or little is left. */
static box find_inside(const uint8_t *thumb)
{
    box b = {0, SIDE, 0, SIDE};
    for (box last = {0}; b.y1 - b.y0 + b.x1 - b.x0 != last.y1 - last.y0 + last.x1 - last.x0;) {
        last = b;
        if (b.y1 - b.y0 <= LEAST_SIDE || b.x1 - b.x0 <= LEAST_SIDE)
            break;
        if (is_flat(thumb, (box){b.y0, b.y1, b.x0, b.x0 + 1}))
            b.x0++;
        else if (is_flat(thumb, (box){b.y0, b.y1, b.x1 - 1, b.x1}))
            b.x1--;
        else if (is_flat(thumb, (box){b.y0, b.y0 + 1, b.x0, b.x1}))
            b.y0++;
        else if (is_flat(thumb, (box){b.y1 - 1, b.y1, b.x0, b.x1}))
            b.y1--;
    }
    return b;
}

int audit_border_width(const uint8_t *thumb)
{
    const box b = find_inside(thumb);
    return 2 * SIDE - (b.y1 - b.y0) - (b.x1 - b.x0);
}

/* ---- the corners ---- */

/* The median of the pixels two steps away, of which there are 3 to 8. */
static int surroundings(const uint8_t *thumb, int y, int x)
{
    int sorted[8], n = 0;
    for (int dy = -2; dy <= 2; dy += 2)
        for (int dx = -2; dx <= 2; dx += 2) {
            const int ny = y + dy, nx = x + dx;
            if ((dy == 0 && dx == 0) || ny < 0 || ny >= SIDE || nx < 0 || nx >= SIDE)
                continue;
            const int v = at(thumb, ny, nx);
            int i = n++;
            for (; i > 0 && sorted[i - 1] > v; i--)
                sorted[i] = sorted[i - 1];
            sorted[i] = v;
        }
    return sorted[n / 2];
}

static int brightest_spot(const uint8_t *thumb, audit_corner corner)
{
    enum { SPOT_SIDE = 6 };
    const bool right = corner == AUDIT_TOP_RIGHT || corner == AUDIT_BOTTOM_RIGHT;
    const bool bottom = corner == AUDIT_BOTTOM_LEFT || corner == AUDIT_BOTTOM_RIGHT;
    int most = 0;
    for (int i = 0; i < SPOT_SIDE; i++)
        for (int k = 0; k < SPOT_SIDE; k++) {
            const int y = bottom ? SIDE - 1 - i : i, x = right ? SIDE - 1 - k : k;
            const int spot = at(thumb, y, x) - surroundings(thumb, y, x);
            most = spot > most ? spot : most;
        }
    return most;
}

void audit_corner_spots(const uint8_t *thumb, int spots[AUDIT_CORNERS])
{
    for (int c = 0; c < AUDIT_CORNERS; c++)
        spots[c] = brightest_spot(thumb, (audit_corner)c);
}

/* ---- the polarity ---- */

enum { BLOCKS = 8 };

/* Mean of the 5,216 chest X-rays of Kermany's set in 8 x 8 blocks, each image with mean 0 and
 * deviation 1, and of their mirror images: a bright middle and abdomen, dark sides and lungs. In
 * hundredths; only the left half, as the other one mirrors it. */
static const int chest[BLOCKS][BLOCKS / 2] = {
    {-14, -6, 1, 10}, {-13, 1, 4, 9},   {-17, 2, -1, 10}, {-20, 1, -1, 13},
    {-21, -2, 2, 16}, {-21, -4, 3, 16}, {-21, 0, 11, 18}, {-19, 9, 17, 20},
};

static double block_mean(const uint8_t *thumb, box b)
{
    int sum = 0;
    for (int y = b.y0; y < b.y1; y++)
        for (int x = b.x0; x < b.x1; x++)
            sum += at(thumb, y, x);
    return (double)sum / ((b.y1 - b.y0) * (b.x1 - b.x0));
}

static int divide(int from, int to, int block)
{
    return from + block * (to - from) / BLOCKS;
}

double audit_chest_correlation(const uint8_t *thumb)
{
    const box b = find_inside(thumb);
    double a = 0, aa = 0, ab = 0, t = 0, tt = 0;
    if (b.y1 - b.y0 <= LEAST_SIDE || b.x1 - b.x0 <= LEAST_SIDE)
        return 0;
    for (int y = 0; y < BLOCKS; y++)
        for (int x = 0; x < BLOCKS; x++) {
            const double v =
                block_mean(thumb, (box){divide(b.y0, b.y1, y), divide(b.y0, b.y1, y + 1),
                                        divide(b.x0, b.x1, x), divide(b.x0, b.x1, x + 1)});
            const double c = chest[y][x < BLOCKS / 2 ? x : BLOCKS - 1 - x];
            a += v;
            aa += v * v;
            ab += v * c;
            t += c;
            tt += c * c;
        }
    const double n = BLOCKS * BLOCKS, spread = (aa - a * a / n) * (tt - t * t / n);
    return spread > 0 ? (ab - a * t / n) / sqrt(spread) : 0;
}
