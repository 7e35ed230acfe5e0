#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# From exec to placed, by the kernel's own time stamps: on an idle machine, and with both CPUs busy.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
cp "$HELPERS/busy" "$T/bin/"
rules_of programs 1

# one LOAD RATE EXECS DAEMON
one() {
	begin "$4"
	if [ "$1" = busy ]; then
		start "$T/bin/busy" "$(grep -c '^processor' /proc/cpuinfo)" 60
		busy=$PID
	fi
	trace_begin
	spawn -w 128 -r "$2" "$3" >"$T/spawned"
	quiet >/dev/null
	trace_end "$T/us"
	[ "$1" != busy ] || stop "$busy"
	finish
	cat "$T/us" >>"$RESULTS/latency-$1-$2-$4.us"
	echo "$UNPLACED" >>"$T/unplaced-$1-$2-$4"
}

rm -f "$RESULTS"/latency-*.us
for _ in 1 2; do
	for daemon in cgred cgrulesengd loop; do
		one idle 20 100 $daemon
		one idle 500 2500 $daemon
		one busy 500 2500 $daemon
	done
done
for file in "$RESULTS"/latency-*.us; do
	sort -n "$file" -o "$file"
	name=$(basename "$file" .us)
	name=${name#latency-}
	rest=${name#*-}
	figure load "${name%%-*}" rate "${rest%%-*}" daemon "${rest#*-}" \
		unplaced "$(awk '{ sum += $1 } END { print sum }' "$T/unplaced-$name")" "@$(distribution "$file")"
done
