#include "CTensorKernels.h"
#include "lanes.h"
#include "windows.h"

// Winograd's convolution F(4x4, 3x3) (Lavin and Gray 2015, arXiv:1509.09308): an output tile of 4 by 4 comes from
// an input tile of 6 by 6 by 36 products a channel instead of 144. Channels are independent of one another.
#define TILE 6

// t = Bt d, of six numbers.
#define INPUT_TRANSFORM(d, t) \
    do { \
        float a_ = d[4] - 4.0f * d[2], b_ = d[3] - 4.0f * d[1]; \
        float c_ = d[4] - d[2], e_ = 2.0f * (d[3] - d[1]); \
        t[0] = (4.0f * d[0] - 5.0f * d[2]) + d[4]; \
        t[1] = a_ + b_; \
        t[2] = a_ - b_; \
        t[3] = c_ + e_; \
        t[4] = c_ - e_; \
        t[5] = (4.0f * d[1] - 5.0f * d[3]) + d[5]; \
    } while (0)

// y = At m, of six numbers to four.
#define OUTPUT_TRANSFORM(m, y) \
    do { \
        float p_ = m[1] + m[2], q_ = m[1] - m[2], r_ = m[3] + m[4], s_ = m[3] - m[4]; \
        y[0] = (m[0] + p_) + r_; \
        y[1] = q_ + 2.0f * s_; \
        y[2] = p_ + 4.0f * r_; \
        y[3] = (q_ + 8.0f * s_) + m[5]; \
    } while (0)

// g = G w, of three numbers to six.
#define WEIGHT_TRANSFORM(w, g) \
    do { \
        float sum_ = w[0] + w[2], wide_ = w[0] + 4.0f * w[2]; \
        g[0] = w[0] * 0.25f; \
        g[1] = (sum_ + w[1]) * (-1.0f / 6.0f); \
        g[2] = (sum_ - w[1]) * (-1.0f / 6.0f); \
        g[3] = (wide_ + 2.0f * w[1]) * (1.0f / 24.0f); \
        g[4] = (wide_ - 2.0f * w[1]) * (1.0f / 24.0f); \
        g[5] = w[2]; \
    } while (0)

// Channels that are carried through a tile together.
#define GROUP 16

GRAFT_KERNEL void graft_winograd_inputs(
    const float *image, const GraftWindows *w, size_t first, size_t count, float *out, size_t plane) {
    const size_t channels = w->channels, across = (w->out_width + 3) / 4;
    for (size_t tile = first; tile < first + count; tile++, out += channels) {
        ptrdiff_t top = (ptrdiff_t)(tile / across * 4) - (ptrdiff_t)w->padding;
        ptrdiff_t left = (ptrdiff_t)(tile % across * 4) - (ptrdiff_t)w->padding;
        for (size_t start = 0; start < channels; start += GROUP) {
            const size_t width = channels - start < GROUP ? channels - start : GROUP;
            float rows[TILE][TILE][GROUP];
            for (size_t x = 0; x < TILE; x++) {
                float d[TILE][GROUP] = {{0}};
                ptrdiff_t column = left + (ptrdiff_t)x;
                for (size_t y = 0; y < TILE; y++) {
                    ptrdiff_t row = top + (ptrdiff_t)y;
                    if (row < 0 || column < 0 || row >= (ptrdiff_t)w->height || column >= (ptrdiff_t)w->width) continue;
                    const float *from =
                        image + ((size_t)row * w->width + (size_t)column) * channels + start;
                    copy_lanes(from, d[y], width);
                }
                GRAFT_EACH(c, GROUP) {
                    float in[TILE] = {d[0][c], d[1][c], d[2][c], d[3][c], d[4][c], d[5][c]}, t[TILE];
                    INPUT_TRANSFORM(in, t);
                    for (size_t y = 0; y < TILE; y++) rows[y][x][c] = t[y];
                }
            }
            for (size_t y = 0; y < TILE; y++) {
                float result[TILE][GROUP];
                GRAFT_EACH(c, GROUP) {
                    float in[TILE] = {rows[y][0][c], rows[y][1][c], rows[y][2][c],
                                      rows[y][3][c], rows[y][4][c], rows[y][5][c]};
                    float t[TILE];
                    INPUT_TRANSFORM(in, t);
                    for (size_t x = 0; x < TILE; x++) result[x][c] = t[x];
                }
                for (size_t x = 0; x < TILE; x++) {
                    float *to = out + (y * TILE + x) * plane + start;
                    copy_lanes(result[x], to, width);
                }
            }
        }
    }
}

GRAFT_KERNEL void graft_winograd_outputs(
    const float *products, size_t plane, const GraftWindows *w, size_t channels, size_t first, size_t count,
    float *image) {
    const size_t across = (w->out_width + 3) / 4;
    for (size_t tile = first; tile < first + count; tile++, products += channels) {
        size_t top = tile / across * 4, left = tile % across * 4;
        for (size_t start = 0; start < channels; start += GROUP) {
            const size_t width = channels - start < GROUP ? channels - start : GROUP;
            float rows[4][TILE][GROUP];
            for (size_t x = 0; x < TILE; x++) {
                float d[TILE][GROUP] = {{0}};
                for (size_t y = 0; y < TILE; y++) {
                    const float *from = products + (y * TILE + x) * plane + start;
                    copy_lanes(from, d[y], width);
                }
                GRAFT_EACH(c, GROUP) {
                    float in[TILE] = {d[0][c], d[1][c], d[2][c], d[3][c], d[4][c], d[5][c]}, t[4];
                    OUTPUT_TRANSFORM(in, t);
                    for (size_t y = 0; y < 4; y++) rows[y][x][c] = t[y];
                }
            }
            for (size_t y = 0; y < 4 && top + y < w->out_height; y++) {
                float result[4][GROUP];
                GRAFT_EACH(c, GROUP) {
                    float in[TILE] = {rows[y][0][c], rows[y][1][c], rows[y][2][c],
                                      rows[y][3][c], rows[y][4][c], rows[y][5][c]};
                    float t[4];
                    OUTPUT_TRANSFORM(in, t);
                    for (size_t x = 0; x < 4; x++) result[x][c] = t[x];
                }
                for (size_t x = 0; x < 4 && left + x < w->out_width; x++) {
                    float *to = image + ((top + y) * w->out_width + left + x) * channels + start;
                    copy_lanes(result[x], to, width);
                }
            }
        }
    }
}

GRAFT_KERNEL void graft_winograd_weights(const float *weight, float *out, size_t outputs, size_t inputs) {
    for (size_t o = 0; o < outputs; o++) {
        const float *kernel = weight + o * 9 * inputs;
        for (size_t i = 0; i < inputs; i++) {
            float rows[TILE][3];
            for (size_t x = 0; x < 3; x++) {
                float in[3] = {kernel[x * inputs + i], kernel[(3 + x) * inputs + i], kernel[(6 + x) * inputs + i]};
                float g[TILE];
                WEIGHT_TRANSFORM(in, g);
                for (size_t y = 0; y < TILE; y++) rows[y][x] = g[y];
            }
            for (size_t y = 0; y < TILE; y++) {
                float g[TILE];
                WEIGHT_TRANSFORM(rows[y], g);
                for (size_t x = 0; x < TILE; x++) out[((y * TILE + x) * outputs + o) * inputs + i] = g[x];
            }
        }
    }
}
