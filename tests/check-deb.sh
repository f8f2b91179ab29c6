#!/bin/sh
# The packages in a Debian that has nothing yet: they install, hub and page run
# as their own users with the settings that came with them, a message travels,
# the page answers, an upgrade keeps settings and data, and removing leaves the
# data.
# usage: sh tests/check-deb.sh    (root; some minutes; ends with "packages: …")
cd "$(dirname "$0")/.." || exit 2
[ "$(id -u)" = 0 ] || { echo "this makes a root folder of its own: run it as root" >&2; exit 2; }
sh .ci/deps debootstrap debhelper dpkg-dev fakeroot lintian || exit 2
# In a mount namespace of its own: what is mounted in the root goes with it.
if [ -z "$IN_NAMESPACE" ]; then
	IN_NAMESPACE=1 exec unshare --mount --propagation private sh "$PWD/tests/check-deb.sh"
fi
work=$(mktemp -d) || exit 2
root=$work/root
hub= drop= page=
finish() {
	status=$?
	trap - EXIT
	for pid in $hub $drop $page; do kill "$pid" 2>/dev/null; done
	for pid in $hub $drop $page; do wait "$pid" 2>/dev/null; done
	grep -o " $root[^ ]*" /proc/self/mounts | sort -r | while read -r m; do umount "$m"; done
	grep -q " $root" /proc/self/mounts || rm -rf "$work"
	exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE
fail() { echo "packages: $*" >&2; exit 1; }
in_root() { LC_ALL=C DEBIAN_FRONTEND=noninteractive chroot "$root" "$@"; }

until_true() { # WHAT COMMAND…: polls for an event
	what=$1 n=0
	shift
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 300 ] || { tail -n 20 "$work"/*.log; fail "did not happen in 30 seconds: $what"; }
		sleep 0.1
	done
}
holds() { grep -q "$2" "$1" 2>/dev/null; }
as() { # USER COMMAND…
	user=$1
	shift
	in_root setpriv --reuid "$user" --regid "$user" --init-groups "$@"
}

echo "building"
sh debian/build.sh 0.1.0 >"$work/build.txt" 2>&1 || { cat "$work/build.txt"; fail "does not build without complaints"; }
cat "$work/build.txt"
# The next version is the same with another number.
mkdir "$work/0.1.0" "$work/0.1.1"
for deb in build/deb/*.deb; do
	case $deb in *-dbgsym_*) continue ;; esac
	cp "$deb" "$work/0.1.0/"
	dpkg-deb -R "$deb" "$work/next" &&
		sed -i 's/^Version: 0\.1\.0$/Version: 0.1.1/; s/(= 0\.1\.0)/(= 0.1.1)/' "$work/next/DEBIAN/control" &&
		dpkg-deb -b "$work/next" "$work/0.1.1" >/dev/null && rm -r "$work/next" || fail "$deb cannot be given another number"
done

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
	in_root sh -c 'apt-get install -q -y --no-install-recommends /tmp/debs/*.deb' >>"$work/apt.log" 2>&1 ||
		{ tail -30 "$work/apt.log"; fail "version $1 does not install"; }
}
echo "installing 0.1.0"
install_version 0.1.0
for user in ijwd ijw-dashboard ijw-filedrop; do
	in_root getent passwd $user >/dev/null || fail "the user $user is not there"
done
in_root id ijw-dashboard | grep -q '(ijwd)' || fail "ijw-dashboard is not of the group ijwd"
[ "$(in_root stat -c '%a %U:%G' /etc/ijwd)" = "750 root:ijwd" ] || fail "/etc/ijwd is $(in_root stat -c '%a %U:%G' /etc/ijwd)"
in_root sh -c 'for c in ijwd ijwctl ijw-filedrop ijw-dashboard; do $c --version || exit 1; done' || fail "a program does not start"
for f in usr/share/ijwd/dashboard/index.html usr/share/ijwd/monitoring/ijwd.rules.yml usr/share/bash-completion/completions/ijwctl \
	usr/share/man/man1/ijwctl.1.gz usr/share/man/man1/ijw-dashboard.1.gz usr/share/man/man1/ijw-filedrop.1.gz \
	usr/share/man/man3/libijw.3.gz usr/share/man/man5/ijwd.yaml.5.gz usr/share/man/man8/ijwd.8.gz; do
	[ -s "$root/$f" ] || fail "/$f is not there"
done
named=$(in_root sh -c 'dpkg -L ijwd ijw-dashboard ijw-filedrop libijw-dev | while read -r f; do [ ! -f "$f" ] || grep -Il /usr/local "$f"; done')
[ -z "$named" ] || fail "these name /usr/local: $named"

# The journal's catalog has each event in two languages.
for event in HUB-READY DASH-READY FILEDROP-CONNECTED; do
	id=$(printf 'ijwd %s' $event | sha256sum | cut -c 1-32)
	in_root journalctl --dump-catalog "$id" >"$work/catalog.txt" 2>&1 && grep -q "^Subject: $event\$" "$work/catalog.txt" ||
		fail "journalctl does not explain $event: $(cat "$work/catalog.txt")"
done
in_root journalctl --list-catalog >"$work/catalog.txt" 2>&1
grep '^-- ' "$root/usr/lib/systemd/catalog/ijwd.catalog" | cut -c 4- | while read -r id; do
	grep -q "^$id " "$work/catalog.txt" || echo "$id"
done >"$work/unexplained.txt"
[ ! -s "$work/unexplained.txt" ] || fail "journalctl does not know of $(tr '\n' ' ' <"$work/unexplained.txt")"
grep -qa 'De hub ' "$root/var/lib/systemd/catalog/database" || fail "the catalog is not there in Dutch"

# Units: nothing to complain of, and nothing that fails before it is set up.
in_root sh -c 'cp "/lib/systemd/system/ijw-filedrop@.service" "/tmp/ijw-filedrop@voorbeeld.service" &&
	systemd-analyze verify --man=no ijwd.service ijwd.socket ijw-dashboard.service "/tmp/ijw-filedrop@voorbeeld.service"' >"$work/verify.txt" 2>&1 &&
	[ ! -s "$work/verify.txt" ] || fail "systemd-analyze verify: $(cat "$work/verify.txt")"
would_start() { in_root systemd-analyze condition --unit "$1" >"$work/condition.txt" 2>&1; }
for unit in ijwd.service ijw-dashboard.service; do
	[ -h "$root/etc/systemd/system/multi-user.target.wants/$unit" ] || fail "$unit is not enabled"
	would_start $unit && fail "$unit would start before it is set up"
	holds "$work/condition.txt" ConditionPathExists || fail "systemd-analyze condition: $(cat "$work/condition.txt")"
done

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
	install -d -o ijwd -g ijwd -m 750 /run/ijwd /var/lib/ijwd
	cd /etc/ijw-dashboard
	cp /tmp/pki/hub.pem tls/dashboard.pem; cp /tmp/pki/hub.key tls/dashboard.key
	chown root:ijw-dashboard tls/*; chmod 640 tls/dashboard.pem; chown ijw-dashboard tls/dashboard.key; chmod 600 tls/dashboard.key
	echo een-heel-lang-wachtwoord-9 | ijw-dashboard user add beheerder --role beheerder >/dev/null
	sed -i "s|^listen: .*|listen: \"127.0.0.1:0\"|; s|^# metrics_listen: .*|metrics_listen: \"127.0.0.1:0\"|; s|^# alert_mail: .*|alert_mail: \"\"|" dashboard.yaml
	install -d -o ijw-dashboard -g ijw-dashboard -m 700 /var/lib/ijw-dashboard' || fail "setting up failed"
for unit in ijwd.service ijw-dashboard.service; do
	would_start $unit || fail "$unit would not start although all is set up: $(cat "$work/condition.txt")"
done
start_hub() {
	: >"$work/hub.log"
	LC_ALL=C chroot "$root" setpriv --reuid ijwd --regid ijwd --init-groups ijwd 2>"$work/hub.log" &
	hub=$!
	until_true "HUB-READY" holds "$work/hub.log" HUB-READY
	port=$(sed -n 's/.*listening on port \([0-9]*\).*/\1/p' "$work/hub.log")
}
stop_hub() { kill -TERM $hub; wait $hub || fail "the hub did not stop in order"; hub=; }
start_page() {
	: >"$work/page.log"
	LC_ALL=C chroot "$root" setpriv --reuid ijw-dashboard --regid ijw-dashboard --init-groups ijw-dashboard 2>"$work/page.log" &
	page=$!
	until_true "DASH-READY" holds "$work/page.log" DASH-READY
	page_port=$(sed -n 's/.*DASH-READY: listening on port \([0-9]*\).*/\1/p' "$work/page.log")
}
stop_page() { kill -TERM $page; wait $page || fail "the page did not stop in order"; page=; }
# Logs in as a browser does; then the overview says that the hub is up and what it has.
ask_page() { # MESSAGES
	python3 - "$page_port" "$root/tmp/pki/ca.pem" "$1" <<'END' || { cat "$work/page.log"; fail "the page does not answer as it should"; }
import http.client, json, ssl, sys, time

port, ca, messages = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])

