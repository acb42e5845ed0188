#include <string.h>

#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

GRAFT_KERNEL void graft_add_float32_bytes(const void *bytes, float *sums, size_t n) {
    const char *from = bytes;
    GRAFT_EACH(i, n) {
        float addend;
        memcpy(&addend, from + 4 * i, 4);
        sums[i] += addend;
    }
}

GRAFT_KERNEL void graft_add_bfloat16_bytes(const void *bytes, float *sums, size_t n) {
    const char *from = bytes;
    GRAFT_EACH(i, n) {
        uint16_t half;
        memcpy(&half, from + 2 * i, 2);
        sums[i] += float_of((uint32_t)half << 16);
    }
}

// Ties to even. The upper half of what is returned is the bfloat16.
GRAFT_INLINE uint32_t rounded_to_bfloat16(float x) {
    uint32_t bits = bits_of(x);
    uint32_t rounded = bits + 0x7fffu + (bits >> 16 & 1u);
    // Rounding could carry a NaN's significand away.
    return (bits & 0x7fffffffu) > 0x7f800000u ? bits | 0x400000u : rounded;
}

GRAFT_KERNEL void graft_float32_to_bfloat16(const float *x, void *out, size_t n) {
    char *to = out;
    GRAFT_EACH(i, n) {
        uint16_t half = (uint16_t)(rounded_to_bfloat16(x[i]) >> 16);
        memcpy(to + 2 * i, &half, 2);
    }
}

GRAFT_KERNEL void graft_round_to_bfloat16(float *x, size_t n) {
    GRAFT_EACH(i, n) x[i] = float_of(rounded_to_bfloat16(x[i]) & 0xffff0000u);
}
