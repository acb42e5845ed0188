// Stands before OpenBLAS (LD_PRELOAD) and behaves as builds have that a worker must not compute with. UNFIT says which:
//   openmp      divides products over as many threads as OpenMP has, which reads only OMP_NUM_THREADS
//   arithmetic  wrong numbers on this processor
//   concurrent  wrong numbers where calls meet
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is(const char *kind) {
    const char *unfit = getenv("UNFIT");
    return unfit && strcmp(unfit, kind) == 0;
}

int openblas_get_parallel(void) { return is("openmp") ? 2 : 1; }

int omp_get_max_threads(void) {
    const char *threads = getenv("OMP_NUM_THREADS");
    return threads ? atoi(threads) : 4;
}

typedef void Product(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

void cblas_sgemm(
    int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc) {
    static atomic_int under_way;
    static _Atomic(Product *) real;
    if (!real) real = (Product *)dlsym(RTLD_NEXT, "cblas_sgemm");
    atomic_fetch_add(&under_way, 1);
    if (is("concurrent")) usleep(1000);
    real(order, transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    int others = atomic_fetch_sub(&under_way, 1) - 1;
    if (is("arithmetic") || (is("concurrent") && others > 0)) c[0] += 1;
}
