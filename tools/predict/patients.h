/* SPDX-License-Identifier: BSD-2-Clause */
/* --unit with image files: whose images they are, as split would say. */
#ifndef HILUM_PREDICT_PATIENTS_H
#define HILUM_PREDICT_PATIENTS_H

#include "data/dicom_files.h"
#include "data/id_key.h"
#include "inputs.h"

/* Sets the patients and unknown ones of in, whose names are known. files: [in->n], which get the
 * patients that others of their studies name. key: of pseudonyms; NULL: nothing is hidden. */
int predict_find_patients(predict_inputs *in, hl_dicom_file *files, const hl_id_key *key,
                          const predict_identity *o, hl_err *e);

#endif
