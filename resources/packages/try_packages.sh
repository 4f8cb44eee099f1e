#!/bin/sh
# Tries the packages that `cmake --workflow --preset package` leaves in build/package, in a bare root file system of a
# suite of Debian that it makes (as root; needs mmdebstrap, Xvfb, netpbm and python3-pil):
#   resources/packages/try_packages.sh SUITE [archive|deb|wheel]
# The archive has to run where nothing is installed; the .deb, which is for the suite that it was made on, after apt-get
# alone and without what it only recommends. Both have to show their version, bring the demo job to its picture and
# keep a window open that draws its icons and letters; its picture, to be looked at, stays in build/package. The wheels of
# both Python packages, in dist and projectors/dist, have to do the demo job and a projection on the suite's Python.
set -eu
tools=$(cd "$(dirname "$0")" && pwd)
cd "$tools/../../build/package"
suite=$1
kinds=${2:-archive deb}
root=$(mktemp -d)
screen=$(mktemp -d)
xvfb=""
end() {
  [ -z "$xvfb" ] || kill "$xvfb"
  umount "$root/proc" 2>/dev/null || true
  rm -rf --one-file-system "$root" "$screen"
}
trap end EXIT

inside() {
  chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

try() { # the prefix of the installation, the name of the picture
  inside "$1/bin/coincide" --version
  inside "$1/bin/coincide" --batch "$1/share/coincide/jobs/demo.toml" --output /tmp/demo >"$root/tmp/log" 2>&1 ||
    { cat "$root/tmp/log"; return 1; }
  grep Written "$root/tmp/log"
  ls -l "$root"/tmp/demo
  rm -r "$root/tmp/demo"

  Xvfb :93 -screen 0 1280x800x24 -fbdir "$screen" 2>/dev/null &
  xvfb=$!
  sleep 2
  inside DISPLAY=:93 timeout 15 "$1/bin/coincide" &
  window=$!
  sleep 12
  xwdtopnm -quiet "$screen/Xvfb_screen0" | pnmtopng -quiet >"$2"
  status=0
  wait "$window" || status=$?
  kill "$xvfb"
  xvfb=""
  [ "$status" -eq 124 ] || { echo "The window ended with $status."; return 1; }
  /usr/bin/python3 "$tools/window_picture.py" "$2"
}

try_wheels() {
  inside apt-get update -qq
  inside apt-get install -y -qq --no-install-recommends python3-venv python3-numpy >"$root/tmp/log" 2>&1 ||
    { cat "$root/tmp/log"; return 1; }
  inside python3 -m venv --system-site-packages /opt/python
  mkdir "$root/tmp/wheels"
  cp ../../dist/*.whl ../../projectors/dist/*.whl "$root/tmp/wheels"
  inside sh -c '/opt/python/bin/pip install --quiet --no-index --no-deps /tmp/wheels/*.whl'
  inside /opt/python/bin/python -c '
import pathlib, coincide, numpy as np, parallelproj_core as pp
job = pathlib.Path(coincide.__file__).parent / "resources" / "jobs" / "demo.toml"
result = coincide.run(job, settings={"output.folder": "/tmp/demo"})
print(coincide.__version__, result.image.values.shape, result.image.unit)
line = np.float32([[-50, 1, 1]]), np.float32([[50, 1, 1]])
sums = np.zeros(1, np.float32)
pp.joseph3d_fwd(*line, np.full((2, 2, 2), 3, np.float32), np.ones(3, np.float32), np.ones(3, np.float32), sums)
assert sums[0] == 6, sums'
  cp "$root"/tmp/demo/demo.png "$1"
}

# A tar file of a root file system instead of the name of a suite saves the download.
case $suite in
  *.tar) tar -xf "$suite" -C "$root" ;;
  *) mmdebstrap --quiet --variant=minbase "$suite" "$root" ;;
esac
mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc"
for kind in $kinds; do
  picture=window_$(basename "$suite" .tar)_$kind.png
  echo "== $kind on $(. "$root/etc/os-release" && echo "$PRETTY_NAME")"
  if [ "$kind" = wheel ]; then
    try_wheels demo_wheel.png
  elif [ "$kind" = archive ]; then
    tar -xzf coincide-*.tar.gz -C "$root/opt"
    try "/opt/$(ls "$root/opt")" "$picture"
  else
    cp coincide_*.deb "$root/tmp/coincide.deb"
    inside apt-get update -qq
    inside apt-get install -y -qq --no-install-recommends /tmp/coincide.deb >"$root/tmp/log" 2>&1 ||
      { cat "$root/tmp/log"; exit 1; }
    try /usr "$picture"
  fi
done
