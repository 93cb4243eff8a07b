/* SPDX-License-Identifier: BSD-2-Clause */
/* phantom: makes a folder of labelled chest phantoms, for tests and demonstrations. */
#include "base/log.h"
#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "base/rng.h"
#include "base/version.h"
#include "image/png_encode.h"
#include "phantom/draw.h"
#include "sys/cli.h"
#include "sys/outdir.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_IMAGES = 64, NAME_SIZE = 96 };

static int64_t opt_patients = 160, opt_max_images = 5, opt_min_size = 300, opt_max_size = 700;
static int64_t opt_jobs;
static double opt_images = 1.5;
static uint64_t opt_seed = 1;

static const hl_opt options[] = {
    HL_OPT_INT_R('n', "patients", "N", &opt_patients, 2, 1e6, "patients in all"),
    HL_OPT_REAL_R(0, "images-per-patient", "MEAN", &opt_images, 1, 16,
                  "images that a patient has on average"),
    HL_OPT_INT_R(0, "max-images", "N", &opt_max_images, 1, MAX_IMAGES,
                 "images that a patient has at most"),
    HL_OPT_INT_R(0, "min-size", "PIXELS", &opt_min_size, 32, 4096, "shortest side of an image"),
    HL_OPT_INT_R(0, "max-size", "PIXELS", &opt_max_size, 32, 4096, "longest side of an image"),
    HL_OPT_SEED(&opt_seed),
    HL_OPT_INT('j', "jobs", "N", &opt_jobs, 1, 1024, "threads"),
};

static const hl_cli cli = {
    .name = "phantom",
    .usage = "[OPTIONS] DIR",
    .about = "Makes a folder of seeded, schematic chest X-rays, DIR/NORMAL and DIR/PNEUMONIA, for\n"
             "tests and demonstrations. They show no person.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = 1,
};

/* Names are those of the Kermany data set, in four series that are numbered on their own. */
typedef enum { IM, NORMAL2, BACTERIA, VIRUS, NSERIES } series;

typedef struct patient {
    phantom_kind kind;
    series series;
    uint64_t number, first_image; /* in the series, from 1 */
    size_t nimages;
} patient;

enum { NCLASSES = 2 };
static const char *const class_names[NCLASSES] = {"NORMAL", "PNEUMONIA"};

/* The images of one patient on their way from a thread to the disk. */
typedef struct bundle {
    hl_strbuf png[MAX_IMAGES];
} bundle;

typedef struct job {
    patient *patients;
    bundle *slots;
    hl_outdir out;
    hl_progress progress;
    json_int_t npatients[NCLASSES], nimages[NCLASSES];
} job;

static int class_of(const patient *p)
{
    return p->kind == PHANTOM_NORMAL ? 0 : 1;
}

/* 27 % of the patients are normal, spread evenly, so that patient i is the same whatever the
 * number of patients is. */
static bool is_normal(uint64_t i)
{
    return (27 * (i + 1) + 73) / 100 > (27 * i + 73) / 100;
}

static void plan_patient(uint64_t i, patient *p)
{
    char purpose[48];
    snprintf(purpose, sizeof purpose, "phantom/plan/%" PRIu64, i);
    hl_rng r = hl_rng_make(opt_seed, purpose);
    const double which = hl_rng_uniform(&r);
    if (is_normal(i)) {
        p->kind = PHANTOM_NORMAL;
        p->series = which < 0.45 ? IM : NORMAL2;
    } else {
        p->kind = which < 0.65 ? PHANTOM_BACTERIA : PHANTOM_VIRUS;
        p->series = p->kind == PHANTOM_BACTERIA ? BACTERIA : VIRUS;
    }
    const double more = 1.0 - 1.0 / opt_images;
    p->nimages = 1;
    while (p->nimages < (size_t)opt_max_images && hl_rng_uniform(&r) < more)
        p->nimages++;
}

static void plan(job *j)
{
    uint64_t numbers[NSERIES] = {0}, images[NSERIES] = {0};
    for (size_t i = 0; i < (size_t)opt_patients; i++) {
        patient *p = &j->patients[i];
        plan_patient(i, p);
        p->number = ++numbers[p->series];
        p->first_image = images[p->series] + 1;
        images[p->series] += p->nimages;
        j->npatients[class_of(p)]++;
        j->nimages[class_of(p)] += (json_int_t)p->nimages;
    }
}

static void image_name(const patient *p, size_t image, char name[NAME_SIZE])
{
    const char *folder = class_names[class_of(p)];
    const uint64_t running = p->first_image + image, own = image + 1;
    switch (p->series) {
    case IM:
    case NORMAL2:
        snprintf(name, NAME_SIZE, "%s/%sIM-%04" PRIu64 "-%04" PRIu64 ".png", folder,
                 p->series == NORMAL2 ? "NORMAL2-" : "", p->number, own);
        return;
    case BACTERIA:
    case VIRUS:
    case NSERIES:
        snprintf(name, NAME_SIZE, "%s/person%" PRIu64 "_%s_%" PRIu64 ".png", folder, p->number,
                 p->series == BACTERIA ? "bacteria" : "virus", running);
        return;
    }
}

