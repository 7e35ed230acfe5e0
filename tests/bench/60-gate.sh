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
N=${CGRED_BENCH_CYCLES:-$((400 / SCALE))}
N_UNMATCHED=$((10000 / SCALE))
UID_OTHER=$((UID_OURS + 1))
cp "$PROG" "$T/bin/unmatched"
rules_of programs 1
dynmods=off

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

measure() {
	END=$(($(seconds) + ${CGRED_BENCH_PART_S:-$((30 * SCALE))}))
	rounds round 8
}

# Until the next boot. Fails where the kernel has it not.
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

# The gate must not even hear of a program that no rule names.
OPTION=-v
SYNC=auto
begin cgred
"$T/bin/cycle" "$UID_OURS" $N_UNMATCHED 0 "$T/bin/unmatched" >"$T/us"
mark_log
finish
OPTION=
figure what "execs held of an unmatched program" of $N_UNMATCHED held \
	"$(log | sed -n 's/.*ended:.* \([0-9]*\) execs held.*/\1/p' | tail -n 1)"
measure
[ "${CGRED_VM-}" != 1 ] || ! favor_dynmods || measure
