/* SPDX-License-Identifier: BSD-2-Clause */
/* train-head: trains a head, fully connected layers and a softmax, on features. */
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "data/feature_file.h"
#include "data/provenance.h"
#include "data/subset_override.h"
#include "nn/infer/device.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"
#include "sys/temp_files.h"
#include "train-head/dataset.h"
#include "train-head/denormals.h"
#include "train-head/fit.h"
#include "train-head/history.h"
#include "train-head/memory.h"

#include <libgen.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASS_WEIGHT_WORDS "none|balanced"
enum { WEIGHT_NONE, WEIGHT_BALANCED };
#define STANDARDIZE_WORDS "no|yes"

static const char *manifest, *neurons = "256", *output, *history, *checkpoint, *initial_weights;
static const char *positive;
static double rate = 1e-3, momentum, dropout, l2 = 1e-2;
static int64_t epochs = 15, batch = 32, steps, min_steps = 50, patience, plateau = 2, unfreeze,
               jobs, memory;
static uint64_t seed = 1;
static int class_weight, optimizer, schedule = TRAIN_COSINE, unfrozen_pool = NN_POOL_AVG, batchnorm;
static int standardize = 1; /* index of STANDARDIZE_WORDS */

static const hl_opt options[] = {
    HL_OPT_STR_R('n', "neurons", "LIST", &neurons,
                 "units of each hidden layer, e.g. 256 or 512,64; 0: no hidden layer"),
    HL_OPT_CHOICE_R(0, "standardize", STANDARDIZE_WORDS, &standardize,
                    "subtract the training mean from each feature and divide by its deviation"),
    HL_OPT_REAL_R('r', "lr", "RATE", &rate, 1e-12, 1e6, "learning rate"),
    HL_OPT_INT_R('e', "epochs", "N", &epochs, 1, 1000000, "maximum number of epochs"),
    HL_OPT_INT_R('b', "batch", "N", &batch, 1, 1000000, "samples per step"),
    HL_OPT_INT_R(0, "steps", "N", &steps, 0, 1000000000, "steps per epoch; 0: every sample once"),
    HL_OPT_INT_R(0, "min-steps", "N", &min_steps, 0, 1000000000,
                 "fewest steps of an epoch without --steps; a small set then makes several passes"),
    HL_OPT_INT_R(0, "patience", "N", &patience, 0, 1000000,
                 "epochs without a lower validation loss before training stops; 0: it never does"),
    HL_OPT_REAL_R(0, "dropout", "FRACTION", &dropout, 0, 0.99,
                  "fraction of hidden units dropped in training"),
    HL_OPT_CHOICE_R(0, "class-weight", CLASS_WEIGHT_WORDS, &class_weight,
                    "weights of the classes in the loss"),
    HL_OPT_CHOICE_R(0, "optimizer", TRAIN_OPTIMIZER_WORDS, &optimizer, "optimiser"),
    HL_OPT_CHOICE_R(0, "lr-schedule", TRAIN_SCHEDULE_WORDS, &schedule,
                    "how the learning rate decreases"),
    HL_OPT_INT_R(0, "plateau", "N", &plateau, 1, 1000000,
                 "plateau: epochs without a lower validation loss before it decreases"),
    HL_OPT_REAL_R(0, "momentum", "FACTOR", &momentum, 0, 0.9999, "momentum of sgd"),
    HL_OPT_REAL_R(0, "l2", "FACTOR", &l2, 0, 1e6, "L2 regularisation of the kernels"),
    HL_OPT_INT_R(0, "unfreeze", "N", &unfreeze, 0, 100000,
                 "train the last N layers of the backbone too"),
    HL_OPT_STR('w', "weights", "FILE", &initial_weights,
               "their initial weights, as for extract-features"),
    HL_OPT_CHOICE_R('p', "pool", NN_POOL_WORDS, &unfrozen_pool, "pooling of their last maps"),
    HL_OPT_CHOICE_R(0, "batchnorm", NN_BATCHNORM_WORDS, &batchnorm,
                    "mode of their batch norms in training"),
    HL_OPT_STR_R(0, "positive", "CLASS", &positive,
                 "positive class (default: the one of two not called normal, negative, ...)"),
    HL_OPT_SEED(&seed),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_INT(0, "memory", "MIB", &memory, 0, INT64_C(1) << 30,
               "features above this many MiB wait in a file; 0: half of the memory available"),
    HL_OPT_STR(0, "manifest", "FILE", &manifest, "use the subsets of this manifest"),
    HL_OPT_STR(0, "history", "FILE", &history, "write loss and accuracy of every epoch as TSV"),
    HL_OPT_STR(0, "checkpoint", "FILE", &checkpoint,
               "save the state after every epoch; resume from it if the file exists"),
    HL_OPT_STR('o', "output", "FILE", &output, "the trained head (default: standard output)"),
};

