#!/bin/sh
# Builds examples/firmware/journal.c for size, which is committed. Needs clang (tools/setup).
set -eu
cd "$(dirname "$0")"
clang-16 --target=wasm32 -Os -c ../../examples/firmware/journal.c -o journal-Os.o
