#!/bin/sh
# The hub at work: one municipality, two providers, told as it happens.
# usage: sh tests/demo/demo.sh BUILD [--shell | --keep]
#
# Everything is real (certificates, TLS, programs) except people and codes; it
# lies in a folder of its own under /tmp.  --shell tells no story: it ends in
# a shell in which to try things, and stops the programs when that is left.
# --keep (make demo KEEP=1) ends with the page open, until Enter or Ctrl-C.
# KEEP=1 keeps the folder, KEEP=0 removes it; otherwise it is kept when a
# person is watching.
cd "$(dirname "$0")/../.." || exit 2
SOURCE=$PWD
case $1 in
'') echo "usage: sh tests/demo/demo.sh BUILD [--shell | --keep]" >&2; exit 2 ;;
/*) B=$1 ;;
*) B=$SOURCE/$1 ;;
esac
SHELL_WANTED=$2
PAGE=${PAGE:-$SOURCE/build/page}
OPEN=${KEEP:-0}
[ "$SHELL_WANTED" = --keep ] && OPEN=1 KEEP=1
for program in ijwd ijwctl ijw-filedrop ijw-dashboard; do
	[ -x "$B/$program" ] || { echo "$B/$program is missing: run make first" >&2; exit 2; }
done
unset NOTIFY_SOCKET WATCHDOG_USEC WATCHDOG_PID JOURNAL_STREAM IJW_CONTROL
MESSAGES=$SOURCE/tests/messages
PATIENCE=20 # seconds; every wait ends with an event, long before this
G=gemeente-voorbeeld A=aanbieder-a B2=aanbieder-b
G_CODE=0363 A_CODE=98001234 B_CODE=98005678
BSN=999930084 # a test number; stands in the messages

# ---- telling ----

case ${LC_ALL:-${LC_MESSAGES:-$LANG}} in nl*) L=nl ;; *) L=en ;; esac
say() { if [ $L = nl ]; then printf '%s' "$1"; else printf '%s' "$2"; fi; }
if [ -t 1 ]; then
	bold=$(printf '\033[1m') good=$(printf '\033[32m') bad=$(printf '\033[31m')
	grey=$(printf '\033[2m') off=$(printf '\033[0m')
else
	bold='' good='' bad='' grey='' off=''
	export COLUMNS=80 # tables fit wherever this is read
fi
now() { # in hundredths of a second, without starting a program
	read -r up rest </proc/uptime
	whole=${up%.*} part=${up#*.}
	NOW=$((whole * 100 + 1$part - 100))
}
now; START=$NOW
# event WHO TEXT [COLOUR]: one line of the timeline
event() {
	now
	t=$((NOW - START))
	printf '%s%3d.%02d s%s  %-18s  %s%s%s\n' "$grey" $((t / 100)) $((t % 100)) "$off" "$1" "$3" "$2" "${3:+$off}"
}
chapter() { printf '\n%s%s%s\n' "$bold" "$(say "$1" "$2")" "$off"; }
indent() { sed 's/^./    &/'; }
# wrap: breaks long lines at 74 columns, with the indent of the line they came from
wrap() {
	awk 'length($0) <= 74 { print; next }
	{ match($0, /^ */); pad = substr($0, 1, RLENGTH); n = split(substr($0, RLENGTH + 1), w, / /)
		line = pad w[1]
		for (i = 2; i <= n; i++)
			if (length(line) + 1 + length(w[i]) > 74) { print line; line = pad "  " w[i] }
			else line = line " " w[i]
		print line }'
}

# ---- starting, ending ----

