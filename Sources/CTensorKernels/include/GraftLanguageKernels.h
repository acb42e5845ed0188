// Loops of GPT-2's and T5's kinds of transformer; the rules of CTensorKernels.h hold.
#ifndef GRAFT_LANGUAGE_KERNELS_H
#define GRAFT_LANGUAGE_KERNELS_H

#include <stddef.h>

// ---- activations.c ----
// 0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))), and upstream * its derivative at x.
void graft_gelu_tanh(const float *x, float *out, size_t n);
void graft_gelu_tanh_gradient(const float *upstream, const float *x, float *out, size_t n);

// ---- softmax.c ----
// blocks matrices [length][length]: softmax over the first i + 1 columns of row i, zeros behind them.
void graft_causal_softmax(const float *x, float *out, size_t blocks, size_t length);

// ---- rms_norm.c ----
// out = x / sqrt(mean(x * x) + epsilon) * scale; normalized [rows][columns], without the scale, and reciprocal
// [rows] take what the gradient needs, or are NULL.
void graft_rms_norm(
    const float *x, const float *scale, float epsilon, float *out, float *normalized, float *reciprocal,
    size_t rows, size_t columns);
void graft_rms_norm_gradient(
    const float *upstream, const float *normalized, const float *reciprocal, const float *scale, float *out,
    size_t rows, size_t columns);

// ---- relative_bias.c ----
// blocks matrices [length][length]: adds diagonals[block][width / 2 + j - i] to row i, column j; width is odd and
// at least 2 length - 1.
void graft_add_diagonals(float *scores, const float *diagonals, size_t blocks, size_t length, size_t width);
// Adds the sums over each diagonal to such an array, row after row.
void graft_diagonal_sums(
    const float *scores, float *diagonals, size_t blocks, size_t length, size_t width);

#endif
