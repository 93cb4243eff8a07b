/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Helpers of the fuzz targets. A target is a file fuzz_NAME.c with LLVMFuzzerTestOneInput, which
 * passes the bytes to one of the project's readers. libFuzzer generates inputs for it (`make
 * fuzz`), and driver.c runs those in corpus/NAME (`make check`).
 */
#ifndef HILUM_TESTS_FUZZ_FUZZ_H
#define HILUM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Returns the name of an in-memory file with these bytes, valid until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* The same in an intact zstd frame, which makes a safetensors file a tensor file. Few mutations of
 * a compressed file would pass its checksum; this way, all code after that check is reached. */
const char *fuzz_framed(const uint8_t *data, size_t size);

/* The same as a table with the correct checksum line, if it has none: a table with provenance is
 * refused without it. */
const char *fuzz_with_checksum(const uint8_t *data, size_t size);

/* Returns the path of a file on disk, for libraries that need one; it is removed at exit. */
const char *fuzz_path(void);

/* Returns a zero-terminated copy; the caller frees it. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Aborts with a message if a guarantee of the code under test is violated. */
#define FUZZ_EXPECT(what) ((what) ? (void)0 : fuzz_violated(#what, __FILE__, __LINE__))
_Noreturn void fuzz_violated(const char *what, const char *file, int line);

#endif
