/* SPDX-License-Identifier: BSD-2-Clause */
/* predict: which images a person should look at first. */
#include "base/log.h"
#include "base/mem.h"
#include "base/parse.h"
#include "data/feature_file.h"
#include "data/provenance.h"
#include "nn/infer/device.h"
#include "nn/infer/extractor_for_feature_space.h"
#include "predict/classify.h"
#include "predict/inputs.h"
#include "predict/page.h"
#include "predict/stream.h"
#include "predict/worklist.h"
#include "sys/cli.h"
#include "sys/named_files.h"
#include "sys/output.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ON_ERROR_STOP, ON_ERROR_SKIP };
enum { FEATURES_AT_A_TIME = 256 };

static const char *weights, *features_path, *calibration_path, *point, *positive, *output, *page,
    *threshold_text;
static double threshold = NAN;
static int on_error = ON_ERROR_STOP, device = NN_DEVICE_AUTO;
static int64_t batch, jobs, page_rows = 50;
static bool nul, allow_code;

static const hl_opt options[] = {
    HL_OPT_STR('w', "weights", "FILE", &weights,
               "the backbone's weights, as for the head's features"),
    HL_OPT_FLAG(0, "allow-code", &allow_code, "-w may be a TorchScript file, which is a program"),
    HL_OPT_STR('f', "features", "FILE", &features_path, "features instead of images"),
    HL_OPT_STR('c', "calibration", "FILE", &calibration_path,
               "what evaluate --calibration wrote about the head"),
    HL_OPT_STR_R(0, "positive", "CLASS", &positive,
                 "what to look for (default: the second of two)"),
    HL_OPT_STR_R(0, "operating", "NAME", &point, "answer as at this operating point, with -c"),
    HL_OPT_STR_R(0, "threshold", "P", &threshold_text, "or positive from this probability on"),
    HL_OPT_FLAG('0', "null", &nul, "names on standard input end in zero bytes"),
    HL_OPT_CHOICE_R(0, "on-error", "stop|skip", &on_error,
                    "at an image that is unusable; skip: list it at the end"),
    HL_OPT_CHOICE_R('d', "device", NN_DEVICE_WORDS, &device, "where to compute"),
    HL_OPT_INT('b', "batch", "N", &batch, 0, 4096,
               "images at a time; 0: as many as suit the device"),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &output, "the list, as TSV (default: standard output)"),
    HL_OPT_STR(0, "page", "FILE", &page, "the list as a page, too"),
    HL_OPT_INT(0, "page-rows", "N", &page_rows, 1, 5000, "images that the page shows"),
};

static const hl_cli cli = {
    .name = "predict",
    .usage = "-w WEIGHTS [OPTIONS] HEAD (IMAGE | FOLDER | -)... | -f FEATURES [OPTIONS] HEAD",
    .about = "Writes a worklist of images, those first in which a head sees most of a disease.\n"
             "A folder stands for all images in it, - for names on standard input.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = nn_libraries,
};

/* All that a run works with. */
typedef struct job {
    const char *head_name;
    nn_head *head;
    hl_calibration calibration;
    char *const *classes; /* the head's */
    predict_worklist list;
    predict_classifier judge;
    char subject[HL_DIGEST_SIZE]; /* of images or features */
    bool subject_is_old;          /* see hl_provenance_warn_old_id */
} job;

/* ---- images ---- */

static int predict_images(job *j, const predict_inputs *in, hl_err *e)
{
    const hl_feature_space *space = nn_head_feature_space(j->head);
    stream_options o = {.skip_unusable = on_error == ON_ERROR_SKIP, .jobs = (int)jobs};
    ts_device where;
    nn_extractor *x;
    if (predict_fitting_of_head(&o.fitting, j->head, j->head_name, e) ||
        nn_choose_device(device, &where, e) ||
        nn_extractor_for_feature_space(&x, space, j->head_name, weights, allow_code, false, where,
                                       e))
        return -1;
    /* What was chosen by itself is recorded as it was chosen. */
    device = where == TS_CUDA ? NN_DEVICE_CUDA : NN_DEVICE_CPU;
    const size_t own = nn_extractor_batch(x);
    o.batch = batch ? (size_t)batch : own == 1 ? 1 : own * nn_extractor_workers(x);
    if (o.batch > in->n)
        o.batch = in->n;
    int status = nn_head_check_width(j->head, j->head_name, nn_extractor_width(x), weights, e);
    if (status == 0)
        status = predict_stream_images(in, x, &j->judge, &o, j->subject, e);
    nn_extractor_free(x);
    return status;
}

