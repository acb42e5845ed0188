// protobuf-c installs one plain header and no module map; this gives it a place in a module.
#include <protobuf-c/protobuf-c.h>
