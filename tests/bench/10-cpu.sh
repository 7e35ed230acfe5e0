#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a fork+exec costs the daemon in processor time, by the number and kind of its rules.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"

# one KIND N RATE EXECS DAEMON: one round. A daemon that takes long is measured for 8 seconds.
one() {
	begin "$5"
	figure kind "$1" rules "$2" rate "$3" daemon "$5" "@$(spawn -t 8 -r "$3" "$4")"
	finish
}

# both KIND N RATE EXECS [loop]: alternating, twice half of the execs each.
both() {
	rules_of "$1" "$2"
	for _ in 1 2; do
		for daemon in cgred cgrulesengd ${5-}; do
			one "$1" "$2" "$3" $(($4 / 2)) "$daemon"
		done
	done
}

for size in $SIZES; do
	case $size in
	1) both programs "$size" 0 "$EXECS" loop ;;
	*) both programs "$size" 0 $((EXECS / 2)) ;;
	esac
done
# What 10 rules cost: for the comparison with 100,000.
both programs 10 0 $((EXECS / 2))
for size in 1 10 100 1000; do
	both groups "$size" 0 $((EXECS / 2))
done
both none 100 0 "$EXECS" loop
both programs 1 500 $((EXECS / 8)) loop
both none 100 500 $((EXECS / 8)) loop
