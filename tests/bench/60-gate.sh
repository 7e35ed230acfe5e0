#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the exec gate adds to an exec: fork, exec, end and wait of a static program, each one timed; with
# pauses, and one after the other. In a VM also with favordynmods, which stays off on a machine in use.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
N=${CGRED_BENCH_CYCLES:-3000}
cp "$PROG" "$T/bin/unmatched"
rules_of programs 1
dynmods=off
if [ "${CGRED_VM-}" = 1 ] && [ "${CGRED_BENCH_DYNMODS-}" = 1 ]; then
	mount -o remount,favordynmods "$(hierarchy "$C1")" && dynmods=on
fi

# one NAME DAEMON PROGRAM
one() {
	begin "$2"
	for pause_us in 0 20000; do
		n=$N
		[ $pause_us = 0 ] || n=$((N / 20))
		"$T/bin/cycle" "$UID_OURS" "$n" "$pause_us" "$3" | sort -n >"$T/us"
		figure what "$1" pause_us $pause_us favordynmods $dynmods "@$(distribution "$T/us")"
	done
	finish
}

for _ in 1 2; do
	SYNC=never
	one "no daemon" none "$PROG"
	one "event path" cgred "$PROG"
	one "event path, unmatched program" cgred "$T/bin/unmatched"
	SYNC=auto
	one "gate" cgred "$PROG"
	one "gate, unmatched program" cgred "$T/bin/unmatched"
done

# The gate must not even hear of a program that no rule names.
VERBOSE=-v
begin cgred
"$T/bin/cycle" "$UID_OURS" 10000 0 "$T/bin/unmatched" >"$T/us"
mark_log
finish
figure what "execs held in 10,000 of an unmatched program" held \
	"$(log | sed -n 's/.*ended:.* \([0-9]*\) execs held.*/\1/p' | tail -n 1)"
