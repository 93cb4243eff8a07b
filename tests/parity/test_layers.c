/* SPDX-License-Identifier: BSD-2-Clause */
/* The layer lists equal Keras' model.layers: order, names, shapes, weights, inputs, parameters. */
#include "base/strbuf.h"
#include "extract-features/summary.h"
#include "format/tsv.h"
#include "nn/arch/weight_specs.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Appends the line that the table should have for a layer; returns its number of parameters. */
static int64_t describe(const nn_net *n, int index, hl_strbuf *t)
{
    const int layer = n->order[index];
    const nn_layer *l = &n->layers[layer];
    nn_weight_spec specs[NN_MAX_WEIGHTS];
    const int count = nn_net_weight_specs(n, layer, specs);
    int64_t params = 0;
    hl_strbuf weights = {0}, inbound = {0};
    hl_strbuf_puts(&weights, count ? "" : "-");
    hl_strbuf_puts(&inbound, l->ninputs ? "" : "-");
    for (int k = 0; k < count; k++) {
        params += specs[k].size;
        hl_strbuf_printf(&weights, "%s%s:", k ? "," : "", specs[k].name);
        for (int r = 0; r < specs[k].rank; r++)
            hl_strbuf_printf(&weights, "%s%" PRId64, r ? "x" : "", specs[k].shape[r]);
    }
    for (int k = 0; k < l->ninputs; k++)
        hl_strbuf_printf(&inbound, "%s%s", k ? "," : "", n->layers[l->inputs[k]].name);
    hl_strbuf_printf(t, "%d %s %s %" PRId64 "x%" PRId64 "x%" PRId64 " %" PRId64 " %s %s", index,
                     l->name, extract_layer_kind(l), l->height, l->width, l->channels, params,
                     weights.data, inbound.data);
    hl_strbuf_free(&weights);
    hl_strbuf_free(&inbound);
    return params;
}

static void compare(const char *model, int64_t side)
{
    char path[128];
    hl_err e;
    nn_net n;
    hl_tsv table;
    snprintf(path, sizeof path, "tests/parity/data/layers_%s.tsv", model);
    if (nn_net_build(&n, model, side, side, &e) || hl_tsv_read(&table, path, &e))
        fail_msg("%s", e.msg);
    assert_int_equal(n.n, table.nrows);
    int64_t params = 0;
    for (int i = 0; i < n.n; i++) {
        hl_strbuf ours = {0}, keras = {0};
        params += describe(&n, i, &ours);
        for (size_t c = 0; c < table.ncolumns; c++)
            hl_strbuf_printf(&keras, "%s%s", c ? " " : "", hl_tsv_field(&table, (size_t)i, c));
        assert_string_equal(ours.data, keras.data);
        hl_strbuf_free(&ours);
        hl_strbuf_free(&keras);
    }
    const int64_t totals[] = {14714688, 2257984, 54336736}; /* summary(), see the last lines */
    assert_true(params == totals[0] || params == totals[1] || params == totals[2]);
    hl_tsv_free(&table);
    nn_net_free(&n);
}

static void test_vgg16(void **state)
{
    (void)state;
    compare("vgg16", 224);
}

static void test_mobilenetv2(void **state)
{
    (void)state;
    compare("mobilenetv2", 224);
}

static void test_inceptionresnetv2(void **state)
{
    (void)state;
    compare("inceptionresnetv2", 299);
}

static void test_too_small(void **state)
{
    (void)state;
    hl_err e;
    nn_net n;
    assert_int_equal(nn_net_build(&n, "inceptionresnetv2", 40, 40, &e), -1);
    assert_non_null(strstr(e.msg, "too small"));
    assert_int_equal(nn_net_build(&n, "resnet", 224, 224, &e), -1);
    assert_non_null(strstr(e.msg, "unknown backbone 'resnet'"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vgg16),
        cmocka_unit_test(test_mobilenetv2),
        cmocka_unit_test(test_inceptionresnetv2),
        cmocka_unit_test(test_too_small),
    };
    return cmocka_run_group_tests_name("layers against Keras", tests, NULL, NULL);
}
