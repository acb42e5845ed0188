#include "CTensorKernels.h"
#include "dispatch.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define TILE_ROWS 8
#define TILE_VECTORS (GRAFT_PANEL_COLUMNS / 16)
#define BFLOAT16_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))
#define INT8_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni")))
#define UNROLLED _Pragma("clang loop unroll(full)")

static int has_common_instructions(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
        && __builtin_cpu_supports("avx512vl");
}

int graft_has_bfloat16_products(void) {
    return has_common_instructions() && __builtin_cpu_supports("avx512bf16");
}

int graft_has_int8_products(void) {
    return has_common_instructions() && __builtin_cpu_supports("avx512vnni");
}

// The lanes of vector v that stand for one of `count` elements.
GRAFT_INLINE __mmask16 lanes_below(size_t count, size_t v) {
    if (count >= 16 * (v + 1)) return 0xffff;
    return count <= 16 * v ? 0 : (__mmask16)((1u << (count - 16 * v)) - 1);
}

// Rows of a block tile by tile: eight, four and one give a row the same bits.
#define EACH_TILE(rows, r, TILE) \
    do { \
        size_t r = 0; \
        for (; r + TILE_ROWS <= (rows); r += TILE_ROWS) TILE(TILE_ROWS); \
        for (; r + 4 <= (rows); r += 4) TILE(4); \
        for (; r < (rows); r++) TILE(1); \
    } while (0)

// ---- bfloat16 ----

// Some rows and one panel: all sums stay in registers. `rows` is a constant wherever this is inlined.
GRAFT_INLINE BFLOAT16_TARGET void bfloat16_tile(
    size_t rows, const uint32_t *x, const uint32_t *panel, float *out, size_t words, size_t outputs,
    size_t columns) {
    __m512 sums[TILE_ROWS][TILE_VECTORS];
    UNROLLED for (size_t r = 0; r < rows; r++)
        UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++) sums[r][v] = _mm512_setzero_ps();
    for (size_t q = 0; q < words; q++) {
        __m512i weights[TILE_VECTORS];
        UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++)
            weights[v] = _mm512_loadu_si512(panel + q * GRAFT_PANEL_COLUMNS + 16 * v);
        UNROLLED for (size_t r = 0; r < rows; r++) {
            __m512i two = _mm512_set1_epi32((int)x[r * words + q]);
            UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++)
                sums[r][v] = _mm512_dpbf16_ps(sums[r][v], (__m512bh)two, (__m512bh)weights[v]);
        }
    }
    UNROLLED for (size_t r = 0; r < rows; r++)
        UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++)
            _mm512_mask_storeu_ps(out + r * outputs + 16 * v, lanes_below(columns, v), sums[r][v]);
}

static BFLOAT16_TARGET void round_row(const float *x, uint32_t *rounded, size_t inner) {
    for (size_t k = 0; k < inner; k += 16) {
        __m512 numbers = _mm512_maskz_loadu_ps(lanes_below(inner - k, 0), x + k);
        __mmask8 words = (__mmask8)lanes_below((inner - k + 1) / 2, 0);
        _mm256_mask_storeu_epi32(rounded + k / 2, words, (__m256i)_mm512_cvtneps_pbh(numbers));
    }
}

BFLOAT16_TARGET void graft_bfloat16_product(
    const float *x, const void *packed, void *converted, float *out, size_t rows, size_t inner,
    size_t outputs) {
    size_t words = (inner + 1) / 2;
    uint32_t *rounded = converted;
    for (size_t start = 0; start < rows; start += GRAFT_BLOCK_ROWS) {
        size_t count = rows - start < GRAFT_BLOCK_ROWS ? rows - start : GRAFT_BLOCK_ROWS;
        for (size_t r = 0; r < count; r++) round_row(x + (start + r) * inner, rounded + r * words, inner);
        for (size_t c = 0; c < outputs; c += GRAFT_PANEL_COLUMNS) {
            const uint32_t *panel = (const uint32_t *)packed + c * words;
            float *to = out + start * outputs + c;
#define TILE(n) bfloat16_tile(n, rounded + r * words, panel, to + r * outputs, words, outputs, outputs - c)
            EACH_TILE(count, r, TILE);
#undef TILE
        }
    }
}

// ---- 8-bit integers ----

// The instruction multiplies unsigned by signed: x is moved up by this, and as often the weights' sum is taken off.
#define OFFSET 128

