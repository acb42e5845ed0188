#!/bin/sh
# Writes protoc-c's output for graft.proto into Sources/CWireMessages, or into the folder given.
# The output is committed, so that a build needs no protoc-c; a test fails when it is stale.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$here/../Sources/CWireMessages"}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
protoc-c --proto_path="$here" --c_out="$scratch" "$here/graft.proto"
mkdir -p "$target/include"
mv "$scratch/graft.pb-c.c" "$target/graft.pb-c.c"
mv "$scratch/graft.pb-c.h" "$target/include/graft.pb-c.h"
