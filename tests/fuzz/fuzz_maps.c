/* SPDX-License-Identifier: BSD-2-Clause */
/* explain.tsv, in a folder with a picture, a.png, and another file, b. */
#include "fuzz.h"

#include "image/png_encode.h"
#include "report/read/heat_maps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[] = "/dev/shm/hilum-fuzz-maps.XXXXXX";
static const char *const names[] = {"explain.tsv", "a.png", "b"};

static const char *within(const char *name)
{
    static char path[sizeof folder + 16];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void remove_folder(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(within(names[i]));
    rmdir(folder);
}

static void put(const char *name, const char *bytes, size_t len)
{
    FILE *fp = fopen(within(name), "wb");
    FUZZ_EXPECT(fp && fwrite(bytes, 1, len, fp) == len && fclose(fp) == 0);
}

static void make_folder(const char *table)
{
    static const uint8_t pixels[4];
    hl_strbuf png = {0};
    hl_err e;
    FUZZ_EXPECT(mkdtemp(folder));
    atexit(remove_folder);
    FUZZ_EXPECT(hl_png_encode(&png, pixels, 2, 2, 1, &e) == 0);
    put("a.png", png.data, png.len);
    put("b", "b", 1);
    FUZZ_EXPECT(symlink(table, within("explain.tsv")) == 0);
    hl_strbuf_free(&png);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool is_made;
    const char *table = fuzz_with_checksum(data, size);
    if (!is_made)
        make_folder(table);
    is_made = true;
    report_maps maps;
    hl_err e;
    if (report_maps_read(&maps, folder, &e) == 0) {
        for (size_t i = 0; i < maps.n; i++)
            FUZZ_EXPECT(maps.list[i].len && maps.list[i].p >= 0 && maps.list[i].p <= 1);
        report_maps_free(&maps);
    }
    return 0;
}
