#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Placements go on while a reload waits ten seconds for a name service.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
sed -i 's/^passwd:.*/& cgredslow/' /etc/nsswitch.conf

# measure WHEN DAEMON
measure() {
	trace_begin
	spawn -t 6 -w 128 -r 500 1000 >"$T/spawned"
	sleep 0.5
	trace_end "$T/us"
	cat "$T/us" >>"$T/us.$1.$2"
	echo "$UNPLACED" >>"$T/unplaced.$1.$2"
}

# both DAEMON
both() {
	rules_of programs 100
	begin "$1"
	spawn -t 1 64 >"$T/spawned"
	measure before "$1"
	echo "cgred-bench-slow $C1 $CG/other" | tee -a "$T/rules" >>/etc/cgrules.conf
	kill -USR2 "$DAEMON"
	measure during "$1"
	finish
}

ours() {
	both cgred
}

# It stands still: once is enough. The others, as often as there is time: p99 needs many.
both cgrulesengd
rounds ours 8
for daemon in cgred cgrulesengd; do
	for when in before during; do
		sort -n "$T/us.$when.$daemon" -o "$T/us.$when.$daemon"
		figure when $when daemon $daemon \
			unplaced "$(awk '{ n += $1 } END { print n }' "$T/unplaced.$when.$daemon")" \
			"@$(distribution "$T/us.$when.$daemon")"
	done
done
