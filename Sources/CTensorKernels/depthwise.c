#include "windows.h"

GRAFT_KERNEL void graft_depthwise(
    const float *image, const GraftWindows *w, const float *weight, float *out) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        GRAFT_EACH(c, channels) out[c] = 0;
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            const float *from = image + (size_t)pixel * channels;
            const float *filter = weight + (ky * w->kernel_width + kx) * channels;
            GRAFT_EACH(c, channels) out[c] = out[c] + from[c] * filter[c];
        }
        out += channels;
    }
}

GRAFT_KERNEL void graft_depthwise_gradient(
    const float *upstream, const float *image, const GraftWindows *w, const float *weight,
    float *image_gradient, float *weight_gradient) {
    const size_t channels = w->channels;
    EACH_WINDOW(w, oy, ox) {
        EACH_PLACE(w, ky, kx) {
            ptrdiff_t pixel = window_pixel(w, oy, ox, ky, kx);
            if (pixel < 0) continue;
            size_t place = (ky * w->kernel_width + kx) * channels;
            if (image_gradient) {
                float *to = image_gradient + (size_t)pixel * channels;
                const float *filter = weight + place;
                GRAFT_EACH(c, channels) to[c] = to[c] + upstream[c] * filter[c];
            }
            if (weight_gradient) {
                float *to = weight_gradient + place;
                const float *from = image + (size_t)pixel * channels;
                GRAFT_EACH(c, channels) to[c] = to[c] + upstream[c] * from[c];
            }
        }
        upstream += channels;
    }
}
