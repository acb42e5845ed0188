#ifndef GRAFT_CSHAREDMEMORY_H
#define GRAFT_CSHAREDMEMORY_H

// Counters in memory that processes share: Swift's atomics cannot live at an address that is given.

#include <stdint.h>

// One writer, any number of waiters. Takes a cache line, so that counters do not disturb each other.
typedef struct {
    uint32_t value;
    uint32_t waiters;
    uint8_t padding[56];
} GraftSharedCounter;

// Sees everything that was written before the value was stored.
uint32_t graft_counter_load(const GraftSharedCounter *counter);

// Stores a value and wakes whoever waits for a change.
void graft_counter_store(GraftSharedCounter *counter, uint32_t value);

// Waits until the value is no longer `seen`, for `nanoseconds` at the most: looks `spins` times, then sleeps.
// Returns the value.
uint32_t graft_counter_wait(GraftSharedCounter *counter, uint32_t seen, uint32_t spins, uint64_t nanoseconds);

#endif