static const hl_cli cli = {
    .name = "train-head",
    .usage = "[OPTIONS] [FEATURES]",
    .about =
        "Trains fully connected ReLU layers and a softmax on features and writes the head.\n"
        "FEATURES is a file that extract-features wrote; standard input where it is not given.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 0,
    .max_args = 1,
    .libraries = nn_libraries,
};

static volatile sig_atomic_t stop_asked;

/* The first Ctrl-C stops training after the current epoch, a second one at once. */
static void on_interrupt(int sig)
{
    stop_asked = 1;
    signal(sig, hl_temp_files_on_signal);
}

/* ---- options ---- */

/* "512,64" -> {512, 64}; "0" -> none. */
static size_t parse_neurons(int64_t units[NN_HEAD_MAX_LAYERS])
{
    size_t n = 0;
    if (strcmp(neurons, "0") == 0)
        return 0;
    char *list = hl_strdup(neurons);
    for (char *rest = list; rest;) {
        const char *one = strsep(&rest, ",");
        if (n + 1 >= NN_HEAD_MAX_LAYERS || !hl_parse_i64(one, &units[n]) || units[n] < 1 ||
            units[n] > 65536)
            hl_usage_error("--neurons: expected up to %d integers from 1 to 65536, "
                           "separated by commas, found '%s'",
                           NN_HEAD_MAX_LAYERS - 1, neurons);
        n++;
    }
    free(list);
    return n;
}

/* ---- training ---- */

static train_options options_given(const float *weights)
{
    return (train_options){
        .step = {.optimizer = (train_optimizer)optimizer,
                 .rate = rate,
                 .momentum = momentum,
                 .dropout = dropout,
                 .l2 = l2,
                 .class_weights = weights,
                 .seed = seed,
                 .threads = (int)jobs},
        .epochs = (size_t)epochs,
        .batch = (size_t)batch,
        .steps = (size_t)steps,
        .min_steps = (size_t)min_steps,
        .schedule = (train_schedule)schedule,
        .plateau = (size_t)plateau,
        .patience = (size_t)patience,
        .seed = seed,
        .stop = &stop_asked,
    };
}

/* Writes both outputs or neither. The provenance records an interruption. */
static int write_outputs(const nn_head *head, hl_tf_writer *file, train_history *h,
                         const char *provenance, const train_result *r, hl_err *e)
{
    hl_out *const outs[] = {hl_tf_output(file), &h->table};
    char *marked = NULL;
    if (r->interrupted && hl_provenance_mark_interrupted(&marked, provenance, r->epochs, e))
        return -1;
    if (history)
        train_history_write(h, marked ? marked : provenance);
    if (marked)
        hl_tf_amend(file, "hilum.provenance", marked);
    free(marked);
    return nn_head_complete(head, file, e) || hl_out_commit_all(outs, history ? 2 : 1, e) ? -1 : 0;
}

static void report_result(const train_result *r)
{
    if (r->interrupted && checkpoint)
        hl_log_warn("interrupted after %zu of %lld epochs: the same command resumes from %s",
                    r->epochs, (long long)epochs, checkpoint);
    else if (r->interrupted)
        hl_log_warn("interrupted after %zu of %lld epochs", r->epochs, (long long)epochs);
    hl_log_info("kept the weights of epoch %zu", r->kept_epoch);
}

/* Once the head of a complete training is written, there is nothing to resume. */
static int remove_checkpoint(const train_checkpoint *c, hl_err *e)
{
    if (train_checkpoint_remove(c, e))
        return -1;
    hl_log_info("%s: removed, now that the head is written", c->path);
    return 0;
}

/* Trains, then writes history and head. Both files are begun before training, so that an unwritable
 * place is found at once. */
static int train_and_write(nn_head *head, train_dataset sets[HL_SUBSETS], const float *weights,
                           const char *provenance, hl_err *e)
{
    train_history h = {.path = history, .epochs = (size_t)epochs, .may_stop_earlier = patience > 0};
    const train_checkpoint c = {checkpoint, provenance, &h.rows};
    train_options o = options_given(weights);
    o.checkpoint = checkpoint ? &c : NULL;
    train_result result;
    hl_tf_writer *file;
    if (train_history_open(&h, e))
        return -1;
    if (nn_head_begin(&file, head, output, provenance, e)) {
        train_history_free(&h);
        return -1;
    }
    int status =
        train_fit(head, &sets[HL_TRAIN], &sets[HL_VAL], &o, train_history_add, &h, &result, e);
    if (status == 0) {
        report_result(&result);
        status = write_outputs(head, file, &h, provenance, &result, e);
    }
    hl_tf_discard(file);
    if (status == 0 && checkpoint && !result.interrupted)
        status = remove_checkpoint(&c, e);
    train_history_free(&h);
    return status;
}

static int fit(nn_head *head, const hl_features *f, train_dataset sets[HL_SUBSETS],
               const char *provenance, hl_err *e)
{
    float *weights;
    if (train_dataset_class_weights(&weights, &sets[HL_TRAIN], &f->samples, e))
        return -1;
    const int status = train_and_write(head, sets, class_weight == WEIGHT_BALANCED ? weights : NULL,
                                       provenance, e);
    free(weights);
    return status;
}

