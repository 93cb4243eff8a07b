/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Blocking and layouts around the vector kernels. The tiles of all images go through in groups: the
 * source of a group is transformed, multiplied by the kernel at each of the positions (36 with
 * 3 x 3 taps) and transformed back while it is in the cache. The layouts let the products read
 * memory sequentially:
 *
 *   kernel   [position][block of 2 * lanes outputs][input][2 * lanes]
 *   source   [position][panel of tiles][block of lanes inputs][tile][lanes]
 *   products [position][block of 2 * lanes outputs][tile][2 * lanes]
 */
#include "nn/infer/winograd.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "nn/infer/panel_product.h"
#include "nn/infer/winograd_kernels.h"
#include "nn/infer/winograd_weights.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_PATCH = NN_WINOGRAD_THREE_TAPS * NN_WINOGRAD_THREE_TAPS,
    MAX_TILE = NN_WINOGRAD_TILE * NN_WINOGRAD_TILE,
    LINE = 16, /* floats of a cache line */
    MAX_LANES = 16,
    MAX_GROUP = 128,
    PARTIAL_SUM = 128 /* inputs: rounding errors are smaller in sums of partial sums */
};

struct nn_winograd {
    nn_winograd_shape shape;
    const nn_winograd_transforms *transforms;
    const nn_panel_product *product;
    size_t height, width;     /* of the result */
    size_t patch[2], tile[2]; /* rows and columns: of a tile's source and of its outputs */
    size_t positions;
    size_t tiles_down, tiles_right;     /* of an image */
    size_t blocks;                      /* of 2 * lanes outputs; the last may be half unused */
    size_t group;                       /* maximum number of tiles in a group */
    size_t source_plane, product_plane; /* floats from position to position */
    size_t value;                       /* bytes of one in source and result */
    float *u, *bias;
};

typedef struct tile {
    size_t image, y, x; /* position of its outputs */
    size_t panel;       /* index in the group of the first tile of its panel */
    size_t members;     /* tiles in the panel */
    size_t place;       /* its index in the panel */
} tile;

static size_t divide_up(size_t n, size_t by)
{
    return (n + by - 1) / by;
}

/* A patch has `taps` - 1 values more than its tile, which is one value where there is one tap. */
static size_t tile_for(size_t taps)
{
    return taps == 1 ? 1 : NN_WINOGRAD_TILE;
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

static const nn_winograd_transforms *transforms_for(const nn_winograd_shape *s)
{
    const nn_winograd_kernels *k = kernels_for(s->lanes, s->bf16);
    const size_t down = s->taps[0], right = s->taps[1];
    if (!k)
        return NULL;
    if (down == 3 && right == 3)
        return &k->square;
    if (down != 1 && right != 1)
        return NULL;
    const size_t along = down == 1 ? right : down;
    return along == 3 ? &k->line_of_three : along == 7 ? &k->line_of_seven : NULL;
}

bool nn_winograd_supports(const nn_winograd_shape *s)
{
    return transforms_for(s) && s->in && s->out && s->in % s->lanes == 0 &&
           s->out % s->lanes == 0 && s->pad[0] < s->taps[0] && s->pad[1] < s->taps[1] &&
           s->height && s->width && s->height + 2 * s->pad[0] >= s->taps[0] &&
           s->width + 2 * s->pad[1] >= s->taps[1];
}

bool nn_winograd_cpu_has(size_t lanes)
{
    return kernels_for(lanes, false) && nn_panel_product_for(lanes);
}

/* ---- the kernel ---- */

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
    const size_t *taps = w->shape.taps, all = taps[0] * taps[1];
    const size_t in = w->shape.in, wide = 2 * w->shape.lanes, plane = w->blocks * wide * in;
    for (size_t i = 0; i < in * wide; i += NN_WINOGRAD_AT_ONCE) {
        const size_t output = block * wide + i % wide;
        float *u = w->u + block * in * wide + i;
        if (output < w->shape.out)
            nn_winograd_transform_kernels(taps, j->kernel + (output * in + i / wide) * all,
                                          in * all, u, plane);
        else
            for (size_t p = 0; p < w->positions; p++)
                memset(u + p * plane, 0, NN_WINOGRAD_AT_ONCE * sizeof *u);
    }
    return 0;
}

/* ---- sizes ---- */

/* An odd number of cache lines: the same place in each of the planes, which are written in turn,
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
    w->transforms = transforms_for(s);
    w->value = s->bf16 ? sizeof(uint16_t) : sizeof(float);
    w->product = nn_panel_product_for(s->lanes);
    w->height = s->height + 2 * s->pad[0] - s->taps[0] + 1;
    w->width = s->width + 2 * s->pad[1] - s->taps[1] + 1;
    for (size_t i = 0; i < 2; i++) {
        w->tile[i] = tile_for(s->taps[i]);
        w->patch[i] = w->tile[i] + s->taps[i] - 1;
    }
    w->positions = w->patch[0] * w->patch[1];
    w->tiles_down = divide_up(w->height, w->tile[0]);
    w->tiles_right = divide_up(w->width, w->tile[1]);
    w->blocks = divide_up(s->out, 2 * s->lanes);
    choose_group(w);
    w->bias = hl_aligned(s->out, sizeof *w->bias);
    for (size_t k = 0; k < s->out; k++)
        w->bias[k] = bias ? bias[k] : 0;
    w->u = hl_aligned(w->positions * s->in * w->blocks * 2 * s->lanes, sizeof *w->u);
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
    return w->positions * (w->source_plane + w->product_plane) * sizeof(float);
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
                                   .y = there / right * w->tile[0],
                                   .x = there % right * w->tile[1],
                                   .panel = at,
                                   .members = members,
                                   .place = k};
        }
        at += members;
    }
}

/* The stride that the transforms are given, where `row` values lie between rows. */
static size_t stride_of(const nn_winograd *w, size_t row)
{
    return w->patch[0] == 1 ? w->shape.lanes : row;
}

