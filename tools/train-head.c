/* SPDX-License-Identifier: BSD-2-Clause */
/* train-head: trains fully connected softmax layers on features. */
#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/strbuf.h"
#include "data/feature_file.h"
#include "data/named_files.h"
#include "data/provenance.h"
#include "data/subset_override.h"
#include "format/checksum.h"
#include "format/tsv.h"
#include "nn/infer/device.h"
#include "sys/cli.h"
#include "sys/output.h"
#include "sys/temp_files.h"
#include "train-head/denormals.h"
#include "train-head/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLASS_WEIGHT_WORDS "none|balanced"
enum { WEIGHT_NONE, WEIGHT_BALANCED };
#define STANDARDIZE_WORDS "no|yes"

static const char *manifest, *neurons = "256", *output, *history, *checkpoint, *tail_weights;
static double rate = 1e-3, momentum, dropout, l2;
static int64_t epochs = 50, batch = 32, steps, patience = 5, plateau = 2, unfreeze, jobs;
static uint64_t seed = 1;
static int class_weight, optimizer, schedule, tail_pool = NN_POOL_AVG, batchnorm;
static int standardize; /* index of STANDARDIZE_WORDS */

static const hl_opt options[] = {
    HL_OPT_STR_R('n', "neurons", "LIST", &neurons,
                 "units of each hidden layer, e.g. 256 or 512,64; 0: no hidden layer"),
    HL_OPT_CHOICE_R(0, "standardize", STANDARDIZE_WORDS, &standardize,
                    "features less their mean, over their deviation, in the training subset"),
    HL_OPT_REAL_R('r', "lr", "RATE", &rate, 1e-12, 1e6, "learning rate"),
    HL_OPT_INT_R('e', "epochs", "N", &epochs, 1, 1000000, "epochs at most"),
    HL_OPT_INT_R('b', "batch", "N", &batch, 1, 1000000, "samples a step"),
    HL_OPT_INT_R(0, "steps", "N", &steps, 0, 1000000000, "steps an epoch; 0: every sample once"),
    HL_OPT_INT_R(0, "patience", "N", &patience, 0, 1000000,
                 "epochs without a better validation loss before it stops"),
    HL_OPT_REAL_R(0, "dropout", "SHARE", &dropout, 0, 0.99, "hidden units dropped in training"),
    HL_OPT_CHOICE_R(0, "class-weight", CLASS_WEIGHT_WORDS, &class_weight, "weight of a class"),
    HL_OPT_CHOICE_R(0, "optimizer", TRAIN_OPTIMIZER_WORDS, &optimizer, "how steps are taken"),
    HL_OPT_CHOICE_R(0, "lr-schedule", TRAIN_SCHEDULE_WORDS, &schedule, "how the rate goes down"),
    HL_OPT_INT_R(0, "plateau", "N", &plateau, 1, 1000000,
                 "plateau: epochs without a better validation loss before it does"),
    HL_OPT_REAL_R(0, "momentum", "SHARE", &momentum, 0, 0.9999, "momentum of sgd"),
    HL_OPT_REAL_R(0, "l2", "FACTOR", &l2, 0, 1e6, "penalty on the squares of the kernels"),
    HL_OPT_INT_R(0, "unfreeze", "N", &unfreeze, 0, 100000,
                 "train the last N layers of the backbone too"),
    HL_OPT_STR('w', "weights", "FILE", &tail_weights, "their weights, as extract-features took"),
    HL_OPT_CHOICE_R('p', "pool", NN_POOL_WORDS, &tail_pool, "what becomes of their last maps"),
    HL_OPT_CHOICE_R(0, "batchnorm", NN_BATCHNORM_WORDS, &batchnorm,
                    "mode of their batch norms in training"),
    HL_OPT_SEED(&seed),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR(0, "manifest", "FILE", &manifest, "take the subsets from this manifest"),
    HL_OPT_STR(0, "history", "FILE", &history, "loss and accuracy of every epoch, as TSV"),
    HL_OPT_STR(0, "checkpoint", "FILE", &checkpoint,
               "state after every epoch; where it exists, training goes on from it"),
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

/* First Ctrl-C: end with the running epoch; a second one ends at once. */
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
            hl_usage_error("--neurons: expected up to %d whole numbers from 1 to 65536 with "
                           "commas between them, found '%s'",
                           NN_HEAD_MAX_LAYERS - 1, neurons);
        n++;
    }
    free(list);
    return n;
}

/* ---- data ---- */

static void alloc_set(train_dataset *s, size_t n, size_t width)
{
    s->features = hl_malloc(n * width, sizeof *s->features);
    s->labels = hl_malloc(n, sizeof *s->labels);
}

static void free_set(train_dataset *s)
{
    free(s->features);
    free(s->labels);
}

static size_t count_used(const hl_manifest *m, hl_subset subset)
{
    size_t n = 0;
    for (size_t i = 0; i < m->n; i++)
        n += hl_sample_is_used(&m->samples[i], subset);
    return n;
}