def ask(method, path, body=None, headers={}):
    c = http.client.HTTPSConnection("localhost", port, timeout=20, context=ssl.create_default_context(cafile=ca))
    c.request(method, path, body, headers)
    r = c.getresponse()
    return r, r.read()

def need(what, found):
    if not found:
        sys.exit(what)

r, body = ask("GET", "/health")
need("/health says %d %s" % (r.status, body), r.status == 200)
r, body = ask("GET", "/")
need("the page is not given", r.status == 200 and b"<html" in body)
r, body = ask("GET", "/api/overview")
need("without a login /api/overview says %d" % r.status, r.status == 401)
r, body = ask("POST", "/api/login", json.dumps({"user": "beheerder", "password": "een-heel-lang-wachtwoord-9"}),
              {"Content-Type": "application/json"})
need("login: %d %s" % (r.status, body), r.status == 200)
cookie = r.getheader("Set-Cookie").split(";")[0]
for attempt in range(100):  # what is shown may be some seconds old
    r, body = ask("GET", "/api/overview", headers={"Cookie": cookie})
    need("/api/overview: %d %s" % (r.status, body), r.status == 200)
    o = json.loads(body)
    if o["hub"]["state"] == "up" and o["totals"]["messages"] == messages:
        sys.exit(0)
    time.sleep(0.2)
