/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocking and layouts around the vector kernels. The tiles of all images go through in groups: the
 * source of a group is transformed, multiplied by the kernel at each of the 36 positions and
 * transformed back while it is in the cache. The layouts let the products read memory
 * sequentially:
 *
 *   kernel   [position][block of 2 * lanes outputs][input][2 * lanes]
 *   source   [position][panel of tiles][block of lanes inputs][tile][lanes]
 *   products [position][block of 2 * lanes outputs][tile][2 * lanes]
 */
#include "nn/infer/winograd.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/simd.h"
#include "nn/infer/panel_product.h"
#include "nn/infer/winograd_kernels.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATCH = NN_WINOGRAD_PATCH,
    TILE = NN_WINOGRAD_TILE,
    POSITIONS = NN_WINOGRAD_POSITIONS,
    LINE = 16, /* floats of a cache line */
    MAX_LANES = 16,
    MAX_GROUP = 128,
    PARTIAL_SUM = 128 /* inputs: rounding errors are smaller in sums of partial sums */
};

struct nn_winograd {
    nn_winograd_shape shape;
    const nn_winograd_kernels *kernels;
    const nn_panel_product *product;
    size_t height, width;               /* of the result */
    size_t tiles_down, tiles_right;     /* of an image */
    size_t blocks;                      /* of 2 * lanes outputs; the last may be half unused */
    size_t group;                       /* maximum number of tiles in a group */
    size_t source_plane, product_plane; /* floats from position to position */
    size_t value;                       /* bytes of one in source and result */
    float *u, *bias;
};

typedef struct tile {
    size_t image, y, x; /* position of its 4 x 4 outputs */
    size_t panel;       /* index in the group of the first tile of its panel */
    size_t members;     /* tiles in the panel */
    size_t place;       /* its index in the panel */
} tile;

static size_t divide_up(size_t n, size_t by)
{
    return (n + by - 1) / by;
}

/* ---- which kernels ---- */

static const nn_winograd_kernels *kernels_for(size_t lanes, bool bf16)
{
#ifdef __x86_64__
    if (lanes == 16)
        return bf16 ? &nn_winograd_avx512_bf16 : &nn_winograd_avx512;
    return lanes == 8 && !bf16 ? &nn_winograd_avx2 : NULL;
#else
    (void)lanes;
    (void)bf16;
    return NULL;
#endif
}

bool nn_winograd_supports(const nn_winograd_shape *s)
{
    return kernels_for(s->lanes, s->bf16) && s->in && s->out && s->in % s->lanes == 0 &&
           s->out % s->lanes == 0 && s->pad <= 1 && s->height + 2 * s->pad >= 3 &&
           s->width + 2 * s->pad >= 3;
}

bool nn_winograd_cpu_has(size_t lanes)
{
    return kernels_for(lanes, false) && nn_panel_product_for(lanes);
}

/* ---- the kernel: G g G^T ---- */

/* The kernels to this many outputs are transformed at a time. */
enum { AT_ONCE = 8 };
typedef double doubles __attribute__((vector_size(AT_ONCE * sizeof(double))));
typedef float floats __attribute__((vector_size(AT_ONCE * sizeof(float))));

/* One dimension: the polynomial with coefficients g at each point, divided by the product of the
 * point's differences from the other points; near^2 = 1/2, far^2 = 2. */
static inline void transform_three(const doubles *g, size_t stride, doubles t[PATCH])
{
    const double near = NN_WINOGRAD_NEAR, far = NN_WINOGRAD_FAR, over_near = -2.0 / 3,
                 over_far = 1.0 / 6;
    const doubles first = g[0], second = g[stride], third = g[2 * stride];
    t[0] = first;
    t[1] = (first + third / 2 + near * second) * over_near;
    t[2] = (first + third / 2 - near * second) * over_near;
    t[3] = (first + third * 2 + far * second) * over_far;
    t[4] = (first + third * 2 - far * second) * over_far;
    t[5] = third;
}

/* kernel: of the first output, `stride` floats from output to output. */
HL_FOR_ALL_WIDTHS
static void transform_kernels(const float *kernel, size_t stride, float *u, size_t plane)
{
    doubles g[9], rows[3][PATCH];
    for (size_t i = 0; i < 9; i++)
        for (size_t k = 0; k < AT_ONCE; k++)
            g[i][k] = (double)kernel[k * stride + i];
    for (size_t y = 0; y < 3; y++)
        transform_three(g + 3 * y, 1, rows[y]);
    for (size_t x = 0; x < PATCH; x++) {
        doubles column[PATCH];
        transform_three(&rows[0][x], PATCH, column);
        for (size_t y = 0; y < PATCH; y++) {
            const floats rounded = __builtin_convertvector(column[y], floats);
            memcpy(u + (y * PATCH + x) * plane, &rounded, sizeof rounded);
        }
    }
}

typedef struct transform_job {
    const nn_winograd *w;
    const float *kernel;
} transform_job;

