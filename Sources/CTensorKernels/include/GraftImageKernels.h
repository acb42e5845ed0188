// Loops over images stored as [height][width][channels]: patches for convolutions, pooling, batch
// normalisation. The rules of CTensorKernels.h hold: the same bits on every instruction set.
#ifndef GRAFT_IMAGE_KERNELS_H
#define GRAFT_IMAGE_KERNELS_H

#include <stddef.h>

// A window that moves over an image. Places beyond the border count as padding.
typedef struct {
    size_t height, width, channels;
    size_t kernel_height, kernel_width;
    size_t stride, padding;
    size_t out_height, out_width;
} GraftWindows;

// ---- patches.c ----
// Rows first ..< first + count of an image's patch matrix [out_height * out_width][kernel_height *
// kernel_width * group_channels], of the channels from group_start on; padding is zero.
void graft_gather_patches(
    const float *image, const GraftWindows *windows, size_t group_start, size_t group_channels, size_t first,
    size_t count, float *patches);
// Adds such rows to the places they were taken from, row after row.
void graft_scatter_patches(
    const float *patches, const GraftWindows *windows, size_t group_start, size_t group_channels, size_t first,
    size_t count, float *image);
// Pixels at multiples of the stride, without kernel: [out_height * out_width][channels], and back by adding.
void graft_gather_pixels(const float *image, const GraftWindows *windows, float *pixels);
void graft_scatter_pixels(const float *pixels, const GraftWindows *windows, float *image);
// [outputs][inputs][kernel] from or to [outputs][kernel][inputs]; adds where asked.
void graft_kernel_to_channels_last(
    const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel);
void graft_kernel_from_channels_last(
    const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel, int adds);
// [outputs][kernel][inputs] to [inputs][kernel, in reverse][outputs].
void graft_mirror_kernel(const float *weight, float *out, size_t outputs, size_t inputs, size_t kernel);

// ---- winograd.c ----
// A 3 by 3 convolution of stride 1 by tiles of 4 by 4 results, row after row of tiles: the sums of products of
// 36 planes. Tiles first ..< first + count of an image: out[plane p][tile][channels], plane the distance
// between planes.
void graft_winograd_inputs(
    const float *image, const GraftWindows *windows, size_t first, size_t count, float *out, size_t plane);
// From products of such planes, channels each, to the tiles' places in an image of results.
void graft_winograd_outputs(
    const float *products, size_t plane, const GraftWindows *windows, size_t channels, size_t first,
    size_t count, float *image);
// [outputs][9][inputs] to [36][outputs][inputs].
void graft_winograd_weights(const float *weight, float *out, size_t outputs, size_t inputs);

// The transposes, for the gradient of the weight: A dY At of tiles of the result's gradient, laid out as
// graft_winograd_inputs does it; and Gt S G of [36][outputs][inputs], added to a packed weight's gradient.
void graft_winograd_upstream(
    const float *upstream, const GraftWindows *windows, size_t channels, size_t first, size_t count, float *out,
    size_t plane);
void graft_winograd_weight_gradient(const float *sums, float *out, size_t outputs, size_t inputs);

// ---- depthwise.c ----
// One filter a channel; weight is [kernel_height * kernel_width][channels].
void graft_depthwise(const float *image, const GraftWindows *windows, const float *weight, float *out);
// Adds to image_gradient and to weight_gradient; either may be NULL.
void graft_depthwise_gradient(
    const float *upstream, const float *image, const GraftWindows *windows, const float *weight,
    float *image_gradient, float *weight_gradient);

// ---- pooling.c ----
// The largest of each window; winners takes its place within the window, or is NULL.
void graft_max_pool(const float *image, const GraftWindows *windows, float *out, float *winners);
void graft_max_pool_gradient(
    const float *upstream, const float *winners, const GraftWindows *windows, float *image_gradient);
// The sum of each window over its size, or over its places within the image.
void graft_average_pool(const float *image, const GraftWindows *windows, int counts_padding, float *out);
void graft_average_pool_gradient(
    const float *upstream, const GraftWindows *windows, int counts_padding, float *image_gradient);

// ---- batch_norm.c ----
// Mean and variance (over rows) of each column; double sums of short float sums.
void graft_column_moments(const float *x, float *mean, float *variance, size_t rows, size_t columns);
// out = rectify((x - mean) * scale + shift (+ residual)); see graft_rectify for the ceiling, 0 for none.
void graft_normalize_columns(
    const float *x, const float *mean, const float *scale, const float *shift, const float *residual,
    float ceiling, float *out, size_t rows, size_t columns);
// sums[c] = sum over rows of g, products[c] = sum of g * (x - mean) * inverse.
void graft_column_gradient_sums(
    const float *g, const float *x, const float *mean, const float *inverse, float *sums, float *products,
    size_t rows, size_t columns);
// out = scale * (g - sum / rows - (x - mean) * inverse * product / rows)
void graft_normalize_columns_gradient(
    const float *g, const float *x, const float *mean, const float *inverse, const float *scale,
    const float *sums, const float *products, float *out, size_t rows, size_t columns);

// ---- rectifiers.c ----
// out = rectify(x (+ row) (+ residual)), between 0 and ceiling, which may be infinite; ceiling 0: unchanged.
// row and residual may be NULL.
void graft_rectify(
    const float *x, const float *row, const float *residual, float ceiling, float *out, size_t rows,
    size_t columns);
// out = upstream where 0 < y < ceiling, y the rectified result.
void graft_rectify_gradient(
    const float *upstream, const float *y, float ceiling, float *out, size_t n);

#endif
