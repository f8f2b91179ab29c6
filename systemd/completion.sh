#!/bin/sh
# Completion of ijwctl for bash, from what ijwctl says of itself.  usage: completion.sh IJWCTL
help=$(LC_ALL=C "$1" --help) || exit 1
commands=$(printf '%s\n' "$help" | sed -n 's/^  \([a-z-]*\).*/\1/p' | tr '\n' ' ')
cat <<END
# bash completion for ijwctl
_ijwctl() {
	local current=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]} words=
	if [ "\$COMP_CWORD" = 1 ]; then
		COMPREPLY=(\$(compgen -W "$commands help --help --version" -- "\$current"))
		return
	fi
	case \$command in
$(printf '%s\n' "$help" | awk '
	function flush() { if (command != "") printf "\t%s) words=\"%s --control\" ;;\n", command, words }
	/^  [a-z]/ { flush(); command = $1; words = "" }
	/^  [a-z]|^              / {
		line = $0
		while (match(line, /--[a-z-]+/)) {
			words = words (words == "" ? "" : " ") substr(line, RSTART, RLENGTH)
			line = substr(line, RSTART + RLENGTH)
		}
	}
	/^The hub/ { exit }
	END { flush() }')
	esac
	case \$current in
	-*) COMPREPLY=(\$(compgen -W "\$words" -- "\$current")) ;;
	*) COMPREPLY=(\$(compgen -f -- "\$current")) ;;
	esac
}
complete -o filenames -F _ijwctl ijwctl
END
