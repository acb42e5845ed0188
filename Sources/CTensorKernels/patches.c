#include <string.h>

#include "CTensorKernels.h"
#include "lanes.h"

// Where a window's row of the kernel meets the image: columns first ..< last of the kernel.
typedef struct {
    size_t first, last;
} KernelSpan;

GRAFT_INLINE KernelSpan span_within(size_t out, size_t stride, size_t padding, size_t kernel, size_t length) {
    size_t start = out * stride;
    size_t first = start < padding ? padding - start : 0;
    size_t end = length + padding > start ? length + padding - start : 0;
    size_t last = end < kernel ? end : kernel;
    KernelSpan span = {first < last ? first : last, last};
    return span;
}

GRAFT_INLINE void copy_run(const float *from, float *to, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        Lanes block;
        LANES_LOAD(block, from + i);
        memcpy(to + i, &block, sizeof block);
    }
    for (; i < n; i++) to[i] = from[i];
}

GRAFT_INLINE void clear_run(float *to, size_t n) {
    size_t i = 0;
    Lanes zero = 0;
    for (; i + 16 <= n; i += 16) memcpy(to + i, &zero, sizeof zero);
    for (; i < n; i++) to[i] = 0;
}

GRAFT_INLINE void add_run(const float *from, float *to, size_t n) {
    size_t i = 0;
    for (; i + 16 <= n; i += 16) {
        Lanes a, b;
        LANES_LOAD(a, to + i);
        LANES_LOAD(b, from + i);
        a += b;
        memcpy(to + i, &a, sizeof a);
    }
    for (; i < n; i++) to[i] = to[i] + from[i];
}

GRAFT_KERNEL void graft_gather_patches(
    const float *image, const GraftWindows *w, size_t group_start, size_t group_channels, size_t first,
    size_t count, float *patches) {
    const size_t channels = w->channels, row_length = w->kernel_width * group_channels;
    for (size_t index = first; index < first + count; index++) {
        size_t oy = index / w->out_width, ox = index % w->out_width;
        KernelSpan rows = span_within(oy, w->stride, w->padding, w->kernel_height, w->height);
        KernelSpan columns = span_within(ox, w->stride, w->padding, w->kernel_width, w->width);
        for (size_t ky = 0; ky < w->kernel_height; ky++, patches += row_length) {
            if (ky < rows.first || ky >= rows.last || columns.first >= columns.last) {
                clear_run(patches, row_length);
                continue;
            }
            size_t y = oy * w->stride + ky - w->padding;
            size_t x = ox * w->stride + columns.first - w->padding;
            const float *from = image + (y * w->width + x) * channels + group_start;
            float *to = patches + columns.first * group_channels;
            size_t span = columns.last - columns.first;
            clear_run(patches, columns.first * group_channels);
            if (group_channels == channels) {
                copy_run(from, to, span * channels);
            } else {
                for (size_t kx = 0; kx < span; kx++)
                    copy_run(from + kx * channels, to + kx * group_channels, group_channels);
            }
            clear_run(to + span * group_channels, (w->kernel_width - columns.last) * group_channels);
        }
    }
}

GRAFT_KERNEL void graft_scatter_patches(
    const float *patches, const GraftWindows *w, size_t group_start, size_t group_channels, size_t first,
    size_t count, float *image) {
    const size_t channels = w->channels, row_length = w->kernel_width * group_channels;
    for (size_t index = first; index < first + count; index++) {
        size_t oy = index / w->out_width, ox = index % w->out_width;
        KernelSpan rows = span_within(oy, w->stride, w->padding, w->kernel_height, w->height);
        KernelSpan columns = span_within(ox, w->stride, w->padding, w->kernel_width, w->width);
        for (size_t ky = 0; ky < w->kernel_height; ky++, patches += row_length) {
            if (ky < rows.first || ky >= rows.last || columns.first >= columns.last) continue;
            size_t y = oy * w->stride + ky - w->padding;
            size_t x = ox * w->stride + columns.first - w->padding;
            float *to = image + (y * w->width + x) * channels + group_start;
            const float *from = patches + columns.first * group_channels;
            size_t span = columns.last - columns.first;
            if (group_channels == channels) {
                add_run(from, to, span * channels);
            } else {
                for (size_t kx = 0; kx < span; kx++)
                    add_run(from + kx * group_channels, to + kx * channels, group_channels);
            }
        }
    }
}

GRAFT_KERNEL void graft_gather_pixels(const float *image, const GraftWindows *w, float *pixels) {
    for (size_t oy = 0; oy < w->out_height; oy++)
        for (size_t ox = 0; ox < w->out_width; ox++, pixels += w->channels)
            copy_run(image + (oy * w->stride * w->width + ox * w->stride) * w->channels, pixels, w->channels);
}

GRAFT_KERNEL void graft_scatter_pixels(const float *pixels, const GraftWindows *w, float *image) {
    for (size_t oy = 0; oy < w->out_height; oy++)
        for (size_t ox = 0; ox < w->out_width; ox++, pixels += w->channels)
            add_run(pixels, image + (oy * w->stride * w->width + ox * w->stride) * w->channels, w->channels);
}

GRAFT_KERNEL void graft_kernel_to_channels_last(
    const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel) {
    for (size_t o = 0; o < outputs; o++, weight += inputs * kernel, out += inputs * kernel)
        for (size_t k = 0; k < kernel; k++)
            for (size_t i = 0; i < inputs; i++) out[k * inputs + i] = weight[i * kernel + k];
}

GRAFT_KERNEL void graft_kernel_from_channels_last(
    const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel, int adds) {
    for (size_t o = 0; o < outputs; o++, weight += inputs * kernel, out += inputs * kernel)
        for (size_t i = 0; i < inputs; i++)
            for (size_t k = 0; k < kernel; k++) {
                float value = weight[k * inputs + i];
                out[i * kernel + k] = adds ? out[i * kernel + k] + value : value;
            }
}

GRAFT_KERNEL void graft_mirror_kernel(
    const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel) {
    // Blocks that fit the cache: rows are read, columns are written.
    for (size_t start = 0; start < inputs; start += 16) {
        size_t end = inputs - start < 16 ? inputs : start + 16;
        for (size_t k = 0; k < kernel; k++)
            for (size_t o = 0; o < outputs; o++)
                for (size_t i = start; i < end; i++)
                    out[(i * kernel + (kernel - 1 - k)) * outputs + o] = weight[(o * kernel + k) * inputs + i];
    }
}
