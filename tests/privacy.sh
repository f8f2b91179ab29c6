#!/bin/sh
# Nothing that a run leaves behind besides the messages themselves may name a
# client.  usage: sh tests/privacy.sh DIR [FILE…]
#
# Looked through are the names of all files below DIR, its logs (*.log, *.jsonl),
# metrics (*.prom) and core dumps, and the FILEs.  Looked for are the BSN, name,
# address and telephone values of all messages in DIR and in tests/messages, and
# anything of the range of fictitious BSNs (9999xxxxx) with the right check digit;
# other numbers of nine digits may be ToewijzingNummers.
dir=$1
[ -d "$dir" ] || { echo "usage: sh tests/privacy.sh DIR [FILE...]" >&2; exit 2; }
shift
here=$(dirname "$0")
values=$(mktemp) && places=$(mktemp) || exit 2
trap 'rm -f "$values" "$places"' EXIT

find "$dir" "$here/messages" -name '*.xml' -exec grep -hoE \
	'<([a-z0-9]+:)?(Bsn|Achternaam|Voornamen|Straatnaam|Plaatsnaam|Postcode|Telefoonnummer|Emailadres)>[^<]{4,}<' {} + 2>/dev/null |
	sed 's/^<[^>]*>//; s/<$//' | sort -u >"$values"
[ -s "$values" ] || { echo "privacy.sh finds no personal values to look for" >&2; exit 2; }

find "$dir" \( -name '*.log' -o -name '*.jsonl' -o -name '*.prom' -o -name 'core' -o -name 'core.*' \) -type f >"$places"
for file; do echo "$file" >>"$places"; done
found=0
# In text as whole words; in a core dump wherever they stand.
while read -r file; do
	grep -aHnwF -f "$values" "$file" && found=1
	grep -aoE '(^|[^0-9A-Za-z.-])9999[0-9]{5}($|[^0-9A-Za-z.-])' "$file" | tr -cd '0-9\n' | awk -v file="$file" '
		{ s = 0; for (i = 1; i <= 9; i++) s += substr($0, i, 1) * (i < 9 ? 10 - i : -1)
			if (s % 11 == 0 && $0 + 0 > 0) { print file ": a BSN: " $0; bad = 1 } }
		END { exit bad }' || found=1
done <"$places"
find "$dir" -printf '%f\n' | grep -F -f "$values" && found=1
[ $found = 0 ] || echo "personal data stands where it may not (above)"
exit $found
