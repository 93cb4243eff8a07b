/* SPDX-License-Identifier: BSD-2-Clause */
#include "nn/arch/keras_order.h"

#include "base/mem.h"

#include <stdlib.h>

/* keras/src/ops/function.py, map_graph: layers are sorted by decreasing distance from the output,
 * and those at one distance in the order in which a depth-first walk from the output visits them.
 */
static void visit(const nn_net *n, int layer, int *visited, int *count)
{
    if (visited[layer] >= 0)
        return;
    visited[layer] = (*count)++;
    for (int i = 0; i < n->layers[layer].ninputs; i++)
        visit(n, n->layers[layer].inputs[i], visited, count);
}

typedef struct rank {
    int layer, depth, visited;
} rank;

static int compare_rank(const void *a, const void *b)
{
    const rank *x = a, *y = b;
    return x->depth != y->depth ? y->depth - x->depth : x->visited - y->visited;
}

void nn_net_set_keras_order(nn_net *n)
{
    const size_t count = (size_t)n->n;
    int *visited = hl_malloc(count, sizeof *visited), nvisited = 0;
    rank *ranks = hl_calloc(count, sizeof *ranks);
    for (size_t i = 0; i < count; i++)
        visited[i] = -1;
    visit(n, nn_net_output(n), visited, &nvisited);
    for (int i = n->n - 1; i >= 0; i--) { /* a layer comes after its inputs */
        ranks[i].layer = i;
        ranks[i].visited = visited[i];
        for (int k = 0; k < n->layers[i].ninputs; k++) {
            rank *in = &ranks[n->layers[i].inputs[k]];
            in->depth = in->depth > ranks[i].depth + 1 ? in->depth : ranks[i].depth + 1;
        }
    }
    qsort(ranks, count, sizeof *ranks, compare_rank);
    n->order = hl_malloc(count, sizeof *n->order);
    for (size_t i = 0; i < count; i++)
        n->order[i] = ranks[i].layer;
    free(ranks);
    free(visited);
}