/* The kernels to a block of outputs; zeros for unused outputs. */
static int transform_block(void *ctx, size_t block, size_t slot, hl_err *e)
{
    (void)slot;
    (void)e;
    const transform_job *j = ctx;
    const nn_winograd *w = j->w;
    const size_t in = w->shape.in, wide = 2 * w->shape.lanes, plane = w->blocks * wide * in;
    for (size_t i = 0; i < in * wide; i += AT_ONCE) {
        const size_t output = block * wide + i % wide;
        float *u = w->u + block * in * wide + i;
        if (output < w->shape.out)
            transform_kernels(j->kernel + (output * in + i / wide) * 9, in * 9, u, plane);
        else
            for (size_t p = 0; p < POSITIONS; p++)
                memset(u + p * plane, 0, AT_ONCE * sizeof *u);
    }
    return 0;
}

/* ---- sizes ---- */

/* An odd number of cache lines: the same place in each of the 36 planes, which are written in turn,
 * is in another set of the cache. */
static size_t spread(size_t size)
{
    return (divide_up(size, LINE) | 1) * LINE;
}

/* A transformed group should stay in the second-level cache. Large kernels are read from memory for
 * each group, so it must be large enough to use what has been read (measured:
 * docs/PERFORMANCE.md). */
static void choose_group(nn_winograd *w)
{
    enum { FEW_CHANNELS = 512, SMALL = 28, LARGE = MAX_GROUP };
    const nn_winograd_shape *s = &w->shape;
    w->group = s->in + s->out <= FEW_CHANNELS ? SMALL : LARGE;
    w->source_plane = spread(w->group * s->in);
    w->product_plane = spread(w->group * w->blocks * 2 * s->lanes);
}

nn_winograd *nn_winograd_new(const nn_winograd_shape *s, const float *kernel, const float *bias,
                             int threads)
{
    nn_winograd *w = hl_calloc(1, sizeof *w);
    w->shape = *s;
    w->kernels = kernels_for(s->lanes, s->bf16);
    w->value = s->bf16 ? sizeof(uint16_t) : sizeof(float);
    w->product = nn_panel_product_for(s->lanes);
    w->height = s->height + 2 * s->pad - 2;
    w->width = s->width + 2 * s->pad - 2;
    w->tiles_down = divide_up(w->height, TILE);
    w->tiles_right = divide_up(w->width, TILE);
    w->blocks = divide_up(s->out, 2 * s->lanes);
    choose_group(w);
    w->bias = hl_aligned(s->out, sizeof *w->bias);
    for (size_t k = 0; k < s->out; k++)
        w->bias[k] = bias ? bias[k] : 0;
    w->u = hl_aligned(POSITIONS * s->in * w->blocks * 2 * s->lanes, sizeof *w->u);
    transform_job job = {w, kernel};
    hl_err e;
    /* It fails only where no thread can be started. */
    if (hl_ordered_map(w->blocks, threads, transform_block, NULL, &job, &e))
        for (size_t i = 0; i < w->blocks; i++)
            transform_block(&job, i, 0, &e);
    return w;
}

void nn_winograd_free(nn_winograd *w)
{
    if (!w)
        return;
    free(w->u);
    free(w->bias);
    free(w);
}

size_t nn_winograd_workspace(const nn_winograd *w)
{
    return POSITIONS * (w->source_plane + w->product_plane) * sizeof(float);
}

/* ---- a group ---- */

/* Tiles first, first + 1, ... of the batch, in panels of equal size or one less. */
static void place_tiles(const nn_winograd *w, size_t first, size_t n, tile *tiles)
{
    const size_t panels = divide_up(n, w->product->rows), right = w->tiles_right,
                 each = w->tiles_down * right;
    for (size_t i = 0, at = 0; i < panels; i++) {
        const size_t members = n / panels + (i < n % panels);
        for (size_t k = 0; k < members; k++) {
            const size_t number = first + at + k, there = number % each;
            tiles[at + k] = (tile){.image = number / each,
                                   .y = there / right * TILE,
                                   .x = there % right * TILE,
                                   .panel = at,
                                   .members = members,
                                   .place = k};
        }
        at += members;
    }
}

/* Copies the patch of a tile at the edge, with zeros outside the map. */
static void copy_patch(const nn_winograd *w, const char *map, const tile *t, char *patch)
{
    const size_t pixel = w->shape.lanes * w->value, pad = w->shape.pad, height = w->shape.height,
                 width = w->shape.width;
    const size_t top = t->y < pad ? pad - t->y : 0, left = t->x < pad ? pad - t->x : 0,
                 bottom = t->y + PATCH - pad > height ? height + pad - t->y : PATCH,
                 right = t->x + PATCH - pad > width ? width + pad - t->x : PATCH;
    memset(patch, 0, PATCH * PATCH * pixel);
    for (size_t y = top; y < bottom; y++)
        memcpy(patch + (y * PATCH + left) * pixel,
               map + ((t->y + y - pad) * width + t->x + left - pad) * pixel,
               (right - left) * pixel);
}

