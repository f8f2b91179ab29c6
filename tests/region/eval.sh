#!/bin/sh
# How far is each reading from the truth?  Simulates regions, gives each to a
# hub as its history, asks for open ends and flows as of a day in the middle of
# the stream, and compares with what the simulator knows.
# usage: sh tests/region/eval.sh BUILD [MIXES [SEEDS [CLIENTS [DAY]]]]
#
# The seeds used here by default are for looking only: nothing was ever tuned
# on them.  KEEP=DIR keeps regions and reports there.
cd "$(dirname "$0")/../.." || exit 2
B=$1
[ -x "$B/ijwctl" ] || { echo "usage: sh tests/region/eval.sh BUILD [MIXES [SEEDS [CLIENTS [DAY]]]]" >&2; exit 2; }
MIXES=${2:-"zoals-2020 ernstig"} SEEDS=${3:-"101 102"} CLIENTS=${4:-8000} DAY=${5:-2025-03-15}
export IJW_SCHEMAS="${IJW_SCHEMAS:-$PWD/schemas}"
dir=${KEEP:-$(mktemp -d)} || exit 2
[ -n "$KEEP" ] || trap 'rm -rf "$dir"' EXIT
status=0
for mix in $MIXES; do
	for seed in $SEEDS; do
		at=$dir/$mix-$seed
		mkdir -p "$at" || exit 2
		printf '\n== %s, seed %s, %s clients, as of %s ==\n' "$mix" "$seed" "$CLIENTS" "$DAY"
		[ -d "$at/region" ] ||
			"$B/ijwctl" simulate "$at/region" --seed "$seed" --clients "$CLIENTS" --faults "tests/region/$mix.tsv" >"$at/simulate.txt" ||
			{ cat "$at/simulate.txt"; status=1; continue; }
		[ -f "$at/hub.db" ] ||
			"$B/ijwctl" ingest "$at/region" --store "$at/hub.db" >"$at/ingest.txt" 2>&1 ||
			{ cat "$at/ingest.txt"; status=1; continue; }
		tail -1 "$at/ingest.txt"
		"$B/ijwctl" open-ends --store "$at/hub.db" --at "$DAY" --format=tsv >"$at/open-ends.tsv" &&
			"$B/ijwctl" flows --store "$at/hub.db" --at "$DAY" --format=tsv >"$at/flows.tsv" &&
			python3 tests/region/evaluate.py "$at/region" "$at/open-ends.tsv" "$at/flows.tsv" "$DAY" || status=1
	done
done
exit $status
