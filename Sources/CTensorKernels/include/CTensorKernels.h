// Element-wise and reduction loops over Float32 arrays, compiled for several instruction sets and chosen when
// the program is loaded. All give the same bits on each of them: there is no contraction to fused
// multiply-add, and reductions add in sixteen fixed lanes that are then summed pairwise.
//
// An output may be the same array as an input; other overlap is not allowed. Rows of a matrix follow one
// another without gaps, and no row's result depends on another row.
#ifndef GRAFT_CTENSORKERNELS_H
#define GRAFT_CTENSORKERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "GraftImageKernels.h"
#include "GraftLanguageKernels.h"
#include "GraftReducedKernels.h"

// ---- elementwise.c ----
void graft_fill(float *out, float value, size_t n);
void graft_add(const float *a, const float *b, float *out, size_t n);
void graft_multiply(const float *a, const float *b, float *out, size_t n);
void graft_scale(const float *a, float factor, float *out, size_t n);
// out += factor * a
// Adds row to each row of x.
void graft_add_row(const float *x, const float *row, float *out, size_t rows, size_t columns);
// out[c] (+)= sum over rows of x[r][c], row after row.
void graft_column_sums(const float *x, float *out, size_t rows, size_t columns, int adds);
// out[c] (+)= sum over rows of x[r][c] * y[r][c].
void graft_column_product_sums(
    const float *x, const float *y, float *out, size_t rows, size_t columns, int adds);
void graft_float16_to_float32(const void *source, float *out, size_t n);
void graft_bfloat16_to_float32(const void *source, float *out, size_t n);

// ---- activations.c ----
void graft_gelu(const float *x, float *out, size_t n);
void graft_tanh(const float *x, float *out, size_t n);
void graft_relu(const float *x, float *out, size_t n);
// out = upstream * derivative; of gelu and relu at their argument x, of tanh from its result y.
void graft_gelu_gradient(const float *upstream, const float *x, float *out, size_t n);
void graft_tanh_gradient(const float *upstream, const float *y, float *out, size_t n);
void graft_relu_gradient(const float *upstream, const float *x, float *out, size_t n);
// out = activation(x + row); argument = x + row where it is not NULL.
void graft_add_row_gelu(
    const float *x, const float *row, float *argument, float *out, size_t rows, size_t columns);
// The functions by themselves, for tests and for few numbers.
void graft_exp(const float *x, float *out, size_t n);
void graft_log(const float *x, float *out, size_t n);
void graft_erf(const float *x, float *out, size_t n);

// ---- reductions.c ----
float graft_sum(const float *x, size_t n);
double graft_sum_of_squares(const float *x, size_t n);
float graft_maximum_magnitude(const float *x, size_t n);
// out[r][j] = x row r . weight row j, for few outputs; each product by itself.
void graft_narrow_product(
    const float *x, const float *weight, float *out, size_t rows, size_t inner, size_t outputs);

// ---- normalization.c ----
// h = x (+ residual); out = (h - mean) / sqrt(variance + epsilon) (* scale) (+ shift). residual, scale, shift
// may be NULL; normalized [rows][columns] and reciprocal [rows] take what the gradient needs, or are NULL.
void graft_layer_norm(
    const float *x, const float *residual, const float *scale, const float *shift, float epsilon, float *out,
    float *normalized, float *reciprocal, size_t rows, size_t columns);
void graft_layer_norm_gradient(
    const float *upstream, const float *normalized, const float *reciprocal, const float *scale, float *out,
    size_t rows, size_t columns);

// ---- softmax.c ----
void graft_softmax(const float *x, float *out, size_t rows, size_t columns);
// out = y * (upstream - sum(upstream * y)) row by row, y the softmax.
void graft_softmax_gradient(const float *upstream, const float *y, float *out, size_t rows, size_t columns);
// losses[r] = -log softmax(logits row r)[labels[r]]; probabilities = softmax.
void graft_cross_entropy(
    const float *logits, const int32_t *labels, float *losses, float *probabilities, size_t rows,
    size_t columns);

// ---- soft_targets.c ----
// losses[r] = -sum over c of targets[r][c] * log softmax(logits row r)[c]; probabilities = softmax.
void graft_soft_cross_entropy(
    const float *logits, const float *targets, float *losses, float *probabilities, size_t rows,
    size_t columns);
// out = factor * (sum of the row's targets * probabilities - targets).
void graft_soft_cross_entropy_gradient(
    const float *probabilities, const float *targets, float factor, float *out, size_t rows, size_t columns);

// ---- random.c ----
// Element i draws bits from the key and first + i alone; it is dropped where they are below threshold,
// multiplied by scale otherwise.
void graft_dropout(
    const float *x, float *out, size_t n, uint64_t first, uint64_t key, uint32_t threshold, float scale);
void graft_fill_uniform(float *out, size_t n, uint64_t key, float low, float high);
void graft_fill_normal(float *out, size_t n, uint64_t key, float standard_deviation);

// ---- updates.c ----
typedef struct {
    float gradient_scale, decay_factor, beta1, beta2, step_size, second_moment_factor, epsilon;
} GraftAdamW;
void graft_adamw(
    const GraftAdamW *step, float *value, const float *gradient, float *first, float *second, size_t n);
// value += share * (target - value).
void graft_move_towards(float *value, const float *target, float share, size_t n);
void graft_momentum(
    float *value, const float *gradient, float *velocity, float gradient_scale, float weight_decay,
    float momentum, float learning_rate, size_t n);

// ---- fixed_point.c ----
typedef struct {
    uint64_t saturated, non_finite;
} GraftQuantizationCounts;
// sums += nearest integer of x * 2^exponent, |addend| < 2^51.
void graft_quantize_add(
    const float *x, int32_t exponent, int64_t *sums, size_t n, GraftQuantizationCounts *counts);
void graft_dequantize(const int64_t *sums, int32_t exponent, float *out, size_t n);
// Bytes, 1 to 8, that every one of the sums fits in as a little-endian integer of two's complement.
size_t graft_sum_width(const int64_t *sums, size_t n);
// The lowest `width` bytes of each sum, one after the other; and from there, where they need not be aligned.
void graft_pack_sums(const int64_t *sums, void *bytes, size_t n, size_t width);
void graft_add_sums(const void *bytes, size_t width, int64_t *sums, size_t n);
// out = sums + packed sums; the sums stay as they are.
void graft_dequantize_adding(
    const void *bytes, size_t width, const int64_t *sums, int32_t exponent, float *out, size_t n);

// ---- memory.c ----
// What malloc keeps of freed memory goes back to the system; Swift's Glibc module leaves its header out.
void graft_return_freed_memory(void);

// ---- float_sums.c ----
// Numbers as bytes, which need not be aligned; bfloat16 is rounded to nearest, ties to even.
void graft_add_float32_bytes(const void *bytes, float *sums, size_t n);
void graft_add_bfloat16_bytes(const void *bytes, float *sums, size_t n);
void graft_float32_to_bfloat16(const float *x, void *out, size_t n);
// In place, as graft_float32_to_bfloat16 and graft_bfloat16_to_float32 one after the other.
void graft_round_to_bfloat16(float *x, size_t n);

#endif
