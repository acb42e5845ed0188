// zlib's file interface: reads gzip, and plain files as they are.
#ifndef GRAFT_CZLIB_SHIM_H
#define GRAFT_CZLIB_SHIM_H

#include <zlib.h>

#endif
