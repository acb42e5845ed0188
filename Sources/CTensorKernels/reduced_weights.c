#include <math.h>
#include <string.h>

#include "CTensorKernels.h"

// To the nearest, ties to even; a NaN stays one.
static uint32_t bfloat16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (x != x) return (bits >> 16) | 0x40;
    return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}

// All words zero.
static void clear(uint32_t *words, size_t outputs, size_t words_per_output) {
    size_t panels = (outputs + GRAFT_PANEL_COLUMNS - 1) / GRAFT_PANEL_COLUMNS;
    memset(words, 0, panels * GRAFT_PANEL_COLUMNS * words_per_output * sizeof *words);
}

// Where word q of output c stands.
static size_t place(size_t c, size_t q, size_t words_per_output) {
    return (c / GRAFT_PANEL_COLUMNS * words_per_output + q) * GRAFT_PANEL_COLUMNS + c % GRAFT_PANEL_COLUMNS;
}

void graft_pack_bfloat16(
    const float *weight, size_t outputs, size_t inner, size_t output_step, size_t inner_step, void *packed) {
    uint32_t *words = packed;
    size_t count = (inner + 1) / 2;
    clear(words, outputs, count);
    for (size_t c = 0; c < outputs; c++)
        for (size_t k = 0; k < inner; k++)
            words[place(c, k / 2, count)] |= bfloat16(weight[c * output_step + k * inner_step]) << 16 * (k % 2);
}

void graft_pack_int8(
    const float *weight, size_t outputs, size_t inner, size_t output_step, size_t inner_step, void *packed,
    float *scales, int32_t *sums) {
    uint32_t *words = packed;
    size_t count = (inner + 3) / 4;
    clear(words, outputs, count);
    for (size_t c = 0; c < outputs; c++) {
        const float *output = weight + c * output_step;
        float largest = 0;
        int is_finite = 1;
        for (size_t k = 0; k < inner; k++) {
            is_finite &= isfinite(output[k * inner_step]) != 0;
            largest = fmaxf(largest, fabsf(output[k * inner_step]));
        }
        // Numbers too small for an inverse count as zeros; with one that is none, the output is none either.
        float inverse = is_finite && largest > 0 ? 127.0f / largest : 0;
        if (isinf(inverse)) inverse = 0;
        scales[c] = !is_finite ? NAN : inverse > 0 ? largest / 127.0f : 0;
        sums[c] = 0;
        for (size_t k = 0; inverse > 0 && k < inner; k++) {
            int32_t integer = (int32_t)nearbyintf(output[k * inner_step] * inverse);
            sums[c] += integer;
            words[place(c, k / 4, count)] |= (uint32_t)(uint8_t)integer << 8 * (k % 4);
        }
    }
}
