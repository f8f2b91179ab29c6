#!/bin/sh
# No unit may be more exposed than 1.5 (systemd-analyze security), each starts
# what is installed, the catalog knows every event that the code logs and no
# other, and the shell can read the completion.
# usage: sh tests/check-units.sh BUILD
cd "$(dirname "$0")/.." || exit 2
B=$1
[ -x "$B/ijwctl" ] || { echo "usage: sh tests/check-units.sh BUILD (with ijwctl in it)" >&2; exit 2; }
bad=0
scores=
for unit in systemd/*.service; do
	last=$(systemd-analyze security --no-pager --offline=true --threshold=15 "$unit" 2>&1) || bad=1
	last=$(printf '%s\n' "$last" | sed -n 's/.*exposure level for \([^:]*\): \([0-9.]*\).*/\1 \2/p')
	[ -n "$last" ] || { echo "$unit: systemd-analyze gives no score"; bad=1; }
	scores="$scores${scores:+, }$last"
done
[ $bad = 0 ] || { echo "exposed more than 1.5: $scores"; exit 1; }
# What they start is where `make install` puts it.
elsewhere=$(sed -n 's|^Exec[A-Za-z]*=/usr/local/\([a-z]*\)/\([a-z-]*\).*|\1 \2|p' systemd/*.service | sort -u | while read -r place program; do
	grep -q "install -m 755 .*\$B/$program .*\$D/$place/\$" Makefile || echo "$place/$program"
done)
[ -z "$elsewhere" ] || { echo "units start what is not installed there: $elsewhere"; exit 1; }

dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
# Ids stand in a call, in the edge's table of endings, or in a choice between two.
{
	grep -rhoE 'log_(error|warn|info|debug|lines|line)\((LOG_[A-Z]+_, )?"[A-Z][A-Z-]+"' daemon adapters --include='*.c' | grep -oE '"[A-Z-]+"'
	grep -hoE '\{"EDGE-[A-Z-]+"' daemon/wire/ending.c | grep -oE '"[A-Z-]+"'
	grep -rhoE '\? "[A-Z]+-[A-Z-]+" : "[A-Z]+-[A-Z-]+"' daemon adapters --include='*.c' | grep -oE '"[A-Z-]+"'
	grep -rhoE '^	+ *"(FILEDROP|DASH|HUB|KEYS|EDGE|AUDIT|OPEN-ENDS)-[A-Z-]+",' daemon adapters --include='*.c' | grep -oE '"[A-Z-]+"'
} | tr -d '"' | grep -- - | sort -u >"$dir/logged"
printf 'RELOADED\nORDER\nRETENTION\n' | while read -r id; do
	grep -rqF "\"$id\"" daemon && echo "$id"
done >>"$dir/logged"
sort -u -o "$dir/logged" "$dir/logged"
grep -v '^#' docs/events.tsv | cut -f 1 | grep -v '^event$' | sort -u >"$dir/known"
comm -3 "$dir/logged" "$dir/known" >"$dir/differ"
if [ -s "$dir/differ" ]; then
	echo "docs/events.tsv and the code differ (left: only logged, right: only explained):"
	cat "$dir/differ"
	exit 1
fi
awk -F '\t' '!/^#/ && NF != 4 { print "docs/events.tsv:" NR ": expected four columns"; bad = 1 } END { exit bad }' docs/events.tsv || exit 1
for language in en nl; do
	sh systemd/catalog.sh $language <docs/events.tsv >"$dir/catalog"
	[ "$(grep -c '^-- ' "$dir/catalog")" = "$(wc -l <"$dir/known")" ] || { echo "the catalog ($language) lacks events"; exit 1; }
done
sh systemd/completion.sh "$B/ijwctl" >"$dir/completion" && bash -n "$dir/completion" || exit 1
bash -c ". '$dir/completion'; COMP_WORDS=(ijwctl messages --un); COMP_CWORD=2; _ijwctl; printf '%s\n' \"\${COMPREPLY[@]}\"" |
	grep -qx -- --undelivered || { echo "the completion does not complete"; exit 1; }
echo "exposure: $scores; $(wc -l <"$dir/known") events explained in two languages"
