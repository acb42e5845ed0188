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

// Elements that are looked through before they are added: 1 KiB, which the first level of cache holds.
#define CHUNK 256

// Whether every number of a chunk is finite and within the limit, as nearly always: the loop that adds them needs
// no comparisons then.
GRAFT_INLINE int is_within_limit(const float *x, double scale, size_t n) {
    uint32_t largest = 0;
#pragma clang loop vectorize(enable)
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = bits_of(x[i]) & 0x7fffffffu;
        largest = bits > largest ? bits : largest;
    }
    return largest < 0x7f800000u && (double)float_of(largest) * scale <= LARGEST_ADDEND;
}

GRAFT_INLINE void add_within_limit(const float *x, double scale, int64_t *sums, size_t n) {
    const int64_t magic = bits_of_double(INTEGER_MAGIC);
    GRAFT_EACH(i, n) {
        int64_t addend = bits_of_double((double)x[i] * scale + INTEGER_MAGIC) - magic;
        sums[i] = (int64_t)((uint64_t)sums[i] + (uint64_t)addend);
    }
}

GRAFT_INLINE void add_checked(
    const float *x, double scale, int64_t *sums, size_t n, GraftQuantizationCounts *counts) {
    const int64_t magic = bits_of_double(INTEGER_MAGIC);
    for (size_t i = 0; i < n; i++) {
        int64_t is_finite = magnitude(x[i]) <= 3.40282347e+38f;
        double d = (double)(is_finite ? x[i] : 0.0f) * scale;
        double limited = d > LARGEST_ADDEND ? LARGEST_ADDEND : d;
        limited = limited < -LARGEST_ADDEND ? -LARGEST_ADDEND : limited;
        counts->saturated += limited != d;
        counts->non_finite += (uint64_t)(1 - is_finite);
        int64_t addend = bits_of_double(limited + INTEGER_MAGIC) - magic;
        sums[i] = (int64_t)((uint64_t)sums[i] + (uint64_t)addend);
    }
}

GRAFT_KERNEL void graft_quantize_add(
    const float *x, int32_t exponent, int64_t *sums, size_t n, GraftQuantizationCounts *counts) {
    const double scale = power_of_two(exponent);
    for (size_t start = 0; start < n; start += CHUNK) {
        size_t count = n - start < CHUNK ? n - start : CHUNK;
        if (is_within_limit(x + start, scale, count))
            add_within_limit(x + start, scale, sums + start, count);
        else
            add_checked(x + start, scale, sums + start, count, counts);
    }
}

GRAFT_KERNEL void graft_dequantize(const int64_t *sums, int32_t exponent, float *out, size_t n) {
    const double scale = power_of_two(-exponent);
    for (size_t i = 0; i < n; i++) out[i] = (float)((double)sums[i] * scale);
}

GRAFT_KERNEL void graft_dequantize_adding(
    const void *bytes, const int64_t *sums, int32_t exponent, float *out, size_t n) {
    const double scale = power_of_two(-exponent);
    const char *from = bytes;
    for (size_t i = 0; i < n; i++) {
        uint64_t addend;
        memcpy(&addend, from + 8 * i, 8);
        out[i] = (float)((double)(int64_t)((uint64_t)sums[i] + addend) * scale);
    }
}

GRAFT_KERNEL void graft_add_int64_bytes(const void *bytes, int64_t *sums, size_t n) {
    const char *from = bytes;
    for (size_t i = 0; i < n; i++) {
        uint64_t addend;
        memcpy(&addend, from + 8 * i, 8);
        sums[i] = (int64_t)((uint64_t)sums[i] + addend);
    }
}
