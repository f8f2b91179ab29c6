#!/bin/sh
# What the documents say of names must be what the programs know.
# usage: sh tests/check-docs.sh BUILD    (BUILD has ijwd and ijwctl)
cd "$(dirname "$0")/.." || exit 2
B=$1
[ -x "$B/ijwd" ] && [ -x "$B/ijwctl" ] || { echo "usage: sh tests/check-docs.sh BUILD (with ijwd and ijwctl in it)" >&2; exit 2; }
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
problems=$dir/problems
: >"$problems"
problem() { echo "$*" >>"$problems"; }

# names WHERE WHAT FILE...: each word of stdin must stand in one of the files as a whole word
names() {
	where=$1 what=$2 n=0
	shift 2
	while read -r name; do
		n=$((n + 1))
		grep -qE -- "(^|[^A-Za-z0-9_])$name([^A-Za-z0-9_-]|\$)" "$@" ||
			problem "$where does not mention $what $name"
	done
	# A pattern that finds nothing any more would make this check worthless.
	[ $n -gt 0 ] || problem "tests/check-docs.sh finds no $what in the sources"
}

# ---- the protocol ----
sed -n 's/^	\[VERB_[A-Z]*\] *= {"\([A-Z]*\)".*/\1/p' daemon/wire/protocol.c |
	names docs/protocol.md verb docs/protocol.md
sed -n 's/^#define IJW_ERR_[A-Z]* "\([a-z-]*\)".*/\1/p' daemon/wire/protocol.h |
	names docs/protocol.md 'error code' docs/protocol.md
sed -n 's/^	\[VERDICT_[A-Z]*\] *= "\([a-z]*\)".*/\1/p' daemon/wire/protocol.c |
	names docs/protocol.md verdict docs/protocol.md
grep -hoE '"(BRS|IB)[0-9]+"' daemon/care/*.c | tr -d '"' | sort -u |
	names docs/protocol.md 'delivery code' docs/protocol.md
if command -v python3 >/dev/null; then
	sed -n '/^```python$/,/^```$/p' docs/protocol.md | sed '/^```/d' >"$dir/client.py"
	[ -s "$dir/client.py" ] && python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$dir/client.py" ||
		problem "the Python client in docs/protocol.md does not parse"
fi

# ---- settings ----
sed -n 's/^	CYAML_FIELD_[A-Z_]*("\([a-z0-9_]*\)".*/\1/p' daemon/config.c | sort -u >"$dir/keys"
names 'config/ijwd.yaml or parties.d' key config/ijwd.yaml config/parties.d/*.yaml <"$dir/keys"
names docs/man/ijwd.yaml.5 key docs/man/ijwd.yaml.5 <"$dir/keys"
# {"recheck_s", IN_HUB, offsetof(…), 30, 1, 3600, "seconds"}: the default and the bounds
sed -n 's/^	{"\([a-z_]*\)", *IN_[A-Z]*, offsetof([^)]*), \([0-9]*\), \([0-9]*\), \([0-9]*\), .*/\1 \2 \3 \4/p' daemon/config.c >"$dir/numbers"
[ -s "$dir/numbers" ] || problem "tests/check-docs.sh finds no numbers in daemon/config.c"
while read -r key preset least most; do
	grep -qE "^# +$key: $preset\$|^# +$key: $preset " config/ijwd.yaml ||
		problem "config/ijwd.yaml: the default of $key is $preset"
	grep -B4 -E "^# +$key:" config/ijwd.yaml | grep -q "$least to $most" ||
		problem "config/ijwd.yaml: the bounds of $key are $least to $most"
	grep -A4 "^\.It Li $key\$" docs/man/ijwd.yaml.5 | tr '\n' ' ' | grep -qE "$least to $most.*[^0-9]$preset[^0-9]|$preset .default.*|$least to $most; $least .default." ||
		problem "docs/man/ijwd.yaml.5: $key is $preset by default, $least to $most"
done <"$dir/numbers"