static int gather_and_predict(job *j, char *const *names, size_t n, hl_err *e)
{
    predict_inputs in;
    if (predict_inputs_gather(&in, names, n, nul, e))
        return -1;
    if (in.others)
        hl_log_warn("files in the folders that are passed over, for they are not *.jpeg, *.jpg or "
                    "*.png: %zu",
                    in.others);
    const int status = predict_images(j, &in, e);
    predict_inputs_free(&in);
    return status;
}

/* ---- features ---- */

static int read_features(job *j, hl_features *f, hl_err *e)
{
    float *values = hl_malloc(FEATURES_AT_A_TIME * f->width, sizeof *values);
    const char *names[FEATURES_AT_A_TIME];
    int status = 0;
    for (size_t done = 0; done < f->samples.n && status == 0;) {
        const size_t left = f->samples.n - done;
        const size_t n = left < FEATURES_AT_A_TIME ? left : FEATURES_AT_A_TIME;
        size_t kept = 0;
        status = hl_features_read(f, n, values, e);
        for (size_t i = 0; i < n; i++) {
            const hl_sample *s = &f->samples.manifest.samples[done + i];
            if (s->augmented) /* not an image, but made of one */
                continue;
            memmove(values + kept * f->width, values + i * f->width, f->width * sizeof *values);
            names[kept++] = s->path;
        }
        if (status == 0 && kept)
            status = predict_classifier_add(&j->judge, kept, values, names, e);
        done += n;
    }
    free(values);
    return status ? status : hl_features_end(f, e);
}

static int predict_features(job *j, hl_err *e)
{
    hl_features f;
    if (hl_features_open(&f, features_path, e))
        return -1;
    strcpy(j->subject, hl_tf_id(f.samples.file));
    j->subject_is_old = !hl_tf_id_covers_data(f.samples.file);
    int status = nn_head_check_features(j->head, j->head_name, &f, e);
    if (status == 0)
        status = read_features(j, &f, e);
    hl_features_close(&f);
    return status;
}

/* ---- output ---- */

static int make_chain(char **chain, const job *j, hl_err *e)
{
    hl_input from[4];
    size_t n = 0;
    from[n++] = (hl_input){features_path ? "features" : "images", j->subject};
    if (!features_path)
        from[n++] = (hl_input){"weights", nn_head_feature_space(j->head)->weights};
    from[n++] = (hl_input){"head", nn_head_id(j->head)};
    if (calibration_path)
        from[n++] = (hl_input){"calibration", j->calibration.id};
    char *both;
    if (hl_provenance_join(&both, nn_head_provenance(j->head),
                           calibration_path ? j->calibration.provenance : "[]", e))
        return -1;
    const int status = hl_provenance_extend(chain, both, &cli, from, n, e);
    hl_provenance_warn_old_id("features", status == 0 && j->subject_is_old);
    hl_provenance_warn_old_id("head", status == 0 && nn_head_id_is_old(j->head));
    hl_provenance_warn_old_id("calibration", status == 0 && j->calibration.id_is_old);
    free(both);
    return status;
}

static int open_outputs(hl_out *list, hl_out *html, hl_err *e)
{
    *html = (hl_out){0};
    if (page && hl_out_open(html, page, false, e))
        return -1;
    if (hl_out_open(list, output, false, e) == 0)
        return 0;
    hl_out_abort(html);
    return -1;
}

/* Both appear, or neither. */
static int write_outputs(const job *j, hl_err *e)
{
    const page_options o = {
        .head = j->head, .rows = (size_t)page_rows, .pictures = !features_path, .jobs = (int)jobs};
    hl_strbuf text = {0};
    hl_out list, html;
    if (page && predict_page_write(&j->list, &o, &text, e)) {
        hl_strbuf_free(&text);
        return -1;
    }
    int status = open_outputs(&list, &html, e);
    if (status == 0) {
        predict_worklist_write(&j->list, list.fp);
        if (page)
            fwrite(text.data, 1, text.len, html.fp);
        hl_out *const outs[] = {&list, &html};
        status = hl_out_commit_all(outs, page ? 2 : 1, e);
        hl_out_abort(&html);
        hl_out_abort(&list);
    }
    hl_strbuf_free(&text);
    return status;
}

