/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The head: a classifier of fully connected ReLU layers and a softmax, which takes features.
 *
 *     nn_head *head;
 *     if (nn_head_load(&head, "head.safetensors.zst", e) ||
 *         nn_head_check_features(head, "head.safetensors.zst", &features, e) ||
 *         nn_head_predict(head, n, values, p, e))
 *         return -1;
 *
 * A head file (hilum.kind = head) holds, for layer i counted from 1, dense_i/kernel F32 [inputs,
 * units] and dense_i/bias F32 [units] in Keras' layout; its metadata hold the classes, the
 * positive one, the feature space that it was trained in and its provenance. If the last layers of
 * the backbone were trained too, the file begins with their weights (finetune.h), and the head
 * includes these layers. If the features were standardised in training, standardize/mean and
 * standardize/scale F32 [inputs] come before dense_1, whose input is (x - mean) / scale.
 */
#ifndef HILUM_NN_HEAD_HEAD_H
#define HILUM_NN_HEAD_HEAD_H

#include "base/error.h"
#include "data/feature_file.h"
#include "data/feature_space.h"
#include "data/positive_class.h"
#include "format/tensorfile.h"
#include "nn/head/finetune.h"
#include "nn/head/standardizer.h"

#include <stddef.h>
#include <stdint.h>

typedef struct nn_head nn_head;

/* ---- a trained head ---- */

int nn_head_load(nn_head **head, const char *path, hl_err *e);
void nn_head_free(nn_head *head); /* NULL is fine */

size_t nn_head_inputs(const nn_head *head); /* length of a feature vector */
/* Length of the first dense layer's input; the same unless the head has fine-tuned layers. */
size_t nn_head_dense_inputs(const nn_head *head);
size_t nn_head_classes(const nn_head *head);           /* K, their number */
char *const *nn_head_class_names(const nn_head *head); /* [K], owned by the head */
/* The positive class that the head records, or HL_NO_POSITIVE: none, or a head of hilum 0.1.0. */
int nn_head_positive(const nn_head *head);
const hl_feature_space *nn_head_feature_space(const nn_head *head);
const char *nn_head_provenance(const nn_head *head); /* a JSON list */
const char *nn_head_id(const nn_head *head);         /* digest, for the provenance of results */
bool nn_head_id_is_old(const nn_head *head);         /* see hl_provenance_warn_old_id */
nn_finetune *nn_head_finetune(const nn_head *head);  /* NULL if no layers were unfrozen */

/* Stores the positive class, by hl_positive_class: the one that the head records, the one that
 * --positive asks for (NULL: none), or the one by names. head_name is for messages. */
int nn_head_choose_positive(const nn_head *head, const char *head_name, const char *asked,
                            int *positive, hl_err *e);

/* Fails unless the classes of the file `of` are those of the head, in the same order. */
int nn_head_check_classes(const nn_head *head, const char *head_name, char *const *classes,
                          size_t n, const char *of, hl_err *e);

/* Fails unless features have the feature space, classes and width of the head; predictions would be
 * meaningless. */
int nn_head_check_features(const nn_head *head, const char *head_name, const hl_features *f,
                           hl_err *e);

/* Fails unless the feature vectors of the file `of` have the width that the head takes. */
int nn_head_check_width(const nn_head *head, const char *head_name, size_t width, const char *of,
                        hl_err *e);

/* ---- prediction ---- */

/* Computes class probabilities on the calling thread; features: [n, inputs], p: [n, K], whose rows
 * sum to 1. */
int nn_head_predict(const nn_head *head, size_t n, const float *features, double *p, hl_err *e);

/* Computes logits [n, K]. Fine-tuned layers run in libtorch with its number of threads, not with
 * `threads`. The result of a row does not depend on the number of threads nor, without fine-tuned
 * layers, on the other rows. */
int nn_head_logits(const nn_head *head, size_t n, const float *features, int threads, float *logits,
                   hl_err *e);
/* Computes logits on the calling thread from the outputs of the fine-tuned layers, or from features
 * if there are none; pooled: [n, nn_head_dense_inputs]. */
int nn_head_logits_from_pooled(const nn_head *head, size_t n, const float *pooled, float *logits,
                               hl_err *e);

/* Computes the gradient of the logit of class `target` with respect to the pooled inputs of one
 * sample; pooled, grad_pooled: [nn_head_dense_inputs]. */
int nn_head_gradient(const nn_head *head, const float *pooled, uint32_t target, float *grad_pooled,
                     hl_err *e);

/* Softmax in double, so that probabilities sum to 1 as closely as possible; logits, p: [n]. */
void nn_softmax(const float *logits, size_t n, double *p);

/* ---- a head to be trained ---- */

enum { NN_HEAD_MAX_LAYERS = 16 };

/* Makes a head with hidden layers of units[0 .. nhidden-1] and an output per class. Kernels are
 * Keras' Glorot uniform, (2u - 1) * sqrt(6 / (inputs + units)) with u from hl_rng_make(seed,
 * "head/dense_i/kernel"); biases are 0. finetune may be NULL; if not, the head owns it and takes
 * its outputs instead of `inputs` values. */
int nn_head_new(nn_head **head, size_t inputs, const int64_t *units, size_t nhidden,
                char *const *classes, size_t nclasses, const hl_feature_space *space,
                nn_finetune *finetune, uint64_t seed, hl_err *e);

/* The positive class to record; HL_NO_POSITIVE, as in a new head, is none. */
void nn_head_set_positive(nn_head *head, int positive);

/* Gives *rows: the features [n, inputs] of samples first .. first + n - 1, valid until the next
 * call. */
typedef int nn_rows_fn(void *ctx, size_t first, size_t n, const float **rows, hl_err *e);

/* Makes the head standardise the inputs of its first dense layer by their mean and standard
 * deviation over n >= 1 samples, those of the training subset, which are read in order, a few at a
 * time. With fine-tuned layers, their outputs with the current weights are used. */
int nn_head_standardize(nn_head *head, size_t n, nn_rows_fn *read, void *ctx, hl_err *e);
/* Copies the standardisation of another head with the same number of dense inputs. */
void nn_head_standardize_like(nn_head *head, const nn_head *like);
/* Owned by the head; its width is 0 if the head does not standardise. */
const nn_standardizer *nn_head_standardizer(const nn_head *head);

/* Begins a head file before training, so that an unwritable place is found at once. The values are
 * written by nn_head_complete (see hl_tf_complete); the file is then to be committed. */
int nn_head_begin(hl_tf_writer **w, const nn_head *head, const char *path, const char *provenance,
                  hl_err *e);
int nn_head_complete(const nn_head *head, hl_tf_writer *w, hl_err *e);

/* The parameters that training changes, owned by the head: kernel and bias of each dense layer,
 * then those of the fine-tuned layers. L2 regularisation applies to kernels. Moving averages are
 * kept with the best weights, but the optimiser does not update them. */
typedef enum { NN_PARAM_KERNEL, NN_PARAM_WEIGHT, NN_PARAM_AVERAGE } nn_param_kind;
typedef struct nn_param {
    nn_param_kind kind;
    float *values; /* [n] */
    size_t n;
    int rank;
    int64_t shape[HL_MAX_RANK];
} nn_param;
size_t nn_head_params(const nn_head *head); /* their number */
nn_param nn_head_param(const nn_head *head, size_t i);

/* Units of hidden layer i, or 0 if there are no more. */
size_t nn_head_hidden(const nn_head *head, size_t i);

#endif
