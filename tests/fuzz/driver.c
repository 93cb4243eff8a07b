/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs files through a fuzz target without libFuzzer and reports in TAP. The files are those named
 * as arguments, with all files of folders; without arguments, those of corpus/NAME if the program
 * is called fuzz_NAME. A file fails if it takes more than a second of CPU time or too much memory.
 * A crash ends the program; the file's name has been printed before.
 */
#include "fuzz.h"

#include "base/mem.h"
#include "base/strbuf.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined __SANITIZE_ADDRESS__
enum { MAX_MB = 1024 }; /* with red zones, shadow memory and quarantine */
#else
enum { MAX_MB = 256 };
#endif
static const double max_seconds = 1;
enum { TIMEOUT = 60 }; /* seconds after which the program is killed */

typedef struct files {
    char **paths;
    size_t n;
} files;

static void add_file(files *f, const char *path)
{
    f->paths = hl_realloc(f->paths, f->n + 1, sizeof *f->paths);
    f->paths[f->n++] = hl_strdup(path);
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void add(files *f, const char *path)
{
    struct stat st;
    struct dirent **entries;
    if (stat(path, &st) || !S_ISDIR(st.st_mode)) {
        add_file(f, path);
        return;
    }
    const int n = scandir(path, &entries, is_visible, alphasort);
    for (int i = 0; i < n; i++) {
        hl_strbuf below = {0};
        hl_strbuf_printf(&below, "%s/%s", path, entries[i]->d_name);
        add(f, below.data);
        hl_strbuf_free(&below);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

static uint8_t *read_file(const char *path, size_t *size)
{
    FILE *fp = fopen(path, "rb");
    struct stat st;
    if (!fp || fstat(fileno(fp), &st))
        return NULL;
    *size = (size_t)st.st_size;
    uint8_t *bytes = hl_malloc(*size, 1); /* exact size, so that out-of-bounds reads are detected */
    const bool complete = fread(bytes, 1, *size, fp) == *size;
    fclose(fp);
    if (complete)
        return bytes;
    free(bytes);
    return NULL;
}

/* CPU seconds of this process and its children; *mb: their peak memory. */
static double used(long *mb)
{
    double seconds = 0;
    *mb = 0;
    for (int i = 0; i < 2; i++) {
        struct rusage u;
        getrusage(i ? RUSAGE_CHILDREN : RUSAGE_SELF, &u);
        seconds += (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
                   (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
        *mb = u.ru_maxrss / 1024 > *mb ? u.ru_maxrss / 1024 : *mb;
    }
    return seconds;
}

static bool run(size_t number, const char *path)
{
    long mb;
    size_t size;
    printf("# %s\n", path);
    fflush(stdout);
    uint8_t *bytes = read_file(path, &size);
    const double before = used(&mb);
    alarm(TIMEOUT);
    if (bytes)
        LLVMFuzzerTestOneInput(bytes, size);
    alarm(0);
    const double took = used(&mb) - before;
    free(bytes);
    const bool fine = bytes && took <= max_seconds && mb <= MAX_MB;
    printf("%s %zu - %s\n", fine ? "ok" : "not ok", number, path);
    if (!bytes)
        printf("# cannot be read\n");
    else if (!fine)
        printf("# expected at most %g s and %d MB, found %.2f s and %ld MB\n", max_seconds, MAX_MB,
               took, mb);
    return fine;
}

/* Adds tests/fuzz/corpus/NAME for build/tests/fuzz/fuzz_NAME, run from the root of the checkout. */
static void add_corpus(files *f, const char *program)
{
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;
    hl_strbuf folder = {0};
    hl_strbuf_printf(&folder, "tests/fuzz/corpus/%s", name + strcspn(name, "_") + 1);
    add(f, folder.data);
    hl_strbuf_free(&folder);
}

int main(int argc, char **argv)
{
    files f = {0};
    bool fine = true;
    for (int i = 1; i < argc; i++)
        add(&f, argv[i]);
    if (argc == 1)
        add_corpus(&f, argv[0]);
    printf("1..%zu\n", f.n);
    for (size_t i = 0; i < f.n; i++) {
        fine &= run(i + 1, f.paths[i]);
        free(f.paths[i]);
    }
    free(f.paths);
    return fine && f.n ? 0 : 1;
}
