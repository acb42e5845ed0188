#include "windows.h"

GRAFT_KERNEL void graft_max_pool(const float *image, const GraftWindows *w, float *out, float *winners) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        int is_first = 1;
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            const float *from = image + (size_t)pixel * channels;
            float place = (float)(ky * w->kernel_width + kx);
            if (is_first) {
                GRAFT_EACH(c, channels) out[c] = from[c];
                if (winners) {
                    GRAFT_EACH(c, channels) winners[c] = place;
                }
                is_first = 0;
            } else if (winners) {
                // What is not a number wins, as in PyTorch.
                GRAFT_EACH(c, channels) {
                    int wins = from[c] > out[c] || from[c] != from[c];
                    out[c] = wins ? from[c] : out[c];
                    winners[c] = wins ? place : winners[c];
                }
            } else {
                GRAFT_EACH(c, channels) out[c] = from[c] > out[c] || from[c] != from[c] ? from[c] : out[c];
            }
        }
        out += channels;
        if (winners) winners += channels;
    }
}

GRAFT_KERNEL void graft_max_pool_gradient(
    const float *upstream, const float *winners, const GraftWindows *w, float *image_gradient) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            float *to = image_gradient + (size_t)pixel * channels;
            float place = (float)(ky * w->kernel_width + kx);
            GRAFT_EACH(c, channels) to[c] = to[c] + (winners[c] == place ? upstream[c] : 0.0f);
        }
        upstream += channels;
        winners += channels;
    }
}

GRAFT_INLINE float window_share(const GraftWindows *w, size_t oy, size_t ox, int counts_padding) {
    size_t count = 0;
    EACH_PLACE(w, ky, kx) {
        count += counts_padding || window_pixel(w, oy, ox, ky, kx) >= 0;
    }
    return count ? 1.0f / (float)count : 0.0f;
}

GRAFT_KERNEL void graft_average_pool(
    const float *image, const GraftWindows *w, int counts_padding, float *out) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        GRAFT_EACH(c, channels) out[c] = 0;
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            const float *from = image + (size_t)pixel * channels;
            GRAFT_EACH(c, channels) out[c] = out[c] + from[c];
        }
        float share = window_share(w, oy, ox, counts_padding);
        GRAFT_EACH(c, channels) out[c] = out[c] * share;
        out += channels;
    }
}

GRAFT_KERNEL void graft_average_pool_gradient(
    const float *upstream, const GraftWindows *w, int counts_padding, float *image_gradient) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        float share = window_share(w, oy, ox, counts_padding);
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            float *to = image_gradient + (size_t)pixel * channels;
            GRAFT_EACH(c, channels) to[c] = to[c] + upstream[c] * share;
        }
        upstream += channels;
    }
}
