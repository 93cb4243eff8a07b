/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the fuzz targets share. A target is a file fuzz_NAME.c with LLVMFuzzerTestOneInput, which
 * gives the bytes to one of the project's readers. libFuzzer makes up inputs for it (`make fuzz`),
 * and driver.c runs those of corpus/NAME (`make check`).
 */
#ifndef HILUM_TESTS_FUZZ_FUZZ_H
#define HILUM_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The name of a file in memory that holds these bytes, until the next call. */
const char *fuzz_file(const uint8_t *data, size_t size);

/* The same in a sound zstd frame: what a safetensors file is as a tensor file. Few changes of a
 * compressed file get past its checksum; so all that is behind it is reached. */
const char *fuzz_framed(const uint8_t *data, size_t size);

/* The same as a table with the right seal, if it has none: one that states where it came from is
 * refused without. */
const char *fuzz_sealed(const uint8_t *data, size_t size);

/* A name for a file, for a library that takes no other; the file goes when the program ends. */
const char *fuzz_path(void);

/* A copy with a zero byte behind it; the caller frees. */
char *fuzz_text(const uint8_t *data, size_t size);

/* Ends the program loudly where a promise of the code under test is broken. */
#define FUZZ_EXPECT(what) ((what) ? (void)0 : fuzz_broken(#what, __FILE__, __LINE__))
_Noreturn void fuzz_broken(const char *what, const char *file, int line);

#endif
