#include "CTensorKernels.h"
#include "dispatch.h"

GRAFT_KERNEL void graft_rectify(
    const float *x, const float *row, const float *residual, float ceiling, float *out, size_t rows,
    size_t columns) {
    for (size_t r = 0; r < rows; r++, x += columns, out += columns) {
        const float *from = x;
        if (row) {
            GRAFT_EACH(c, columns) out[c] = from[c] + row[c];
            from = out;
        }
        if (residual) {
            GRAFT_EACH(c, columns) out[c] = from[c] + residual[c];
            residual += columns;
            from = out;
        }
        if (ceiling > 0.0f) {
            // What is not a number stays so.
            GRAFT_EACH(c, columns) {
                float y = from[c] < 0.0f ? 0.0f : from[c];
                out[c] = y > ceiling ? ceiling : y;
            }
        } else if (from == x && out != x) {
            GRAFT_EACH(c, columns) out[c] = from[c];
        }
    }
}

GRAFT_KERNEL void graft_rectify_gradient(
    const float *upstream, const float *y, float ceiling, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = y[i] > 0.0f && y[i] < ceiling ? upstream[i] : 0.0f;
}
