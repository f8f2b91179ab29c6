#!/bin/sh
# Debian's Prometheus in front of a real hub: ijwd, two file adapters and
# ijw-dashboard on loopback; its scrapes hold the messages that were sent, its
# rules see the hub go, and every metric that the rules and the Grafana board
# name is there.  usage: sh tests/prometheus.sh BUILD      KEEP=1 leaves the folder
cd "$(dirname "$0")/.." || exit 2
SOURCE=$PWD
case ${1:-build} in /*) B=$1 ;; *) B=$SOURCE/$1 ;; esac
PAGE=${PAGE:-$SOURCE/build/page}
MONITORING=$SOURCE/adapters/dashboard/monitoring
for f in "$B/ijwd" "$B/ijwctl" "$B/ijw-filedrop" "$B/ijw-dashboard" "$PAGE/index.html"; do
	[ -e "$f" ] || { echo "prometheus.sh: $f is missing" >&2; exit 2; }
done
G=gemeente-voorbeeld A=aanbieder-a BB=aanbieder-b
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID INVOCATION_ID
# What is asked goes to loopback, whatever the surroundings say.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY

pids=
finish() {
	status=$?
	trap - EXIT
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	if [ $status != 0 ] || [ "$KEEP" = 1 ]; then echo "prometheus.sh: everything lies in $DIR"; else rm -rf "$DIR"; fi
	exit $status
}
fail() {
	echo "prometheus.sh: $1" >&2
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
		[ $n -lt 150 ] || fail "did not happen in 30 seconds: $what"
		sleep 0.2
	done
}
holds() { grep -q "$2" "$1" 2>/dev/null; }

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP PIPE
umask 077
DIR=$(mktemp -d /tmp/ijw-metrics.XXXXXX) || exit 2
cd "$DIR" || exit 2
export IJW_CONTROL="$DIR/run/control.sock"

# ---- rules, without anything running ----
promtool check rules "$MONITORING/ijwd.rules.yml" >rules.txt 2>&1 || fail "$(cat rules.txt)"
promtool test rules "$SOURCE/tests/rules.test.yml" >rules.txt 2>&1 || fail "$(cat rules.txt)"
sed -n 's/^ *- alert: //p' "$MONITORING/ijwd.rules.yml" | while read -r alert; do
	# once silent, once firing
	[ "$(grep -c "alertname: $alert\b" "$SOURCE/tests/rules.test.yml")" -ge 2 ] || { echo "$alert"; break; }
done >untested.txt
[ ! -s untested.txt ] || fail "tests/rules.test.yml does not try $(cat untested.txt)"

# ---- hub, dashboard, Prometheus ----
"$B/ijwctl" pki demo pki --hub localhost,127.0.0.1 --party $G:00000001001234567000 \
	--party $A:00000003980012340000 --party $BB:00000003980056780000 >pki.txt 2>&1 || fail "$(cat pki.txt)"
mkdir parties.d state
party() { # ID NAME OIN CODE
	printf 'party: %s\nname: %s\ncertificates:\n  - oin: "%s"\ncodes:\n  - code: "%s"\n' "$1" "$2" "$3" "$4" >"parties.d/$1.yaml"
}
party $G "Gemeente Voorbeeld" 00000001001234567000 0363
party $A "Aanbieder A" 00000003980012340000 98001234
party $BB "Aanbieder B" 00000003980056780000 98005678
cat >ijwd.yaml <<EOF
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
EOF
"$B/ijwd" --config ijwd.yaml 2>hub.log &
HUB=$!
pids=$HUB
until_true "HUB-READY" holds hub.log HUB-READY
HUBPORT=$(sed -n 's/.*HUB-READY: listening on port \([0-9]*\).*/\1/p' hub.log)

echo een-heel-lang-wachtwoord-9 | "$B/ijw-dashboard" user add beheerder --role beheerder --users users.yaml >/dev/null || fail "no user"
cat >dashboard.yaml <<EOF
listen: "127.0.0.1:0"
certificate: pki/hub.pem
key: pki/hub.key
users: users.yaml
hub: ijwd.yaml
control: run/control.sock
page: $PAGE
state: state
metrics_listen: "127.0.0.1:0"
alert_mail: ""
EOF
"$B/ijw-dashboard" --config dashboard.yaml 2>dashboard.log &
pids="$! $pids"
until_true "DASH-METRICS" holds dashboard.log DASH-METRICS
METRICS=$(sed -n 's/.*\/metrics on port \([0-9]*\).*/\1/p' dashboard.log)

cat >prometheus.yml <<EOF
global: {scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}
rule_files: ["$MONITORING/ijwd.rules.yml"]
scrape_configs:
  - job_name: ijwd
    static_configs: [{targets: ["127.0.0.1:$METRICS"]}]
