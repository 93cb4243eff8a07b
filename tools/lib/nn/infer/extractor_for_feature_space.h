/* SPDX-License-Identifier: BSD-2-Clause */
/* From images into a feature space that is stated already, such as the one that a head stands in.
 */
#ifndef HILUM_NN_INFER_EXTRACTOR_FOR_FEATURE_SPACE_H
#define HILUM_NN_INFER_EXTRACTOR_FOR_FEATURE_SPACE_H

#include "nn/infer/extractor.h"

/*
 * Makes features of this space, said to be `whose`; with flatten the maps of its cut, whatever its
 * pooling is. source is where the weights are (nn_weights_load); they must be those of the space.
 * For the space of a TorchScript module it is the module's file, which is loaded if its digest is
 * the space's and allow_code is set: it is a program.
 */
int nn_extractor_for_feature_space(nn_extractor **x, const hl_feature_space *space,
                                   const char *whose, const char *source, bool allow_code,
                                   bool flatten, ts_device device, hl_err *e);

/* Height, width and channels of the maps of the space's cut. Fails for a TorchScript module, of
 * which only the extractor knows. */
int nn_map_shape(const hl_feature_space *space, int64_t shape[3], hl_err *e);

#endif
