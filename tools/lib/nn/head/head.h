/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head: fully connected ReLU layers and a softmax on top of features. A head file
 * (hilum.kind = head) holds, for layer i counted from 1, dense_i/kernel F32 [inputs, units] and
 * dense_i/bias F32 [units] as Keras lays them out; its metadata names the classes, the feature
 * space it was trained in and its provenance. A head that was trained together with the last layers
 * of the backbone begins with their tail (tail.h). One that was trained on standardised features
 * holds standardize/mean and standardize/scale F32 [inputs] before dense_1; its first dense layer
 * takes (x - mean) / scale.
 */
#ifndef HILUM_NN_HEAD_HEAD_H
#define HILUM_NN_HEAD_HEAD_H

#include "base/error.h"
#include "data/feature_file.h"
#include "data/feature_space.h"
#include "format/tensorfile.h"
#include "nn/head/finetune.h"
#include "nn/head/standardizer.h"

#include <stddef.h>
#include <stdint.h>

typedef struct nn_head nn_head;

/* ---- a trained head ---- */

int nn_head_load(nn_head **head, const char *path, hl_err *e);
void nn_head_free(nn_head *head); /* NULL is fine */

size_t nn_head_inputs(const nn_head *head); /* values of one feature vector */
size_t
nn_head_dense_inputs(const nn_head *head);   /* values behind the tail; without one, the same */
size_t nn_head_classes(const nn_head *head); /* K */
const char *nn_head_class(const nn_head *head, size_t k); /* name of class k */
char *const *nn_head_class_names(const nn_head *head);    /* all of them, owned by the head */
const hl_feature_space *nn_head_feature_space(const nn_head *head);
const char *nn_head_provenance(const nn_head *head); /* provenance, a JSON list */
const char *nn_head_id(const nn_head *head); /* digest, for the provenance of what uses it */
bool nn_head_id_is_old(const nn_head *head); /* see hl_provenance_warn_old_id */

/* Fails where other classes than the head's, or in another order, are those of the file `of`. */
int nn_head_check_classes(const nn_head *head, const char *head_name, char *const *classes,
                          size_t n, const char *of, hl_err *e);

/* Fails where features are of another space, other classes or another width than the head takes:
 * answers about them would mean nothing. */
int nn_head_check_features(const nn_head *head, const char *head_name, const hl_features *f,
                           hl_err *e);

/* Fails where a vector of `of` has another width than the head takes. */
int nn_head_check_width(const nn_head *head, const char *head_name, size_t width, const char *of,
                        hl_err *e);

/* Softmax in double, so that probabilities sum to 1 as closely as they can; logits and p: [n]. */
void nn_softmax(const float *logits, size_t n, double *p);

/* features: [n, inputs] float32, row-major; logits: [n, K]. Needs libtorch only where the head has
 * a tail, and on its threads, whatever is said here. A row's result depends neither on the number
 * of threads nor, without a tail, on the rows beside it. */
int nn_head_logits(const nn_head *head, size_t n, const float *features, int threads, float *logits,
                   hl_err *e);
/* The same on one thread, from pooled maps on, [n, nn_finetune_outputs]; without a tail from the
 * features on. */
int nn_head_logits_of_pooled(const nn_head *head, size_t n, const float *pooled, float *logits,
                             hl_err *e);

/* The gradient of the logit of class `target` with respect to the pooled maps of one sample, both
 * [nn_head_dense_inputs]. */
int nn_head_gradient(const nn_head *head, const float *pooled, uint32_t target, float *slope,
                     hl_err *e);

/* nn_head_logits on one thread, as probabilities; p: [n, K], rows sum to 1. */
int nn_head_predict(const nn_head *head, size_t n, const float *features, double *p, hl_err *e);

/* ---- one in the making ---- */

enum { NN_HEAD_MAX_LAYERS = 16 };

/* Hidden layers of units[0 .. nhidden-1] and an output for each class. Kernels are Keras' Glorot
 * uniform, (2u - 1) * sqrt(6 / (inputs + units)) with u from hl_rng_make(seed,
 * "head/dense_i/kernel"); biases are 0. tail may be NULL; else the head owns it, and stands on what
 * it gives instead of on `inputs` values. */
int nn_head_new(nn_head **head, size_t inputs, const int64_t *units, size_t nhidden,
                char *const *classes, size_t nclasses, const hl_feature_space *space,
                nn_finetune *tail, uint64_t seed, hl_err *e);

/* From here on the head standardises the inputs of its first dense layer by their mean and standard
 * deviation over these n samples, [n, inputs], at least one: those of the training subset. With a
 * tail they are what the tail makes of the samples, with the weights that it has now. */
int nn_head_standardize(nn_head *head, size_t n, const float *features, hl_err *e);
/* The same means and scales as another head of as many dense inputs, or none where it has none. */
void nn_head_standardize_like(nn_head *head, const nn_head *like);
/* Owned by the head; of width 0 where it does not standardise. */
const nn_standardizer *nn_head_standardizer(const nn_head *head);

/* Its file: begun early, so that a place that cannot be written is found before hours of training;
 * completed with the values (see hl_tf_complete) and then committed. */
int nn_head_begin(hl_tf_writer **w, const nn_head *head, const char *path, const char *chain,
                  hl_err *e);
int nn_head_complete(const nn_head *head, hl_tf_writer *w, hl_err *e);

/* What training changes, owned by the head: kernels (which L2 counts) and biases of its layers,
 * then the parameters of the tail. Averages are kept with the best weights, but no step is taken on
 * them. */
typedef enum { NN_PARAM_KERNEL, NN_PARAM_WEIGHT, NN_PARAM_AVERAGE } nn_param_kind;
typedef struct nn_param {
    nn_param_kind kind;
    float *values; /* [n] */
    size_t n;
    int rank;
    int64_t shape[HL_MAX_RANK];
} nn_param;
size_t nn_head_params(const nn_head *head);
nn_param nn_head_param(const nn_head *head, size_t i);
nn_finetune *nn_head_finetune(const nn_head *head); /* NULL if it has none */

/* Units of hidden layer i, or 0 behind the last. */
size_t nn_head_hidden(const nn_head *head, size_t i);

#endif
