// Compile a kernel once for each level of x86-64 and choose when the program is loaded.
#ifndef GRAFT_DISPATCH_H
#define GRAFT_DISPATCH_H

#if defined(__x86_64__) && defined(__linux__)
#define GRAFT_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define GRAFT_KERNEL
#endif

#define GRAFT_INLINE static inline __attribute__((always_inline))

// Outputs are the same array as an input or another one, never shifted: element i depends on element i.
#define GRAFT_EACH(i, n) _Pragma("clang loop vectorize(assume_safety)") for (size_t i = 0; i < (n); i++)

#endif
