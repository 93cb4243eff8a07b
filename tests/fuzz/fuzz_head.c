/* SPDX-License-Identifier: BSD-2-Clause */
/* Head files, and prediction with them. The targets have no libtorch, so a head with fine-tuned
 * layers is refused once its weights would be loaded. */
#include "fuzz.h"

#include "base/mem.h"
#include "nn/head/head.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nn_head *head;
    hl_err e;
    if (nn_head_load(&head, fuzz_framed(data, size), &e))
        return 0;
    float *features = hl_calloc(nn_head_inputs(head), sizeof *features);
    double *p = hl_calloc(nn_head_classes(head), sizeof *p);
    nn_head_predict(head, 1, features, p, &e);
    free(p);
    free(features);
    nn_head_free(head);
    return 0;
}
