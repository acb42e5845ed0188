#include <string.h>

#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

// A double of this size has units of 1 in its last place: adding it rounds to the nearest integer, which
// then stands in the low bits.
#define INTEGER_MAGIC 6755399441055744.0
#define LARGEST_ADDEND 2251799813685247.0

GRAFT_INLINE int64_t bits_of_double(double x) {
    int64_t bits;
    memcpy(&bits, &x, 8);
    return bits;
}

GRAFT_INLINE double power_of_two(int32_t exponent) {
    int64_t bits = (int64_t)(exponent + 1023) << 52;
    double x;
    memcpy(&x, &bits, 8);
    return x;
}

GRAFT_KERNEL void graft_quantize_add(
    const float *x, int32_t exponent, int64_t *sums, size_t n, GraftQuantizationCounts *counts) {
    const double scale = power_of_two(exponent);
    const int64_t magic = bits_of_double(INTEGER_MAGIC);
    int64_t saturated = 0, non_finite = 0;
#pragma clang loop vectorize(enable)
    for (size_t i = 0; i < n; i++) {
        int64_t is_finite = magnitude(x[i]) <= 3.40282347e+38f;
        double d = (double)(is_finite ? x[i] : 0.0f) * scale;
        double limited = d > LARGEST_ADDEND ? LARGEST_ADDEND : d;
        limited = limited < -LARGEST_ADDEND ? -LARGEST_ADDEND : limited;
        saturated += limited != d;
        non_finite += 1 - is_finite;
        int64_t addend = bits_of_double(limited + INTEGER_MAGIC) - magic;
        sums[i] = (int64_t)((uint64_t)sums[i] + (uint64_t)addend);
    }
    counts->saturated += (uint64_t)saturated;
    counts->non_finite += (uint64_t)non_finite;
}

GRAFT_KERNEL void graft_dequantize(const int64_t *sums, int32_t exponent, float *out, size_t n) {
    const double scale = power_of_two(-exponent);
    for (size_t i = 0; i < n; i++) out[i] = (float)((double)sums[i] * scale);
}

GRAFT_KERNEL void graft_add_int64_bytes(const void *bytes, int64_t *sums, size_t n) {
    const char *from = bytes;
    for (size_t i = 0; i < n; i++) {
        uint64_t addend;
        memcpy(&addend, from + 8 * i, 8);
        sums[i] = (int64_t)((uint64_t)sums[i] + addend);
    }
}
