#include <math.h>

#include "CTensorKernels.h"
#include "lanes.h"

GRAFT_KERNEL void graft_layer_norm(
    const float *x, const float *residual, const float *scale, const float *shift, float epsilon, float *out,
    float *normalized, float *reciprocal, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float *to = out + r * columns;
        if (residual) {
            const float *other = residual + r * columns;
            GRAFT_EACH(c, columns) to[c] = row[c] + other[c];
            row = to;
        }

        Lanes sum = 0, squares = 0, block;
        size_t c = 0, tail = columns % 16;
        for (; c + 16 <= columns; c += 16) {
            LANES_LOAD(block, row + c);
            sum += block;
        }
        if (tail) {
            LANES_LOAD_TAIL(block, row + c, tail, 0.0f);
            sum += block;
        }
        float mean = sum_of_lanes(&sum) / (float)columns;
        for (c = 0; c + 16 <= columns; c += 16) {
            LANES_LOAD(block, row + c);
            Lanes d = block - mean;
            squares += d * d;
        }
        if (tail) {
            LANES_LOAD_TAIL(block, row + c, tail, mean);
            Lanes d = block - mean;
            squares += d * d;
        }
        float inverse = 1.0f / sqrtf(sum_of_lanes(&squares) / (float)columns + epsilon);
        if (reciprocal) reciprocal[r] = inverse;

        GRAFT_EACH(i, columns) to[i] = (row[i] - mean) * inverse;
        if (normalized) memcpy(normalized + r * columns, to, columns * sizeof(float));
        if (scale) {
            GRAFT_EACH(i, columns) to[i] = to[i] * scale[i];
        }
        if (shift) {
            GRAFT_EACH(i, columns) to[i] = to[i] + shift[i];
        }
    }
}

GRAFT_KERNEL void graft_layer_norm_gradient(
    const float *upstream, const float *normalized, const float *reciprocal, const float *scale, float *out,
    size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *y = normalized + r * columns;
        const float *from = upstream + r * columns;
        float *to = out + r * columns;
        // With g = upstream * scale: (g - mean(g) - y * mean(g * y)) / deviation.
        if (scale) {
            GRAFT_EACH(i, columns) to[i] = from[i] * scale[i];
        } else {
            GRAFT_EACH(i, columns) to[i] = from[i];
        }
        Lanes sum = 0, products = 0, g, n;
        size_t c = 0, tail = columns % 16;
        for (; c + 16 <= columns; c += 16) {
            LANES_LOAD(g, to + c);
            LANES_LOAD(n, y + c);
            sum += g;
            products += g * n;
        }
        if (tail) {
            LANES_LOAD_TAIL(g, to + c, tail, 0.0f);
            LANES_LOAD_TAIL(n, y + c, tail, 0.0f);
            sum += g;
            products += g * n;
        }
        float mean = sum_of_lanes(&sum) / (float)columns;
        float slope = sum_of_lanes(&products) / (float)columns;
        float inverse = reciprocal[r];
        GRAFT_EACH(i, columns) to[i] = ((to[i] - mean) - y[i] * slope) * inverse;
    }
}
