/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * codec_child ROUNDS CODEC ROWS COLUMNS PRECISION FILE: what it costs that a codestream is decoded
 * in a child process. In each round the frame is decoded in this process and in the child, in turn;
 * CPU time counts, of both processes. Prints the median milliseconds of a frame in this process and
 * by the child, and the median of the rounds' ratios.
 */
#include "base/mem.h"
#include "dicom/decoder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
    const char *name, *syntax;
    dc_codec codec;
} codecs[] = {{"jpeg", "1.2.840.10008.1.2.4.50", DC_JPEG},
              {"jpeg-lossless", "1.2.840.10008.1.2.4.70", DC_JPEG},
              {"jpeg-ls", "1.2.840.10008.1.2.4.80", DC_JPEG_LS},
              {"jpeg-2000", "1.2.840.10008.1.2.4.90", DC_JPEG_2000}};

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "codec_child: %s\n", what);
    exit(1);
}

static double clock_of(clockid_t id)
{
    struct timespec t;
    if (clock_gettime(id, &t))
        fail("no clock");
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

/* The child of the only thread. */
static clockid_t clock_of_child(void)
{
    int pid = 0;
    clockid_t id;
    FILE *fp = fopen("/proc/thread-self/children", "r");
    if (!fp || fscanf(fp, "%d", &pid) != 1 || clock_getcpuclockid(pid, &id))
        fail("no child");
    fclose(fp);
    return id;
}

static void read_frame(dc_frame *f, const char *path)
{
    FILE *fp = fopen(path, "rb");
    if (!fp || fseek(fp, 0, SEEK_END))
        fail(path);
    f->len = (size_t)ftell(fp);
    void *bytes = hl_malloc(f->len, 1);
    rewind(fp);
    if (fread(bytes, 1, f->len, fp) != f->len)
        fail(path);
    f->bytes = bytes;
    fclose(fp);
}

static double decode_here(const dc_frame *f, void *out, size_t size)
{
    char problem[300];
    const double before = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    if (dc_decode(f, out, size, problem, sizeof problem))
        fail(problem);
    return clock_of(CLOCK_PROCESS_CPUTIME_ID) - before;
}

static double decode_in_child(const dc_frame *f, size_t size, clockid_t child)
{
    const uint8_t *samples;
    hl_err e;
    const double before = clock_of(CLOCK_PROCESS_CPUTIME_ID) + clock_of(child);
    if (hl_dicom_decode_frame(f, &samples, size, "frame", &e))
        fail(e.msg);
    return clock_of(CLOCK_PROCESS_CPUTIME_ID) + clock_of(child) - before;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
    qsort(x, n, sizeof *x, compare);
    return x[n / 2];
}

int main(int argc, char **argv)
{
    if (argc != 7)
        fail("expected ROUNDS CODEC ROWS COLUMNS PRECISION FILE");
    const size_t rounds = strtoul(argv[1], NULL, 10);
    dc_frame f = {.rows = (uint32_t)strtoul(argv[3], NULL, 10),
                  .columns = (uint32_t)strtoul(argv[4], NULL, 10),
                  .samples = 1,
                  .precision = (uint32_t)strtoul(argv[5], NULL, 10)};
    for (size_t i = 0; i < sizeof codecs / sizeof *codecs; i++)
        if (strcmp(argv[2], codecs[i].name) == 0) {
            f.codec = codecs[i].codec;
            f.syntax = codecs[i].syntax;
        }
    if (!f.syntax || rounds == 0)
        fail("expected jpeg, jpeg-lossless, jpeg-ls or jpeg-2000, and rounds");
    read_frame(&f, argv[6]);
    const size_t size = (size_t)f.rows * f.columns * (f.precision > 8 ? 2 : 1);
    void *out = hl_malloc(size, 1);
    const uint8_t *same;
    hl_err e;
    if (hl_dicom_decode_frame(&f, &same, size, "frame", &e)) /* starts the child */
        fail(e.msg);
    const clockid_t child = clock_of_child();
    double *here = hl_malloc(rounds, sizeof *here), *there = hl_malloc(rounds, sizeof *there);
    double *ratio = hl_malloc(rounds, sizeof *ratio);
    decode_here(&f, out, size);
    if (memcmp(out, same, size) != 0)
        fail("the child gives other samples");
    for (size_t i = 0; i < rounds; i++) {
        here[i] = decode_here(&f, out, size);
        there[i] = decode_in_child(&f, size, child);
        ratio[i] = there[i] / here[i];
    }
    printf("%.3f\t%.3f\t%.4f\n", median(here, rounds), median(there, rounds),
           median(ratio, rounds));
    return 0;
}
