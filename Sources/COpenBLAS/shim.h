// OpenBLAS's C interface: matrix products, and what the library says about itself.
// A header of our own, because the functions that describe the library stand in no public header on
// every distribution, and cblas.h brings hundreds of names that nobody here uses.
#ifndef GRAFT_COPENBLAS_SHIM_H
#define GRAFT_COPENBLAS_SHIM_H

#include <cblas.h>

#endif
