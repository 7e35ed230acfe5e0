#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Somebody takes the daemon's subscription away: it notices, subscribes anew, and finds what began in
# between; what comes later is placed at once.
#
# vm: yes
# timeout: 400
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper deaf
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon_plain

all=0 lost=0 slowest=0
for how in leave filter leave; do
	mark_log
	"$T/bin/deaf" "$DAEMON" $how >"$T/deaf" 2>&1 || fail "cannot: $(cat "$T/deaf")"
	began=$(now_ms)
	: >"$T/between"
	for _ in 1 2 3 4 5; do
		as "$n" "$n" "$prog"
		echo "$PID" >>"$T/between"
	done
	wait_for 15 logged 'subscribing anew' || fail "silence by '$how' is not noticed"
	wait_for 5 none_missing "$CG/a" "$T/between" || :
	took=$(($(now_ms) - began))
	[ $took -le $slowest ] || slowest=$took
	as "$n" "$n" "$prog"
	echo "$PID" >>"$T/between"
	wait_for 5 none_missing "$CG/a" "$T/between" || :
	all=$((all + 6))
	lost=$((lost + $(missing "$CG/a" "$T/between" | wc -l)))
	[ "$(log | grep -c 'subscribing anew')" -eq 1 ] || fail "subscribed anew more than once"
done
figure 2 "subscription taken away (3 times)" "$all" $((all - lost)) 0 "$lost" 0 \
	"slowest recovery $slowest ms"
[ $lost -eq 0 ] || fail "$lost of $all are not in the group"
# A quiet time alone is no silence.
mark_log
sleep 7
assert_not_logged 'subscribing anew'
stop_daemon
