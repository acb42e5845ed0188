#include <math.h>

#include "CTensorKernels.h"
#include "dispatch.h"

GRAFT_KERNEL void graft_adamw(
    const GraftAdamW *step, float *value, const float *gradient, float *first, float *second, size_t n) {
    const GraftAdamW s = *step;
    const float rest1 = 1.0f - s.beta1, rest2 = 1.0f - s.beta2;
    GRAFT_EACH(i, n) {
        float g = gradient[i] * s.gradient_scale;
        float p = value[i] * s.decay_factor;
        float m = first[i] + rest1 * (g - first[i]);
        float v = s.beta2 * second[i] + rest2 * (g * g);
        first[i] = m;
        second[i] = v;
        value[i] = p - s.step_size * (m / (sqrtf(v) * s.second_moment_factor + s.epsilon));
    }
}

GRAFT_KERNEL void graft_move_towards(float *value, const float *target, float share, size_t n) {
    GRAFT_EACH(i, n) value[i] = value[i] + share * (target[i] - value[i]);
}

GRAFT_KERNEL void graft_momentum(
    float *value, const float *gradient, float *velocity, float gradient_scale, float weight_decay,
    float momentum, float learning_rate, size_t n) {
    GRAFT_EACH(i, n) {
        float g = gradient[i] * gradient_scale + weight_decay * value[i];
        float b = momentum * velocity[i] + g;
        velocity[i] = b;
        value[i] = value[i] - learning_rate * b;
    }
}
