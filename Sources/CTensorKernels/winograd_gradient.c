#include "CTensorKernels.h"
#include "lanes.h"
#include "windows.h"

// The transposes of winograd.c's output and weight transforms, for the gradient of the weight.
#define TILE 6

// t = A d, of four numbers to six.
#define UPSTREAM_TRANSFORM(d, t) \
    do { \
        float p_ = d[0] + d[2], q_ = d[1] + d[3], r_ = d[0] + 4.0f * d[2], s_ = 2.0f * d[1] + 8.0f * d[3]; \
        t[0] = d[0]; \
        t[1] = p_ + q_; \
        t[2] = p_ - q_; \
        t[3] = r_ + s_; \
        t[4] = r_ - s_; \
        t[5] = d[3]; \
    } while (0)

// w = Gt g, of six numbers to three.
#define WEIGHT_GRADIENT_TRANSFORM(g, w) \
    do { \
        float p_ = (g[1] + g[2]) * (1.0f / 6.0f), q_ = (g[2] - g[1]) * (1.0f / 6.0f); \
        float r_ = g[3] + g[4], s_ = g[3] - g[4]; \
        w[0] = (g[0] * 0.25f - p_) + r_ * (1.0f / 24.0f); \
        w[1] = q_ + s_ * (1.0f / 12.0f); \
        w[2] = (r_ * (1.0f / 6.0f) - p_) + g[5]; \
    } while (0)

// Channels that are carried through a tile together.
#define GROUP 16

GRAFT_KERNEL void graft_winograd_upstream(
    const float *upstream, const GraftWindows *w, size_t channels, size_t first, size_t count, float *out,
    size_t plane) {
    const size_t across = (w->out_width + 3) / 4;
    for (size_t tile = first; tile < first + count; tile++, out += channels) {
        size_t top = tile / across * 4, left = tile % across * 4;
        for (size_t start = 0; start < channels; start += GROUP) {
            const size_t width = channels - start < GROUP ? channels - start : GROUP;
            float rows[TILE][4][GROUP];
            for (size_t x = 0; x < 4; x++) {
                float d[4][GROUP] = {{0}};
                for (size_t y = 0; y < 4; y++) {
                    if (top + y >= w->out_height || left + x >= w->out_width) continue;
                    const float *from = upstream + ((top + y) * w->out_width + left + x) * channels + start;
                    copy_lanes(from, d[y], width);
                }
                GRAFT_EACH(c, GROUP) {
                    float in[4] = {d[0][c], d[1][c], d[2][c], d[3][c]}, t[TILE];
                    UPSTREAM_TRANSFORM(in, t);
                    for (size_t y = 0; y < TILE; y++) rows[y][x][c] = t[y];
                }
            }
            for (size_t y = 0; y < TILE; y++) {
                float result[TILE][GROUP];
                GRAFT_EACH(c, GROUP) {
                    float in[4] = {rows[y][0][c], rows[y][1][c], rows[y][2][c], rows[y][3][c]}, t[TILE];
                    UPSTREAM_TRANSFORM(in, t);
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

GRAFT_KERNEL void graft_winograd_weight_gradient(const float *sums, float *out, size_t outputs, size_t inputs) {
    const size_t plane = outputs * inputs;
    for (size_t o = 0; o < outputs; o++, out += 9 * inputs) {
        GRAFT_EACH(i, inputs) {
            const float *from = sums + o * inputs + i;
            float rows[3][TILE];
            for (size_t x = 0; x < TILE; x++) {
                float g[TILE], w[3];
                for (size_t y = 0; y < TILE; y++) g[y] = from[(y * TILE + x) * plane];
                WEIGHT_GRADIENT_TRANSFORM(g, w);
                for (size_t y = 0; y < 3; y++) rows[y][x] = w[y];
            }
            for (size_t y = 0; y < 3; y++) {
                float w[3];
                WEIGHT_GRADIENT_TRANSFORM(rows[y], w);
                for (size_t x = 0; x < 3; x++) {
                    size_t place = (y * 3 + x) * inputs + i;
                    out[place] = out[place] + w[x];
                }
            }
        }
    }
}