/* Makes the head, with the unfrozen layers if there are any. */
static int make_head(nn_head **head, const hl_features *f, train_dataset *train, int positive_class,
                     hl_err *e)
{
    int64_t units[NN_HEAD_MAX_LAYERS];
    const size_t nhidden = parse_neurons(units);
    const hl_samples *s = &f->samples;
    const nn_finetune_options o = {(int)unfreeze, (nn_pool)unfrozen_pool, (nn_bn_mode)batchnorm};
    nn_finetune *finetune = NULL;
    if (unfreeze && nn_finetune_new(&finetune, &s->feature_space, initial_weights, &o, e))
        return hl_fail_in(e, hl_tf_name(s->file));
    if (nn_head_new(head, f->width, units, nhidden, s->classes, s->nclasses, &s->feature_space,
                    finetune, seed, e))
        return -1;
    nn_head_set_positive(*head, positive_class);
    return standardize && train->n
               ? nn_head_standardize(*head, train->n, train_dataset_read, train, e)
               : 0;
}

/* Bytes of features that are kept in memory. */
static uint64_t memory_for_features(void)
{
    return memory ? (uint64_t)memory << 20 : train_memory_available("") / 2;
}

/* Of the temporary file: TMPDIR if it is set, else beside the result. A batch is read from all over
 * it, for which a disk of the machine's own is better than a shared one. */
static char *folder_for_features(void)
{
    const char *dir = getenv("TMPDIR");
    if ((dir && *dir) || !output || strcmp(output, "-") == 0)
        return NULL;
    char *path = hl_strdup(output), *folder = hl_strdup(dirname(path));
    free(path);
    return folder;
}

static int load(train_dataset sets[HL_SUBSETS], hl_features *f, hl_err *e)
{
    char *folder = folder_for_features();
    const int status = train_datasets_load(sets, f, memory_for_features(), folder, e);
    free(folder);
    return status;
}

static int choose_positive(const hl_features *f, int *positive_class, hl_err *e)
{
    const hl_positive_choice c = {.classes = f->samples.classes,
                                  .n = f->samples.nclasses,
                                  .of = hl_tf_name(f->samples.file),
                                  .asked = positive,
                                  .recorded = HL_NO_POSITIVE};
    return hl_positive_class(positive_class, &c, e);
}

static int train(hl_features *f, hl_err *e)
{
    const hl_input inputs[] = {{"features", hl_tf_id(f->samples.file)},
                               {"manifest", f->samples.override}};
    train_dataset sets[HL_SUBSETS];
    nn_head *head = NULL;
    char *provenance = NULL;
    int positive_class;
    if (choose_positive(f, &positive_class, e))
        return -1;
    int status = load(sets, f, e);
    if (status == 0 && sets[HL_VAL].n == 0)
        hl_log_warn("no validation samples: all %lld epochs are run and the last weights are kept",
                    (long long)epochs);
    if (status == 0)
        status = hl_provenance_extend(&provenance, f->samples.provenance, &cli, inputs,
                                      manifest ? 2 : 1, e);
    if (status == 0)
        status = make_head(&head, f, &sets[HL_TRAIN], positive_class, e);
    if (status == 0)
        status = fit(head, f, sets, provenance, e);
    hl_provenance_warn_old_id("features", status == 0 && !hl_tf_id_covers_data(f->samples.file));
    nn_head_free(head);
    free(provenance);
    train_datasets_free(sets);
    return status;
}

static int check_files(const char *features, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "FEATURES", hl_or_standard(features));
    hl_files_read(&f, "--manifest", manifest);
    hl_files_read(&f, "--weights", initial_weights);
    hl_files_update(&f, "--checkpoint", checkpoint);
    hl_files_write(&f, "--history", history, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_BINARY);
    return hl_files_check(&f, e);
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    if (checkpoint && strcmp(checkpoint, "-") == 0)
        hl_usage_error("--checkpoint: expected the name of a file, found '-'");
    if (manifest && strcmp(manifest, "-") == 0)
        hl_usage_error("--manifest: expected the name of a file, found '-'");
    if (!unfreeze != !initial_weights)
        hl_usage_error("--unfreeze and --weights go together: expected both or neither");
    if (signal(SIGINT, on_interrupt) == SIG_IGN)
        signal(SIGINT,
               SIG_IGN); /* keep it ignored if the parent chose so, as for background jobs */
    train_flush_denormals();
    hl_err err;
    hl_features f;
    int status = check_files(argv[first], &err) || hl_features_open(&f, argv[first], &err) ? -1 : 0;
    if (status == 0) {
        status = hl_subset_override(&f.samples, manifest, &err);
        if (status == 0)
            status = ts_init((int)jobs) ? hl_fail(&err, "libtorch: %s", ts_last_error())
                                        : train(&f, &err);
        hl_features_close(&f);
    }
    if (status)
        hl_log_error("%s", err.msg);
    return status ? 1 : 0;
}
