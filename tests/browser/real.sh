#!/bin/sh
# The page in front of a real hub: ijwd, two file adapters and ijw-dashboard on
# loopback, over TLS, with good and broken messages and the history of a small
# made-up region.  Then a browser does what an administrator does.
# usage: sh tests/browser/real.sh BUILD      KEEP=1 leaves the folder, STAY=1 waits for ^C instead of testing
cd "$(dirname "$0")/../.." || exit 2
SOURCE=$PWD
case ${1:-build} in /*) B=$1 ;; *) B=$SOURCE/$1 ;; esac
PAGE=${PAGE:-$SOURCE/build/page}
for f in "$B/ijwd" "$B/ijwctl" "$B/ijw-filedrop" "$B/ijw-dashboard" "$PAGE/index.html"; do
	[ -e "$f" ] || { echo "real.sh: $f is missing" >&2; exit 2; }
done
PASSWORD=een-heel-lang-wachtwoord-9
G=gemeente-voorbeeld A=aanbieder-a BB=aanbieder-b
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID INVOCATION_ID

pids=
end_all() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	pids=
}
finish() {
	status=$?
	trap - EXIT
	end_all
	if [ $status != 0 ] || [ "$KEEP" = 1 ]; then echo "real.sh: everything lies in $DIR"; else rm -rf "$DIR"; fi
	exit $status
}
fail() {
	echo "real.sh: $1" >&2
	for log in "$DIR"/*.log; do
		[ -s "$log" ] && { echo "--- ${log##*/}"; tail -n 8 "$log"; } >&2
	done
	exit 1
}
until_true() { # WHAT COMMAND…: polls for an event
	what=$1 n=0
	shift
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 600 ] || fail "did not happen in 30 seconds: $what"
		sleep 0.05
	done
}
holds() { grep -q "$2" "$1" 2>/dev/null; }

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
umask 077
DIR=$(mktemp -d /tmp/ijw-page.XXXXXX) || exit 2
cd "$DIR" || exit 2
export IJW_CONTROL="$DIR/run/control.sock" IJW_SCHEMAS="$SOURCE/schemas"

"$B/ijwctl" pki demo pki --hub localhost,127.0.0.1 --party $G:00000001001234567000 \
	--party $A:00000003980012340000 --party $BB:00000003980056780000 >pki.txt 2>&1 || fail "$(cat pki.txt)"
mkdir parties.d state
party() { # ID NAME OIN CODE
	printf 'party: %s\nname: %s\ncertificates:\n  - oin: "%s"\ncodes:\n  - code: "%s"\n' "$1" "$2" "$3" "$4" >"parties.d/$1.yaml"
}
party $G "Gemeente Voorbeeld" 00000001001234567000 0363
printf 'rules: enforce\nretour: hub\nretour_accept: yes\n' >>parties.d/$G.yaml
party $A "Aanbieder A, jeugd-ggz" 00000003980012340000 98001234
party $BB "Aanbieder B, ambulant" 00000003980056780000 98005678
cat >ijwd.yaml <<END
listen: "127.0.0.1:0"
store: sqlite:ijwd.db
schemas: $SOURCE/schemas
parties: parties.d
runtime: run
tls:
  certificate: pki/hub.pem
  key: pki/hub.key
  ca: pki/ca.pem
  crl: pki/crl.pem
END

# ---- four years of a small region, so that reports have something to say ----
"$B/ijwctl" simulate streek --seed 7 --clients "${CLIENTS:-300}" --gemeenten 3 --faults "$SOURCE/tests/region/ernstig.tsv" >streek.txt 2>&1 || fail "$(tail -n 3 streek.txt)"
"$B/ijwctl" ingest streek --config ijwd.yaml >ingest.txt 2>&1 || fail "$(tail -n 3 ingest.txt)"

