// Reductions in sixteen fixed lanes: element i goes to lane i mod 16, lanes are summed pairwise.
#ifndef GRAFT_LANES_H
#define GRAFT_LANES_H

#include <stddef.h>
#include <string.h>

#include "dispatch.h"

typedef float Lanes __attribute__((ext_vector_type(16)));
typedef double WideLanes __attribute__((ext_vector_type(16)));

// Macros, since vectors cannot be passed by value between functions of different instruction sets.
#define LANES_LOAD(lanes, address) memcpy(&(lanes), (address), sizeof(Lanes))

// The last n mod 16 elements, the other lanes filled. A loop of sixteen becomes one masked load, a copy of
// so many bytes would be a call.
#define LANES_LOAD_TAIL(lanes, address, count, filling) \
    do { \
        float padded_[16]; \
        const float *tail_ = (address); \
        for (size_t l_ = 0; l_ < 16; l_++) padded_[l_] = l_ < (count) ? tail_[l_] : (filling); \
        memcpy(&(lanes), padded_, sizeof(Lanes)); \
    } while (0)

// Up to sixteen elements. Sixteen are one register, where a plain loop would become a call of memcpy.
GRAFT_INLINE void copy_lanes(const float *from, float *to, size_t count) {
    if (count == 16) {
        Lanes block;
        LANES_LOAD(block, from);
        memcpy(to, &block, sizeof block);
    } else {
        for (size_t l = 0; l < count; l++) to[l] = from[l];
    }
}

GRAFT_INLINE float sum_of_lanes(const Lanes *lanes) {
    float a[16];
    memcpy(a, lanes, sizeof a);
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++) a[i] = a[i] + a[i + width];
    return a[0];
}

GRAFT_INLINE double sum_of_wide_lanes(const WideLanes *lanes) {
    double a[16];
    memcpy(a, lanes, sizeof a);
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++) a[i] = a[i] + a[i + width];
    return a[0];
}

GRAFT_INLINE float maximum_of_lanes(const Lanes *lanes) {
    float a[16];
    memcpy(a, lanes, sizeof a);
    for (size_t width = 8; width > 0; width /= 2)
        for (size_t i = 0; i < width; i++) a[i] = a[i + width] > a[i] ? a[i + width] : a[i];
    return a[0];
}

#endif
