#!/bin/sh
# Builds every file of the programs at three levels into objects/, which is committed: tests need no clang.
# Needs clang and wasm-ld 16 (tools/setup).
set -eu
cd "$(dirname "$0")"
mkdir -p objects
for source in */*.c */*.cpp; do
  case $source in shapes/*) continue ;; esac
  program=${source%/*}
  file=${source#*/}
  case $source in
  *.cpp) flags="-x c++ -std=c++17 -fno-exceptions -fno-rtti" ;;
  *) flags="-std=gnu11" ;;
  esac
  for level in O0 O2 Os; do
    clang-16 --target=wasm32 $flags -Wall -Werror -Wno-string-plus-int -Wno-unused-value "-$level" -c "$source" \
      -o "objects/$program-${file%.*}-$level.o"
  done
done
# Shapes that objects can have, and those that are refused.
build() { output=objects/shapes-$1.o; shift; clang-16 --target=wasm32 -w -Os -c "$@" -o "$output"; }
build first shapes/first.ll
build second shapes/second.ll
build sections shapes/sections.c
build debug -g -fdebug-compilation-dir=/usr/src/synth/tests/native -O2 -std=gnu11 machine/main.c
build threads -matomics -mbulk-memory shapes/threads.c
build independent --target=wasm32-unknown-emscripten -fPIC shapes/independent.c
build jump shapes/jump.c
build device shapes/device.c
# rustc without its library, which needs a nightly one; the objects stay where there is none.
if rustc +nightly --version >/dev/null 2>&1; then
  compile() { output=objects/shapes-$1.o; shift; rustc +nightly --target wasm32-unknown-unknown --emit obj "$@" shapes/rust.rs -o "$output"; }
  compile rust -O
  compile rust-debug -g --remap-path-prefix "$PWD=/usr/src/synth/tests/native" -C opt-level=0 -C overflow-checks=off
fi
# What linkers make of several objects and still is one: relocatable, or linked with its relocations kept.
wasm-ld-16 -r objects/dispatch-main-O2.o objects/dispatch-operations-O2.o -o objects/linked-relocatable.o
wasm-ld-16 --no-entry --export=main --allow-undefined --emit-relocs objects/dispatch-main-O2.o \
  objects/dispatch-operations-O2.o -o objects/linked-relocations.o