static int draw_patient(void *ctx, size_t i, size_t slot, hl_err *e)
{
    job *j = ctx;
    const patient *p = &j->patients[i];
    float *body = phantom_body(opt_seed, i, p->kind);
    int status = 0;
    for (size_t k = 0; k < p->nimages && status == 0; k++) {
        phantom_image img;
        hl_strbuf *png = &j->slots[slot].png[k];
        phantom_expose(&img, body, opt_seed, i, k, (size_t)opt_min_size, (size_t)opt_max_size);
        png->len = 0;
        status = hl_png_encode(png, img.pixels, img.height, img.width, 1, e);
        free(img.pixels);
    }
    free(body);
    return status;
}

static int write_patient(void *ctx, size_t i, size_t slot, hl_err *e)
{
    job *j = ctx;
    const patient *p = &j->patients[i];
    for (size_t k = 0; k < p->nimages; k++) {
        char name[NAME_SIZE];
        const hl_strbuf *png = &j->slots[slot].png[k];
        image_name(p, k, name);
        if (hl_outdir_interrupted())
            return hl_fail(e, "interrupted");
        if (hl_outdir_write(&j->out, name, png->data, png->len, e))
            return -1;
    }
    hl_progress_add(&j->progress, p->nimages);
    return 0;
}

static json_t *per_class(const json_int_t counts[NCLASSES])
{
    json_t *object = json_object();
    for (int c = 0; c < NCLASSES; c++)
        json_object_set_new(object, class_names[c], json_integer(counts[c]));
    return object;
}

static const char report_card_name[] = "PHANTOM.json", report_card_kind[] = "hilum.phantom";

static int write_card(const job *j, hl_err *e)
{
    char *record = hl_cli_record(&cli);
    json_t *card = json_object();
    json_object_set_new(card, "kind", json_string(report_card_kind));
    json_object_set_new(card, "tool", json_string(cli.name));
    json_object_set_new(card, "version", json_string(HL_VERSION));
    json_object_set_new(card, "options", json_string(record));
    json_object_set_new(card, "patients", per_class(j->npatients));
    json_object_set_new(card, "images", per_class(j->nimages));
    char *dump = json_dumps(card, JSON_INDENT(2) | JSON_SORT_KEYS);
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%s\n", dump);
    const int status = hl_outdir_write(&j->out, report_card_name, text.data, text.len, e);
    hl_strbuf_free(&text);
    free(dump);
    json_decref(card);
    free(record);
    return status;
}

/* ---- what may be replaced ---- */

/* Is this entry one that the tool makes? */
static bool is_own_entry(const char *name)
{
    bool own = strcmp(name, report_card_name) == 0;
    for (int c = 0; c < NCLASSES; c++)
        own = own || strcmp(name, class_names[c]) == 0;
    return own;
}

static bool is_card(const char *path)
{
    json_t *card = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const char *kind = json_string_value(json_object_get(card, "kind"));
    const bool ours = kind && strcmp(kind, report_card_kind) == 0;
    json_decref(card);
    return ours;
}

static const hl_outdir_kind set_of_phantoms = {.what = "a set of phantoms",
                                               .card = report_card_name,
                                               .is_card = is_card,
                                               .is_own = is_own_entry};

/* ---- the whole ---- */

static int make_set(job *j, hl_err *e)
{
    const int jobs = (int)opt_jobs;
    const size_t slots = hl_ordered_slots(jobs);
    j->slots = hl_calloc(slots, sizeof *j->slots);
    hl_progress_start(&j->progress, "images", (size_t)(j->nimages[0] + j->nimages[1]));
    int status = 0;
    for (int c = 0; c < NCLASSES && status == 0; c++)
        status = hl_outdir_mkdir(&j->out, class_names[c], e);
    if (status == 0)
        status = hl_ordered_map((size_t)opt_patients, jobs, draw_patient, write_patient, j, e);
    if (status == 0)
        status = write_card(j, e);
    for (size_t s = 0; s < slots; s++)
        for (size_t k = 0; k < MAX_IMAGES; k++)
            hl_strbuf_free(&j->slots[s].png[k]);
    free(j->slots);
    return status;
}

static int run(const char *dir, hl_err *e)
{
    bool replace;
    job j = {0};
    if (hl_outdir_check(dir, &set_of_phantoms, &replace, e) || hl_outdir_open(&j.out, dir, e))
        return -1;
    j.patients = hl_calloc((size_t)opt_patients, sizeof *j.patients);
    plan(&j);
    int status = make_set(&j, e);
    free(j.patients);
    if (status)
        hl_outdir_abort(&j.out);
    else if ((status = hl_outdir_commit(&j.out, replace, e)) == 0)
        hl_progress_end(&j.progress);
    return status;
}

int main(int argc, char **argv)
{
    hl_err e;
    opt_jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    if (opt_min_size > opt_max_size)
        hl_usage_error("--min-size %" PRId64 " is larger than --max-size %" PRId64, opt_min_size,
                       opt_max_size);
    if (run(argv[first], &e)) {
        hl_log_error("%s", e.msg);
        return 1;
    }
    return 0;
}
