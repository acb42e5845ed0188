#include "CTensorKernels.h"
#include "dispatch.h"

GRAFT_KERNEL void graft_add_diagonals(
    float *scores, const float *diagonals, size_t blocks, size_t length, size_t width) {
    size_t center = width / 2;
    for (size_t b = 0; b < blocks; b++) {
        const float *bias = diagonals + b * width;
        for (size_t i = 0; i < length; i++) {
            float *row = scores + (b * length + i) * length;
            const float *shifted = bias + center - i;
            GRAFT_EACH(j, length) row[j] = row[j] + shifted[j];
        }
    }
}

GRAFT_KERNEL void graft_diagonal_sums(
    const float *scores, float *diagonals, size_t blocks, size_t length, size_t width) {
    size_t center = width / 2;
    for (size_t b = 0; b < blocks; b++) {
        float *sums = diagonals + b * width;
        for (size_t i = 0; i < length; i++) {
            const float *row = scores + (b * length + i) * length;
            float *shifted = sums + center - i;
            GRAFT_EACH(j, length) shifted[j] = shifted[j] + row[j];
        }
    }
}
