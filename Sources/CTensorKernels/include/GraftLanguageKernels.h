// Loops of GPT-2's kind of transformer; the rules of CTensorKernels.h hold.
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

#endif
