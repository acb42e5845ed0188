#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

GRAFT_KERNEL void graft_fill(float *out, float value, size_t n) {
    GRAFT_EACH(i, n) out[i] = value;
}

GRAFT_KERNEL void graft_add(const float *a, const float *b, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = a[i] + b[i];
}

GRAFT_KERNEL void graft_multiply(const float *a, const float *b, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = a[i] * b[i];
}

GRAFT_KERNEL void graft_scale(const float *a, float factor, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = factor * a[i];
}

GRAFT_KERNEL void graft_add_row(const float *x, const float *row, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * columns;
        float *to = out + r * columns;
        GRAFT_EACH(c, columns) to[c] = from[c] + row[c];
    }
}

GRAFT_KERNEL void graft_column_sums(const float *x, float *out, size_t rows, size_t columns, int adds) {
    if (!adds) {
        GRAFT_EACH(c, columns) out[c] = 0;
    }
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * columns;
        GRAFT_EACH(c, columns) out[c] = out[c] + from[c];
    }
}

GRAFT_KERNEL void graft_column_product_sums(
    const float *x, const float *y, float *out, size_t rows, size_t columns, int adds) {
    if (!adds) {
        GRAFT_EACH(c, columns) out[c] = 0;
    }
    for (size_t r = 0; r < rows; r++) {
        const float *a = x + r * columns, *b = y + r * columns;
        GRAFT_EACH(c, columns) out[c] = out[c] + a[c] * b[c];
    }
}

GRAFT_KERNEL void graft_float16_to_float32(const void *source, float *out, size_t n) {
    const char *from = source;
    GRAFT_EACH(i, n) {
        uint16_t half;
        memcpy(&half, from + 2 * i, 2);
        // Moved to the exponent's place the number is too small by 2^112; denormals come out right as well.
        float scaled = float_of((uint32_t)(half & 0x7fff) << 13) * 5.192296858534828e+33f;
        uint32_t special = scaled >= 65536.0f ? 0x7f800000u : 0;
        out[i] = float_of(bits_of(scaled) | special | (uint32_t)(half & 0x8000) << 16);
    }
}

GRAFT_KERNEL void graft_bfloat16_to_float32(const void *source, float *out, size_t n) {
    const char *from = source;
    GRAFT_EACH(i, n) {
        uint16_t half;
        memcpy(&half, from + 2 * i, 2);
        out[i] = float_of((uint32_t)half << 16);
    }
}
