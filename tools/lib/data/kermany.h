/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patients in the file names of the chest X-ray data set of Kermany et al. (2018):
 *
 *   personNNN_bacteria_MMM   personNNN_virus_MMM   IM-NNNN-MMMM   NORMAL2-IM-NNNN-MMMM
 *
 * rarely with further numbers at the end ("-0001", "_1"). The patient is the series and the first
 * number: numbers of persons repeat between bacteria and virus, so the number alone is ambiguous.
 */
#ifndef HILUM_DATA_KERMANY_H
#define HILUM_DATA_KERMANY_H

#include <stddef.h>

/* Length in bytes of the prefix of name that identifies the patient ("person12_bacteria",
 * "IM-0115"); 0 where the name does not follow the scheme. name: a file name without folders, with
 * or without its extension. */
size_t hl_kermany_patient(const char *name);

#endif
