/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary.h"

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/strbuf.h"

#include <stdbool.h>
#include <stdlib.h>

enum { NAME_COLUMNS = 24 };

/* A class name padded to its column: characters are counted, not bytes, and control characters are
 * replaced. */
static void fit_name(const char *class_name, char out[4 * NAME_COLUMNS + 1])
{
    size_t n = 0, columns = 0;
    char *shown = hl_strdup(class_name);
    hl_one_line(shown);
    for (const char *name = shown; *name; name++) {
        const bool starts = ((unsigned char)*name & 0xc0) != 0x80;
        if (columns + starts > NAME_COLUMNS || n == 3 * NAME_COLUMNS)
            break;
        columns += starts;
        out[n++] = *name;
    }
    free(shown);
    for (; columns < NAME_COLUMNS; columns++)
        out[n++] = ' ';
    out[n] = '\0';
}

static void print_row(const char *name, const size_t *images, const size_t *patients)
{
    char fitted[4 * NAME_COLUMNS + 1];
    hl_strbuf line = {0};
    fit_name(name, fitted);
    hl_strbuf_puts(&line, fitted);
    for (size_t s = 0; s <= HL_SUBSETS; s++)
        hl_strbuf_printf(&line, " %8zu %8zu", images[s], patients[s]);
    hl_log_info("%s", line.data);
    hl_strbuf_free(&line);
}

void split_summary_print(const hl_manifest *m, const hl_subset_counts *n)
{
    hl_log_info("%-*s %17s %17s %17s %17s", NAME_COLUMNS, "", "train", "val", "test", "all");
    hl_log_info("%-*s %8s %8s %8s %8s %8s %8s %8s %8s", NAME_COLUMNS, "class", "images", "patients",
                "images", "patients", "images", "patients", "images", "patients");
    for (size_t k = 0; k < m->nclasses; k++)
        print_row(m->classes[k], n->images[k], n->patients[k]);
    print_row("all", n->images[m->nclasses], n->patients[m->nclasses]);
}
