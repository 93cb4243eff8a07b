/* SPDX-License-Identifier: BSD-2-Clause */
/* Label tables of split. Their images must exist: they are files in /proc/self, such as stat,
 * status, maps and net/dev. */
#include "fuzz.h"

#include "split/labels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    split_collection c;
    split_patient_rule rule;
    hl_err e;
    FUZZ_EXPECT(split_patient_rule_make(&rule, NULL, &e) == 0);
    if (split_collect_labels(&c, "/proc/self", fuzz_file(data, size), &rule, &e) == 0) {
        FUZZ_EXPECT(c.samples.n > 1 && c.samples.nclasses > 1);
        split_collection_free(&c);
    }
    split_patient_rule_free(&rule);
    return 0;
}
