/* SPDX-License-Identifier: BSD-2-Clause */
/* Other tables: history.tsv, audit.tsv, the digest cache, and the pairs of experiment.tsv. Each
 * reader recognises its own by the columns. */
#include "fuzz.h"

#include "digest/cache.h"
#include "report/read/audit_table.h"
#include "report/read/history.h"
#include "report/read/pairs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *path = fuzz_with_checksum(data, size);
    report_history history;
    report_audit audit;
    report_pairs pairs;
    digest_cache cache;
    hl_err e;
    if (report_history_read(&history, path, &e) == 0)
        report_history_free(&history);
    if (report_audit_read(&audit, path, &e) == 0)
        report_audit_free(&audit);
    if (digest_cache_read(&cache, path, &e) == 0) {
        digest_cache_sort(&cache);
        digest_cache_free(&cache);
    }
    if (report_pairs_read(&pairs, path, true, &e) == 0)
        report_pairs_free(&pairs);
    return 0;
}
