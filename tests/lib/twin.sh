#!/bin/sh
# Makes another release, or another standard, out of ours: nothing but data.
# usage: twin.sh TO STANDARD MAJOR MINOR PREFIX FROM [UNTIL]
#   sh tests/lib/twin.sh /tmp/s/toy-1.0 toy 1 0 TOY 2020-01-01
# Names, namespaces, version numbers and dates are exchanged; what the messages
# hold stays.  Without a folder TO that can be made, the status is not 0.
set -e
to=$1 standard=$2 major=$3 minor=$4 prefix=$5 from=$6 until=$7
low=$(printf '%s' "$prefix" | tr 'A-Z' 'a-z')
mkdir -p "$to"
for f in schemas/ijw-3.2/*.xsd schemas/ijw-3.2/*.tsv schemas/ijw-3.2/manifest.yaml; do
	name=$(basename "$f" | sed "s/^jw\([0-9]\)/$low\1/")
	sed -e "s|istandaarden.nl/ijw/3_2/|example.org/$standard/${major}_${minor}/|g" \
		-e "s|JW\([0-9][0-9][0-9]\)|$prefix\1|g" -e "s|jw\([0-9][0-9][0-9]\)|$low\1|g" \
		-e "/LDT_BerichtVersie\"/,/pattern/s|pattern value=\"3\"|pattern value=\"$major\"|" \
		-e "/LDT_BerichtSubversie\"/,/pattern/s|pattern value=\"2\"|pattern value=\"$minor\"|" \
		-e "s|^standaard: .*|standaard: $standard|" -e "s|^release: .*|release: \"$major.$minor\"|" \
		-e "s|^geldig_vanaf: .*|geldig_vanaf: $from${until:+\ngeldig_tot: $until}|" "$f" >"$to/$name"
done
