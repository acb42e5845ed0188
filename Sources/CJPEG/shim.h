// libjpeg reports errors by a callback that must not return: it leaves by longjmp, which Swift code cannot be
// left by. So the calls that may fail stand here, in C.
#ifndef GRAFT_CJPEG_SHIM_H
#define GRAFT_CJPEG_SHIM_H

#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_error_mgr base;
    jmp_buf exit;
    char message[JMSG_LENGTH_MAX];
    int is_damaged;
} GraftJPEGErrors;

static inline void graft_jpeg_fail(j_common_ptr info) {
    GraftJPEGErrors *errors = (GraftJPEGErrors *)info->err;
    info->err->format_message(info, errors->message);
    longjmp(errors->exit, 1);
}

// A warning means that data was missing or made no sense, and was made up.
static inline void graft_jpeg_warn(j_common_ptr info, int level) {
    GraftJPEGErrors *errors = (GraftJPEGErrors *)info->err;
    if (level < 0 && !errors->is_damaged) {
        info->err->format_message(info, errors->message);
        errors->is_damaged = 1;
    }
}

// Reads the size, and the pixels as red, green and blue bytes where pixels is not NULL; it then holds
// width * height * 3 bytes. Returns 0, or 1 with a message of up to 200 bytes.
static inline int graft_jpeg_decode(
    const unsigned char *bytes, size_t count, unsigned char *pixels, size_t pixel_bytes, unsigned *width,
    unsigned *height, char *message) {
    struct jpeg_decompress_struct info;
    GraftJPEGErrors errors;
    memset(&errors, 0, sizeof errors);
    info.err = jpeg_std_error(&errors.base);
    errors.base.error_exit = graft_jpeg_fail;
    errors.base.emit_message = graft_jpeg_warn;
    if (setjmp(errors.exit)) {
        jpeg_destroy_decompress(&info);
        memcpy(message, errors.message, JMSG_LENGTH_MAX);
        return 1;
    }
    jpeg_create_decompress(&info);
    jpeg_mem_src(&info, bytes, count);
    jpeg_read_header(&info, TRUE);
    *width = info.image_width;
    *height = info.image_height;
    if (pixels) {
        info.out_color_space = JCS_RGB;
        jpeg_start_decompress(&info);
        size_t row = (size_t)info.output_width * 3;
        while (info.output_scanline < info.output_height && (info.output_scanline + 1) * row <= pixel_bytes) {
            JSAMPROW target = pixels + info.output_scanline * row;
            jpeg_read_scanlines(&info, &target, 1);
        }
        if (info.output_scanline == info.output_height) jpeg_finish_decompress(&info);
    }
    jpeg_destroy_decompress(&info);
    memcpy(message, errors.message, JMSG_LENGTH_MAX);
    return errors.is_damaged;
}

#endif
