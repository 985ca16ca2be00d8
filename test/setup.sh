#!/usr/bin/env bash
# Install what building and testing need and what is missing, with apt, by name.
#
# Debian 12 ships PostgreSQL 15; on another release name its version: PGMAJOR=17.
set -euo pipefail
major=${PGMAJOR:-15}
packages=(
    gcc make                                   # the build
    "postgresql-server-dev-$major"             # headers, PGXS, pg_regress
    "postgresql-$major"                        # the server itself
    liblapacke-dev libopenblas0-serial         # linear algebra, single-threaded
    libcmocka-dev                              # unit tests
    libipc-run-perl                            # TAP tests
    gzip xz-utils                              # the reference data is compressed
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "Need root or sudo to install: ${missing[*]}" >&2; exit 1; }
    as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive

# Debian's packaging makes and starts a cluster on installation; we want none.
if [ ! -d /etc/postgresql-common ]; then
    "${as_root[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${as_root[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
fi
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq install --no-install-recommends -y -o Dpkg::Options::=--force-confold "${missing[@]}" >/dev/null
