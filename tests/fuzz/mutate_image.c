/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutator for `make fuzz` of images, which mostly corrects the checksums of PNG chunks afterwards.
 */
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

enum { SIGNATURE = 8, AROUND = 12 }; /* length, type and checksum of a chunk */

static uint32_t get(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static uint32_t checksum(const uint8_t *at, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= at[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void fix_checksums(uint8_t *data, size_t size)
{
    for (size_t at = SIGNATURE; size - at >= AROUND;) {
        const size_t n = get(data + at);
        if (n > size - at - AROUND)
            return;
        uint8_t *end = data + at + 8 + n;
        const uint32_t crc = checksum(data + at + 4, n + 4);
        for (int i = 0; i < 4; i++)
            end[i] = (uint8_t)(crc >> (24 - 8 * i));
        at += n + AROUND;
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    size = LLVMFuzzerMutate(data, size, max_size);
    if (seed % 8 && size >= SIGNATURE && memcmp(data, "\x89PNG", 4) == 0)
        fix_checksums(data, size);
    return size;
}
