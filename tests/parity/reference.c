/* SPDX-License-Identifier: BSD-2-Clause */
#include "reference.h"

#include "base/mem.h"
#include "shim/torch_shim.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

void reference_read(reference *r, const char *path)
{
    hl_err e;
    must(hl_tf_open(&r->file, path, "reference", &e), &e);
    r->header = *hl_tf_get_header(r->file);
    r->data = hl_calloc(r->header.ntensors, sizeof *r->data);
    for (size_t i = 0; i < r->header.ntensors; i++) {
        const size_t bytes = (size_t)r->header.tensors[i].bytes;
        r->data[i] = hl_malloc(bytes, 1);
        must(hl_tf_read(r->file, r->data[i], bytes, &e), &e);
    }
    must(hl_tf_end(r->file, &e), &e);
}

void reference_free(reference *r)
{
    for (size_t i = 0; i < r->header.ntensors; i++)
        free(r->data[i]);
    free(r->data);
    hl_tf_close(r->file);
}

const void *reference_tensor(const reference *r, const char *name, const hl_tensor_desc **d)
{
    const hl_tensor_desc *found = hl_tf_find(&r->header, name);
    if (!found)
        fail_msg("%s: no tensor %s", hl_tf_name(r->file), name);
    if (d)
        *d = found;
    return r->data[found - r->header.tensors];
}

const char *reference_meta(const reference *r, const char *key)
{
    const char *v = hl_tf_meta(&r->header, key);
    if (!v)
        fail_msg("%s: no metadata %s", hl_tf_name(r->file), key);
    return v;
}

void must(int status, const hl_err *e)
{
    if (status)
        fail_msg("%s", e->msg);
}

void must_torch(int status)
{
    if (status)
        fail_msg("libtorch: %s", ts_last_error());
}

double relative_l2(const float *a, const float *b, size_t n)
{
    double difference = 0, norm = 0;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)a[i] - (double)b[i];
        difference += d * d;
        norm += (double)b[i] * (double)b[i];
    }
    return sqrt(difference / norm);
}
