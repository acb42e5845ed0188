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

// ---- Sums as they travel: of each its lowest bytes, as many as all of a chunk need ----

GRAFT_KERNEL size_t graft_sum_width(const int64_t *sums, size_t n) {
    uint64_t bits = 0;
    for (size_t i = 0; i < n; i++) bits |= (uint64_t)(sums[i] ^ (sums[i] >> 63));
    size_t width = 1;
    // One bit more, for the sign.
    while (width < 8 && bits >> (8 * width - 1) != 0) width++;
    return width;
}

GRAFT_KERNEL void graft_pack_sums(const int64_t *sums, void *bytes, size_t n, size_t width) {
    char *to = bytes;
    if (width == 8) {
        memcpy(to, sums, 8 * n);
        return;
    }
    // A store of eight bytes is one instruction; what it writes too much the next ones overwrite. Not so at the end.
    size_t whole = n > 8 ? n - 8 : 0;
    for (size_t i = 0; i < whole; i++) memcpy(to + width * i, &sums[i], 8);
    for (size_t i = whole; i < n; i++) memcpy(to + width * i, &sums[i], width);
}

// `readable` bytes may be read from where the packed sums begin.
GRAFT_INLINE void unpack(const char *from, size_t readable, size_t width, int64_t *out, size_t n) {
    const unsigned shift = 64 - 8 * (unsigned)width;
    size_t whole = readable < 8 ? 0 : (readable - 8) / width + 1;
    if (whole > n) whole = n;
    uint64_t low;
    _Pragma("clang loop vectorize(disable)") for (size_t i = 0; i < whole; i++) {
        memcpy(&low, from + width * i, 8);
        out[i] = (int64_t)(low << shift) >> shift;
    }
    for (size_t i = whole; i < n; i++) {
        low = 0;
        memcpy(&low, from + width * i, width);
        out[i] = (int64_t)(low << shift) >> shift;
    }
}

// The sums' bytes where they are whole, else those of a few of them, unpacked.
GRAFT_INLINE const char *whole_sums(
    const char *bytes, size_t width, size_t start, size_t n, int64_t *place, size_t count) {
    if (width == 8) return bytes + 8 * start;
    unpack(bytes + width * start, width * (n - start), width, place, count);
    return (const char *)place;
}

GRAFT_INLINE int64_t sum_with(int64_t sum, const char *addends, size_t i) {
    uint64_t addend;
    memcpy(&addend, addends + 8 * i, 8);
    return (int64_t)((uint64_t)sum + addend);
}

GRAFT_KERNEL void graft_dequantize_adding(
    const void *bytes, size_t width, const int64_t *sums, int32_t exponent, float *out, size_t n) {
    const double scale = power_of_two(-exponent);
    int64_t place[CHUNK];
    for (size_t start = 0; start < n; start += CHUNK) {
        size_t count = n - start < CHUNK ? n - start : CHUNK;
        const char *addends = whole_sums(bytes, width, start, n, place, count);
        for (size_t i = 0; i < count; i++)
            out[start + i] = (float)((double)sum_with(sums[start + i], addends, i) * scale);
    }
}

GRAFT_KERNEL void graft_add_sums(const void *bytes, size_t width, int64_t *sums, size_t n) {
    int64_t place[CHUNK];
    for (size_t start = 0; start < n; start += CHUNK) {
        size_t count = n - start < CHUNK ? n - start : CHUNK;
        const char *addends = whole_sums(bytes, width, start, n, place, count);
        for (size_t i = 0; i < count; i++) sums[start + i] = sum_with(sums[start + i], addends, i);
    }
}
