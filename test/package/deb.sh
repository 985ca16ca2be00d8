#!/usr/bin/env bash
# Packages for the PostgreSQL of this Debian, in build/: what `make deb` runs.
#
# The tree is copied to build/deb/, with a folder debian/ that is made from the files
# of test/package/debian/ and from META.json, and built there with dpkg-buildpackage and
# the helpers of postgresql-server-dev-all.
set -euo pipefail
. "$(dirname "$0")/../major.sh"
cd "$(dirname "$0")/../.."
umask 022
version=$(sed -n "s/^default_version *= *'\(.*\)'/\1/p" segment.control)
tree=build/deb/segment-$version
rm -rf build/deb
mkdir -p "$tree"
cp -r Makefile segment.control META.json LICENSE README.md CHANGELOG.md docs sql src test expected "$tree"
find "$tree" \( -name '*.o' -o -type l \) -delete
cp -r test/package/debian "$tree"

fact() { perl -MJSON::PP -e 'local $/; print JSON::PP->new->decode(<STDIN>)->{$ARGV[0]}' "$1" <META.json; }
maintainer=${DEBFULLNAME:-$(fact maintainer)}
maintainer="$maintainer <${DEBEMAIL:-root@localhost}>"
fill() { perl -pe 's/\@MAINTAINER@/$ENV{maintainer}/; s/\@ABSTRACT@/$ENV{abstract}/; s/\@COPYRIGHT@/$ENV{holder}/; s/^\@LICENSE@\n/$ENV{license}/' "$1"; }
export maintainer abstract holder license
abstract=$(fact abstract)
holder=$(sed -n 's/^Copyright (c) //p' LICENSE)
# each line one space in; an empty one is a full stop
license=$(sed '1,2d; s/^$/./; s/^/ /' LICENSE)$'\n'
fill test/package/debian/control.in >"$tree/debian/control.in"
fill test/package/debian/copyright.in >"$tree/debian/copyright"
rm "$tree/debian/copyright.in"
echo "$PGMAJOR" >"$tree/debian/pgversions"
cat >"$tree/debian/changelog" <<END
segment ($version) unstable; urgency=medium

  * See CHANGELOG.md.

 -- $maintainer  $(date -R ${SOURCE_DATE_EPOCH:+-d "@$SOURCE_DATE_EPOCH"})
END

(cd "$tree" && pg_buildext updatecontrol && dpkg-buildpackage -b -us -uc) >build/deb.log 2>&1 ||
    { tail -40 build/deb.log >&2; exit 1; }
find build -maxdepth 1 -name "postgresql-*-segment*.deb" -delete
mv build/deb/*.deb build/
rm -rf build/deb
package=build/postgresql-$PGMAJOR-segment_${version}_$(dpkg --print-architecture).deb
dpkg-deb -c "$package" >build/deb.contents
for file in "lib/segment.so" "extension/segment.control" "extension/segment--$version.sql"; do
    grep -q "/$file\$" build/deb.contents || { echo "$package lacks $file" >&2; exit 1; }
done
rm build/deb.contents
echo "$package"
