// Products with frozen weights in bfloat16 and in 8-bit integers, where the processor has instructions for them. A row
// of the result depends on that row of x alone, bit by bit: every element is summed in one order of k.
#ifndef GRAFT_REDUCED_KERNELS_H
#define GRAFT_REDUCED_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Outputs that are computed together; packed weights are filled up with zeros to a multiple of it.
#define GRAFT_PANEL_COLUMNS 48
// Rows of x that are converted together.
#define GRAFT_BLOCK_ROWS 128

// ---- reduced_products.c ----
// AVX512_BF16 and AVX512_VNNI; where they are missing the products below must not be called.
int graft_has_bfloat16_products(void);
int graft_has_int8_products(void);

// out [rows][outputs] = x [rows][inner] . weight; x is rounded to bfloat16, ties to even, and summed in float32.
// converted: memory for GRAFT_BLOCK_ROWS or all rows of ceil(inner / 2) words.
void graft_bfloat16_product(
    const float *x, const void *packed, void *converted, float *out, size_t rows, size_t inner, size_t outputs);

// As above; each row of x becomes integers up to 127 under a scale of its own, and sums are exact.
// converted: rows of ceil(inner / 4) words. inner is below 2^16, so that no sum overflows.
void graft_int8_product(
    const float *x, const void *packed, const float *scales, const int32_t *sums, void *converted, float *out,
    size_t rows, size_t inner, size_t outputs);

// ---- reduced_weights.c ----
// Element k of output c is weight[c * output_step + k * inner_step]. Packed are panels of GRAFT_PANEL_COLUMNS outputs;
// in a panel, for two k after two k, a word of 32 bits for each output.
void graft_pack_bfloat16(
    const float *weight, size_t outputs, size_t inner, size_t output_step, size_t inner_step, void *packed);
// Four k a word. weight = integer * scales[c], integers up to 127; sums[c] is that of output c's integers.
void graft_pack_int8(
    const float *weight, size_t outputs, size_t inner, size_t output_step, size_t inner_step, void *packed,
    float *scales, int32_t *sums);

#endif
