#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From exec to placed, by the kernel's own time stamps: on an idle machine, and with both CPUs busy. In two parts:
# until the daemon asks for the move, which is its own work, and until the kernel has carried it out.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
cp "$HELPERS/busy" "$T/bin/"
rules_of programs 1

# one LOAD RATE EXECS DAEMON
one() {
	begin "$4"
	spawn -t 1 64 >"$T/spawned"
	if [ "$1" = busy ]; then
		start "$T/bin/busy" "$(grep -c '^processor' /proc/cpuinfo)" 60
		busy=$PID
	fi
	trace_begin
	spawn -t 6 -w 128 -r "$2" "$3" >"$T/spawned"
	quiet >/dev/null
	trace_end "$T/us"
	[ "$1" != busy ] || stop "$busy"
	finish
	cut -d' ' -f1 "$T/us" >>"$RESULTS/latency-$1-$2-$4.us"
	cut -d' ' -f2 "$T/us" | sort -n >"$T/asked"
	figure load "$1" rate "$2" daemon "$4" unplaced "$UNPLACED" "@$(distribution "$T/us")" \
		asked "$(median "$T/asked")"
}

round() {
	for daemon in cgred cgrulesengd loop; do
		one idle 20 50 $daemon
		one idle 500 500 $daemon
		one busy 500 500 $daemon
	done
}

rm -f "$RESULTS"/latency-*.us
rounds round 8
for file in "$RESULTS"/latency-*.us; do
	sort -n "$file" -o "$file"
done
