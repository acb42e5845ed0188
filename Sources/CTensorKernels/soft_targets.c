#include <math.h>

#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

// Classes are few: sums go over a row's elements in order.
GRAFT_KERNEL void graft_soft_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, size_t rows,
    size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *row = logits + r * columns, *target = targets + r * columns;
        float *to = probabilities + r * columns;
        float maximum = -INFINITY, sum = 0.0f, loss = 0.0f;
        for (size_t c = 0; c < columns; c++) maximum = row[c] > maximum ? row[c] : maximum;
        for (size_t c = 0; c < columns; c++) {
            to[c] = exp_f(row[c] - maximum);
            sum += to[c];
        }
        float logarithm = log_f(sum), factor = 1.0f / sum;
        for (size_t c = 0; c < columns; c++) {
            loss += target[c] * (logarithm - (row[c] - maximum));
            to[c] = to[c] * factor;
        }
        losses[r] = loss;
    }
}

GRAFT_KERNEL void graft_soft_cross_entropy_gradient(
    const float *probabilities, const float *targets, float factor, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *p = probabilities + r * columns, *t = targets + r * columns;
        float *to = out + r * columns;
        float mass = 0.0f;
        for (size_t c = 0; c < columns; c++) mass += t[c];
        GRAFT_EACH(c, columns) to[c] = (mass * p[c] - t[c]) * factor;
    }
}
