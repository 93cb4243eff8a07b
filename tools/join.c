/* SPDX-License-Identifier: BSD-2-Clause */
/* join: puts shards together into the file that one machine would have written. */
#include "base/log.h"
#include "join/shards.h"
#include "join/write.h"
#include "sys/cli.h"
#include "sys/named_files.h"

#include <stdio.h>

static const char *output, *images, *rejects;
static int64_t jobs;

static const hl_opt options[] = {
    HL_OPT_STR(0, "images", "FILE", &images,
               "with shards of features: the joined images, which the provenance names"),
    HL_OPT_STR(0, "rejects", "FILE", &rejects,
               "with shards of images: list the images that were skipped in FILE"),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
    HL_OPT_STR('o', "output", "FILE", &output, "images or features (default: standard output)"),
};

static const hl_cli cli = {
    .name = "join",
    .usage = "[OPTIONS] SHARD ...",
    .about = "Puts all shards of preprocess --shard, or the features of all of them, together into "
             "the\nfile that one call for all images would have written. SHARDs may come in any "
             "order.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
    .libraries = hl_tf_libraries,
};

static int check_files(char *const *shards, size_t n, hl_err *e)
{
    hl_files f = {0};
    hl_files_read_all(&f, "SHARD", shards, n);
    hl_files_read(&f, "--images", images);
    hl_files_write(&f, "--rejects", rejects, HL_TEXT);
    hl_files_write(&f, "--output", hl_or_standard(output), HL_BINARY);
    return hl_files_check(&f, e);
}

static int join(char *const *shards, size_t n, hl_err *e)
{
    join_set set;
    if (check_files(shards, n, e) || join_set_read(&set, shards, n, e))
        return -1;
    const join_outputs o = {.output = output, .rejects = rejects, .images = images};
    const int status = join_write(&set, &o, e);
    join_set_free(&set);
    return status;
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    hl_tf_set_threads((int)jobs);
    hl_err e;
    const int status = join(argv + first, (size_t)(argc - first), &e);
    if (status)
        hl_log_error("%s", e.msg);
    return status ? 1 : 0;
}