/* Copies the patch of a tile at the edge, with zeros outside the map. */
static void copy_patch(const nn_winograd *w, const char *map, const tile *t, char *patch)
{
    const size_t pixel = w->shape.lanes * w->value, height = w->shape.height,
                 width = w->shape.width, above = w->shape.pad[0], before = w->shape.pad[1];
    const size_t top = t->y < above ? above - t->y : 0, left = t->x < before ? before - t->x : 0,
                 bottom = t->y + w->patch[0] - above > height ? height + above - t->y : w->patch[0],
                 right = t->x + w->patch[1] - before > width ? width + before - t->x : w->patch[1];
    memset(patch, 0, w->positions * pixel);
    for (size_t y = top; y < bottom; y++)
        memcpy(patch + (y * w->patch[1] + left) * pixel,
               map + ((t->y + y - above) * width + t->x + left - before) * pixel,
               (right - left) * pixel);
}

static bool is_inside(const nn_winograd *w, const tile *t)
{
    const nn_winograd_shape *s = &w->shape;
    return t->y >= s->pad[0] && t->x >= s->pad[1] && t->y + w->patch[0] - s->pad[0] <= s->height &&
           t->x + w->patch[1] - s->pad[1] <= s->width;
}

static void transform_source(const nn_winograd *w, const char *source, const tile *tiles, size_t n,
                             float *v)
{
    const nn_winograd_shape *s = &w->shape;
    const size_t lanes = s->lanes, pixel = lanes * w->value, area = s->height * s->width,
                 blocks = s->in / lanes;
    _Alignas(64) char patch[MAX_PATCH * MAX_LANES * sizeof(float)];
    for (size_t b = 0; b < blocks; b++)
        for (const tile *t = tiles; t < tiles + n; t++) {
            const char *map = source + (t->image * blocks + b) * area * pixel;
            float *to = v + t->panel * s->in + (b * t->members + t->place) * lanes;
            if (is_inside(w, t)) {
                const size_t at = (t->y - s->pad[0]) * s->width + t->x - s->pad[1];
                w->transforms->source(map + at * pixel, stride_of(w, s->width * lanes), to,
                                      w->source_plane);
            } else {
                copy_patch(w, map, t, patch);
                w->transforms->source(patch, stride_of(w, w->patch[1] * lanes), to,
                                      w->source_plane);
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
                 columns = w->width - t->x, across = w->tile[1];
    for (size_t y = 0; y < w->tile[0] && y < rows; y++)
        memcpy(map + y * w->width * pixel, result + y * across * pixel,
               (columns < across ? columns : across) * pixel);
}

/* m: [position][tile][2 * lanes], products of one block of outputs. */
static void transform_result(const nn_winograd *w, const float *m, const tile *tiles, size_t n,
                             size_t block, char *result)
{
    const nn_winograd_shape *s = &w->shape;
    const size_t lanes = s->lanes, plane = w->product_plane;
    _Alignas(64) char edge[MAX_TILE * MAX_LANES * sizeof(float)];
    for (size_t half = 0; half < 2 && 2 * block + half < s->out / lanes; half++) {
        const size_t b = 2 * block + half;
        const float *bias = w->bias + b * lanes;
        for (size_t i = 0; i < n; i++) {
            const tile *t = &tiles[i];
            const float *from = m + (2 * i + half) * lanes;
            const size_t row = (t->image * s->out / lanes + b) * w->height + t->y;
            char *to = result + (row * w->width + t->x) * lanes * w->value;
            if (t->y + w->tile[0] <= w->height && t->x + w->tile[1] <= w->width) {
                w->transforms->result(from, plane, bias, s->least, s->most, to,
                                      stride_of(w, w->width * lanes));
            } else {
                w->transforms->result(from, plane, bias, s->least, s->most, edge,
                                      stride_of(w, w->tile[1] * lanes));
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
    for (size_t p = 0; p < w->positions; p++)
        for (size_t b = 0; b < w->blocks; b++)
            multiply(w, v, tiles, n, p, b, m + b * n * wide);
    for (size_t b = 0; b < w->blocks; b++)
        transform_result(w, m + b * n * wide, tiles, n, b, result);
}

void nn_winograd_run(const nn_winograd *w, const void *source, size_t images, void *result,
                     void *workspace)
{
    const size_t all = images * w->tiles_down * w->tiles_right, groups = divide_up(all, w->group);
    float *v = workspace, *m = v + w->positions * w->source_plane;
    tile tiles[MAX_GROUP];
    for (size_t i = 0, first = 0; i < groups; i++) {
        const size_t n = all / groups + (i < all % groups);
        place_tiles(w, first, n, tiles);
        run_group(w, source, tiles, n, result, v, m);
        first += n;
    }
}
