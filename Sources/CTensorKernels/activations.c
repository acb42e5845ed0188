#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

#define SQRT_HALF 0.707106781f

// x * Phi(x), Phi the normal distribution function.
GRAFT_INLINE float gelu_f(float x) { return 0.5f * x * (1.0f + erf_f(x * SQRT_HALF)); }

// Phi(x) + x * phi(x)
GRAFT_INLINE float gelu_derivative(float x) {
    float density = 0.398942280f * exp_f(-0.5f * (x * x));
    return 0.5f * (1.0f + erf_f(x * SQRT_HALF)) + x * density;
}

GRAFT_KERNEL void graft_gelu(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = gelu_f(x[i]);
}

GRAFT_KERNEL void graft_tanh(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = tanh_f(x[i]);
}

GRAFT_KERNEL void graft_relu(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = x[i] < 0.0f ? 0.0f : x[i];
}

GRAFT_KERNEL void graft_gelu_gradient(const float *upstream, const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = upstream[i] * gelu_derivative(x[i]);
}

GRAFT_KERNEL void graft_tanh_gradient(const float *upstream, const float *y, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = upstream[i] * (1.0f - y[i] * y[i]);
}

GRAFT_KERNEL void graft_relu_gradient(const float *upstream, const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = x[i] > 0.0f ? upstream[i] : 0.0f;
}

GRAFT_KERNEL void graft_add_row_gelu(
    const float *x, const float *row, float *argument, float *out, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) {
        const float *from = x + r * columns;
        float *to = out + r * columns;
        if (argument) {
            float *kept = argument + r * columns;
            GRAFT_EACH(c, columns) {
                float h = from[c] + row[c];
                kept[c] = h;
                to[c] = gelu_f(h);
            }
        } else {
            GRAFT_EACH(c, columns) to[c] = gelu_f(from[c] + row[c]);
        }
    }
}

GRAFT_KERNEL void graft_exp(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = exp_f(x[i]);
}

GRAFT_KERNEL void graft_log(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = log_f(x[i]);
}

GRAFT_KERNEL void graft_erf(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) out[i] = erf_f(x[i]);
}

#define GELU_TANH_SLOPE 0.797884561f
#define GELU_TANH_CUBE 0.044715f

GRAFT_KERNEL void graft_gelu_tanh(const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) {
        float inner = GELU_TANH_SLOPE * (x[i] + GELU_TANH_CUBE * (x[i] * x[i] * x[i]));
        out[i] = 0.5f * x[i] * (1.0f + tanh_f(inner));
    }
}

GRAFT_KERNEL void graft_gelu_tanh_gradient(const float *upstream, const float *x, float *out, size_t n) {
    GRAFT_EACH(i, n) {
        float square = x[i] * x[i];
        float t = tanh_f(GELU_TANH_SLOPE * (x[i] + GELU_TANH_CUBE * (square * x[i])));
        float slope = GELU_TANH_SLOPE * (1.0f + 3.0f * GELU_TANH_CUBE * square);
        out[i] = upstream[i] * (0.5f * (1.0f + t) + 0.5f * x[i] * (1.0f - t * t) * slope);
    }
}
