/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/infer/device.h"

#include "format/tensorfile.h"
#include "nn/infer/onednn_backend.h"

int nn_choose_device(int word, ts_device *chosen, hl_err *e)
{
    *chosen = TS_CPU;
    if (word == NN_DEVICE_CPU)
        return 0;
    if (ts_use_device(TS_CUDA) == 0)
        *chosen = TS_CUDA;
    else if (word == NN_DEVICE_CUDA)
        return hl_fail(e, "--device cuda: %s", ts_last_error());
    return 0;
}

void nn_libraries(FILE *fp)
{
    fprintf(fp, "libtorch\t%s\n", ts_version());
    fprintf(fp, "oneDNN\t%s\n", nn_onednn_version());
    fprintf(fp, "ISA\t%s\n", nn_onednn_isa());
    hl_tf_libraries(fp);
}
