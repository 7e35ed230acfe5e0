#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a fork+exec costs the daemon in processor time, by the number and kind of its rules. Rounds are short,
# and the daemons alternate in each: the median of the rounds counts.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"

# one KIND N RATE DAEMON. A daemon that takes long is measured for three seconds.
one() {
	begin "$4"
	[ "$4" = loop ] || spawn -t 1 64 >"$T/spawned"
	figure kind "$1" rules "$2" rate "$3" daemon "$4" "@$(spawn -t 3 -r "$3" "$EXECS")"
	finish
}

# all KIND N RATE [loop]
all() {
	rules_of "$1" "$2"
	for daemon in cgred cgrulesengd ${4-}; do
		one "$1" "$2" "$3" "$daemon"
	done
}

# What everything hangs on.
round() {
	all none 100 0 loop
	all programs 1 0 loop
	all programs 1000 0
	all groups 100 0
	rules_of programs 100000
	one programs 100000 0 cgred
	rules_of programs 10
	one programs 10 0 cgred
}

for size in $SIZES; do
	[ "$size" = 1 ] || all programs "$size" 0
done
for size in 1 10 1000; do
	all groups $size 0
done
all none 100 500 loop
all programs 1 500 loop
rounds round 9
