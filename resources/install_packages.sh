#!/bin/sh
# Installs what building and testing need on Debian 12 or 13 or Ubuntu 24.04: packages of the distribution (as root, or
# with sudo), with further ones by name, and a Python environment in .venv with those of the Python package index. Running
# it again does no harm.
set -eu
cd "$(dirname "$0")/.."

as_root=""
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || {
    echo "install_packages.sh: packages are installed as root; log in as root or install sudo." >&2
    exit 1
  }
  as_root="sudo"
fi
packages="$(sed 's/#.*//' resources/packages/debian.txt) $*"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # one word per package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null

python3 -m venv .venv
.venv/bin/pip install --quiet --disable-pip-version-check -r resources/packages/python.txt ||
  echo "install_packages.sh: the Python package index cannot be reached; the Python module will not be built." >&2
