/* SPDX-License-Identifier: BSD-2-Clause */
/* Label tables of split. Their images must exist: they are the files below in a folder of their
 * own. The rules are taken from the size of the table. */
#include "fuzz.h"

#include "split/label_rules.h"
#include "split/labels.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[] = "/tmp/fuzz-labels-XXXXXX";
static const char *const names[] = {"stat",    "status",    "maps", "io",
                                    "net/dev", "net/a.png", "b.PNG"};

static void remove_images(void)
{
    char path[64];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/net", dir);
    rmdir(path);
    rmdir(dir);
}

static void make_images(void)
{
    char path[64];
    FUZZ_EXPECT(mkdtemp(dir));
    atexit(remove_images);
    snprintf(path, sizeof path, "%s/net", dir);
    FUZZ_EXPECT(mkdir(path, 0700) == 0);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        const int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        FUZZ_EXPECT(fd >= 0);
        close(fd);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool made;
    if (!made)
        make_images();
    made = true;
    split_collection c;
    split_rules rules;
    hl_err e;
    const int word = (int)(size % 4);
    split_table how = {.positive = size % 5 == 0 ? "A" : NULL,
                       .columns = size % 7 == 0   ? "image=i,label=l"
                                  : size % 7 == 1 ? "patient=label,view=image"
                                                  : NULL,
                       .select = size % 11 == 0 ? "view=PA, AP;label=A" : NULL,
                       .uncertain = word,
                       .blank = word,
                       .rows = (int)(size % 3),
                       .missing = (int)(size % 2)};
    const split_rule_texts texts = {.classes = size % 3 == 0 ? "x=A|C;B" : NULL,
                                    .label_regex = size % 13 == 0 ? "^(.)" : NULL};
    FUZZ_EXPECT(split_rules_make(&rules, &texts, &e) == 0);
    rules.dicom.dir = dir;
    FUZZ_EXPECT(split_table_parse(&how, &e) == 0);
    if (split_collect_labels(&c, dir, fuzz_file(data, size), &how, &rules, &e) == 0) {
        FUZZ_EXPECT(c.samples.n > 1 && c.samples.nclasses > 1);
        split_collection_free(&c);
    }
    split_rules_free(&rules);
    split_table_free(&how);
    return 0;
}
