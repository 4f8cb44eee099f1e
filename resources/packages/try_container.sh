#!/bin/sh
# Builds the container of Containerfile on a bare Debian that it makes, so that no registry is needed, and has two
# processes bring the demo job to its picture in it (as root; needs mmdebstrap and buildah):
#   resources/packages/try_container.sh
set -eu
cd "$(dirname "$0")/../.."
export BUILDAH_ISOLATION="${BUILDAH_ISOLATION:-chroot}" STORAGE_DRIVER="${STORAGE_DRIVER:-vfs}"
work=$(mktemp -d)
container=""
end() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  rm -rf --one-file-system "$work"
}
trap end EXIT

mmdebstrap --quiet --variant=minbase bookworm "$work/base.tar"
container=$(buildah from scratch)
buildah add -q "$container" "$work/base.tar" / >/dev/null
buildah commit -q "$container" localhost/coincide_base >/dev/null
buildah rm "$container" >/dev/null
container=""
buildah bud --quiet --pull-never --build-arg BUILD_ON=localhost/coincide_base --build-arg RUN_ON=localhost/coincide_base \
  -t coincide -f resources/packages/Containerfile .
buildah images localhost/coincide

mkdir "$work/results"
container=$(buildah from --pull-never coincide)
inside() {
  buildah run -v "$work/results:/results" "$container" -- "$@"
}
inside /usr/bin/coincide --version
inside env OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_plm_rsh_agent=/bin/false \
  mpirun --oversubscribe -n 2 /usr/bin/coincide --batch /usr/share/coincide/jobs/demo.toml --output /results/demo
ls -l "$work/results/demo"
