#define _GNU_SOURCE
#include "CSharedMemory.h"

#include <linux/futex.h>
#include <limits.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

uint32_t graft_counter_load(const GraftSharedCounter *counter) {
    return __atomic_load_n(&counter->value, __ATOMIC_ACQUIRE);
}

// Storing the value and looking for waiters must not change places, nor must a waiter's announcement and the
// kernel's look at the value: either the writer sees the waiter or the kernel sees the new value.
void graft_counter_store(GraftSharedCounter *counter, uint32_t value) {
    __atomic_store_n(&counter->value, value, __ATOMIC_SEQ_CST);
    if (__atomic_load_n(&counter->waiters, __ATOMIC_SEQ_CST) != 0)
        syscall(SYS_futex, &counter->value, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

uint32_t graft_counter_wait(GraftSharedCounter *counter, uint32_t seen, uint32_t spins, uint64_t nanoseconds) {
    for (uint32_t spin = 0; spin < spins; spin++) {
        uint32_t value = graft_counter_load(counter);
        if (value != seen) return value;
        relax();
    }
    struct timespec limit = {(time_t)(nanoseconds / 1000000000u), (long)(nanoseconds % 1000000000u)};
    __atomic_add_fetch(&counter->waiters, 1, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &counter->value, FUTEX_WAIT, seen, &limit, NULL, 0);
    __atomic_sub_fetch(&counter->waiters, 1, __ATOMIC_SEQ_CST);
    return graft_counter_load(counter);
}
