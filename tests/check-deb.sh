#!/bin/sh
# The packages in a Debian that has nothing yet: they install, the hub runs as
# its own user with the settings that came with it, a message travels, an upgrade
# keeps settings and data, and removing leaves the data.
# usage: sh tests/check-deb.sh    (root; some minutes; ends with "packages: …")
cd "$(dirname "$0")/.." || exit 2
[ "$(id -u)" = 0 ] || { echo "this makes a root folder of its own: run it as root" >&2; exit 2; }
sh .ci/deps debootstrap debhelper dpkg-dev fakeroot lintian || exit 2
# In a mount namespace of its own: what is mounted in the root goes with it.
if [ -z "$IN_NAMESPACE" ]; then
	IN_NAMESPACE=1 exec unshare --mount --propagation private sh "$0"
fi
work=$(mktemp -d) || exit 2
root=$work/root
hub=
finish() {
	status=$?
	[ -z "$hub" ] || kill "$hub" 2>/dev/null
	grep -o " $root[^ ]*" /proc/self/mounts | sort -r | while read -r m; do umount "$m"; done
	grep -q " $root" /proc/self/mounts || rm -rf "$work"
	exit $status
}
trap finish EXIT
fail() { echo "packages: $*" >&2; exit 1; }
in_root() { LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

echo "building version 0.1.0 and 0.1.1"
for version in 0.1.0 0.1.1; do
	sh debian/build.sh $version >"$work/build-$version.txt" 2>&1 || { cat "$work/build-$version.txt"; fail "version $version does not build without complaints"; }
	mkdir "$work/$version" && cp build/deb/*.deb "$work/$version/"
done
tail -8 "$work/build-0.1.1.txt"

echo "a fresh Debian"
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
[ -n "$mirror" ] || fail "apt knows no place to get packages from"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
	{ tail -20 "$work/debootstrap.log"; fail "debootstrap failed"; }
grep -q " $root/proc " /proc/self/mounts || mount -t proc proc "$root/proc"
cp /etc/resolv.conf "$root/etc/" 2>/dev/null
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" && chmod 755 "$root/usr/sbin/policy-rc.d"
in_root apt-get update -q >"$work/apt.log" 2>&1 || fail "$(tail -5 "$work/apt.log")"

install_version() {
	mkdir -p "$root/tmp/debs" && rm -f "$root/tmp/debs"/* && cp "$work/$1"/*.deb "$root/tmp/debs/"
	in_root sh -c 'apt-get install -q -y --no-install-recommends $(ls /tmp/debs/*.deb | grep -v dbgsym)' >>"$work/apt.log" 2>&1 ||
		{ tail -30 "$work/apt.log"; fail "version $1 does not install"; }
}
echo "installing 0.1.0"
install_version 0.1.0
for user in ijwd ijw-dashboard ijw-filedrop; do
	in_root getent passwd $user >/dev/null || fail "the user $user is not there"
done
in_root id ijw-dashboard | grep -q '(ijwd)' || fail "ijw-dashboard is not of the group ijwd"
[ "$(stat -c '%a %G' "$root/etc/ijwd")" = "750 ijwd" ] || fail "/etc/ijwd is $(stat -c '%a %U:%G' "$root/etc/ijwd")"
in_root sh -c 'for c in ijwd ijwctl ijw-filedrop ijw-dashboard; do $c --version || exit 1; done' || fail "a program does not start"
[ -f "$root/usr/share/ijwd/dashboard/index.html" ] || fail "the page is not there"

# As an administrator would: certificates, parties, start.
in_root sh -ec '
	cd /etc/ijwd
	ijwctl pki demo /tmp/pki --hub localhost --party g:00000001001234567000 --party a:00000003980012340000 >/dev/null
	cp /tmp/pki/hub.pem /tmp/pki/hub.key /tmp/pki/ca.pem /tmp/pki/crl.pem tls/
	chown root:ijwd tls/*; chmod 640 tls/*; chown ijwd tls/hub.key; chmod 600 tls/hub.key
	for p in g:00000001001234567000:0363 a:00000003980012340000:98001234; do
		id=${p%%:*}; rest=${p#*:}
		printf "party: %s\nname: %s\ncertificates:\n  - oin: \"%s\"\ncodes:\n  - code: \"%s\"\n" $id $id ${rest%%:*} ${rest#*:} >parties.d/$id.yaml
	done
	printf "\n# changed by the administrator\n" >>ijwd.yaml
	sed -i "s|^listen: .*|listen: \"127.0.0.1:0\"|" ijwd.yaml
	install -d -o ijwd -g ijwd -m 750 /run/ijwd /var/lib/ijwd' || fail "setting up failed"
start_hub() {
	: >"$work/hub.log"
	LC_ALL=C chroot "$root" setpriv --reuid ijwd --regid ijwd --init-groups ijwd 2>"$work/hub.log" &
	hub=$!
	n=0
	until grep -q HUB-READY "$work/hub.log"; do
		kill -0 $hub 2>/dev/null && [ $n -lt 200 ] || { cat "$work/hub.log"; fail "the hub does not start"; }
		n=$((n + 1)); sleep 0.1
	done
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/hub.log")
}
stop_hub() { kill -TERM $hub; wait $hub || fail "the hub did not stop in order"; hub=; }
start_hub
in_root sh -c 'id=g; install -d -m 700 /tmp/g; printf "hub: 127.0.0.1:%s\nserver_name: localhost\ncertificate: /tmp/pki/g.pem\nkey: /tmp/pki/g.key\nca: /tmp/pki/ca.pem\nfolder: /tmp/g\n" '"$port"' >/tmp/g.yaml'
LC_ALL=C chroot "$root" ijw-filedrop --config /tmp/g.yaml 2>"$work/g.log" &
drop=$!
n=0
until grep -q FILEDROP-CONNECTED "$work/g.log"; do
	[ $n -lt 200 ] || { cat "$work/g.log"; kill $drop; fail "filedrop does not connect"; }
	n=$((n + 1)); sleep 0.1
done
cp tests/messages/JW301.xml "$root/tmp/g/uit/.x" && mv "$root/tmp/g/uit/.x" "$root/tmp/g/uit/JW301.xml"
n=0
until [ -e "$root/tmp/g/verzonden/JW301.xml" ]; do
	[ $n -lt 200 ] || { cat "$work/g.log" "$work/hub.log"; kill $drop; fail "the message got no receipt"; }
	n=$((n + 1)); sleep 0.1
done
kill $drop; wait $drop
in_root ijwctl messages | grep -q JW301 || fail "the message is not in the store"
in_root setpriv --reuid ijw-dashboard --regid ijw-dashboard --init-groups ijwctl status >/dev/null || fail "the page's user may not ask the hub"
in_root setpriv --reuid ijw-dashboard --regid ijw-dashboard --init-groups cat /var/lib/ijwd/ijwd.db.keys >/dev/null 2>&1 && fail "the page's user may read the keys"
in_root setpriv --reuid ijw-dashboard --regid ijw-dashboard --init-groups sh -c 'ijwctl audit --store /var/lib/ijwd/ijwd.db >/dev/null' || fail "the page's user cannot read the store"
stop_hub

echo "upgrading to 0.1.1"
install_version 0.1.1
grep -q 'changed by the administrator' "$root/etc/ijwd/ijwd.yaml" || fail "the upgrade lost a setting"
start_hub
in_root ijwctl messages | grep -q JW301 || fail "the upgrade lost the store"
in_root ijwctl audit verify --store /var/lib/ijwd/ijwd.db >/dev/null || fail "the audit log does not hold after the upgrade"
stop_hub

echo "removing"
in_root apt-get purge -q -y ijwd ijw-dashboard ijw-filedrop libijw-dev libijw0 >>"$work/apt.log" 2>&1 || fail "$(tail -5 "$work/apt.log")"
[ -f "$root/var/lib/ijwd/ijwd.db" ] || fail "removing the package deleted the store"
echo "packages: installed, ran, upgraded and removed in a fresh Debian; settings and data stayed"