/* Rows of the training and validation subsets; all others are passed over. */
static int load_sets(hl_features *f, train_dataset sets[HL_SUBSETS], hl_err *e)
{
    float *unused = hl_malloc(f->width, sizeof *unused);
    int status = 0;
    for (size_t i = 0; i < f->samples.n && status == 0; i++) {
        const hl_sample *s = &f->samples.manifest.samples[i];
        train_dataset *to = &sets[s->subset];
        if (s->subset == HL_TEST || !hl_sample_is_used(s, s->subset)) {
            status = hl_features_read(f, 1, unused, e);
            continue;
        }
        status = hl_features_read(f, 1, to->features + to->n * f->width, e);
        to->labels[to->n++] = s->cls;
    }
    free(unused);
    return status ? -1 : hl_features_end(f, e);
}

static int check_classes(const hl_features *f, const size_t *counts, hl_err *e)
{
    if (f->samples.nclasses < 2)
        return hl_fail(e, "%s: expected at least two classes, found %zu",
                       hl_tf_name(f->samples.file), f->samples.nclasses);
    for (size_t k = 0; k < f->samples.nclasses; k++)
        if (counts[k] == 0)
            return hl_fail(e, "%s: class '%s' has no sample in the training subset",
                           hl_tf_name(f->samples.file), f->samples.classes[k]);
    return 0;
}

/* Balanced, as Keras' users and scikit-learn compute it: n / (K * n_class). */
static float *class_weights(const size_t *counts, size_t nclasses, size_t n)
{
    if (class_weight == WEIGHT_NONE)
        return NULL;
    float *w = hl_malloc(nclasses, sizeof *w);
    for (size_t k = 0; k < nclasses; k++)
        w[k] = (float)((double)n / ((double)nclasses * (double)counts[k]));
    return w;
}

/* ---- progress and history ---- */

typedef struct journal {
    hl_out history;
    hl_strbuf rows; /* of the history */
    double started;
    size_t before; /* epochs that an earlier run has done */
} journal;

static int report_epoch(void *ctx, const train_epoch *t, hl_err *e)
{
    journal *l = ctx;
    (void)e;
    if (l->before == SIZE_MAX)
        l->before = t->number - 1;
    const double each = (hl_now() - l->started) / (double)(t->number - l->before);
    hl_log_info("epoch %zu of %lld: loss %.4f, accuracy %.4f, val_loss %.4f, val_accuracy %.4f, "
                "%.1f s%s, at most %.0f s left",
                t->number, (long long)epochs, t->loss, t->accuracy, t->val_loss, t->val_accuracy,
                t->seconds, t->best ? " *" : "", each * (double)((size_t)epochs - t->number));
    hl_strbuf_printf(&l->rows, "%zu\t%.9g\t%.9g\t%.9g\t%.9g\t%.9g\t%.3f\n", t->number, t->loss,
                     t->accuracy, t->val_loss, t->val_accuracy, t->rate, t->seconds);
    return 0;
}

static int open_history(journal *l, hl_err *e)
{
    return history ? hl_out_open(&l->history, history, false, e) : 0;
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
        .schedule = (train_schedule)schedule,
        .plateau = (size_t)plateau,
        .patience = (size_t)patience,
        .seed = seed,
        .stop = &stop_asked,
    };
}

/* The table of epochs, with the provenance of the head beside it. */
static void write_history(journal *l, const char *chain)
{
    hl_strbuf table = {0};
    hl_strbuf_puts(&table, "#provenance\t");
    hl_tsv_escape(&table, chain);
    hl_strbuf_puts(&table, "\nepoch\tloss\taccuracy\tval_loss\tval_accuracy\tlr\tseconds\n");
    hl_strbuf_add(&table, l->rows.data, l->rows.len);
    hl_checksum_add_line(&table, 0);
    fwrite(table.data, 1, table.len, l->history.fp); /* a failure shows at commit */
    hl_strbuf_free(&table);
}

/* Both outputs appear, or neither. The provenance tells whether the training was interrupted. */
static int write_outputs(const nn_head *head, hl_tf_writer *file, journal *l, const char *chain,
                         const train_result *o, hl_err *e)
{
    hl_out *const outs[] = {hl_tf_output(file), &l->history};
    char *marked = NULL;
    if (o->interrupted && hl_provenance_mark_interrupted(&marked, chain, o->epochs, e))
        return -1;
    if (history)
        write_history(l, marked ? marked : chain);
    if (marked)
        hl_tf_amend(file, "hilum.provenance", marked);
    free(marked);
    return nn_head_complete(head, file, e) || hl_out_commit_all(outs, history ? 2 : 1, e) ? -1 : 0;
}

static void tell_outcome(const train_result *o)
{
    if (o->interrupted && checkpoint)
        hl_log_warn("interrupted: the best weights so far are kept; the same command goes on "
                    "from %s",
                    checkpoint);
    else if (o->interrupted)
        hl_log_warn("interrupted: the best weights so far are kept");
    hl_log_info("kept the weights of epoch %zu", o->best_epoch);
}

