#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the exec gate adds to an exec: fork, exec, end and wait of a static program, each one timed; with
# pauses, and one after the other. In a VM (tests/vm/run KERNEL v2 tests/bench/60-gate.sh) also with favordynmods,
# which stays off on a machine in use.
#
# needs: program:unshare
# timeout: 1800
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
N=${CGRED_BENCH_CYCLES:-$((3000 / SCALE))}
cp "$PROG" "$T/bin/unmatched"
rules_of programs 1
dynmods=off

# one NAME DAEMON PROGRAM
one() {
	begin "$2"
	for pause_us in 0 20000; do
		n=$N
		[ $pause_us = 0 ] || n=$((N / 10))
		"$T/bin/cycle" "$UID_OURS" "$n" "$pause_us" "$3" | sort -n >"$T/us"
		figure what "$1" pause_us $pause_us favordynmods $dynmods "@$(distribution "$T/us")"
	done
	finish
}

# Emulated, by a clock of instructions, one round is like the other.
rounds="1 2"
[ "${CGRED_VM-}" != 1 ] || rounds=1
measure() {
	for _ in $rounds; do
		SYNC=never
		one "no daemon" none "$PROG"
		one "event path" cgred "$PROG"
		one "event path, unmatched program" cgred "$T/bin/unmatched"
		SYNC=auto
		one "gate" cgred "$PROG"
		one "gate, unmatched program" cgred "$T/bin/unmatched"
	done
}

# Until the next boot.
favor_dynmods() {
	grep -qx favordynmods /sys/kernel/cgroup/features 2>/dev/null || return
	OPTION=--favordynmods
	begin cgred
	finish
	OPTION=
	grep -q '^[^ ]* [^ ]* cgroup2\{0,1\} .*favordynmods' /proc/self/mounts ||
		fail "favordynmods was not set: $(tail -n 3 "$LOG")"
	dynmods=on
}

measure
[ "${CGRED_VM-}" != 1 ] || ! favor_dynmods || measure

# The gate must not even hear of a program that no rule names.
OPTION=-v
begin cgred
"$T/bin/cycle" "$UID_OURS" $((10000 / SCALE)) 0 "$T/bin/unmatched" >"$T/us"
mark_log
finish
figure what "execs held of an unmatched program" of $((10000 / SCALE)) held \
	"$(log | sed -n 's/.*ended:.* \([0-9]*\) execs held.*/\1/p' | tail -n 1)"
