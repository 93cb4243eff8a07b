/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/feature_layer.h"

#include "base/mem.h"
#include "nn/arch/weight_specs.h"

#include <stdlib.h>

void nn_net_downstream(const nn_net *n, int layer, bool *downstream)
{
    for (int i = 0; i < n->n; i++) {
        downstream[i] = false;
        for (int k = 0; k < n->layers[i].ninputs; k++)
            downstream[i] |= n->layers[i].inputs[k] == layer || downstream[n->layers[i].inputs[k]];
    }
}

/* Whether every layer after this one, the output included, is computed from its output alone. */
static bool separates(const nn_net *n, int layer, const bool *downstream)
{
    for (int i = 0; i < n->n; i++)
        for (int k = 0; downstream[i] && k < n->layers[i].ninputs; k++)
            if (n->layers[i].inputs[k] != layer && !downstream[n->layers[i].inputs[k]])
                return false;
    return layer == nn_net_output(n) || downstream[nn_net_output(n)];
}

int nn_net_feature_layer(const nn_net *n, int unfrozen, int *feature_layer, hl_err *e)
{
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    if (unfrozen < 1 || unfrozen > n->n)
        return hl_fail(e, "%s: expected from 1 to %d layers to unfreeze, found %d", n->name, n->n,
                       unfrozen);
    bool *downstream = hl_malloc((size_t)n->n, sizeof *downstream), any = false;
    for (int c = n->n - 1; c >= 0; c--) {
        nn_net_downstream(n, c, downstream);
        bool fits = separates(n, c, downstream);
        for (int i = n->n - unfrozen; i < n->n; i++)
            if (nn_net_weight_specs(n, n->order[i], specs)) {
                any = true;
                fits &= downstream[n->order[i]];
            }
        if (fits && any) {
            *feature_layer = c;
            free(downstream);
            return 0;
        }
    }
    free(downstream);
    return hl_fail(e, "%s: the last %d layers have no weights: expected more layers to unfreeze",
                   n->name, unfrozen);
}
