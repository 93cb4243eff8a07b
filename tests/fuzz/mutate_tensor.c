/* SPDX-License-Identifier: BSD-2-Clause */
/* For `make fuzz` of targets that read safetensors: mostly, the header is changed and its length
 * stays right, or values are changed and their number stays right. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

static size_t mutate_header(uint8_t *data, size_t size, size_t most, size_t len)
{
    const size_t values = size - 8 - len, room = most - 8 - values;
    uint8_t *text = malloc(room + 1);
    memcpy(text, data + 8, len);
    const uint64_t now = LLVMFuzzerMutate(text, len, room);
    memmove(data + 8 + now, data + 8 + len, values);
    memcpy(data, &now, 8);
    memcpy(data + 8, text, now);
    free(text);
    return 8 + now + values;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
    uint64_t len = UINT64_MAX;
    if (size > 8)
        memcpy(&len, data, 8);
    if (size <= 8 || size > most || len == 0 || len > size - 8 || seed % 8 == 0)
        return LLVMFuzzerMutate(data, size, most);
    const size_t values = size - 8 - len;
    if (values == 0 || seed % 8 < 5)
        return mutate_header(data, size, most, len);
    LLVMFuzzerMutate(data + 8 + len, values, values);
    return size;
}