sys.exit("the overview: %s" % json.dumps(o)[:2000])
END
}
start_hub
in_root sh -c 'id=g; install -d -m 700 /tmp/g; printf "hub: 127.0.0.1:%s\nserver_name: localhost\ncertificate: /tmp/pki/g.pem\nkey: /tmp/pki/g.key\nca: /tmp/pki/ca.pem\nfolder: /tmp/g\n" '"$port"' >/tmp/g.yaml'
LC_ALL=C chroot "$root" ijw-filedrop --config /tmp/g.yaml 2>"$work/g.log" &
drop=$!
until_true "FILEDROP-CONNECTED" holds "$work/g.log" FILEDROP-CONNECTED
cp tests/messages/JW301.xml "$root/tmp/g/uit/.x" && mv "$root/tmp/g/uit/.x" "$root/tmp/g/uit/JW301.xml"
until_true "a receipt for the message" test -e "$root/tmp/g/verzonden/JW301.xml"
kill $drop; wait $drop; drop=
in_root ijwctl messages | grep -q JW301 || fail "the message is not in the store"
as ijw-dashboard ijwctl status >/dev/null || fail "the page's user may not ask the hub"
as ijw-dashboard cat /var/lib/ijwd/ijwd.db.keys >/dev/null 2>&1 && fail "the page's user may read the keys"
as ijw-dashboard sh -c 'ijwctl audit --store /var/lib/ijwd/ijwd.db >/dev/null' || fail "the page's user cannot read the store"
start_page
ask_page 1
stop_page
stop_hub

echo "upgrading to 0.1.1"
install_version 0.1.1
grep -q 'changed by the administrator' "$root/etc/ijwd/ijwd.yaml" || fail "the upgrade lost a setting"
[ "$(in_root dpkg-query -W -f '${Version}' ijwd)" = 0.1.1 ] || fail "the upgrade did not happen"
start_hub
in_root ijwctl messages | grep -q JW301 || fail "the upgrade lost the store"
in_root ijwctl audit verify --store /var/lib/ijwd/ijwd.db >/dev/null || fail "the audit log does not hold after the upgrade"
start_page
ask_page 1
stop_page
stop_hub

echo "removing"
in_root apt-get purge -q -y ijwd ijw-dashboard ijw-filedrop libijw-dev libijw0 >>"$work/apt.log" 2>&1 || fail "$(tail -5 "$work/apt.log")"
[ -f "$root/var/lib/ijwd/ijwd.db" ] || fail "removing the package deleted the store"
[ -f "$root/etc/ijw-dashboard/users.yaml" ] || fail "removing the package deleted the users"
left=$(find "$root/etc/systemd" "$root/lib/systemd" "$root/usr/lib" "$root/usr/share/ijwd" -name 'ijw*' 2>/dev/null)
[ -z "$left" ] || fail "removing the packages left $left"
echo "packages: installed, ran with the page, upgraded and removed in a fresh Debian; settings and data stayed"
