/* SPDX-License-Identifier: BSD-2-Clause */
#include "write_outputs.h"

#include "format/tensorfile.h"
#include "sys/output.h"

#include <stddef.h>

/* The files in progress; all of them appear, or none does. */
typedef struct outputs {
    hl_out metrics, table, images;
    hl_tf_writer *calibration;
    hl_out *all[4];
    size_t n;
} outputs;

static int open_output(outputs *f, hl_out *out, const char *path, hl_err *e)
{
    if (hl_out_open(out, path, false, e))
        return -1;
    f->all[f->n++] = out;
    return 0;
}

static int write_table(outputs *f, hl_out *out, const char *path, const evaluation *v, hl_err *e)
{
    if (!path)
        return 0;
    if (open_output(f, out, path, e))
        return -1;
    evaluate_write_predictions(v, out->fp);
    return 0;
}

static int write_calibration(outputs *f, const char *path, const hl_calibration *c, hl_err *e)
{
    if (!c || !path)
        return 0;
    if (hl_calibration_complete(c, path, &f->calibration, e))
        return -1;
    f->all[f->n++] = hl_tf_output(f->calibration);
    return 0;
}

int evaluate_write_outputs(const evaluate_options *o, const evaluation *v, const evaluation *images,
                           const hl_calibration *calibration, hl_err *e)
{
    outputs f = {0};
    const int status = write_calibration(&f, o->calibration, calibration, e) ||
                               write_table(&f, &f.table, o->predictions, v, e) ||
                               write_table(&f, &f.images, o->image_predictions, images, e) ||
                               open_output(&f, &f.metrics, o->output, e) ||
                               evaluate_write_metrics(v, f.metrics.fp, e) ||
                               hl_out_commit_all(f.all, f.n, e)
                           ? -1
                           : 0;
    hl_out_abort(&f.table);
    hl_out_abort(&f.images);
    hl_out_abort(&f.metrics);
    hl_tf_discard(f.calibration);
    return status;
}
