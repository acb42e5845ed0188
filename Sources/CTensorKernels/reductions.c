#include "CTensorKernels.h"
#include "lanes.h"
#include "vector_math.h"

GRAFT_KERNEL float graft_sum(const float *x, size_t n) {
    Lanes sum = 0, block;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        LANES_LOAD(block, x + i);
        sum += block;
    }
    if (i < n) {
        LANES_LOAD_TAIL(block, x + i, n - i, 0.0f);
        sum += block;
    }
    return sum_of_lanes(&sum);
}

GRAFT_KERNEL double graft_sum_of_squares(const float *x, size_t n) {
    WideLanes sum = 0;
    Lanes block;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        LANES_LOAD(block, x + i);
        WideLanes wide = __builtin_convertvector(block, WideLanes);
        sum += wide * wide;
    }
    if (i < n) {
        LANES_LOAD_TAIL(block, x + i, n - i, 0.0f);
        WideLanes wide = __builtin_convertvector(block, WideLanes);
        sum += wide * wide;
    }
    return sum_of_wide_lanes(&sum);
}

GRAFT_KERNEL float graft_maximum_magnitude(const float *x, size_t n) {
    // Magnitudes compare like their bits.
    uint32_t largest = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = bits_of(x[i]) & 0x7fffffffu;
        largest = bits > largest ? bits : largest;
    }
    return float_of(largest);
}

GRAFT_KERNEL void graft_narrow_product(
    const float *x, const float *weight, float *out, size_t rows, size_t inner, size_t outputs) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < outputs; j++) {
            const float *a = x + r * inner, *b = weight + j * inner;
            Lanes sum = 0, p, q;
            size_t i = 0;
            for (; i + 16 <= inner; i += 16) {
                LANES_LOAD(p, a + i);
                LANES_LOAD(q, b + i);
                sum += p * q;
            }
            if (i < inner) {
                LANES_LOAD_TAIL(p, a + i, inner - i, 0.0f);
                LANES_LOAD_TAIL(q, b + i, inner - i, 0.0f);
                sum += p * q;
            }
            out[r * outputs + j] = sum_of_lanes(&sum);
        }
    }
}
