#!/bin/sh
# How fast are the pages with many messages stored, and what does a heavy report
# cost the hub?  A store is filled (tests/tools/fill), hub and page run on it; each
# question of the page is asked 21 times over one connection: median and worst.
# Then receipts alone and beside reports that are made one after the other.
# usage: sh tests/tools/bench_pages.sh BUILD [MESSAGES]     STORE=FILE: a filled one (and FILE.codes)
cd "$(dirname "$0")/../.." || exit 2
SOURCE=$PWD
case ${1:-build} in /*) B=$1 ;; *) B=$SOURCE/$1 ;; esac
N=${2:-1000000}
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID
DIR=$(mktemp -d /tmp/ijw-pages.XXXXXX) || exit 2
pids=
finish() {
	status=$?
	trap - EXIT
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	rm -rf "$DIR"
	exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$DIR" || exit 2
if [ -z "$STORE" ]; then
	echo "filling a store with $N messages" >&2
	"$B/tests/tools/fill" "$N" $((N * 26 / 1000)) >fill.txt 2>fill.err || { cat fill.err; exit 1; }
	STORE=$(head -n 1 fill.txt)
	sed 1d fill.txt >"$STORE.codes"
	made=$STORE
fi
cp "$STORE" ijwd.db || exit 1
"$B/ijwctl" pki demo pki --hub localhost,127.0.0.1 >/dev/null || exit 1
mkdir parties.d state
n=0
while read -r code; do
	n=$((n + 1))
	printf 'party: p%s\nname: Partij %s\ncertificates:\n  - oin: "000000010000000%05d"\ncodes:\n  - code: "%s"\n' "$n" "$n" "$n" "$code" >"parties.d/p$n.yaml"
done <"$STORE.codes"
printf 'listen: "127.0.0.1:0"\nstore: sqlite:ijwd.db\nschemas: %s/schemas\nparties: parties.d\nruntime: run\ntls:\n  certificate: pki/hub.pem\n  key: pki/hub.key\n  ca: pki/ca.pem\n  crl: pki/crl.pem\n' "$SOURCE" >ijwd.yaml
cat >page.sh <<END
#!/bin/sh
# The page in front of the hub of a folder: page.sh DIR [reports]
cd "\$1" || exit 1
unset NOTIFY_SOCKET WATCHDOG_USEC
PORT=\$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
mkdir -p state
certificate=\$(sed -n 's/^  certificate: *//p' ijwd.yaml) key=\$(sed -n 's/^  key: *//p' ijwd.yaml)
printf 'listen: "127.0.0.1:%s"\ncertificate: %s\nkey: %s\nusers: users.yaml\nhub: ijwd.yaml\npage: $SOURCE/build/page\nstate: state\nmetrics_listen: ""\nalert_mail: ""\n' "\$PORT" "\$certificate" "\$key" >dashboard.yaml
[ -f users.yaml ] || echo een-heel-lang-wachtwoord-9 | $B/ijw-dashboard user add beheerder --role beheerder --users users.yaml >/dev/null
$B/ijw-dashboard --config dashboard.yaml 2>dashboard.log &
page=\$!
trap 'kill \$page; wait \$page; exit 0' TERM
until curl -sk "https://127.0.0.1:\$PORT/health" >/dev/null; do kill -0 \$page || { cat dashboard.log >&2; exit 1; }; sleep 0.1; done
curl -sk -c jar -H 'Content-Type: application/json' -d '{"user":"beheerder","password":"een-heel-lang-wachtwoord-9"}' "https://127.0.0.1:\$PORT/api/login" >login.json
echo "https://127.0.0.1:\$PORT" >address
[ "\$2" != reports ] && { echo ready; wait \$page; exit; }
ask() { curl -sk -b jar "https://127.0.0.1:\$PORT/api/\$1" >/dev/null; }
ask 'flows?period=month&by=aanbieder'
echo busy
# Six other reports at a time, over one connection: the one thread that makes them is
# never idle, and asking costs next to nothing.
while :; do
	for period in month quarter half year; do
		urls=
		for by in gemeente aanbieder hulpvorm categorie verwijzer none; do
			urls="\$urls -o /dev/null https://127.0.0.1:\$PORT/api/flows?period=\$period&by=\$by"
		done
		curl -skg -b jar \$urls
		sleep 2
	done