static void say(const predict_worklist *w)
{
    hl_log_info("%zu images, %zu of them answered with %s", w->n - w->unread, w->positive,
                w->classes[w->positive_class]);
    if (w->unlike)
        hl_log_warn("images that are unlike the training data: %zu of %zu", w->unlike,
                    w->n - w->unread);
    const predict_entry *first = w->entries + (w->n - w->unread);
    if (w->unread)
        hl_log_warn("images that cannot be read: %zu of %zu; the first: %s: %s", w->unread, w->n,
                    first->image, first->reason);
}

/* ---- the whole ---- */

static int predict(job *j, char *const *names, size_t n, hl_err *e)
{
    const predict_classifier_options o = {
        .positive = positive, .point = point, .threshold = threshold};
    j->list.classes = j->classes;
    j->judge = (predict_classifier){.head = j->head,
                                    .calibration = calibration_path ? &j->calibration : NULL,
                                    .list = &j->list};
    if (predict_classifier_start(&j->judge, &o, j->head_name, calibration_path, e))
        return -1;
    if (features_path ? predict_features(j, e) : gather_and_predict(j, names, n, e))
        return -1;
    char *chain;
    if (make_chain(&chain, j, e))
        return -1;
    predict_worklist_rank(&j->list);
    j->list.chain = chain;
    const int status = write_outputs(j, e);
    if (status == 0)
        say(&j->list);
    free(chain);
    return status;
}

static int run(const char *head_name, char *const *names, size_t n, hl_err *e)
{
    job j = {.head_name = head_name};
    if (ts_init((int)jobs))
        return hl_fail(e, "libtorch: %s", ts_last_error());
    if (nn_head_load(&j.head, head_name, e))
        return -1;
    j.classes = nn_head_class_names(j.head);
    int status = calibration_path ? hl_calibration_read(&j.calibration, calibration_path, e) : 0;
    if (status == 0)
        status = predict(&j, names, n, e);
    predict_worklist_free(&j.list);
    hl_calibration_free(&j.calibration);
    nn_head_free(j.head);
    return status;
}

static void check_threshold(void)
{
    if (point && threshold_text)
        hl_usage_error(
            "--operating and --threshold both state the threshold: expected one of them");
    if (point && !calibration_path)
        hl_usage_error("--operating: expected --calibration with it");
    if (!threshold_text)
        return;
    if (!hl_parse_f64(threshold_text, &threshold) || threshold < 0 || threshold > 1)
        hl_usage_error("--threshold: expected a probability from 0 to 1, found '%s'",
                       threshold_text);
}

static bool is_stdin(const char *name)
{
    return name && strcmp(name, "-") == 0;
}

static void check_usage(char *const *args, int n)
{
    if (features_path && n > 1)
        hl_usage_error("--features: unexpected operand '%s'", args[1]);
    if (!features_path && n < 2)
        hl_usage_error("missing operand: images to look at");
    if (!features_path && !weights)
        hl_usage_error("missing option: --weights FILE, those of the head's features");
    if (features_path && weights)
        hl_usage_error("--features and --weights: features need no backbone");
    check_threshold();
    int from_stdin = is_stdin(features_path) + is_stdin(calibration_path);
    for (int i = 0; i < n; i++)
        from_stdin += is_stdin(args[i]);
    if (from_stdin > 1)
        hl_usage_error("only one input can be standard input");
    if (is_stdin(page))
        hl_usage_error("--page: expected the name of a file, found '-'");
}

static int check_files(char *const *args, size_t n, hl_err *e)
{
    hl_files f = {0};
    hl_files_read(&f, "HEAD", args[0]);
    hl_files_read(&f, "--weights", weights);
    hl_files_read(&f, "--features", features_path);
    hl_files_read(&f, "--calibration", calibration_path);
    hl_files_read_all(&f, "IMAGE", args + 1, n - 1);
    hl_files_write(&f, "--page", page, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_TEXT);
    return hl_files_check(&f, e);
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    check_usage(argv + first, argc - first);
    hl_err e;
    const size_t n = (size_t)(argc - first);
    if (check_files(argv + first, n, &e) == 0 && run(argv[first], argv + first + 1, n - 1, &e) == 0)
        return 0;
    hl_log_error("%s", e.msg);
    return 1;
}
