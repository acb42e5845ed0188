// Writes Resources/gradient.jpg, 24 by 16 pixels of a smooth gradient, quality 95, no chroma subsampling.
//
//     cc make_jpeg.c -ljpeg -o /tmp/make_jpeg && /tmp/make_jpeg Resources/gradient.jpg
#include <stdio.h>

#include <jpeglib.h>

int main(int count, char **arguments) {
    struct jpeg_compress_struct info;
    struct jpeg_error_mgr errors;
    FILE *file = count == 2 ? fopen(arguments[1], "wb") : NULL;
    if (!file) return 1;
    info.err = jpeg_std_error(&errors);
    jpeg_create_compress(&info);
    jpeg_stdio_dest(&info, file);
    info.image_width = 24;
    info.image_height = 16;
    info.input_components = 3;
    info.in_color_space = JCS_RGB;
    jpeg_set_defaults(&info);
    jpeg_set_quality(&info, 95, TRUE);
    info.comp_info[0].h_samp_factor = info.comp_info[0].v_samp_factor = 1;
    jpeg_start_compress(&info, TRUE);
    for (int y = 0; y < 16; y++) {
        unsigned char row[24 * 3];
        for (int x = 0; x < 24; x++) {
            row[3 * x] = (unsigned char)(x * 10);
            row[3 * x + 1] = (unsigned char)(y * 15);
            row[3 * x + 2] = (unsigned char)(200 - x * 4 - y * 3);
        }
        JSAMPROW pointer = row;
        jpeg_write_scanlines(&info, &pointer, 1);
    }
    jpeg_finish_compress(&info);
    jpeg_destroy_compress(&info);
    return fclose(file);
}
