#!/bin/sh
# Builds kernels into wasm files and objects, which are committed: the bench needs no clang. All of them, or those named.
# Needs clang, wasm-ld and wasm-opt (Debian: clang-16 lld-16 binaryen).
set -eu
cd "$(dirname "$0")/kernels"
object=$(mktemp)
mkdir -p objects
trap 'rm -f "$object" "$object.wasm"' EXIT
[ $# -gt 0 ] || set -- $(ls *.c | sed 's/\.c$//')
for name; do
  for level in O2 Os; do
    clang-16 --target=wasm32 -nostdlib -ffreestanding -fno-builtin -ffp-contract=off -"$level" -c "$name.c" -o "$object"
    cp "$object" "objects/$name-$level.o"
    wasm-ld-16 --no-entry --export="$name" --import-undefined --gc-sections -z stack-size=8192 \
      --initial-memory=131072 "$object" -o "$object.wasm"
    # Of some, no call has been inlined before.
    grep -q INNER "$name.c" && passes= || passes=-$level
    wasm-opt $passes --strip-debug "$object.wasm" -o "$name-$level.wasm"
  done
done
