# The second act of the demo: a region in miniature, four years of messages,
# and what can be known of its missing ends.  Read by demo.sh, whose words
# (say, chapter, event, ctl, fail, indent) it uses.
REGION_DAY=2025-09-15 REGION_YEAR=2024

# What really happened, from the file that only the simulator could write.
true_flows() {
	awk -F'\t' -v y=$REGION_YEAR 'NR > 1 { if (substr($5, 1, 4) == y) i++; if (substr($6, 1, 4) == y) u++ }
		END { printf "%d %d %.1f\n", i, u, 100 * (u - i) / i }' "$DIR/streek/waarheid.tsv"
}

# The lesson: three readings of one year, and the truth.
lesson() {
	ctl flows --store "$DIR/streek.db" --at $REGION_DAY --by gemeente --period year --format=tsv >"$DIR/gemeenten.tsv" &&
		ctl flows --store "$DIR/streek.db" --at $REGION_DAY --period year --format=tsv >"$DIR/stromen.tsv" ||
		fail "ijwctl flows"
	printf '\n    %-18s %8s %8s %10s\n' "$(say "heel $REGION_YEAR" "all of $REGION_YEAR")" "$(say in in)" "$(say uit out)" "$(say 'balans %' 'balance %')"
	for row in "geregistreerd:$(say geregistreerd registered)" "cbs:$(say 'regel van CBS' 'rule of CBS')" "geschat:$(say geschat estimated)"; do
		awk -F'\t' -v y=$REGION_YEAR -v l="${row%%:*}" -v naam="${row#*:}" '$1 == "*" && $2 == y && $3 == l {
			printf "    %-18s %8.0f %8.0f %10.1f", naam, $4, $5, $7
			if ($8 != $9) printf "   (%.1f … %.1f)", $8, $9
			print "" }' "$DIR/stromen.tsv"
	done
	set -- $(true_flows)
	printf '    %s%-18s %8d %8d %10.1f%s\n' "$bold" "$(say 'in werkelijkheid' 'in truth')" "$1" "$2" "$3" "$off"
}

region() {
	export IJW_SCHEMAS="$SOURCE/schemas"
	chapter 'Tweede bedrijf: een streek in het klein' 'Second act: a region in miniature'
	say 'Vijf gemeenten, 800 jeugdigen, vier jaar berichten; stopberichten blijven vaak uit.' \
		'Five municipalities, 800 young people, four years of messages; stop messages are often not sent.'
	echo
	ctl simulate "$DIR/streek" --seed 7 --clients 800 --gemeenten 5 --faults "$SOURCE/tests/region/ernstig.tsv" >"$DIR/streek.txt" 2>&1 ||
		fail "$(cat "$DIR/streek.txt")"
	event "$(say streek region)" "$(head -1 "$DIR/streek.txt" | sed "s/messages/$(say berichten messages)/")"
	ctl ingest "$DIR/streek" --store "$DIR/streek.db" >"$DIR/ingest.txt" 2>&1 || fail "$(cat "$DIR/ingest.txt")"
	event hub "$(say 'kent nu hun geschiedenis: ijwctl ingest' 'knows their history now: ijwctl ingest')"
	printf '\n%sijwctl open-ends --strength certain --summary%s   %s\n' "$bold" "$off" "$(say "(op $REGION_DAY)" "(on $REGION_DAY)")"
	ctl open-ends --store "$DIR/streek.db" --at $REGION_DAY --strength certain --summary >"$DIR/samenvatting.txt" || fail "ijwctl open-ends"
	{ head -1 "$DIR/samenvatting.txt"; sed 1d "$DIR/samenvatting.txt" | sort -k2,2nr | head -5; }
	printf '\n%sijwctl open-ends%s   %s\n' "$bold" "$off" "$(say 'een van die einden, met de reden:' 'one of those ends, with the reason:')"
	ctl open-ends --store "$DIR/streek.db" --at $REGION_DAY --strength certain --format=tsv |
		awk -F'\t' '$5 == "C1" && $15 ~ /zonder|without/ { printf "%s: %s, %s %s (%s … %s)\n  %s\n  %s\n", $3, $5, "±", $7, $8, $9, $15, $11; exit }' | wrap | indent
	chapter "Wat dat doet met de cijfers van $REGION_YEAR" "What that does to the figures of $REGION_YEAR"
	lesson
	ctl flows --store "$DIR/streek.db" --at $REGION_DAY --plot "$DIR/stromen.svg" || fail "ijwctl flows --plot"
	echo
	say 'Wie alleen telt wat gestopt is, ziet de uitstroom te laag en stuurt op een gat dat er niet is.' \
		'Who counts only what was stopped sees too little outflow, and steers on a gap that is not there.'
	echo
	if [ "${KEEP:-}" = 1 ] || { [ -t 1 ] && [ "${KEEP:-}" != 0 ]; }; then
		printf '%s %s\n' "$(say 'De grafiek:' 'The chart:')" "$DIR/stromen.svg"
	fi
}
