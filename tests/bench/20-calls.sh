#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# System calls of the daemon per fork+exec, in a run of their own, as strace counts them.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
need strace
N=300

# count KIND RULES RATE DAEMON
count() {
	begin "$4"
	strace -f -c -o "$T/strace" -p "$DAEMON" 2>"$T/strace.err" &
	tracer=$!
	wait_for 5 grep -q attached "$T/strace.err" || fail "strace: $(cat "$T/strace.err")"
	spawn -t 4 -r "$3" $N >"$T/spawned"
	kill -INT $tracer
	wait $tracer 2>/dev/null || :
	calls=$(awk '$NF == "total" { print $4 }' "$T/strace")
	figure kind "$1" rules "$2" rate "$3" daemon "$4" execs $N calls \
		"$(awk -v calls="$calls" -v n=$N 'BEGIN { printf "%.2f", calls / n }')" \
		list "$(awk -v n=$N '/^ *[0-9.]+ +[0-9.]+ +[0-9]+ +[0-9]+/ && $NF != "total" && $4 >= n / 20 {
			printf "%s%s %.2f", comma, $NF, $4 / n; comma = ", " }' "$T/strace")"
	finish
}

for kind in programs none; do
	rules_of $kind 100
	for daemon in cgred cgrulesengd loop; do
		count $kind 100 0 $daemon
		count $kind 100 200 $daemon
	done
done
rules_of groups 100
for daemon in cgred cgrulesengd; do
	count groups 100 0 $daemon
done