EOF
prometheus --config.file=prometheus.yml --storage.tsdb.path=data --web.listen-address=127.0.0.1:0 2>prometheus.log &
pids="$pids $!"
until_true "Prometheus is ready" holds prometheus.log 'Server is ready'
PORT=$(sed -n 's/.*"Listening on" address=127.0.0.1:\([0-9]*\).*/\1/p' prometheus.log)
query() { promtool query instant "http://127.0.0.1:$PORT" "$1" 2>&1; }
gives() { query "$1" | grep -q ' => '; } # an expression with a comparison: anything is left of it
scrape() {
	python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1], timeout=5).read().decode())' \
		"http://127.0.0.1:$METRICS/metrics" >"$1" || fail "/metrics does not answer"
}
until_true "the target is up" gives 'up{job="ijwd"} == 1'
until_true "the hub is up" gives 'ijwd_up == 1'

# ---- traffic: delivered, refused, and two that wait ----
adapter() { # ID
	mkdir "$1"
	printf 'hub: 127.0.0.1:%s\nserver_name: localhost\ncertificate: pki/%s.pem\nkey: pki/%s.key\nca: pki/ca.pem\nfolder: %s\n' "$HUBPORT" "$1" "$1" "$1" >"$1.yaml"
	"$B/ijw-filedrop" --config "$1.yaml" 2>"$1.log" &
	pids="$! $pids"
	until_true "FILEDROP-CONNECTED" holds "$1.log" FILEDROP-CONNECTED
}
answered() { [ -e "$1/verzonden/$2" ] || [ -e "$1/geweigerd/$2" ]; }
send() { # PARTY NAME FILE
	cp "$3" "$1/uit/.$2.tmp" && mv "$1/uit/.$2.tmp" "$1/uit/$2"
	until_true "a receipt for $2" answered "$1" "$2"
}
adapter $G
adapter $A
mkdir made
echo 'dit is geen xml' >made/rommel.xml
for n in 3 4; do # for a party that is not there
	sed "s/T26020001/T2602000$n/; s/98001234/98005678/" "$SOURCE/tests/messages/JW301.xml" >made/voor-b$n.xml
done
send $G jw301.xml "$SOURCE/tests/messages/JW301.xml"
send $A rommel.xml made/rommel.xml
send $G voor-b3.xml made/voor-b3.xml
send $G voor-b4.xml made/voor-b4.xml
"$B/ijwctl" hold 98005678 --reason proef >hold.txt 2>&1 || fail "$(cat hold.txt)"

until_true "three messages of the municipality are counted" gives "sum(ijwd_messages_total{party=\"$G\",type=\"JW301\",verdict=\"accepted\"}) == 3"
until_true "one of the provider is counted as refused" gives "sum(ijwd_messages_total{party=\"$A\",verdict=\"refused\"}) == 1"
until_true "nothing else is" gives 'sum(ijwd_messages_total) == 4'
until_true "two wait, on purpose" gives 'ijwd_queue_waiting == 2 and on (receiver) ijwd_held == 1'
for time in receipt delivery; do
	until_true "a quantile of ijwd_${time}_seconds" gives "histogram_quantile(0.99, sum by (le) (rate(ijwd_${time}_seconds_bucket[10m]))) > 0"
done

# ---- what is scraped ----
scrape up.prom
promtool check metrics <up.prom >lint.txt 2>&1 || fail "promtool check metrics: $(cat lint.txt)"
[ ! -s lint.txt ] || fail "promtool check metrics: $(cat lint.txt)"
python3 - "$MONITORING/grafana-ijwd.json" >board.txt <<'EOF' || fail "the board cannot be read"
import json, sys
for panel in json.load(open(sys.argv[1]))["panels"]:
    for target in panel.get("targets", []):
        print(target["expr"])
EOF
while read -r expr; do
	query "$expr" >answer.txt </dev/null
	! grep -qi 'error' answer.txt || fail "the board asks $expr: $(cat answer.txt)"
done <board.txt
grep -ohE '\bijwd_[a-z_]+' "$MONITORING/ijwd.rules.yml" board.txt | sed 's/_bucket$//' | sort -u >named.txt
sed -n 's/^\(ijwd_[a-z_]*\)[{ ].*/\1/p' up.prom | sed -E 's/_(bucket|sum|count)$//' | sort -u >there.txt
absent=$(comm -23 named.txt there.txt)
[ -s named.txt ] && [ -z "$absent" ] || fail "rules or board name what /metrics does not have: $absent"

# ---- the hub goes ----
gives 'ALERTS{alertname="IjwdHubDown"}' && fail "IjwdHubDown is on while the hub runs"
kill -KILL $HUB
until_true "the hub is down" gives 'ijwd_up == 0'
until_true "IjwdHubDown is pending" gives 'ALERTS{alertname="IjwdHubDown",alertstate="pending"} == 1'
gives 'up{job="ijwd"} == 1' || fail "the dashboard went with the hub"
scrape down.prom
promtool check metrics <down.prom >lint.txt 2>&1 || fail "promtool check metrics: $(cat lint.txt)"

# Neither the scrapes nor what Prometheus keeps of them name a client.
sh "$SOURCE/tests/privacy.sh" "$DIR" data/wal/* || fail "the metrics name a client"
echo "metrics: $(grep -c '^# TYPE' up.prom) scraped, $(wc -l <named.txt) named by rules and board; $(grep -c -- '- alert:' "$MONITORING/ijwd.rules.yml") rules fire and are silent as they must"
