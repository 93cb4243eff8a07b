/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Patients in the file names of the Kermany chest X-ray set:
 *
 *   personNNN_bacteria_MMM   personNNN_virus_MMM   IM-NNNN-MMMM   NORMAL2-IM-NNNN-MMMM
 *
 * rarely with further numbers at the end ("-0001", "_1"). The patient is the series and NNNN:
 * person numbers repeat between bacteria and virus, so the number alone is not enough.
 */
#ifndef HILUM_SPLIT_KERMANY_H
#define HILUM_SPLIT_KERMANY_H

#include <stddef.h>

/* The patient is the first so many bytes of the name ("person12_bacteria", "IM-0115"); 0 where the
 * name does not follow the rule. name is a file's name without folders; its extension may be
 * there or not. */
size_t split_kermany_patient(const char *name);

#endif