done
END
printf '#!/bin/sh\nexec sh %s/page.sh "$1" reports\n' "$DIR" >reports.sh

"$B/ijwd" --config ijwd.yaml 2>hub.log &
pids=$!
until grep -q HUB-READY hub.log; do kill -0 $pids 2>/dev/null || { cat hub.log; exit 1; }; sleep 0.1; done
# Bodies are sealed behind the first start: not while something is measured.
until "$B/ijwctl" keys --json --control run/control.sock | grep -q '"left": 0'; do sleep 1; done
sh page.sh "$DIR" >page.out &
pids="$pids $!"
until grep -q ready page.out; do sleep 0.1; done
URL=$(cat address)
get() { curl -sk -b jar "$URL/api/$1"; }
now=$(date -u +%Y-%m-%d)
month=$(date -u -d '30 days ago' +%Y-%m-%d)
year=$(date -u -d '365 days ago' +%Y-%m-%d)
code=$(sed -n 3p "$STORE.codes")
id=$((N / 2))
identification=$(get "messages/$id" | python3 -c 'import json, sys; print(json.load(sys.stdin)["identification"])')
nummer=$(python3 -c 'import sqlite3; print(sqlite3.connect("file:ijwd.db?mode=ro", uri=True).execute("select nummer from toewijzing limit 1 offset 5000").fetchone()[0])')
client=$(python3 -c 'import sqlite3; print(sqlite3.connect("file:ijwd.db?mode=ro", uri=True).execute("select hex(client) from dossier limit 1 offset 5000").fetchone()[0].lower())')
printf '%s messages stored, %s; milliseconds until the answer begins, 21 times each\n\n%-58s %8s %8s %8s\n' \
	"$(get overview | python3 -c 'import json, sys; print(json.load(sys.stdin)["totals"]["messages"])')" \
	"$(du -h ijwd.db | cut -f 1)" question median worst bytes
while read -r question; do
	urls=
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22; do urls="$urls -o answer.json $URL/api/$question"; done
	# The first pays for the handshake and is left out.
	curl -skg -b jar -w '%{time_pretransfer} %{time_starttransfer} %{size_download} %{http_code}\n' $urls |
		sed 1d | awk -v q="$question" '{ print ($2 - $1) * 1000, $3, $4 }' | sort -n |
		awk -v q="$question" '{ t[NR] = $1; size = $2; if ($3 != 200) bad = $3 }
			END { printf "%-58s %8.1f %8.1f %8d%s\n", q, t[int((NR + 1) / 2)], t[NR], size, bad ? "  status " bad : "" }'
done <<END
overview
overview?hours=168
errors
errors?since=$year&until=$now
errors?since=$month&until=$now&party=$code
messages
messages?verdict=refused
messages?party=$code&since=$month
messages?sender=$code&type=JW323&verdict=accepted
messages?rule=TR379
messages?rule=TR379&party=$code&since=$year
messages?identification=$identification
messages?nummer=$nummer
messages?client=$client
messages?undelivered=1
messages?type=JW320&before=$id
messages/$id
due
open-ends
parties
conformance?party=$code&since=$month&until=$now
audit
admin
rules
END
for pid in $pids; do kill "$pid"; wait "$pid" 2>/dev/null; done
pids=
printf '\nreceipts, alone and beside reports\n'
(cd "$SOURCE" && STORE=$DIR/ijwd.db "$B/tests/tools/bench" beside "$DIR/reports.sh" "${SENT:-4000}" "${PAIRS:-7}") 2>"$DIR/beside.err" || { cat "$DIR/beside.err"; exit 1; }
[ -z "$made" ] || rm -rf "${made%/*}"
