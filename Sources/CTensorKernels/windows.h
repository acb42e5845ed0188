// Walks the places of an image under one place of a window.
#ifndef GRAFT_WINDOWS_H
#define GRAFT_WINDOWS_H

#include "CTensorKernels.h"
#include "dispatch.h"

// Offset in pixels of the place (ky, kx) of window (oy, ox), or -1 where it lies in the padding.
GRAFT_INLINE ptrdiff_t window_pixel(const GraftWindows *w, size_t oy, size_t ox, size_t ky, size_t kx) {
    ptrdiff_t y = (ptrdiff_t)(oy * w->stride + ky) - (ptrdiff_t)w->padding;
    ptrdiff_t x = (ptrdiff_t)(ox * w->stride + kx) - (ptrdiff_t)w->padding;
    if (y < 0 || x < 0 || y >= (ptrdiff_t)w->height || x >= (ptrdiff_t)w->width) return -1;
    return y * (ptrdiff_t)w->width + x;
}

#define EACH_WINDOW(w, oy, ox) \
    for (size_t oy = 0; oy < (w)->out_height; oy++) \
        for (size_t ox = 0; ox < (w)->out_width; ox++)

#define EACH_PLACE(w, ky, kx) \
    for (size_t ky = 0; ky < (w)->kernel_height; ky++) \
        for (size_t kx = 0; kx < (w)->kernel_width; kx++)

#endif
