/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The history of a training: for each epoch a line on standard error and a row of a table, whose
 * columns train-head(1) describes.
 */
#ifndef HILUM_TRAIN_HEAD_HISTORY_H
#define HILUM_TRAIN_HEAD_HISTORY_H

#include "fit.h"

#include "base/strbuf.h"
#include "sys/output.h"

typedef struct train_history {
    const char *path;      /* of the table; NULL: none */
    size_t epochs;         /* the most that may be run */
    bool may_stop_earlier; /* before these: there is patience */
    hl_strbuf rows;        /* with those of earlier runs, which a checkpoint has */
    hl_out table;
    double started;
    size_t before; /* epochs of earlier runs; SIZE_MAX until the first one of this run ends */
} train_history;

/* Begins the table, whose place must be writable. The caller has set the first three members. */
int train_history_open(train_history *h, hl_err *e);

/* A train_epoch_fn: h is a train_history. */
int train_history_add(void *h, const train_epoch *t, hl_err *e);

/* Writes the table, which remains to be committed. */
void train_history_write(train_history *h, const char *provenance);

/* Discards a table that has not been committed. */
void train_history_free(train_history *h);

#endif
