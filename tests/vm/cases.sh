# shellcheck shell=bash disable=SC2154  # common.sh, and the script that sources this, set the rest
# SPDX-License-Identifier: LGPL-2.1-or-later
# Which cases there are, which of them belong to $kernel and $mode, and what was said of each. Sourced after
# common.sh by run and full. A case is known by its number in names, paths (here) and places (in the VM).

default_timeout=120

names=()
paths=()
places=()
add_case() {
	local name
	name=$(basename "$1" .sh)
	names+=("$name")
	paths+=("$1")
	case $(realpath "$1") in
	"$top"/tests/*) places+=("/cgred/${1#"$top"/}") ;;
	*) places+=("/cgred/tests/vm/cases/$(basename "$1")") ;;
	esac
}

# Of a name or path; the directories are case_dirs.
find_case() {
	local try
	for try in "$1" "${case_dirs[@]/%//$1}"; do
		[ -f "$try" ] || try=$try.sh
		[ ! -f "$try" ] || { realpath "$try"; return; }
	done
	die "no case $1, nor in ${case_dirs[*]}"
}

# All of a directory: where they need not be for VMs, those that say "# vm: yes".
add_cases_of() {
	local f
	for f in "$1"/[0-9]*.sh; do
		[ -f "$f" ] || continue
		case $1 in
		"$top/tests/system" | "$top/tests/reliability" | "$top/tests/gate") [ "$(header vm "$f")" = yes ] || continue ;;
		esac
		add_case "$f"
	done
}

# Those that say "# last: yes" leave the machine as no other case wants it.
move_last() {
	local i all=("${paths[@]}") last=()

	names=() paths=() places=()
	for i in "${all[@]}"; do
		if [ "$(header last "$i")" = yes ]; then
			last+=("$i")
		else
			add_case "$i"
		fi
	done
	for i in "${last[@]}"; do
		add_case "$i"
	done
}

# Those that are named ("reliability", "gate": all of this folder of tests), or all of case_dirs.
choose_cases() {
	choose_unsorted "$@"
	move_last
}

choose_unsorted() {
	local f dir
	for f; do
		if [ "$f" = reliability ] || [ "$f" = gate ]; then
			add_cases_of "$top/tests/$f"
		else
			f=$(find_case "$f")
			add_case "$f"
		fi
	done
	[ $# = 0 ] || return 0
	for dir in "${case_dirs[@]}"; do
		add_cases_of "$dir"
	done
	[ ${#names[@]} -gt 0 ] || die "no cases"
}

# Why case number $1 does not belong to this kernel, mode and init, or nothing.
not_for_us() {
	local key want
	for key in modes=$mode kernels=$kernel inits=${init:-none}; do
		want=$(header "${key%=*}" "${paths[$1]}")
		case " $want " in
		"  "|*" ${key#*=} "*) ;;
		*) echo "only for ${key%=*}: $want"; return ;;
		esac
	done
}

# Is case number $1 for another kernel, mode or init? Then that is its verdict; with --fitting it is only counted.
is_for_others() {
	local reason
	reason=$(not_for_us "$1")
	[ -n "$reason" ] || return
	if [ "$fitting" ]; then
		others=$((others + 1))
	else
		verdict "$1" skip - "$reason"
	fi
}

# Seconds; all limits follow $CGRED_SCALE as the deadlines within the cases do.
scaled() { echo $(($1 * ${CGRED_SCALE:-5} / 5)); }

limit_of() {
	local limit
	limit=$(header timeout "${paths[$1]}")
	limit=$(scaled "${limit:-$default_timeout}")
	echo $((limit > ${CGRED_VM_LIMIT:-0} ? limit : CGRED_VM_LIMIT))
}

failed=0
passed=0
skipped=0
others=0

# On the terminal and, separated by tabs, in $results. Usage: verdict NUMBER VERDICT SECONDS REASON [FILE-WITH-OUTPUT]
verdict() {
	local name=${names[$1]} machine=$kernel${init:+/$init}
	case $2 in
	ok) passed=$((passed + 1)) ;;
	skip) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	printf '%s: %s %s: %s (%s s)%s\n' "$2" "$machine" "$mode" "$name" "$3" "${4:+: $4}"
	[ -z "${5:-}" ] || sed 's/^/    /' "$5"
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$machine" "$mode" "$name" "$2" "$3" "$4" >> "$results"
}

# The last line, and the exit status. Usage: summary WHERE
summary() {
	echo "$1: $passed passed, $failed failed, $skipped skipped${fitting:+, $others are for others}"
	[ "$failed" = 0 ] || exit 1
	[ $((passed + skipped)) -gt 0 ] || exit 77
}
