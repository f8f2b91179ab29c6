#!/bin/sh
# Builds the packages from what stands in the folder, in a copy of its own, and
# leaves them in build/deb/; lintian may have nothing to say.
# usage: sh debian/build.sh [VERSION]    (another version: for trying an upgrade)
cd "$(dirname "$0")/.." || exit 2
[ -f build/page/index.html ] || { echo "build/page is missing: make page" >&2; exit 2; }
out=$PWD/build/deb
place=$(mktemp -d) || exit 2
trap 'rm -rf "$place"' EXIT
mkdir -p "$place/ijwd" "$out"
tar -c --exclude='./build*' --exclude='./.git' --exclude=node_modules . | tar -x -C "$place/ijwd" || exit 1
mkdir -p "$place/ijwd/build" && cp -r build/page "$place/ijwd/build/page" || exit 1
cd "$place/ijwd" || exit 1
[ -z "$1" ] || sed -i "1s/([^)]*)/($1)/" debian/changelog
rm -f "$out"/*
DEB_BUILD_OPTIONS="parallel=$(nproc) nocheck" dpkg-buildpackage -us -uc -b >"$out/build.log" 2>&1 ||
	{ tail -40 "$out/build.log"; echo "the packages could not be built; all of it is in $out/build.log"; exit 1; }
cp ../*.deb ../*.changes ../*.buildinfo "$out/" || exit 1
lintian --allow-root --fail-on error,warning --tag-display-limit 0 --no-cfg "$out"/*.changes >"$out/lintian.txt" 2>&1
status=$?
cat "$out/lintian.txt"
[ $status = 0 ] && echo "lintian: nothing to say" || echo "lintian: see above"
ls -l "$out"/*.deb | awk '{ print $9, $5 }' | sed "s|$out/||"
exit $status
