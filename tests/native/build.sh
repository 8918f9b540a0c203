#!/bin/sh
# Builds every file of the programs at three levels into objects/, which is committed: tests need no clang.
# Needs clang 16 (tools/setup).
set -eu
cd "$(dirname "$0")"
mkdir -p objects
for source in */*.c */*.cpp; do
  program=${source%/*}
  file=${source#*/}
  case $source in
  *.cpp) flags="-x c++ -std=c++17 -fno-exceptions -fno-rtti" ;;
  *) flags="-std=gnu11" ;;
  esac
  for level in O0 O2 Os; do
    clang-16 --target=wasm32 $flags -Wall -Werror -Wno-string-plus-int "-$level" -c "$source" \
      -o "objects/$program-${file%.*}-$level.o"
  done
done