static void transform_source(const nn_winograd *w, const char *source, const tile *tiles, size_t n,
                             float *v)
{
    const nn_winograd_shape *s = &w->shape;
    const size_t lanes = s->lanes, pixel = lanes * w->value, area = s->height * s->width,
                 blocks = s->in / lanes;
    _Alignas(64) char patch[PATCH * PATCH * MAX_LANES * sizeof(float)];
    for (size_t b = 0; b < blocks; b++)
        for (const tile *t = tiles; t < tiles + n; t++) {
            const char *map = source + (t->image * blocks + b) * area * pixel;
            float *to = v + t->panel * s->in + (b * t->members + t->place) * lanes;
            const bool inside = t->y >= s->pad && t->x >= s->pad &&
                                t->y + PATCH - s->pad <= s->height &&
                                t->x + PATCH - s->pad <= s->width;
            if (inside) {
                const char *from = map + ((t->y - s->pad) * s->width + t->x - s->pad) * pixel;
                w->kernels->transform_source(from, s->width * lanes, to, w->source_plane);
            } else {
                copy_patch(w, map, t, patch);
                w->kernels->transform_source(patch, PATCH * lanes, to, w->source_plane);
            }
        }
}

/* Products at one position for one block of outputs; m: [position][tile][2 * lanes]. */
static void multiply(const nn_winograd *w, const float *v, const tile *tiles, size_t n,
                     size_t position, size_t block, float *m)
{
    const size_t in = w->shape.in, lanes = w->shape.lanes;
    const float *u = w->u + (position * w->blocks + block) * 2 * lanes * in;
    v += position * w->source_plane;
    m += position * w->product_plane;
    for (size_t from = 0; from < in; from += PARTIAL_SUM) {
        const size_t inputs = in - from < PARTIAL_SUM ? in - from : PARTIAL_SUM;
        for (size_t i = 0; i < n; i += tiles[i].members)
            w->product->multiply(tiles[i].members, u + from * 2 * lanes,
                                 v + i * in + from * tiles[i].members, NN_PANEL_BY_ROWS,
                                 inputs / lanes, from > 0, m + 2 * i * lanes, 2 * lanes);
    }
}

/* Stores only those outputs of a tile that are inside the map. */
static void store_edge(const nn_winograd *w, const char *result, const tile *t, char *map)
{
    const size_t pixel = w->shape.lanes * w->value, rows = w->height - t->y,
                 columns = w->width - t->x;
    for (size_t y = 0; y < TILE && y < rows; y++)
        memcpy(map + y * w->width * pixel, result + y * TILE * pixel,
               (columns < TILE ? columns : TILE) * pixel);
}

/* m: [position][tile][2 * lanes], products of one block of outputs. */
static void transform_result(const nn_winograd *w, const float *m, const tile *tiles, size_t n,
                             size_t block, char *result)
{
    const nn_winograd_shape *s = &w->shape;
    const size_t lanes = s->lanes, plane = w->product_plane;
    _Alignas(64) char edge[TILE * TILE * MAX_LANES * sizeof(float)];
    for (size_t half = 0; half < 2 && 2 * block + half < s->out / lanes; half++) {
        const size_t b = 2 * block + half;
        const float *bias = w->bias + b * lanes;
        for (size_t i = 0; i < n; i++) {
            const tile *t = &tiles[i];
            const float *from = m + (2 * i + half) * lanes;
            const size_t row = (t->image * s->out / lanes + b) * w->height + t->y;
            char *to = result + (row * w->width + t->x) * lanes * w->value;
            if (t->y + TILE <= w->height && t->x + TILE <= w->width) {
                w->kernels->transform_result(from, plane, bias, s->least, s->most, to,
                                             w->width * lanes);
            } else {
                w->kernels->transform_result(from, plane, bias, s->least, s->most, edge,
                                             TILE * lanes);
                store_edge(w, edge, t, to);
            }
        }
    }
}

static void run_group(const nn_winograd *w, const char *source, const tile *tiles, size_t n,
                      char *result, float *v, float *m)
{
    const size_t wide = 2 * w->shape.lanes;
    transform_source(w, source, tiles, n, v);
    for (size_t p = 0; p < POSITIONS; p++)
        for (size_t b = 0; b < w->blocks; b++)
            multiply(w, v, tiles, n, p, b, m + b * n * wide);
    for (size_t b = 0; b < w->blocks; b++)
        transform_result(w, m + b * n * wide, tiles, n, b, result);
}

void nn_winograd_run(const nn_winograd *w, const void *source, size_t images, void *result,
                     void *workspace)
{
    const size_t all = images * w->tiles_down * w->tiles_right, groups = divide_up(all, w->group);
    float *v = workspace, *m = v + POSITIONS * w->source_plane;
    tile tiles[MAX_GROUP];
    for (size_t i = 0, first = 0; i < groups; i++) {
        const size_t n = all / groups + (i < all % groups);
        place_tiles(w, first, n, tiles);
        run_group(w, source, tiles, n, result, v, m);
        first += n;
    }
}
