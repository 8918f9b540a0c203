#!/bin/sh
# Builds every program of the corpus at four levels into wasm/, which is committed: tests need no clang.
# A source that begins with "/* flags: …" is built with these too. Needs clang and wasm-ld 16 (tools/setup).
set -eu
cd "$(dirname "$0")"
mkdir -p wasm
object=$(mktemp)
trap 'rm -f "$object"' EXIT
for source in ${*:-*.c}; do
  name=${source%.c}
  flags=$(sed -n '1s|^/\* flags: \([^*]*\).*|\1|p' "$source")
  for level in O0 O1 O2 Os; do
    clang-16 --target=wasm32 -nostdlib -ffreestanding -fno-builtin -Wall -Wextra -Werror \
      -Wno-unused-function -Wno-unused-variable $flags -"$level" -c "$source" -o "$object"
    wasm-ld-16 --no-entry --gc-sections --strip-debug -z stack-size=8192 --initial-memory=131072 \
      "$object" -o "wasm/$name-$level.wasm"
  done
done
