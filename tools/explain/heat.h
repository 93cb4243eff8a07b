/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Heat maps as numbers and as pictures. A map is row-major [height, width], and its values are
 * evidence for a class: the larger the more, 0 for none.
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

/* Bilinear, pixel centres at half steps, the outermost values continued to the edge. */
void explain_heat_enlarge(const double *from, size_t h, size_t w, double *to, size_t height,
                          size_t width);

/* Share of the heat in the frame that is an eighth of the sides wide, where there are seldom
 * lungs, but labels, markers and collimator edges. NaN where there is no heat. */
double explain_heat_frame_share(const double *heat, size_t height, size_t width);

/* The heat over the image: the more heat, the more colour (see colours.h) and the less X-ray. image
 * is [height, width, channels], channels 1 or 3; rgb [height, width, 3]. The largest value has the
 * last colour; 0 and less leave the X-ray as it is. */
void explain_heat_overlay(const uint8_t *image, int channels, const double *heat, size_t height,
                          size_t width, uint8_t *rgb);

/* Spearman's rank correlation, mean ranks for ties; NaN where a side is constant. */
double explain_heat_rank_correlation(const double *a, const double *b, size_t n);

#endif
