// Times oneDNN's convolutions on ResNet's shapes, one thread: forward for inference, and the two gradients.
//
//     onednn_convolutions IMAGES SIDE INPUTS OUTPUTS KERNEL STRIDE ROUNDS
//
// Prints the median milliseconds of a forward pass, of the images' gradient and of the weight's, and the name of
// the forward implementation. Layouts of data and weights are oneDNN's own choice: reorders are not counted.
#include <dnnl.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK(call) \
    do { \
        if ((call) != dnnl_success) { \
            fprintf(stderr, "failed: %s\n", #call); \
            exit(2); \
        } \
    } while (0)

static dnnl_engine_t engine;
static dnnl_stream_t stream;

static dnnl_memory_t memory(const_dnnl_primitive_desc_t description, dnnl_query_t query) {
    const dnnl_memory_desc_t *layout = dnnl_primitive_desc_query_md(description, query, 0);
    dnnl_memory_t result;
    CHECK(dnnl_memory_create(&result, layout, engine, DNNL_MEMORY_ALLOCATE));
    void *data;
    CHECK(dnnl_memory_get_data_handle(result, &data));
    float *numbers = data;
    for (size_t i = 0; i < dnnl_memory_desc_get_size(layout) / sizeof(float); i++)
        numbers[i] = (float)((i * 7919) % 1001) / 1001 - 0.5f;
    return result;
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_time(dnnl_primitive_desc_t description, int count, const int *arguments, const dnnl_query_t *queries,
                          int rounds) {
    dnnl_primitive_t primitive;
    CHECK(dnnl_primitive_create(&primitive, description));
    dnnl_exec_arg_t bound[3];
    for (int i = 0; i < count; i++) bound[i] = (dnnl_exec_arg_t){arguments[i], memory(description, queries[i])};
    double times[64];
    for (int round = -1; round < rounds; round++) {
        double start = milliseconds();
        CHECK(dnnl_primitive_execute(primitive, stream, count, bound));
        CHECK(dnnl_stream_wait(stream));
        if (round >= 0) times[round] = milliseconds() - start;
    }
    qsort(times, (size_t)rounds, sizeof(double), ascending);
    return times[rounds / 2];
}

int main(int count, char **words) {
    if (count != 8 || atoi(words[7]) < 1 || atoi(words[7]) > 64) {
        fprintf(stderr, "onednn_convolutions IMAGES SIDE INPUTS OUTPUTS KERNEL STRIDE ROUNDS\n");
        return 2;
    }
    long n = atol(words[1]), side = atol(words[2]), inputs = atol(words[3]), outputs = atol(words[4]);
    long kernel = atol(words[5]), stride = atol(words[6]), padding = kernel / 2;
    int rounds = atoi(words[7]);
    long out = (side + 2 * padding - kernel) / stride + 1;
    omp_set_num_threads(1);
    CHECK(dnnl_engine_create(&engine, dnnl_cpu, 0));
    CHECK(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags));

    dnnl_memory_desc_t x, w, y;
    CHECK(dnnl_memory_desc_init_by_tag(&x, 4, (dnnl_dims_t){n, inputs, side, side}, dnnl_f32, dnnl_format_tag_any));
    CHECK(dnnl_memory_desc_init_by_tag(
        &w, 4, (dnnl_dims_t){outputs, inputs, kernel, kernel}, dnnl_f32, dnnl_format_tag_any));
    CHECK(dnnl_memory_desc_init_by_tag(&y, 4, (dnnl_dims_t){n, outputs, out, out}, dnnl_f32, dnnl_format_tag_any));
    dnnl_dims_t strides = {stride, stride}, edges = {padding, padding};

    dnnl_convolution_desc_t forward, data, weights;
    CHECK(dnnl_convolution_forward_desc_init(
        &forward, dnnl_forward_training, dnnl_convolution_auto, &x, &w, NULL, &y, strides, edges, edges));
    CHECK(dnnl_convolution_backward_data_desc_init(
        &data, dnnl_convolution_direct, &x, &w, &y, strides, edges, edges));
    CHECK(dnnl_convolution_backward_weights_desc_init(
        &weights, dnnl_convolution_direct, &x, &w, NULL, &y, strides, edges, edges));
    dnnl_primitive_desc_t f, d, g;
    CHECK(dnnl_primitive_desc_create(&f, &forward, NULL, engine, NULL));
    CHECK(dnnl_primitive_desc_create(&d, &data, NULL, engine, f));
    CHECK(dnnl_primitive_desc_create(&g, &weights, NULL, engine, f));

    double ahead = median_time(
        f, 3, (int[]){DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
        (dnnl_query_t[]){dnnl_query_src_md, dnnl_query_weights_md, dnnl_query_dst_md}, rounds);
    double back = median_time(
        d, 3, (int[]){DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC},
        (dnnl_query_t[]){dnnl_query_diff_dst_md, dnnl_query_weights_md, dnnl_query_diff_src_md}, rounds);
    double weight = median_time(
        g, 3, (int[]){DNNL_ARG_SRC, DNNL_ARG_DIFF_DST, DNNL_ARG_DIFF_WEIGHTS},
        (dnnl_query_t[]){dnnl_query_src_md, dnnl_query_diff_dst_md, dnnl_query_diff_weights_md}, rounds);
    const char *name;
    CHECK(dnnl_primitive_desc_query(f, dnnl_query_impl_info_str, 0, &name));
    printf("%.3f %.3f %.3f %s\n", ahead, back, weight, name);
    return 0;
}