GRAFT_INLINE INT8_TARGET void int8_tile(
    size_t rows, const uint32_t *x, const float *row_scales, const uint32_t *panel, const float *scales,
    const int32_t *weight_sums, float *out, size_t words, size_t outputs, size_t columns) {
    __m512i sums[TILE_ROWS][TILE_VECTORS];
    UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++) {
        __m512i of_weights = _mm512_maskz_loadu_epi32(lanes_below(columns, v), weight_sums + 16 * v);
        __m512i start = _mm512_mullo_epi32(of_weights, _mm512_set1_epi32(-OFFSET));
        UNROLLED for (size_t r = 0; r < rows; r++) sums[r][v] = start;
    }
    for (size_t q = 0; q < words; q++) {
        __m512i weights[TILE_VECTORS];
        UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++)
            weights[v] = _mm512_loadu_si512(panel + q * GRAFT_PANEL_COLUMNS + 16 * v);
        UNROLLED for (size_t r = 0; r < rows; r++) {
            __m512i four = _mm512_set1_epi32((int)x[r * words + q]);
            UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++)
                sums[r][v] = _mm512_dpbusd_epi32(sums[r][v], four, weights[v]);
        }
    }
    UNROLLED for (size_t v = 0; v < TILE_VECTORS; v++) {
        __mmask16 lanes = lanes_below(columns, v);
        __m512 scale = _mm512_maskz_loadu_ps(lanes, scales + 16 * v);
        UNROLLED for (size_t r = 0; r < rows; r++) {
            __m512 both = _mm512_mul_ps(scale, _mm512_set1_ps(row_scales[r]));
            __m512 result = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[r][v]), both);
            _mm512_mask_storeu_ps(out + r * outputs + 16 * v, lanes, result);
        }
    }
}

// As integers the bits of magnitudes have the numbers' order, and those of a NaN lie above all.
static INT8_TARGET float largest_magnitude(const float *x, size_t n) {
    __m512i largest = _mm512_setzero_si512();
    for (size_t k = 0; k < n; k += 16) {
        __m512i bits = _mm512_maskz_loadu_epi32(lanes_below(n - k, 0), x + k);
        largest = _mm512_max_epu32(largest, _mm512_and_si512(bits, _mm512_set1_epi32(0x7fffffff)));
    }
    return _mm_cvtss_f32(_mm_castsi128_ps(_mm_cvtsi32_si128((int)_mm512_reduce_max_epu32(largest))));
}

// Returns the row's scale: not finite where a number is not, so that the result is not either.
static INT8_TARGET float quantize_row(const float *x, uint32_t *quantized, size_t inner) {
    float largest = largest_magnitude(x, inner);
    float inverse = 127.0f / largest;
    // Zeros, numbers too small for an inverse, and what is no number.
    int vanishes = !(inverse > 0 && inverse < __builtin_inff());
    if (vanishes) inverse = 0;
    for (size_t k = 0; k < inner; k += 16) {
        __m512 numbers = _mm512_maskz_loadu_ps(lanes_below(inner - k, 0), x + k);
        __m512i integers = _mm512_cvtps_epi32(_mm512_mul_ps(numbers, _mm512_set1_ps(inverse)));
        __m128i bytes = _mm512_cvtepi32_epi8(_mm512_add_epi32(integers, _mm512_set1_epi32(OFFSET)));
        __mmask8 words = (__mmask8)lanes_below((inner - k + 3) / 4, 0);
        _mm_mask_storeu_epi32(quantized + k / 4, words & 0xf, bytes);
    }
    return vanishes && largest < 1 ? 0 : largest / 127.0f;
}

INT8_TARGET void graft_int8_product(
    const float *x, const void *packed, const float *scales, const int32_t *sums, void *converted, float *out,
    size_t rows, size_t inner, size_t outputs) {
    size_t words = (inner + 3) / 4;
    uint32_t *quantized = converted;
    float row_scales[GRAFT_BLOCK_ROWS];
    for (size_t start = 0; start < rows; start += GRAFT_BLOCK_ROWS) {
        size_t count = rows - start < GRAFT_BLOCK_ROWS ? rows - start : GRAFT_BLOCK_ROWS;
        for (size_t r = 0; r < count; r++)
            row_scales[r] = quantize_row(x + (start + r) * inner, quantized + r * words, inner);
        for (size_t c = 0; c < outputs; c += GRAFT_PANEL_COLUMNS) {
            const uint32_t *panel = (const uint32_t *)packed + c * words;
            float *to = out + start * outputs + c;
#define TILE(n) \
    int8_tile( \
        n, quantized + r * words, row_scales + r, panel, scales + c, sums + c, to + r * outputs, words, \
        outputs, outputs - c)
            EACH_TILE(count, r, TILE);
#undef TILE
        }
    }
}

#else

// Other processors have no such instructions that are used as yet, and say so; the products are then never called.
int graft_has_bfloat16_products(void) { return 0; }
int graft_has_int8_products(void) { return 0; }

void graft_bfloat16_product(
    const float *x, const void *packed, void *converted, float *out, size_t rows, size_t inner,
    size_t outputs) {
    __builtin_trap();
}

void graft_int8_product(
    const float *x, const void *packed, const float *scales, const int32_t *sums, void *converted, float *out,
    size_t rows, size_t inner, size_t outputs) {
    __builtin_trap();
}

#endif
