/* SPDX-License-Identifier: BSD-2-Clause */
/* Look-ups in a provenance (data/provenance.h) that has been parsed. */
#ifndef HILUM_REPORT_READ_PROVENANCE_ENTRY_H
#define HILUM_REPORT_READ_PROVENANCE_ENTRY_H

#include "base/strbuf.h"

#include <jansson.h>
#include <stdbool.h>

/* A string of an entry; "" if it is missing. */
const char *report_provenance_text(const json_t *entry, const char *key);

/* The last entry of a tool, or the first one; NULL if there is none. */
const json_t *report_provenance_find(const json_t *provenance, const char *tool);
const json_t *report_provenance_first(const json_t *provenance, const char *tool);

/* Appends the value of an option of an entry; false if the entry does not have the option. Not for
 * flags, which have no value: use report_provenance_has. */
bool report_provenance_option(const json_t *entry, const char *name, hl_strbuf *value);
/* Whether the entry has the option with exactly this value. */
bool report_provenance_option_is(const json_t *entry, const char *name, const char *value);
/* Whether the entry has the option. */
bool report_provenance_has(const json_t *entry, const char *name);

#endif
