#include <math.h>

#include "CTensorKernels.h"
#include "dispatch.h"
#include "vector_math.h"

// Bits of element i: the finaliser of MurmurHash3 with the key added before and within, a bijection of i
// for every key. Mask and noise, not cryptography.
GRAFT_INLINE uint32_t random_bits(uint32_t i, uint32_t low, uint32_t high) {
    uint32_t h = i * 0x9e3779b1u + low;
    h = (h ^ (h >> 16)) * 0x85ebca6bu;
    h = (h ^ (h >> 13) ^ high) * 0xc2b2ae35u;
    return h ^ (h >> 16);
}

// A number in [0, 1) of 24 bits.
GRAFT_INLINE float uniform_of(uint32_t bits) { return (float)(int32_t)(bits >> 8) * 0x1p-24f; }

// Another key for the elements beyond each 2^32, and for a second number of the same element.
GRAFT_INLINE uint64_t key_for(uint64_t key, uint64_t part) { return key ^ (part * 0xd6e8feb86659fd93u); }

// Elements up to the next multiple of 2^32 of their index.
GRAFT_INLINE size_t stretch(uint64_t index, size_t rest) {
    uint64_t left = 0x100000000u - (index & 0xffffffffu);
    return left < rest ? (size_t)left : rest;
}

GRAFT_KERNEL void graft_dropout(
    const float *x, float *out, size_t n, uint64_t first, uint64_t key, uint32_t threshold, float scale) {
    for (size_t done = 0; done < n;) {
        uint64_t index = first + done, k = key_for(key, index >> 32);
        uint32_t low = (uint32_t)k, high = (uint32_t)(k >> 32), start = (uint32_t)index;
        size_t count = stretch(index, n - done);
        const float *from = x + done;
        float *to = out + done;
        GRAFT_EACH(i, count) {
            uint32_t bits = random_bits(start + (uint32_t)i, low, high);
            to[i] = bits < threshold ? 0.0f : from[i] * scale;
        }
        done += count;
    }
}

GRAFT_KERNEL void graft_fill_uniform(float *out, size_t n, uint64_t key, float low, float high) {
    float width = high - low;
    for (size_t done = 0; done < n;) {
        uint64_t k = key_for(key, (uint64_t)done >> 32);
        uint32_t a = (uint32_t)k, b = (uint32_t)(k >> 32), start = (uint32_t)done;
        size_t count = stretch(done, n - done);
        float *to = out + done;
        GRAFT_EACH(i, count) to[i] = low + width * uniform_of(random_bits(start + (uint32_t)i, a, b));
        done += count;
    }
}

// The transformation of Box and Muller (1958), one number of each pair.
GRAFT_KERNEL void graft_fill_normal(float *out, size_t n, uint64_t key, float standard_deviation) {
    for (size_t done = 0; done < n;) {
        uint64_t k = key_for(key, (uint64_t)done >> 32), l = key_for(~k, 1);
        uint32_t a = (uint32_t)k, b = (uint32_t)(k >> 32), c = (uint32_t)l, d = (uint32_t)(l >> 32);
        uint32_t start = (uint32_t)done;
        size_t count = stretch(done, n - done);
        float *to = out + done;
        GRAFT_EACH(i, count) {
            float u = uniform_of(random_bits(start + (uint32_t)i, a, b)) + 0x1p-24f;
            float v = uniform_of(random_bits(start + (uint32_t)i, c, d));
            float square = -2.0f * log_f(u);
            to[i] = standard_deviation * (sqrtf(square < 0.0f ? 0.0f : square) * cos_of_turns(v));
        }
        done += count;
    }
}
