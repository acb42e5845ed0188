#include "CTensorKernels.h"
#include "dispatch.h"

// Columns that are summed together, and rows that are added up in single precision before the sum goes to
// double: few enough to lose nothing that matters, many enough to pay for the conversion.
#define STRIPE 64
#define SHORT_SUM 32

GRAFT_KERNEL void graft_column_moments(
    const float *x, float *mean, float *variance, size_t rows, size_t columns) {
    for (size_t start = 0; start < columns; start += STRIPE) {
        const size_t width = columns - start < STRIPE ? columns - start : STRIPE;
        double total[STRIPE] = {0};
        float part[STRIPE], middle[STRIPE];
        for (size_t block = 0; block < rows; block += SHORT_SUM) {
            size_t end = rows - block < SHORT_SUM ? rows : block + SHORT_SUM;
            GRAFT_EACH(c, width) part[c] = 0;
            for (size_t r = block; r < end; r++) {
                const float *from = x + r * columns + start;
                GRAFT_EACH(c, width) part[c] = part[c] + from[c];
            }
            GRAFT_EACH(c, width) total[c] = total[c] + (double)part[c];
        }
        for (size_t c = 0; c < width; c++) {
            middle[c] = rows ? (float)(total[c] / (double)rows) : 0.0f;
            mean[start + c] = middle[c];
            total[c] = 0;
        }
        for (size_t block = 0; block < rows; block += SHORT_SUM) {
            size_t end = rows - block < SHORT_SUM ? rows : block + SHORT_SUM;
            GRAFT_EACH(c, width) part[c] = 0;
            for (size_t r = block; r < end; r++) {
                const float *from = x + r * columns + start;
                GRAFT_EACH(c, width) {
                    float d = from[c] - middle[c];
                    part[c] = part[c] + d * d;
                }
            }
            GRAFT_EACH(c, width) total[c] = total[c] + (double)part[c];
        }
        for (size_t c = 0; c < width; c++) variance[start + c] = rows ? (float)(total[c] / (double)rows) : 0.0f;
    }
}

GRAFT_INLINE float rectified(float x, float ceiling) {
    float y = x < 0.0f ? 0.0f : x;
    return y > ceiling ? ceiling : y;
}

GRAFT_KERNEL void graft_normalize_columns(
    const float *x, const float *mean, const float *scale, const float *shift, const float *residual,
    float ceiling, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++, x += columns, out += columns) {
        if (residual) {
            GRAFT_EACH(c, columns) {
                float y = ((x[c] - mean[c]) * scale[c] + shift[c]) + residual[c];
                out[c] = ceiling > 0.0f ? rectified(y, ceiling) : y;
            }
            residual += columns;
        } else {
            GRAFT_EACH(c, columns) {
                float y = (x[c] - mean[c]) * scale[c] + shift[c];
                out[c] = ceiling > 0.0f ? rectified(y, ceiling) : y;
            }
        }
    }
}

GRAFT_KERNEL void graft_column_gradient_sums(
    const float *g, const float *x, const float *mean, const float *inverse, float *sums, float *products,
    size_t rows, size_t columns) {
    for (size_t start = 0; start < columns; start += STRIPE) {
        const size_t width = columns - start < STRIPE ? columns - start : STRIPE;
        double sum[STRIPE] = {0}, product[STRIPE] = {0};
        float short_sum[STRIPE], short_product[STRIPE];
        for (size_t block = 0; block < rows; block += SHORT_SUM) {
            size_t end = rows - block < SHORT_SUM ? rows : block + SHORT_SUM;
            GRAFT_EACH(c, width) short_sum[c] = short_product[c] = 0;
            for (size_t r = block; r < end; r++) {
                const float *from = g + r * columns + start, *value = x + r * columns + start;
                GRAFT_EACH(c, width) {
                    short_sum[c] = short_sum[c] + from[c];
                    short_product[c] = short_product[c] + from[c] * (value[c] - mean[start + c]);
                }
            }
            GRAFT_EACH(c, width) {
                sum[c] = sum[c] + (double)short_sum[c];
                product[c] = product[c] + (double)short_product[c];
            }
        }
        for (size_t c = 0; c < width; c++) {
            sums[start + c] = (float)sum[c];
            products[start + c] = (float)(product[c] * (double)inverse[start + c]);
        }
    }
}

GRAFT_KERNEL void graft_normalize_columns_gradient(
    const float *g, const float *x, const float *mean, const float *inverse, const float *scale,
    const float *sums, const float *products, float *out, size_t rows, size_t columns) {
    const float share = rows ? 1.0f / (float)rows : 0.0f;
    for (size_t r = 0; r < rows; r++, g += columns, x += columns, out += columns) {
        GRAFT_EACH(c, columns) {
            float slope = (inverse[c] * products[c]) * share;
            out[c] = scale[c] * ((g[c] - sums[c] * share) - (x[c] - mean[c]) * slope);
        }
    }
}
