/* SPDX-License-Identifier: BSD-2-Clause */
/* digest: one SHA-256 for the contents of a file or a folder. */
#include "base/log.h"
#include "base/strbuf.h"
#include "digest/path_digest.h"
#include "format/tsv.h"
#include "sys/cache_dir.h"
#include "sys/cli.h"

#include <stdio.h>

static const char *cache_dir;
static int64_t jobs;

static const hl_opt options[] = {
    HL_OPT_STR(0, "cache", "DIR", &cache_dir,
               "keep digests in DIR; unchanged files are not read again"),
    HL_OPT_INT('j', "jobs", "N", &jobs, 1, 1024, "threads"),
};

static const hl_cli cli = {
    .name = "digest",
    .usage = "[OPTIONS] PATH ...",
    .about =
        "Writes the SHA-256 of each file, or of the names and contents of all files in a folder; "
        "dates do not count.",
    .opts = options,
    .nopts = sizeof options / sizeof *options,
    .min_args = 1,
    .max_args = -1,
};

static int print_digest(const char *path, hl_err *e)
{
    const digest_options o = {.cache = cache_dir, .jobs = (int)jobs};
    char text[HL_DIGEST_SIZE];
    if (digest_path(path, &o, text, e))
        return -1;
    hl_strbuf name = {0};
    hl_tsv_escape(&name, path);
    printf("%s\t%s\n", text, name.data);
    hl_strbuf_free(&name);
    return 0;
}

int main(int argc, char **argv)
{
    jobs = hl_cpu_count();
    const int first = hl_cli_parse(&cli, argc, argv);
    hl_err err;
    int status = 0;
    if (cache_dir)
        status = hl_cache_dir_make(cache_dir, &err);
    for (int i = first; i < argc && status == 0; i++)
        status = print_digest(argv[i], &err);
    if (status == 0 && (fflush(stdout) || ferror(stdout)))
        status = hl_fail_errno(&err, "standard output: cannot be written");
    if (status)
        hl_log_error("%s", err.msg);
    return status ? 1 : 0;
}
