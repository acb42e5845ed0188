// libpng's simplified interface, which reports errors as values; PNG_IMAGE_FORMAT macros that Swift cannot see.
#ifndef GRAFT_CPNG_SHIM_H
#define GRAFT_CPNG_SHIM_H

#include <png.h>
#include <string.h>

static const png_uint_32 graft_png_format_rgb = PNG_FORMAT_RGB;

static inline png_image graft_png_image(void) {
    png_image image;
    memset(&image, 0, sizeof image);
    image.version = PNG_IMAGE_VERSION;
    return image;
}

#endif
