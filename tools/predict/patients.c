/* SPDX-License-Identifier: BSD-2-Clause */
#include "patients.h"

#include "base/mem.h"
#include "data/dicom_patients.h"
#include "data/image_paths.h"
#include "data/patient_rule.h"

#include <stdlib.h>

typedef struct finding {
    predict_inputs *in;
    const predict_identity *o;
    hl_patient_rule rule;
    hl_dicom_patient_counts counts;
} finding;

/* From the path. An expression is for the path below the folder, as for split; a patient that a
 * path names without one has the folder, too, since another may have the same names in it. */
static char *by_path(finding *f, size_t i, bool is_dicom, hl_err *why)
{
    const size_t unknown = f->rule.unknown;
    const char *path = f->in->paths[i] + (f->o->patient_regex ? f->in->below[i] : 0);
    char *patient = hl_patient_of(&f->rule, path, why);
    if (!patient)
        hl_hide_file(why, path, predict_input_name(f->in, i));
    if (is_dicom)
        f->rule.unknown = unknown;
    return patient;
}

static char *find_patient(finding *f, size_t i, const hl_dicom_file *file, hl_err *why)
{
    char *patient = file->kind == HL_DICOM_IMAGE && !f->o->patient_regex
                        ? hl_dicom_take_patient(file, &f->counts)
                        : NULL;
    return patient ? patient : by_path(f, i, hl_dicom_is(file), why);
}

static int expect_study(const finding *f, size_t i, const hl_dicom_file *file, hl_err *why)
{
    if (f->o->unit != HL_UNIT_EXAM ||
        (file->kind == HL_DICOM_IMAGE && *file->a.text[HL_DICOM_TEXT_STUDY]))
        return 0;
    return hl_fail(why,
                   "%s: the study is unknown: expected a DICOM file with a StudyInstanceUID, or "
                   "--features, whose manifest has studies",
                   predict_input_name(f->in, i));
}

static char *hidden(const hl_id_key *key, char *patient)
{
    char name[HL_PSEUDONYM_SIZE];
    if (!key)
        return patient;
    hl_pseudonym_make(key, HL_PSEUDONYM_PATIENT, patient, "", name);
    free(patient);
    return hl_strdup(name);
}

/* Without skip_unknown, stops at the first that is unknown. */
static int find_all(finding *f, const hl_dicom_file *files, const hl_id_key *key, hl_err *e)
{
    predict_inputs *in = f->in;
    hl_err why, first;
    size_t n = 0, at = 0;
    for (size_t i = 0; i < in->n; i++) {
        char *patient = find_patient(f, i, &files[i], &why);
        in->patients[i] = patient ? hidden(key, patient) : NULL;
        if (patient && expect_study(f, i, &files[i], &why) == 0)
            continue;
        in->unknown[i] = hl_strdup(hl_reason_within(&why, predict_input_name(in, i)));
        if (n++ == 0) {
            first = why;
            at = i;
        }
        if (!f->o->skip_unknown)
            break;
    }
    if (n && !f->o->skip_unknown)
        return predict_input_fail(in, at, &first, e);
    return n && n == in->n ? hl_fail(e, "%s", first.msg) : 0;
}

int predict_find_patients(predict_inputs *in, hl_dicom_file *files, const hl_id_key *key,
                          const predict_identity *o, hl_err *e)
{
    finding f = {.in = in, .o = o};
    if (hl_patient_rule_make(&f.rule, o->patient_regex, e))
        return -1;
    in->patients = hl_calloc(in->n, sizeof *in->patients);
    in->unknown = hl_calloc(in->n, sizeof *in->unknown);
    hl_dicom_settle_patients(files, in->n);
    const int status = find_all(&f, files, key, e);
    if (status == 0) {
        hl_patients_warn_of_unknown(f.rule.unknown, in->n);
        hl_dicom_warn_of_patients(&f.counts, "and a patient's studies are ranked apart");
    }
    hl_patient_rule_free(&f.rule);
    return status;
}
