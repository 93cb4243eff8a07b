/* SPDX-License-Identifier: BSD-2-Clause */
/* An extractor for an existing feature space, such as the one that a head was trained in. */
#ifndef HILUM_NN_INFER_EXTRACTOR_FOR_FEATURE_SPACE_H
#define HILUM_NN_INFER_EXTRACTOR_FOR_FEATURE_SPACE_H

#include "nn/infer/extractor.h"

/*
 * Makes an extractor that computes features of a feature space; with flatten, the maps of its
 * feature layer whatever the pooling of the space. `whose` names the space in messages. source:
 * the weights (weights.h), which must be those of the space. For the space of a TorchScript module,
 * source is the module's file; being a program, it is loaded only if its digest is the one in the
 * space and allow_code is set.
 */
int nn_extractor_for_feature_space(nn_extractor **x, const hl_feature_space *space,
                                   const char *whose, const char *source, bool allow_code,
                                   bool flatten, ts_device device, hl_err *e);

/* Gives height, width and channels of the maps of the feature layer. Fails for a TorchScript
 * module, whose maps only the extractor knows. */
int nn_map_shape(const hl_feature_space *space, int64_t shape[3], hl_err *e);

#endif
