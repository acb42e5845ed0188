#ifndef GRAFT_CRAWZEROMQ_H
#define GRAFT_CRAWZEROMQ_H

#include <stddef.h>

// libzmq's own rate between two processes: what sockets could reach at best.

typedef struct RawZeroMQ RawZeroMQ;

// Listens at a free port of the loopback, which goes to *port; or connects where *port is not 0. NULL on failure.
RawZeroMQ *raw_zeromq_open(int *port);
// Sends bytes in messages of `chunk`, and receives as many, both at once, from when the side that begins says so.
// 0 on success.
int raw_zeromq_exchange(RawZeroMQ *raw, int begins, size_t bytes, size_t chunk);

#endif
