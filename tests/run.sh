#!/bin/sh
# Runs test programs one after the other and adds up CUnit's summaries.
# usage: tests/run.sh [--check NAME COMMAND]... PROGRAM...
# A check is a command that must exit with 0.  The last line is "N passed, N failed".
passed=0 failed=0 broken=
log=$(mktemp) || exit 2
trap 'rm -f "$log"' EXIT
while [ $# -gt 0 ]; do
	if [ "$1" = --check ]; then
		echo
		echo "== $2"
		if sh -c "$3"; then
			passed=$((passed + 1))
		else
			failed=$((failed + 1)) broken="$broken
  check: $2"
		fi
		shift 3
		continue
	fi
	echo
	echo "== $1"
	"$1" >"$log" 2>&1
	status=$?
	cat "$log"
	# CUnit: "tests <total> <ran> <passed> <failed> <inactive>"
	set -- "$1" "$(awk '$1 == "tests" { p += $4; f += $5 } END { print p + 0, f + 0 }' "$log")" "$@"
	p=${2% *} f=${2#* } name=$1
	shift 3
	passed=$((passed + p)) failed=$((failed + f))
	if [ "$f" -gt 0 ]; then
		broken="$broken
  $name"
	elif [ "$status" != 0 ] || [ "$p" = 0 ]; then
		failed=$((failed + 1)) broken="$broken
  $name (ended with $status)"
	fi
done
echo
[ -n "$broken" ] && echo "Failed:$broken"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
