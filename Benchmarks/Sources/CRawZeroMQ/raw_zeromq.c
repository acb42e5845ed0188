#include "CRawZeroMQ.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

struct RawZeroMQ {
    void *context;
    void *socket;
    char *buffer;
    size_t buffer_bytes;
};

static void keep(void *data, void *hint) {
    (void)data;
    (void)hint;
}

RawZeroMQ *raw_zeromq_open(int *port) {
    RawZeroMQ *raw = calloc(1, sizeof *raw);
    // As Graft's MessageMemory has it: without this libzmq alone would pay for pages that Graft does not pay for.
    mallopt(M_MMAP_THRESHOLD, 4 << 20);
    mallopt(M_TRIM_THRESHOLD, 32 << 20);
    raw->context = zmq_ctx_new();
    raw->socket = zmq_socket(raw->context, ZMQ_PAIR);
    int mark = 0;
    zmq_setsockopt(raw->socket, ZMQ_SNDHWM, &mark, sizeof mark);
    zmq_setsockopt(raw->socket, ZMQ_RCVHWM, &mark, sizeof mark);
    char endpoint[128];
    size_t length = sizeof endpoint;
    if (*port != 0) {
        snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", *port);
        return zmq_connect(raw->socket, endpoint) == 0 ? raw : NULL;
    }
    if (zmq_bind(raw->socket, "tcp://127.0.0.1:*") != 0) return NULL;
    if (zmq_getsockopt(raw->socket, ZMQ_LAST_ENDPOINT, endpoint, &length) != 0) return NULL;
    return sscanf(endpoint, "tcp://127.0.0.1:%d", port) == 1 ? raw : NULL;
}

int raw_zeromq_exchange(RawZeroMQ *raw, int begins, size_t bytes, size_t chunk) {
    char start = 0;
    if ((begins ? zmq_send(raw->socket, &start, 1, 0) : zmq_recv(raw->socket, &start, 1, 0)) != 1) return -1;
    if (raw->buffer_bytes < bytes) {
        raw->buffer = realloc(raw->buffer, bytes);
        raw->buffer_bytes = bytes;
        for (size_t i = 0; i < bytes; i += 4096) raw->buffer[i] = 1;
    }
    size_t received = 0;
    // Nothing is copied on the way in: the messages lie in the buffer.
    for (size_t sent = 0; sent < bytes; sent += chunk) {
        zmq_msg_t message;
        zmq_msg_init_data(&message, raw->buffer + sent, bytes - sent < chunk ? bytes - sent : chunk, keep, NULL);
        if (zmq_msg_send(&message, raw->socket, 0) < 0) return -1;
    }
    while (received < bytes) {
        zmq_msg_t message;
        zmq_msg_init(&message);
        if (zmq_msg_recv(&message, raw->socket, 0) < 0) return -1;
        received += zmq_msg_size(&message);
        zmq_msg_close(&message);
    }
    return 0;
}