"$B/ijwd" --config ijwd.yaml 2>hub.log &
HUB=$!
pids=$HUB
until_true "HUB-READY" holds hub.log HUB-READY
HUBPORT=$(sed -n 's/.*HUB-READY: listening on port \([0-9]*\).*/\1/p' hub.log)
adapter() { # ID
	mkdir -p "$1"
	printf 'hub: 127.0.0.1:%s\nserver_name: localhost\ncertificate: pki/%s.pem\nkey: pki/%s.key\nca: pki/ca.pem\nfolder: %s\nlanguage: nl\n' "$HUBPORT" "$1" "$1" "$1" >"$1.yaml"
	"$B/ijw-filedrop" --config "$1.yaml" 2>"$1.log" &
	pids="$! $pids"
	until_true "FILEDROP-CONNECTED" holds "$1.log" FILEDROP-CONNECTED
}
adapter $G
adapter $A

# ---- traffic: good, rejected, refused, waiting ----
M=$SOURCE/tests/messages
answered() { [ -e "$1/verzonden/$2" ] || [ -e "$1/geweigerd/$2" ]; }
send() { # PARTY NAME <xml
	cat >"$1/uit/.$2.tmp" && mv "$1/uit/.$2.tmp" "$1/uit/$2"
	until_true "a receipt for $2" answered "$1" "$2"
}
send $A jw315.xml <"$M/JW315.xml"
send $G jw301.xml <"$M/JW301.xml"
send $A jw305.xml <"$M/JW305.xml"
send $A jw323.xml <"$M/JW323.xml"
send $A jw307.xml <"$M/JW307.xml"
for n in 2 3 4; do # one stop too many, three times: a rule across messages
	sed "s/E26060001/E2606000$n/; s/2026-06-26/2026-06-27/" "$M/JW307.xml" | send $A "stop$n.xml"
done
for n in 1 2 3 4 5; do # three faults against the schema
	sed "s/T26020001/T260299$n/; s/>999930084</>99993008A</; s/Geslacht>2</Geslacht>7</; s/2026-08-31/2027-06-31/" "$M/JW301.xml" | send $G "fouten$n.xml"
done
sed 's/S26020001/S26020009/; s/98001234/98005678/' "$M/JW305.xml" | send $A namens-b.xml
echo 'dit is geen xml' | send $A rommel.xml
for n in 3 4 5; do # for a party that is not there
	sed "s/T26020001/T2602000$n/; s/98001234/98005678/" "$M/JW301.xml" | send $G "voor-b$n.xml"
done

# ---- the dashboard ----
user() { # NAME ROLE SHOWN [CODE]
	name=$1 role=$2 shown=$3
	shift 3
	printf '%s\n' $PASSWORD | "$B/ijw-dashboard" user add "$name" --role "$role" --name "$shown" "$@" --users users.yaml >/dev/null || fail "user $name"
}
user beheerder beheerder "Bea Beheerder"
user inzage inzage "Ina Inzage"
user partij partij "Aanbieder A" --code 98001234
PORT=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
METRICS=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
cat >dashboard.yaml <<END
listen: "127.0.0.1:$PORT"
certificate: pki/hub.pem
key: pki/hub.key
users: users.yaml
hub: ijwd.yaml
control: ${CONTROL:-run/control.sock}
page: $PAGE
state: state
metrics_listen: "127.0.0.1:$METRICS"
hub_name: Proefhub
language: nl
END
[ -z "$BEFORE" ] || eval "$BEFORE"
"$B/ijw-dashboard" --config dashboard.yaml 2>dashboard.log &
pids="$! $pids"
healthy() { node -e "fetch('https://127.0.0.1:$PORT/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))" 2>/dev/null; }
export NODE_TLS_REJECT_UNAUTHORIZED=0 NODE_NO_WARNINGS=1
until_true "the dashboard answers" healthy
if [ "$STAY" = 1 ]; then
	echo "https://127.0.0.1:$PORT/   users beheerder, inzage, partij; password $PASSWORD"
	while :; do sleep 1; done
fi
cd "$SOURCE" && HUB_PID=$HUB node tests/browser/real.mjs "https://127.0.0.1:$PORT" $PASSWORD
