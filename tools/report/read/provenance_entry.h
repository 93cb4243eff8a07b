/* SPDX-License-Identifier: BSD-2-Clause */
/* Looking things up in a provenance. */
#ifndef HILUM_REPORT_READ_PROVENANCE_ENTRY_H
#define HILUM_REPORT_READ_PROVENANCE_ENTRY_H

#include "base/strbuf.h"

#include <jansson.h>
#include <stdbool.h>

/* A text of an entry; "" where it has none. */
const char *report_provenance_text(const json_t *entry, const char *key);

/* The last entry of a tool, or NULL. */
const json_t *report_provenance_find(const json_t *chain, const char *tool);

/* Appends the value of an option of an entry; false where it is not among them. A flag's value is
 * the name of the next option or nothing, so ask by report_provenance_has. */
bool report_provenance_option(const json_t *entry, const char *name, hl_strbuf *value);
/* Whether the option is there with exactly this value. */
bool report_provenance_option_is(const json_t *entry, const char *name, const char *value);
bool report_provenance_has(const json_t *entry, const char *name);

#endif
