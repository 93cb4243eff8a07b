/* SPDX-License-Identifier: BSD-2-Clause */
/* The output folder of phantom: images as PNG in a folder for each class, and PHANTOM.json. */
#ifndef HILUM_PHANTOM_FOLDER_H
#define HILUM_PHANTOM_FOLDER_H

#include "base/error.h"
#include "plan.h"
#include "sys/cli.h"

/* Draws the phantoms and writes the folder, which replaces an earlier set of phantoms at dir. cli:
 * the options that PHANTOM.json records. */
int phantom_write_folder(const char *dir, const phantom_options *o, const hl_cli *cli, hl_err *e);

#endif
