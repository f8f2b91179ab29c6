# The third act of the demo: the administrators' page, over a region of today.
# Read by demo.sh, whose words (say, chapter, event, ctl, fail, until_true,
# make_party, start_hub, start_adapter, end_all) it uses.
PAGE_PASSWORD=een-heel-lang-wachtwoord

# A party of its own for each code of the region: nobody connects for them, but the page knows their names.
region_parties() {
	n=0
	awk -F'\t' 'NR > 1 { print $2; print $3 }' "$DIR/heden/waarheid.tsv" | sort -u | while read -r code; do
		n=$((n + 1))
		case ${#code} in 4) kind=gemeente name="Gemeente $code" ;; *) kind=aanbieder name="Zorgaanbieder $code" ;; esac
		[ "$code" = $G_CODE ] || make_party "$kind-$code" "$name" "$(printf '0000000700%010d' $n)" "$code"
	done
}

# What came in today: some right, some wrong.
today() {
	for n in 1 2 3; do
		sed "s/T26020001/T26020${n}01/" "$MESSAGES/JW301.xml" | drop $G "toewijzing$n.xml"
		until_true "toewijzing$n" answered $G "toewijzing$n.xml"
	done
	for n in 1 2 3 4; do # a stop for which there was no start
		sed "s/E26060001/E2606000$n/" "$MESSAGES/JW307.xml" | drop $A "stop$n.xml"
		until_true "stop$n" answered $A "stop$n.xml"
	done
	for n in 1 2; do # an element that the schema does not have so
		sed "s/S26020001/S2602010$n/; s/>2026-/>2026-13-/" "$MESSAGES/JW305.xml" | drop $A "start$n.xml"
		until_true "start$n" answered $A "start$n.xml"
	done
}

# The page's own first answer, as an administrator's browser would ask it.
first_look() {
	python3 - "$1" "$PAGE_PASSWORD" $L <<'END'
import http.cookiejar, json, ssl, sys, urllib.request
address, password, language = sys.argv[1:]
context = ssl._create_unverified_context()  # the demo's own authority
opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context),
                                     urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
body = json.dumps({"user": "beheerder", "password": password}).encode()
opener.open(urllib.request.Request(address + "/api/login", body, {"Content-Type": "application/json", "Origin": address}))
overview = json.load(opener.open(address + "/api/overview"))
for row in overview["attention"][:6]:
    print("  * " + row["title_" + language])
    print("      " + row["text_" + language])
END
}

page() {
	chapter 'Derde bedrijf: de pagina van de beheerder' 'Third act: the administrator'"'"'s page'
	[ -f "$PAGE/index.html" ] || fail "$PAGE/index.html: make page"
	end_all
	say 'Dezelfde soort streek, maar nu tot en met gisteren, en vandaag komen er berichten bij.' \
		'The same kind of region, but up to yesterday, and today messages come in.'
	echo
	ctl simulate "$DIR/heden" --seed 11 --clients 500 --gemeenten 4 --from "$(date -d '3 years ago' +%F)" --until "$(date -d yesterday +%F)" \
		--faults "$SOURCE/tests/region/zoals-2020.tsv" --set retour=1 >"$DIR/heden.txt" 2>&1 || fail "$(cat "$DIR/heden.txt")"
	rm -f "$DIR"/ijwd.db*
	rm -rf "${DIR:?}/$G" "${DIR:?}/$A"
	region_parties
	ctl ingest "$DIR/heden" --config "$DIR/ijwd.yaml" >"$DIR/heden-ingest.txt" 2>&1 || fail "$(cat "$DIR/heden-ingest.txt")"
	start_hub
	start_adapter $G
	start_adapter $A
	today
	printf '%s\n' $PAGE_PASSWORD | "$B/ijw-dashboard" user add beheerder --role beheerder --name "$(say Beheerder Administrator)" --users "$DIR/users.yaml" >/dev/null &&
		printf '%s\n' $PAGE_PASSWORD | "$B/ijw-dashboard" user add aanbieder-a --role partij --code $A_CODE --name "Aanbieder A" --users "$DIR/users.yaml" >/dev/null ||
		fail "ijw-dashboard user add"
	mkdir -p "$DIR/page"
	PAGE_PORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	cat >"$DIR/dashboard.yaml" <<-END
		listen: "127.0.0.1:$PAGE_PORT"
		certificate: pki/hub.pem
		key: pki/hub.key
		users: users.yaml
		hub: ijwd.yaml
		page: $PAGE
		state: page
		metrics_listen: ""
		alert_mail: ""
		hub_name: Proefstreek
		language: $L
	END
	"$B/ijw-dashboard" --config "$DIR/dashboard.yaml" 2>"$DIR/dashboard.log" &
	pids="$! $pids" watched="$! $watched"
	until_true "DASH-READY" holds "$DIR/dashboard.log" DASH-READY
	event "$(say pagina page)" "https://127.0.0.1:$PAGE_PORT/"
	printf '\n%s\n' "$(say 'Wat bovenaan staat:' 'What stands at the top:')"
	first_look "https://127.0.0.1:$PAGE_PORT" >"$DIR/first.txt" 2>&1 || fail "$(cat "$DIR/first.txt")"
	wrap <"$DIR/first.txt"
	[ "${OPEN:-}" = 1 ] || {
		printf '\n%s\n' "$(say 'make demo KEEP=1 laat de pagina open staan.' 'make demo KEEP=1 leaves the page open.')"
		return
	}
	printf '\n%s  https://127.0.0.1:%s/%s\n' "$bold" "$PAGE_PORT" "$off"
	say "  gebruiker beheerder, of aanbieder-a (ziet alleen zichzelf); wachtwoord $PAGE_PASSWORD" \
		"  user beheerder, or aanbieder-a (sees only itself); password $PAGE_PASSWORD"
	printf '\n  %s\n' "$(say 'Het certificaat is van de proef zelf: de browser waarschuwt. Enter of Ctrl-C stopt alles.' \
		'The certificate is the trial'"'"'s own: the browser warns. Enter or Ctrl-C stops everything.')"
	if [ -t 0 ]; then read -r answer; else while kill -0 "$HUB" 2>/dev/null; do sleep 1; done; fi
}
