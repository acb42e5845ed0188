#include <math.h>

#include "CTensorKernels.h"
#include "lanes.h"
#include "vector_math.h"

GRAFT_INLINE float row_maximum(const float *row, size_t n) {
    Lanes largest = -INFINITY, block;
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        LANES_LOAD(block, row + i);
        largest = __builtin_elementwise_max(largest, block);
    }
    if (i < n) {
        LANES_LOAD_TAIL(block, row + i, n - i, -INFINITY);
        largest = __builtin_elementwise_max(largest, block);
    }
    return maximum_of_lanes(&largest);
}

// out = exp(row - maximum); returns the sum.
GRAFT_INLINE float row_exponentials(const float *row, float maximum, float *out, size_t n) {
    Lanes sum = 0, block;
    size_t i = 0;
    float part[16];
    for (; i + 16 <= n; i += 16) {
        for (size_t l = 0; l < 16; l++) part[l] = exp_f(row[i + l] - maximum);
        memcpy(out + i, part, sizeof part);
        LANES_LOAD(block, part);
        sum += block;
    }
    if (i < n) {
        // A whole block again: vector code for short rows too. Lanes past the end become 0.
        size_t rest = n - i;
        for (size_t l = 0; l < 16; l++) part[l] = exp_f((l < rest ? row[i + l] : -INFINITY) - maximum);
        for (size_t l = 0; l < 16; l++) {
            if (l < rest) out[i + l] = part[l];
        }
        LANES_LOAD(block, part);
        sum += block;
    }
    return sum_of_lanes(&sum);
}

GRAFT_KERNEL void graft_softmax(const float *x, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * columns;
        float *to = out + r * columns;
        float sum = row_exponentials(row, row_maximum(row, columns), to, columns);
        float factor = 1.0f / sum;
        GRAFT_EACH(c, columns) to[c] = to[c] * factor;
    }
}

GRAFT_KERNEL void graft_softmax_gradient(
    const float *upstream, const float *y, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = upstream + r * columns, *row = y + r * columns;
        float *to = out + r * columns;
        Lanes sum = 0, g, p;
        size_t c = 0;
        for (; c + 16 <= columns; c += 16) {
            LANES_LOAD(g, from + c);
            LANES_LOAD(p, row + c);
            sum += g * p;
        }
        if (c < columns) {
            LANES_LOAD_TAIL(g, from + c, columns - c, 0.0f);
            LANES_LOAD_TAIL(p, row + c, columns - c, 0.0f);
            sum += g * p;
        }
        float dot = sum_of_lanes(&sum);
        GRAFT_EACH(i, columns) to[i] = row[i] * (from[i] - dot);
    }
}

GRAFT_KERNEL void graft_cross_entropy(
    const float *logits, const int32_t *labels, float *losses, float *probabilities, size_t rows,
    size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = logits + r * columns;
        float *to = probabilities + r * columns;
        float maximum = row_maximum(row, columns);
        float sum = row_exponentials(row, maximum, to, columns);
        losses[r] = log_f(sum) - (row[labels[r]] - maximum);
        float factor = 1.0f / sum;
        GRAFT_EACH(c, columns) to[c] = to[c] * factor;
    }
}

GRAFT_KERNEL void graft_causal_softmax(const float *x, float *out, size_t blocks, size_t length) {
    for (size_t r = 0; r < blocks * length; r++) {
        const float *row = x + r * length;
        float *to = out + r * length;
        size_t seen = r % length + 1;
        float sum = row_exponentials(row, row_maximum(row, seen), to, seen);
        float factor = 1.0f / sum;
        GRAFT_EACH(c, seen) to[c] = to[c] * factor;
        for (size_t c = seen; c < length; c++) to[c] = 0.0f;
    }
}
