/* SPDX-License-Identifier: BSD-2-Clause */
#include "folder.h"

#include "base/mem.h"
#include "base/ordered_map.h"
#include "base/progress.h"
#include "base/version.h"
#include "image/png_encode.h"
#include "sys/outdir.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The images of one patient, from the thread that draws them to the one that writes. */
typedef struct bundle {
    hl_strbuf png[PHANTOM_MAX_IMAGES];
} bundle;

typedef struct job {
    const phantom_options *o;
    const hl_cli *cli;
    phantom_patient *patients;
    bundle *slots;
    hl_outdir out;
    hl_progress progress;
    json_int_t npatients[PHANTOM_CLASSES], nimages[PHANTOM_CLASSES];
} job;

/* ---- images ---- */

static int draw_patient(void *ctx, size_t i, size_t slot, hl_err *e)
{
    job *j = ctx;
    const phantom_options *o = j->o;
    const phantom_patient *p = &j->patients[i];
    float *body = phantom_body(o->seed, i, p->kind);
    int status = 0;
    for (size_t k = 0; k < p->nimages && status == 0; k++) {
        phantom_image img;
        hl_strbuf *png = &j->slots[slot].png[k];
        phantom_expose(&img, body, o->seed, i, k, (size_t)o->min_size, (size_t)o->max_size);
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
    const phantom_patient *p = &j->patients[i];
    for (size_t k = 0; k < p->nimages; k++) {
        char name[PHANTOM_NAME_SIZE];
        const hl_strbuf *png = &j->slots[slot].png[k];
        phantom_image_name(p, k, name);
        if (hl_outdir_interrupted())
            return hl_fail(e, "interrupted");
        if (hl_outdir_write(&j->out, name, png->data, png->len, e))
            return -1;
    }
    hl_progress_add(&j->progress, p->nimages);
    return 0;
}

/* ---- PHANTOM.json ---- */

static json_t *per_class(const json_int_t counts[PHANTOM_CLASSES])
{
    json_t *object = json_object();
    for (int c = 0; c < PHANTOM_CLASSES; c++)
        json_object_set_new(object, phantom_class_names[c], json_integer(counts[c]));
    return object;
}

static const char card_name[] = "PHANTOM.json", card_kind[] = "hilum.phantom";

static int write_card(const job *j, hl_err *e)
{
    char *record = hl_cli_record(j->cli);
    json_t *card = json_object();
    json_object_set_new(card, "kind", json_string(card_kind));
    json_object_set_new(card, "tool", json_string(j->cli->name));
    json_object_set_new(card, "version", json_string(HL_VERSION));
    json_object_set_new(card, "options", json_string(record));
    json_object_set_new(card, "patients", per_class(j->npatients));
    json_object_set_new(card, "images", per_class(j->nimages));
    char *dump = json_dumps(card, JSON_INDENT(2) | JSON_SORT_KEYS);
    hl_strbuf text = {0};
    hl_strbuf_printf(&text, "%s\n", dump);
    const int status = hl_outdir_write(&j->out, card_name, text.data, text.len, e);
    hl_strbuf_free(&text);
    free(dump);
    json_decref(card);
    free(record);
    return status;
}

/* ---- recognising an earlier set ---- */

/* Whether an entry of a folder is one of a set of phantoms. */
static bool is_own_entry(const char *name)
{
    bool own = strcmp(name, card_name) == 0;
    for (int c = 0; c < PHANTOM_CLASSES; c++)
        own = own || strcmp(name, phantom_class_names[c]) == 0;
    return own;
}

static bool is_card(const char *path)
{
    json_t *card = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);
    const char *kind = json_string_value(json_object_get(card, "kind"));
    const bool ours = kind && strcmp(kind, card_kind) == 0;
    json_decref(card);
    return ours;
}

static const hl_outdir_kind set_of_phantoms = {
    .what = "a set of phantoms", .card = card_name, .is_card = is_card, .is_own = is_own_entry};

/* ---- the folder ---- */

static int make_set(job *j, hl_err *e)
{
    const int jobs = (int)j->o->jobs;
    const size_t slots = hl_ordered_slots(jobs);
    j->slots = hl_calloc(slots, sizeof *j->slots);
    hl_progress_start(&j->progress, "images", (size_t)(j->nimages[0] + j->nimages[1]));
    int status = 0;
    for (int c = 0; c < PHANTOM_CLASSES && status == 0; c++)
        status = hl_outdir_mkdir(&j->out, phantom_class_names[c], e);
    if (status == 0)
        status = hl_ordered_map((size_t)j->o->patients, jobs, draw_patient, write_patient, j, e);
    if (status == 0)
        status = write_card(j, e);
    for (size_t s = 0; s < slots; s++)
        for (size_t k = 0; k < PHANTOM_MAX_IMAGES; k++)
            hl_strbuf_free(&j->slots[s].png[k]);
    free(j->slots);
    return status;
}

static void count(job *j)
{
    for (size_t i = 0; i < (size_t)j->o->patients; i++) {
        const int cls = phantom_class_of(&j->patients[i]);
        j->npatients[cls]++;
        j->nimages[cls] += (json_int_t)j->patients[i].nimages;
    }
}

int phantom_write_folder(const char *dir, const phantom_options *o, const hl_cli *cli, hl_err *e)
{
    bool replace;
    job j = {.o = o, .cli = cli};
    if (hl_outdir_check(dir, &set_of_phantoms, &replace, e) || hl_outdir_open(&j.out, dir, e))
        return -1;
    j.patients = hl_calloc((size_t)o->patients, sizeof *j.patients);
    phantom_plan(j.patients, o);
    count(&j);
    int status = make_set(&j, e);
    free(j.patients);
    if (status)
        hl_outdir_abort(&j.out);
    else if ((status = hl_outdir_commit(&j.out, replace, e)) == 0)
        hl_progress_end(&j.progress);
    return status;
}
