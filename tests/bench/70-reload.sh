#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Placements go on while a reload waits ten seconds for a name service.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"
sed -i 's/^passwd:.*/& cgredslow/' /etc/nsswitch.conf

# measure NAME DAEMON FILE
measure() {
	trace_begin
	spawn -w 128 -r 500 2000 >"$T/spawned"
	sleep 0.5
	trace_end "$3"
	figure when "$1" daemon "$2" unplaced "$UNPLACED" "@$(distribution "$3")"
}

for daemon in cgred cgrulesengd; do
	rules_of programs 100
	begin $daemon
	measure before $daemon "$T/before"
	echo "cgred-bench-slow $C1 $CG/other" | tee -a "$T/rules" >>/etc/cgrules.conf
	kill -USR2 "$DAEMON"
	measure during $daemon "$T/during"
	sleep 7
	measure after $daemon "$T/after"
	finish
done
