#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the exec gate adds to an exec: fork, exec, end and wait of a static program, each one timed; with
# pauses, and one after the other. In a VM also with favordynmods, which stays off on a machine in use.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
N=${CGRED_BENCH_CYCLES:-400}
UID_OTHER=$((UID_OURS + 1))
cp "$PROG" "$T/bin/unmatched"
rules_of programs 1
dynmods=off
if [ "${CGRED_VM-}" = 1 ] && [ "${CGRED_BENCH_DYNMODS-}" = 1 ]; then
	mount -o remount,favordynmods "$(hierarchy "$C1")" && dynmods=on
fi

# one NAME UID PROGRAM
one() {
	for pause_us in 0 10000; do
		n=$N
		[ $pause_us = 0 ] || n=$((N / 10))
		"$T/bin/cycle" "$2" "$n" "$pause_us" "$3" | sort -n >"$T/us"
		figure what "$1" pause_us $pause_us favordynmods $dynmods "@$(distribution "$T/us")"
	done
}

# with DAEMON NAME
with() {
	begin "$1"
	one "$2" "$UID_OURS" "$PROG"
	one "$2, unmatched program" "$UID_OURS" "$T/bin/unmatched"
	one "$2, unmatched program and user" "$UID_OTHER" "$T/bin/unmatched"
	finish
}

round() {
	with none "no daemon"
	SYNC=never
	with cgred "event path"
	SYNC=auto
	with cgred "gate"
}

# The gate must not even hear of a program that no rule names.
OPTION=-v
SYNC=auto
begin cgred
"$T/bin/cycle" "$UID_OURS" 10000 0 "$T/bin/unmatched" >"$T/us"
mark_log
finish
figure what "execs held in 10,000 of an unmatched program" held \
	"$(log | sed -n 's/.*ended:.* \([0-9]*\) execs held.*/\1/p' | tail -n 1)"
rounds round 8
