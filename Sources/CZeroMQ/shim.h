// libzmq installs one plain header and no module map; this gives it a place in a module.
#include <zmq.h>

// Wakes the thread that waits in zmq_poll; Swift's Glibc module leaves this header out.
#include <sys/eventfd.h>

// mallopt, likewise: libzmq allocates every message that it receives.
#include <malloc.h>
