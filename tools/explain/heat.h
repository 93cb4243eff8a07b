/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heat maps as numbers and as pictures. A map is row-major [height, width]; its values are the
 * attribution to a class: larger values support it more, 0 not at all.
 */
#ifndef HILUM_EXPLAIN_HEAT_H
#define HILUM_EXPLAIN_HEAT_H

#include <stddef.h>
#include <stdint.h>

/* Grad-CAM (Selvaraju et al. 2017). maps and gradient: [channels, pixels], the feature maps A and
 * the gradient of the class's logit y with respect to them. heat [pixels] gets
 * max(0, sum over k of a_k A_k), with a_k the mean of dy / dA_k over the pixels. */
void explain_heat_gradcam(const float *maps, const float *gradient, size_t channels, size_t pixels,
                          double *heat);

/* Enlarges a map [h, w] to [height, width]: bilinear, pixel centres at half steps, the outermost
 * values extended to the edge. */
void explain_heat_enlarge(const double *from, size_t h, size_t w, double *to, size_t height,
                          size_t width);

/* Fraction of the heat in the frame of an eighth of each side, where there are seldom lungs but
 * labels, markers and collimator edges. NaN where there is no heat. */
double explain_heat_frame_fraction(const double *heat, size_t height, size_t width);

/* Blends the heat over the image: the more heat, the more colour (see inferno.h) and the less
 * X-ray. image is [height, width, channels], channels 1 or 3; rgb [height, width, 3]. The largest
 * value gets the last colour; where the heat is 0 or less, the X-ray is unchanged. */
void explain_heat_overlay(const uint8_t *image, int channels, const double *heat, size_t height,
                          size_t width, uint8_t *rgb);

/* Spearman's rank correlation of n values, mean ranks for ties; NaN where a or b is constant. */
double explain_heat_rank_correlation(const double *a, const double *b, size_t n);

#endif