pids= watched= # watched: those that should not end by themselves
end_all() {
	for pid in $pids; do kill "$pid" 2>/dev/null; done
	for pid in $pids; do wait "$pid" 2>/dev/null; done
	pids=
}
finish() {
	status=$?
	trap - EXIT
	end_all
	case ${KEEP:-} in
	1) ;;
	0) rm -rf "$DIR" ;;
	*) case $status in
		0) [ -t 1 ] || rm -rf "$DIR" ;;
		130 | 143) rm -rf "$DIR" ;; # stopped halfway; what failed by itself is kept
		esac ;;
	esac
	exit $status
}
fail() {
	printf '\n%s%s%s\n' "$bad" "$1" "$off" >&2
	for log in hub $G $A $B2; do
		[ -s "$DIR/$log.log" ] || continue
		printf '\n--- %s.log\n' "$log" >&2
		tail -n 12 "$DIR/$log.log" >&2
	done
	printf '\n%s %s\n' "$(say 'Alles ligt nog in' 'Everything still lies in')" "$DIR" >&2
	exit 1
}
# until_true WHAT COMMAND...: polls for an event; fails with WHAT when it does not come
until_true() {
	what=$1
	shift
	now
	limit=$((NOW + PATIENCE * 100))
	until "$@"; do
		now
		for pid in $watched; do
			kill -0 "$pid" 2>/dev/null ||
				fail "$(say 'De hub of een adapter is gestopt; wachtte op:' 'The hub or an adapter has stopped; waited for:') $what"
		done
		[ $NOW -lt $limit ] || fail "$(say "Niet gebeurd in $PATIENCE seconden:" "Did not happen in $PATIENCE seconds:") $what"
		sleep 0.03
	done
}
ctl() { "$B/ijwctl" "$@"; }
holds() { # FILE PATTERN
	grep -q "$2" "$1" 2>/dev/null
}

trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
umask 077
DIR=$(mktemp -d /tmp/ijw-demo.XXXXXX) || exit 2
export IJW_CONTROL="$DIR/run/control.sock"

