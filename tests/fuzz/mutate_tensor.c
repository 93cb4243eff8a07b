/* SPDX-License-Identifier: BSD-2-Clause */
/* Mutator for `make fuzz` of targets that read safetensors. Mostly it changes the header and
 * corrects its length, or changes values without changing their number. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static size_t mutate_header(uint8_t *data, size_t size, size_t max_size, size_t len)
{
    const size_t values = size - 8 - len, room = max_size - 8 - values;
    uint8_t *text = malloc(room + 1);
    memcpy(text, data + 8, len);
    const uint64_t new_len = LLVMFuzzerMutate(text, len, room);
    memmove(data + 8 + new_len, data + 8 + len, values);
    memcpy(data, &new_len, 8);
    memcpy(data + 8, text, new_len);
    free(text);
    return 8 + new_len + values;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    uint64_t len = UINT64_MAX;
    if (size > 8)
        memcpy(&len, data, 8);
    if (size <= 8 || size > max_size || len == 0 || len > size - 8 || seed % 8 == 0)
        return LLVMFuzzerMutate(data, size, max_size);
    const size_t values = size - 8 - len;
    if (values == 0 || seed % 8 < 5)
        return mutate_header(data, size, max_size, len);
    LLVMFuzzerMutate(data + 8 + len, values, values);
    return size;
}
