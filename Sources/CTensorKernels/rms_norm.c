#include <math.h>

#include "CTensorKernels.h"
#include "lanes.h"

GRAFT_KERNEL void graft_rms_norm(
    const float *x, const float *scale, float epsilon, float *out, float *normalized, float *reciprocal,
    size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float *to = out + r * columns;
        Lanes squares = 0, block;
        size_t c = 0, tail = columns % 16;
        for (; c + 16 <= columns; c += 16) {
            LANES_LOAD(block, row + c);
            squares += block * block;
        }
        if (tail) {
            LANES_LOAD_TAIL(block, row + c, tail, 0.0f);
            squares += block * block;
        }
        float inverse = 1.0f / sqrtf(sum_of_lanes(&squares) / (float)columns + epsilon);
        if (reciprocal) reciprocal[r] = inverse;
        GRAFT_EACH(i, columns) to[i] = row[i] * inverse;
        if (normalized) memcpy(normalized + r * columns, to, columns * sizeof(float));
        GRAFT_EACH(i, columns) to[i] = to[i] * scale[i];
    }
}

GRAFT_KERNEL void graft_rms_norm_gradient(
    const float *upstream, const float *normalized, const float *reciprocal, const float *scale, float *out,
    size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *y = normalized + r * columns;
        const float *from = upstream + r * columns;
        float *to = out + r * columns;
        // With g = upstream * scale: (g - y * mean(g * y)) / root mean square.
        GRAFT_EACH(i, columns) to[i] = from[i] * scale[i];
        Lanes products = 0, g, n;
        size_t c = 0, tail = columns % 16;
        for (; c + 16 <= columns; c += 16) {
            LANES_LOAD(g, to + c);
            LANES_LOAD(n, y + c);
            products += g * n;
        }
        if (tail) {
            LANES_LOAD_TAIL(g, to + c, tail, 0.0f);
            LANES_LOAD_TAIL(n, y + c, tail, 0.0f);
            products += g * n;
        }
        float slope = sum_of_lanes(&products) / (float)columns;
        float inverse = reciprocal[r];
        GRAFT_EACH(i, columns) to[i] = (to[i] - y[i] * slope) * inverse;
    }
}
