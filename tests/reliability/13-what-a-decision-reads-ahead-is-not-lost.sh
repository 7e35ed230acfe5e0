#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A decision looks whether more of its process has come, and so reads the socket, too, beside the loop: when
# it is there that the kernel says that events were dropped, nobody is lost. All that decisions would read is
# thrown away here, again and again, as an overrun would do it.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_faulty_daemon
each=20 all=0 lost=0
: >"$T/pids"
for _ in $(seq $((5 * ROUNDS))); do
	fault drop 105
	for _ in $(seq $each); do
		as "$n" "$n" "$prog"
		echo "$PID" >>"$T/pids"
	done
	assert_runs "$prog"
	fault none
	all=$((all + each))
	wait_for 10 none_missing "$CG/a" "$T/pids" || :
	lost=$(missing "$CG/a" "$T/pids" | wc -l)
	[ "$lost" -eq 0 ] || break
done
# Nobody else is moved for it.
wrong=$(foreign "$CG/a" "$T/pids" | wc -l)
settle
stop_daemon
overruns=$(statistic overruns)
figure 1 "what decisions read ahead, thrown away" $all $((all - lost)) "$wrong" "$lost" 0 "$overruns overruns"
[ "$lost" -eq 0 ] || fail "$lost of $all are not in the group"
[ "$wrong" -eq 0 ] || fail "$wrong others are in the group"
[ "${overruns:-0}" -ge "$ROUNDS" ] || fail "$overruns overruns only: no decision has read ahead"