make_certificates() {
	"$B/ijwctl" pki demo "$DIR/pki" --hub localhost,127.0.0.1 --party $G:00000001001234567000 \
		--party $A:00000003980012340000 --party $B2:00000003980056780000 >"$DIR/pki.txt" 2>&1 ||
		fail "$(cat "$DIR/pki.txt")"
}
make_party() { # ID NAME OIN CODE [SETTING…]
	cat >"$DIR/parties.d/$1.yaml" <<-END
		party: $1
		name: $2
		certificates:
		  - oin: "$3"
		codes:
		  - code: "$4"
	END
	file=$DIR/parties.d/$1.yaml
	shift 4
	[ $# = 0 ] || printf '%s\n' "$@" >>"$file"
}
make_settings() {
	mkdir "$DIR/parties.d"
	make_party $G "Gemeente Voorbeeld" 00000001001234567000 $G_CODE \
		'rules: enforce' 'retour: hub' 'retour_accept: yes' # the hub answers for the municipality
	make_party $A "Aanbieder A, jeugd-ggz" 00000003980012340000 $A_CODE
	make_party $B2 "Aanbieder B, ambulant" 00000003980056780000 $B_CODE
	cat >"$DIR/ijwd.yaml" <<-END
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
}
start_hub() {
	"$B/ijwd" --config "$DIR/ijwd.yaml" 2>"$DIR/hub.log" &
	HUB=$!
	pids=$HUB watched=$HUB
	until_true "HUB-READY" holds "$DIR/hub.log" HUB-READY
	PORT=$(sed -n 's/.*HUB-READY: listening on port \([0-9]*\).*/\1/p' "$DIR/hub.log")
}
start_adapter() { # ID
	mkdir -p "$DIR/$1"
	cat >"$DIR/$1.yaml" <<-END
		hub: 127.0.0.1:$PORT
		server_name: localhost
		certificate: $DIR/pki/$1.pem
		key: $DIR/pki/$1.key
		ca: $DIR/pki/ca.pem
		folder: $DIR/$1
		language: $L
	END
	"$B/ijw-filedrop" --config "$DIR/$1.yaml" 2>"$DIR/$1.log" &
	pids="$! $pids" watched="$! $watched" # adapters end before the hub
	until_true "$1: FILEDROP-CONNECTED" holds "$DIR/$1.log" FILEDROP-CONNECTED
	event "$1" "$(say 'verbonden, met eigen certificaat' 'connected, with its own certificate')"
}

# ---- steps of the story ----

# drop PARTY FILE <content: puts a file in uit/ in one movement
drop() {
	cat >"$DIR/$1/uit/.$2.tmp" && mv "$DIR/$1/uit/.$2.tmp" "$DIR/$1/uit/$2"
	event "$1" "uit/$2"
}
answered() { # PARTY FILE: the adapter has put the file away after its receipt
	[ -e "$DIR/$1/verzonden/$2" ] || [ -e "$DIR/$1/geweigerd/$2" ]
}
# receipt PARTY FILE: waits for it; ID is its number at the hub, CODE why it was refused
receipt() {
	until_true "$(say 'een ontvangstbewijs voor' 'a receipt for') $2" answered "$1" "$2"
	PLACE=verzonden
	[ -e "$DIR/$1/verzonden/$2" ] || PLACE=geweigerd
	REPORT=$DIR/$1/$PLACE/$2.rapport
	ID=$(sed -n 's/^  "id": "\([0-9]*\)".*/\1/p' "$REPORT.json")
	CODE=$(sed -n 's/^  "code": "\([A-Z0-9]*\)".*/\1/p' "$REPORT.json")
	if [ $PLACE = verzonden ]; then
		event hub "$(say "aanvaard en opgeslagen: nummer $ID" "accepted and stored: number $ID")" "$good"
	else
		[ -n "$CODE" ] || CODE=$(sed -n 's/.*"retourcode": "\([0-9A-Z]*\)".*/\1/p' "$REPORT.json" | head -n 1)
		event hub "$(say "niet doorgelaten, $CODE: nummer $ID" "stopped, $CODE: number $ID")" "$bad"
	fi
}
expect() { # PLACE: where the last file should lie now
	[ "$PLACE" = "$1" ] || fail "$(cat "$REPORT.txt")"
}
arrived() { # PARTY ID
	ARRIVED=
	for f in "$DIR/$1"/in/*_"$2".xml; do
		[ -e "$f" ] && ARRIVED=$f
	done
	[ -n "$ARRIVED" ]
}
waiting() { ctl status --json | grep -q "\"waiting\": $1,"; }
# The hub renews its picture of the connections twice a second: settled SINCE N
# holds once it is newer than SINCE and shows N of them.
settled() {
	ctl status --json >"$DIR/status.json" || return 1
	picture=$(sed -n 's/^    "now": "\(.*\)".*/\1/p' "$DIR/status.json")
	[ "$(printf '%s\n%s\n' "$1" "$picture" | LC_ALL=C sort | head -n 1)" = "$1" ] &&
		[ "$(grep -c '"connection":' "$DIR/status.json")" = "$2" ]
}
utc() { date -u +%Y-%m-%dT%H:%M:%S.%3NZ; }
confirmed() { ctl show "$1" --json 2>/dev/null | grep -q '"confirmed": "'; }
arrives() { # PARTY: the message ID
	until_true "$(say 'de bezorging bij' 'the delivery to') $1" arrived "$1" "$ID"
	event "$1" "in/${ARRIVED##*/}"
	until_true "$(say 'de bevestiging van' 'the confirmation of') $ID" confirmed "$ID"
	event hub "$(say "nummer $ID bevestigd door $1" "number $ID confirmed by $1")"
}
travels() { # FROM FILE TO
	receipt "$1" "$2"
	expect verzonden
	cmp -s "$DIR/$1/verzonden/$2" "$SENT" || fail "$2: verzonden/ differs"
	arrives "$3"
	cmp -s "$ARRIVED" "$SENT" || fail "$2: in/ differs"
}
passes() { # FROM TYPE TO
	SENT=$MESSAGES/$2.xml
	drop "$1" "$2.xml" <"$SENT"
	travels "$1" "$2.xml" "$3"
}

has_answer() { # PARTY TYPE [PATTERN]: an answer of this type is in, with this in it
	ANSWER=
	for f in "$DIR/$1"/in/"$2"_*.xml; do
		[ -e "$f" ] && grep -q "${3:-.}" "$f" && ANSWER=$f
	done
	[ -n "$ANSWER" ]
}
# answers PARTY TYPE [PATTERN]: the return message that the hub made for the municipality
answers() {
	until_true "$2 $(say 'bij' 'at') $1" has_answer "$@"
	event "$1" "in/${ANSWER##*/}"
}

story() {
	chapter '1. De aanbieder vraagt, de gemeente wijst toe (JW315, JW301)' \
		'1. The provider asks, the municipality allocates (JW315, JW301)'
	passes $A JW315 $G
	answers $A JW316
	passes $G JW301 $A

	chapter '2. De aanbieder start, declareert en stopt (JW305, JW323, JW307)' \
		'2. The provider starts, declares and stops (JW305, JW323, JW307)'
	passes $A JW305 $G
	answers $A JW306
	passes $A JW323 $G
	answers $A JW325
	passes $A JW307 $G
	answers $A JW308

	chapter '3. Een stop te veel: de hub kent wat eraan voorafging' '3. A stop too many: the hub knows what went before'
	sed 's/E26060001/E26060002/; s/2026-06-26/2026-06-27/' "$MESSAGES/JW307.xml" >"$DIR/stop.xml"
	drop $A nog-een-stop.xml <"$DIR/stop.xml"
	receipt $A nog-een-stop.xml
	expect geweigerd
	sed -n '/^1\. /,$p' "$REPORT.txt" | wrap | indent
	answers $A JW308 "RetourCode>$CODE<"
	event hub "$(say "het retourbericht heeft code $CODE bij StopProduct" "the return message has code $CODE at StopProduct")"

	chapter '4. Een bericht met drie fouten' '4. A message with three faults'
	sed "s/T26020001/T26020002/; s/>$BSN</>99993008A</; s/Geslacht>2</Geslacht>7</; s/2026-08-31/2027-06-31/" \
		"$MESSAGES/JW301.xml" >"$DIR/fouten.xml"
	drop $G fouten.xml <"$DIR/fouten.xml"
	receipt $G fouten.xml
	expect geweigerd
	event $G "geweigerd/fouten.xml.rapport.txt:"
	echo
	wrap <"$REPORT.txt" | indent
	echo
	secrets=$(cat "$REPORT.txt" "$REPORT.json" "$DIR"/*.log | grep -c -e 99993008 -e "$BSN")
	[ "$secrets" = 0 ] || fail "$(say 'Een BSN staat in een rapport of log.' 'A BSN stands in a report or log.')"
	event hub "$(say 'geen BSN in rapporten en logs (nageteld: 0 keer)' \
		'no BSN in any report or log (counted: 0 times)')" "$good"

	chapter '5. Een toewijzing voor een aanbieder die er niet is' '5. An allocation for a provider that is away'
	sed "s/T26020001/T26020003/; s/$A_CODE/$B_CODE/" "$MESSAGES/JW301.xml" >"$DIR/voor-b.xml"
	SENT=$DIR/voor-b.xml
	drop $G voor-b.xml <"$SENT"
	receipt $G voor-b.xml
	expect verzonden
	FOR_B=$ID
	until_true "1 $(say wacht waiting)" waiting 1
	event hub "$(say 'ijwctl status zegt:' 'ijwctl status says:')"
	ctl status | sed -n '/^delivery:/p; /^bezorging:/p; /^receiver/,/^$/p; /^ontvanger/,/^$/p' | sed '/^$/d' | indent
	event $B2 "$(say 'wordt nu pas aangezet' 'is switched on only now')"
	start_adapter $B2
	ID=$FOR_B
	arrives $B2

	chapter '6. Iemand doet zich voor als een ander' '6. Somebody claims to be somebody else'
	sed 's/S26020001/S26020002/' "$MESSAGES/JW305.xml" >"$DIR/namens-a.xml"
	event $B2 "$(say "stuurt een JW305 met de code van $A" "sends a JW305 with the code of $A")"
	drop $B2 namens-a.xml <"$DIR/namens-a.xml"
	receipt $B2 namens-a.xml
	expect geweigerd
	[ "$CODE" = BRS03 ] || fail "$CODE: expected BRS03"
	sed -n '/^1\. /,$p' "$REPORT.txt" | wrap | indent
	impostor
}

# A raw ZMTP opening (no library would do it) that claims the identity of the
# other provider; the hub answers with the codes of the certificate.
impostor() {
	command -v openssl >/dev/null || return 0
	{
		printf '\377\000\000\000\000\000\000\000\001\177\003\000NULL'
		printf '\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
		printf '\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000\000'
		printf '\000\000\000\000\000\000\000\000\000\000\000\000'
		printf '\004\064\005READY\013Socket-Type\000\000\000\006DEALER\010Identity\000\000\000\013aanbieder-a'
		printf '\001\004IJW1\001\005HELLO\001\004test\000\0011'
	} >"$DIR/zmtp.bin"
	openssl s_client -quiet -connect "127.0.0.1:$PORT" -cert "$DIR/pki/$B2.pem" -key "$DIR/pki/$B2.key" \
		-CAfile "$DIR/pki/ca.pem" <"$DIR/zmtp.bin" >"$DIR/zmtp.out" 2>/dev/null &
	client=$!
	pids="$client $pids"
	event $B2 "$(say "noemt zich in ZeroMQ \"$A\"" "calls itself \"$A\" in ZeroMQ")"
	until_true WELCOME grep -qa '\["' "$DIR/zmtp.out"
	kill "$client" 2>/dev/null
	codes=$(tr -cd '\040-\176' <"$DIR/zmtp.out" | sed -n 's/.*\(\["[0-9",]*\]\).*/\1/p')
	[ "$codes" = "[\"$B_CODE\"]" ] || fail "WELCOME: $codes"
	event hub "$(say "telt niet: het certificaat geldt voor $B_CODE" "in vain: the certificate acts for $B_CODE only")" "$good"
}

ending() {
	until_true "$(say 'drie verbindingen' 'three connections')" settled "$(utc)" 3
	chapter '7. Wat de beheerder ziet: ijwctl status' '7. What the administrator sees: ijwctl status'
	ctl status || fail "ijwctl status"
	printf '\n%sijwctl messages%s\n' "$bold" "$off"
	ctl messages || fail "ijwctl messages"
	region
	page
	chapter 'Klaar.' 'Done.'
	now
	t=$((NOW - START))
	t=$(printf '%d.%d' $((t / 100)) $((t % 100 / 10)))
	say "Dit duurde ${t%.*},${t#*.} seconden; hub en adapters worden nu gestopt." \
		"This took $t seconds; hub and adapters are stopped now."
	echo
	if [ "${KEEP:-}" = 1 ] || { [ -t 1 ] && [ "${KEEP:-}" != 0 ]; }; then
		say "De bestanden, de certificaten en de logs liggen in" "Files, certificates and logs lie in"
		printf '\n  %s\n' "$DIR"
	else
		say 'De bestanden zijn weer weg; KEEP=1 make demo bewaart ze.' 'The files are gone again; KEEP=1 make demo keeps them.'
		echo
	fi
	say 'Zelf proberen: make demo-shell' 'Try it yourself: make demo-shell'
	echo
}

. "$SOURCE/tests/demo/region.sh"
. "$SOURCE/tests/demo/page.sh"

# ---- the shell ----

write_menu() {
	if [ $L = nl ]; then
		cat <<-END
			Dit is een gewone shell, in de map van de proef.  Hub en adapters draaien.
			Elke partij heeft uit/ (versturen), verzonden/, geweigerd/ en in/ (ontvangen).

			Een toewijzing versturen, en zien aankomen:
			  cp berichten/JW301.xml $G/uit/
			  ls $G/verzonden $A/in
			Als aanbieder A starten en declareren:
			  cp berichten/JW305.xml berichten/JW323.xml $A/uit/
			Iets fout doen, en het rapport lezen:
			  sed 's/>2026-/>2026-13-/' berichten/JW307.xml >$A/uit/fout.xml
			  cat $A/geweigerd/fout.xml.rapport.txt
			Hetzelfde bericht nog eens (zelfde ontvangstbewijs), of onder een
			nieuw nummer:
			  sed 's/T26020001/PROEF1/' berichten/JW301.xml >$G/uit/proef1.xml
			Wat de beheerder kan:
			  ijwctl status           ijwctl messages        ijwctl parties
			  ijwctl show 1           ijwctl explain NUMMER  ijwctl help
			  ijwctl pki revoke pki $B2 && ijwctl reload
			  tail hub.log

			menu toont dit weer; exit stopt alles.
		END
	else
		cat <<-END
			This is an ordinary shell, in the folder of the trial.  Hub and adapters run.
			Each party has uit/ (to send), verzonden/ (sent), geweigerd/ (refused) and
			in/ (received).

			Send an allocation, and see it arrive:
			  cp berichten/JW301.xml $G/uit/
			  ls $G/verzonden $A/in
			Start and declare as provider A:
			  cp berichten/JW305.xml berichten/JW323.xml $A/uit/
			Make a mistake, and read the report:
			  sed 's/>2026-/>2026-13-/' berichten/JW307.xml >$A/uit/fout.xml
			  cat $A/geweigerd/fout.xml.rapport.txt
			The same message again (same receipt), or under a new identification:
			  sed 's/T26020001/TRIAL1/' berichten/JW301.xml >$G/uit/trial1.xml
			What the administrator can do:
			  ijwctl status           ijwctl messages        ijwctl parties
			  ijwctl show 1           ijwctl explain NUMBER  ijwctl help
			  ijwctl pki revoke pki $B2 && ijwctl reload
			  tail hub.log

			menu shows this again; exit stops everything.
		END
	fi
}

play() {
	cp -r "$MESSAGES" "$DIR/berichten"
	write_menu >"$DIR/menu.txt"
	cat >"$DIR/.shellrc" <<-END
		PS1='ijwd-demo\$ '
		PATH="$B:\$PATH"
		menu() { cat "$DIR/menu.txt"; }
	END
	until_true "$(say 'drie verbindingen' 'three connections')" settled "$(utc)" 3
	echo
	cat "$DIR/menu.txt"
	cd "$DIR" || exit 1
	unset COLUMNS
	trap '' INT # Ctrl-C is the shell's
	if ! [ -t 0 ]; then # commands from a file
		PATH="$B:$PATH" sh
	elif command -v bash >/dev/null; then
		bash --noprofile --rcfile "$DIR/.shellrc" -i
	else
		ENV="$DIR/.shellrc" sh -i
	fi
	trap 'exit 130' INT
	cd /
	say 'Hub en adapters worden gestopt.' 'Hub and adapters are stopped.'
	echo
	[ "${KEEP:-}" = 1 ] && printf '%s\n' "$DIR" || KEEP=0
}

printf '%s%s%s\n' "$bold" "$(say 'ijwd: een gemeente, twee aanbieders, en de hub ertussen' \
	'ijwd: a municipality, two providers, and the hub between them')" "$off"
echo
make_certificates
event "$(say proef trial)" "$(say 'certificaten gemaakt voor hub en drie partijen' 'certificates made for the hub and three parties')"
make_settings
start_hub
event hub "$(say "luistert op 127.0.0.1:$PORT (mutual TLS)" "listens on 127.0.0.1:$PORT (mutual TLS)")"
start_adapter $G
start_adapter $A
if [ "$SHELL_WANTED" = --shell ]; then
	start_adapter $B2
	play
else
	event $B2 "$(say 'is er nog niet' 'is not there yet')"
	story
	ending
fi
