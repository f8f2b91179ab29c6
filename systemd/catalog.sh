#!/bin/sh
# The journal's catalog in one language, from docs/events.tsv on standard input:
# what `journalctl -x` shows below an event.  usage: catalog.sh en|nl <events.tsv
# An event's id there is what base/log.c makes of its name.
column=3
[ "$1" = nl ] && column=4
grep -v '^#' | while IFS='	' read -r event program en nl; do
	[ -n "$event" ] && [ "$event" != event ] || continue
	id=$(printf 'ijwd %s' "$event" | sha256sum | cut -c 1-32)
	[ $column = 3 ] && text=$en || text=$nl
	printf -- '-- %s\nSubject: %s\nDefined-By: %s\nDocumentation: man:ijwd(8)\n\n%s\n\n' "$id" "$event" "$program" "$text"
done
