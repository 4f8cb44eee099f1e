#!/bin/bash
# Builds the projectors for 64-bit ARM and runs their checks emulated: the NEON kernels against the scalar ones, on all
# functions and orders. Needs: apt-get install g++-aarch64-linux-gnu qemu-user. Times under an emulator mean nothing.
# Usage: resources/aarch64/try_aarch64.sh [BUILD_FOLDER]
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
build=${1:-$source/build/aarch64}
for tool in aarch64-linux-gnu-g++ qemu-aarch64; do
  command -v $tool > /dev/null || { echo "There is no $tool: apt-get install g++-aarch64-linux-gnu qemu-user" >&2; exit 1; }
done
cmake -S "$source/projectors" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$source/resources/aarch64/toolchain.cmake" \
  -DCOINCIDE_CUDA=OFF
cmake --build "$build" -j"$(nproc)"
ctest --test-dir "$build" --output-on-failure
