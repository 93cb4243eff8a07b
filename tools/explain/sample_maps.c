/* SPDX-License-Identifier: BSD-2-Clause */
#include "sample_maps.h"

#include "base/mem.h"
#include "heat.h"

#include <math.h>
#include <stdlib.h>

static double largest(const double *v, size_t n)
{
    double most = v[0];
    for (size_t i = 1; i < n; i++)
        most = fmax(most, v[i]);
    return most;
}

/* Averages over the random heads whose map is not constant. */
static void compare(explain_context *c, const explain_sample *s, const explain_last_maps *m,
                    const double *heat, explain_map *map)
{
    map->rho = map->abs_rho = NAN;
    double *rho = hl_malloc(c->sanity.n, sizeof *rho), sum = 0, abs_sum = 0;
    explain_sanity_compare(&c->sanity, &c->top, m, s->target, heat, rho);
    size_t n = 0;
    for (size_t i = 0; i < c->sanity.n; i++)
        if (isfinite(rho[i])) {
            sum += rho[i];
            abs_sum += fabs(rho[i]);
            n++;
        }
    free(rho);
    if (n) {
        map->rho = sum / (double)n;
        map->abs_rho = abs_sum / (double)n;
        c->sum_rho += map->rho;
        c->sum_abs_rho += map->abs_rho;
        c->compared++;
    }
}

static int add_gradcam(explain_context *c, const explain_sample *s, const explain_last_maps *m,
                       hl_err *e)
{
    const size_t pixels = m->height * m->width;
    double *heat = hl_malloc(pixels, sizeof *heat);
    explain_map map = {.method = "gradcam", .heat = c->picture};
    explain_gradcam(&c->top, m, s->target, heat);
    compare(c, s, m, heat, &map);
    map.peak = largest(heat, pixels);
    explain_heat_enlarge(heat, m->height, m->width, c->picture, c->out.height, c->out.width);
    const int status = explain_add_map(&c->out, s, &map, e);
    free(heat);
    return status;
}

static int add_occlusion(explain_context *c, const explain_sample *s, hl_err *e)
{
    if (explain_occlusion_map(&c->occlusion, s->image, s->target, c->picture, &c->progress, e))
        return -1;
    const explain_map map = {.method = "occlusion",
                             .heat = c->picture,
                             .peak = largest(c->picture, c->out.height * c->out.width),
                             .rho = NAN,
                             .abs_rho = NAN};
    return explain_add_map(&c->out, s, &map, e);
}

/* Samples that are not in a file of predictions are classified here. */
static void predict(const explain_context *c, explain_sample *s, const explain_last_maps *m)
{
    if (s->is_predicted)
        return;
    const size_t k = c->model->nclasses;
    double *p = hl_malloc(k, sizeof *p);
    explain_top_predict(&c->top, m, p);
    for (uint32_t i = 0; i < k; i++)
        if (i == 0 || p[i] > s->p) {
            s->predicted = i;
            s->p = p[i];
        }
    free(p);
}

int explain_sample_maps(explain_context *c, explain_sample *s, hl_err *e)
{
    explain_last_maps m;
    if (explain_last_maps_make(&m, c->model->head, s->features, c->map_shape, e))
        return -1;
    predict(c, s, &m);
    s->target = c->target ? *c->target : s->predicted;
    int status = explain_add_sample(&c->out, s, e) || add_gradcam(c, s, &m, e) ? -1 : 0;
    if (status == 0 && c->occlusion.extractor)
        status = add_occlusion(c, s, e);
    explain_last_maps_free(&m);
    return status;
}