/* The head is written, so nothing has to be gone on with any more, unless it was interrupted. */
static int drop_checkpoint(const train_checkpoint *c, hl_err *e)
{
    if (train_checkpoint_remove(c, e))
        return -1;
    hl_log_info("%s: removed, now that the head is written", c->path);
    return 0;
}

/* Trains, then writes history and head. Both files are begun before, so that a place that cannot
 * be written is found at once. */
static int train_and_write(nn_head *head, train_dataset sets[HL_SUBSETS], const float *weights,
                           const char *chain, hl_err *e)
{
    journal l = {.started = hl_now(), .before = SIZE_MAX};
    const train_checkpoint c = {checkpoint, chain, &l.rows};
    train_options o = options_given(weights);
    o.checkpoint = checkpoint ? &c : NULL;
    train_result outcome;
    hl_tf_writer *file;
    if (open_history(&l, e))
        return -1;
    if (nn_head_begin(&file, head, output, chain, e)) {
        hl_out_abort(&l.history);
        return -1;
    }
    int status = train_fit(head, &sets[HL_TRAIN], &sets[HL_VAL], &o, report_epoch, &l, &outcome, e);
    if (status == 0) {
        tell_outcome(&outcome);
        status = write_outputs(head, file, &l, chain, &outcome, e);
    }
    hl_tf_discard(file);
    if (status == 0 && checkpoint && !outcome.interrupted)
        status = drop_checkpoint(&c, e);
    hl_out_abort(&l.history);
    hl_strbuf_free(&l.rows);
    return status;
}

static int fit(nn_head *head, const hl_features *f, train_dataset sets[HL_SUBSETS],
               const char *chain, hl_err *e)
{
    size_t *counts = hl_calloc(f->samples.nclasses, sizeof *counts);
    for (size_t i = 0; i < sets[HL_TRAIN].n; i++)
        counts[sets[HL_TRAIN].labels[i]]++;
    int status = check_classes(f, counts, e);
    if (status == 0) {
        float *weights = class_weights(counts, f->samples.nclasses, sets[HL_TRAIN].n);
        status = train_and_write(head, sets, weights, chain, e);
        free(weights);
    }
    free(counts);
    return status;
}

/* The head, on the features themselves or on the unfrozen layers that take them. */
static int make_head(nn_head **head, const hl_features *f, const train_dataset *train, hl_err *e)
{
    int64_t units[NN_HEAD_MAX_LAYERS];
    const size_t nhidden = parse_neurons(units);
    const hl_samples *s = &f->samples;
    const nn_finetune_options o = {(int)unfreeze, (nn_pool)tail_pool, (nn_bn_mode)batchnorm};
    nn_finetune *tail = NULL;
    if (unfreeze && nn_finetune_new(&tail, &s->space, tail_weights, &o, e))
        return hl_fail_in(e, hl_tf_name(s->file));
    if (nn_head_new(head, f->width, units, nhidden, s->classes, s->nclasses, &s->space, tail, seed,
                    e))
        return -1;
    return standardize && train->n ? nn_head_standardize(*head, train->n, train->features, e) : 0;
}

static int train(hl_features *f, hl_err *e)
{
    const hl_input inputs[] = {{"features", hl_tf_id(f->samples.file)},
                               {"manifest", f->samples.override}};
    train_dataset sets[HL_SUBSETS] = {{0}};
    alloc_set(&sets[HL_TRAIN], count_used(&f->samples.manifest, HL_TRAIN), f->width);
    alloc_set(&sets[HL_VAL], count_used(&f->samples.manifest, HL_VAL), f->width);
    nn_head *head = NULL;
    char *chain = NULL;
    int status = load_sets(f, sets, e);
    if (status == 0 && sets[HL_VAL].n == 0)
        hl_log_warn("no validation samples: all %lld epochs are run and the last one is kept",
                    (long long)epochs);
    if (status == 0)
        status = hl_provenance_extend(&chain, f->samples.chain, &cli, inputs, manifest ? 2 : 1, e);
    if (status == 0)
        status = make_head(&head, f, &sets[HL_TRAIN], e);
    if (status == 0)
        status = fit(head, f, sets, chain, e);
    hl_provenance_warn_old_id("features", status == 0 && !hl_tf_id_covers_data(f->samples.file));
    nn_head_free(head);
    free(chain);
    free_set(&sets[HL_TRAIN]);
    free_set(&sets[HL_VAL]);
    return status;
}

static int check_files(const char *features, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "FEATURES", hl_or_standard(features));
    hl_files_read(&f, "--manifest", manifest);
    hl_files_read(&f, "--weights", tail_weights);
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
    if (!unfreeze != !tail_weights)
        hl_usage_error("--unfreeze and --weights go together: the weights of the layers to train");
    if (signal(SIGINT, on_interrupt) == SIG_IGN)
        signal(SIGINT, SIG_IGN); /* as a parent chose, for a job in the background */
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
