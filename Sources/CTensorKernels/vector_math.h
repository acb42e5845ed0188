// Elementary functions without branches, so that loops over them become vector code. Polynomials are from
// Tests/TensorKernelsTests/Resources/fit_polynomials.py; errors are checked by the tests.
#ifndef GRAFT_VECTOR_MATH_H
#define GRAFT_VECTOR_MATH_H

#include <stdint.h>
#include <string.h>

#include "dispatch.h"

GRAFT_INLINE uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

GRAFT_INLINE float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, 4);
    return x;
}

GRAFT_INLINE float magnitude(float x) { return float_of(bits_of(x) & 0x7fffffffu); }

// The magnitude of x with the sign of s.
GRAFT_INLINE float with_sign(float x, float s) {
    return float_of((bits_of(x) & 0x7fffffffu) | (bits_of(s) & 0x80000000u));
}

// Adding and subtracting 1.5 * 2^23 rounds to the nearest integer.
#define ROUNDING 12582912.0f

// e^x; 0 below the normal range, infinity above it.
GRAFT_INLINE float exp_f(float x) {
    float c = x < -87.5f ? -87.5f : x;
    c = c > 89.0f ? 89.0f : c;
    float shifted = c * 1.44269504f + ROUNDING;
    float n = shifted - ROUNDING;
    // ln 2 in two parts, the first with few bits, so that n * part is exact.
    float r = c - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.991654274e-04f;
    p = p * r + 1.394611818e-03f;
    p = p * r + 8.333267878e-03f;
    p = p * r + 4.166626911e-02f;
    p = p * r + 1.666666684e-01f;
    p = p * r + 5.000000078e-01f;
    p = (p * (r * r) + r) + 1.0f;
    // 2^n in two factors: n = 128 has no float of its own.
    int32_t k = (int32_t)(bits_of(shifted) - bits_of(ROUNDING));
    int32_t half = k >> 1;
    float y = p * float_of((uint32_t)(half + 127) << 23);
    y = y * float_of((uint32_t)(k - half + 127) << 23);
    return x < -87.336544f ? 0.0f : y;
}

// ln x for normal x > 0.
GRAFT_INLINE float log_f(float x) {
    // x = m * 2^k with sqrt(1/2) <= m < sqrt(2).
    int32_t k = (int32_t)(bits_of(x) - 0x3f3504f3u) >> 23;
    float m = float_of(bits_of(x) - ((uint32_t)k << 23));
    float f = m - 1.0f;
    float p = 6.915140917e-02f;
    p = p * f - 1.178969424e-01f;
    p = p * f + 1.187301827e-01f;
    p = p * f - 1.238437063e-01f;
    p = p * f + 1.421865519e-01f;
    p = p * f - 1.666924944e-01f;
    p = p * f + 2.000222672e-01f;
    p = p * f - 2.499998663e-01f;
    p = p * f + 3.333331044e-01f;
    float square = f * f;
    float n = (float)k;
    float tail = p * f * square - n * 2.12194440e-4f;
    tail = tail - 0.5f * square;
    return (f + tail) + n * 0.693359375f;
}

GRAFT_INLINE float erf_f(float x) {
    float a = magnitude(x);
    float s = x * x;
    float q = -5.976891521e-04f;
    q = q * s + 4.990979762e-03f;
    q = q * s - 2.676556663e-02f;
    q = q * s + 1.128180276e-01f;
    q = q * s - 3.761249432e-01f;
    q = q * s + 1.283791500e-01f;
    float small = x + x * q;
    // Beyond 4 the result is 1 in single precision.
    float t = a > 4.0f ? 4.0f : a;
    float p = 4.938192973e-06f;
    p = p * t - 4.558091388e-05f;
    p = p * t - 4.958817112e-05f;
    p = p * t + 2.930161569e-03f;
    p = p * t - 2.267414479e-02f;
    p = p * t + 1.052627058e-01f;
    p = p * t + 6.356252699e-01f;
    p = p * t + 1.285517481e-01f;
    float large = with_sign(1.0f - exp_f(-(t + t * p)), x);
    return a < 0.93f ? small : large;
}

GRAFT_INLINE float tanh_f(float x) {
    float a = magnitude(x);
    float s = x * x;
    float q = 2.147533962e-03f;
    q = q * s - 8.182670435e-03f;
    q = q * s + 2.170296559e-02f;
    q = q * s - 5.394720396e-02f;
    q = q * s + 1.333320976e-01f;
    q = q * s - 3.333333091e-01f;
    float small = x + x * (s * q);
    float t = a > 20.0f ? 20.0f : a;
    float large = with_sign(1.0f - 2.0f / (exp_f(t + t) + 1.0f), x);
    return a < 0.625f ? small : large;
}

// cos(2 pi u) for 0 <= u < 1.
GRAFT_INLINE float cos_of_turns(float u) {
    float shifted = 4.0f * u + ROUNDING;
    uint32_t quarter = (bits_of(shifted) - bits_of(ROUNDING)) & 3u;
    float t = u - 0.25f * (shifted - ROUNDING);
    float s = t * t;
    float sine = 4.147294982e+01f;
    sine = sine * s - 7.669787000e+01f;
    sine = sine * s + 8.160520475e+01f;
    sine = sine * s - 4.134170215e+01f;
    sine = sine * s + 6.283185307e+00f;
    sine = sine * t;
    float cosine = 5.922040724e+01f;
    cosine = cosine * s - 8.544285212e+01f;
    cosine = cosine * s + 6.493931621e+01f;
    cosine = cosine * s - 1.973920865e+01f;
    cosine = cosine * s + 1.0f;
    float value = (quarter & 1u) ? sine : cosine;
    return (quarter == 1u || quarter == 2u) ? -value : value;
}

#endif