# ---- commands ----
sed -n 's/^	{"\([a-z]*\)", *ctl_.*/\1/p' daemon/ctl/main.c | names docs/man/ijwctl.1 command docs/man/ijwctl.1
sed -n 's/^	{"\([a-z]*\)", [a-z_]*},$/\1/p' daemon/ctl/pki.c | names docs/man/ijwctl.1 'pki command' docs/man/ijwctl.1
grep -hoE '\{"[a-z-]+", (required_argument|no_argument)' daemon/ctl/*.c | cut -d'"' -f2 | sort -u |
	names docs/man/ijwctl.1 option docs/man/ijwctl.1
grep -hoE '\{"[a-z-]+", (required_argument|no_argument)' daemon/main.c | cut -d'"' -f2 |
	names docs/man/ijwd.8 option docs/man/ijwd.8
grep -hoE '\{"[a-z-]+", (required_argument|no_argument)' adapters/filedrop/config.c | cut -d'"' -f2 |
	grep -vxE 'help|version' | names docs/man/ijw-filedrop.1 option docs/man/ijw-filedrop.1
grep -hoE '\{"[a-z-]+", (required_argument|no_argument)' adapters/dashboard/main.c adapters/dashboard/user_cmd.c | cut -d'"' -f2 |
	grep -vx help | sort -u | names docs/man/ijw-dashboard.1 option docs/man/ijw-dashboard.1
sed -n 's/^	TEXT(\([a-z_]*\),.*/\1/p; s/^	CYAML_FIELD_[A-Z_]*("\([a-z_]*\)".*/\1/p' adapters/dashboard/settings.c | sort -u |
	names config/dashboard.yaml key config/dashboard.yaml
# {"idle_minutes", offsetof(…), 30, 1, 720, "minutes"}: the default and the bounds
sed -n 's/^	{"\([a-z_]*\)", *offsetof([^)]*), \([0-9]*\), \([0-9]*\), \([0-9]*\), .*/\1 \2 \3 \4/p' adapters/dashboard/settings.c >"$dir/numbers"
[ -s "$dir/numbers" ] || problem "tests/check-docs.sh finds no numbers in adapters/dashboard/settings.c"
while read -r key preset least most; do
	grep -qx "# $key: $preset" config/dashboard.yaml && grep -B4 "^# $key:" config/dashboard.yaml | grep -q "$least to $most" ||
		problem "config/dashboard.yaml: $key is $preset by default, $least to $most"
done <"$dir/numbers"

# ---- the example settings, as they are and with every default written out ----
cp -r config "$dir/config"
"$B/ijwctl" pki demo "$dir/config/tls" >/dev/null || problem "ijwctl pki demo fails"
for variant in as-shipped all-keys; do
	sed "s|^schemas:.*|schemas: $PWD/schemas|" config/ijwd.yaml >"$dir/config/ijwd.yaml"
	[ $variant = as-shipped ] ||
		sed -i -E "s/^# (($(paste -sd '|' "$dir/keys")):( |\$))/\1/; s/^#   ((- )?[a-z_]+: [^ ])/  \1/; s/^#     ([a-z_]+: )/    \1/" "$dir/config/ijwd.yaml"
	"$B/ijwd" --check-config --config "$dir/config/ijwd.yaml" >"$dir/out" 2>&1 ||
		problem "config/ijwd.yaml ($variant): $(cat "$dir/out")"
done

# ---- manual pages, scripts, leftovers ----
if command -v man >/dev/null && command -v groff >/dev/null; then
	for page in docs/man/*; do
		LC_ALL=C.UTF-8 man --warnings -l "$page" 2>"$dir/out" >/dev/null
		[ ! -s "$dir/out" ] || problem "$page: $(head -n 1 "$dir/out")"
	done
fi
git ls-files -co --exclude-standard 2>/dev/null >"$dir/files"
[ -s "$dir/files" ] || find . -type f ! -path './build*' ! -path './.git/*' >"$dir/files"
while read -r file; do
	[ -f "$file" ] || continue
	read -r first <"$file" 2>/dev/null || first=
	case $file:$first in
	*.sh:* | *:'#!/bin/sh'*) sh -n "$file" 2>"$dir/out" || problem "$file: $(cat "$dir/out")" ;;
	esac
done <"$dir/files"
tr '\n' '\0' <"$dir/files" | xargs -0 grep -InwE 'TO''DO|FIX''ME|XX''X' >"$dir/out" 2>/dev/null
tr '\n' '\0' <"$dir/files" | xargs -0 grep -InE "(^|[^A-Za-z0-9._])/(ho""me|wo""rk|ro""ot|Us""ers)/" >>"$dir/out" 2>/dev/null
while read -r line; do
	problem "left behind: $line"
done <"$dir/out"

if [ -s "$problems" ]; then
	cat "$problems"
	exit 1
fi
echo "documents, example settings and manual pages name what the programs know"
