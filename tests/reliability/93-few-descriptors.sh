#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A limit of 80 descriptors and more groups than that, and clients of the sticky socket that take the
# rest: everybody is placed.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
prog=$(program prog)
rules <<E
*:$T/bin/prog  $C1,$C2  $CG/demand-%U
E
mark_log
# The daemon raises the soft limit itself: the hard one counts.
: >>"$LOG"
sh -c 'ulimit -n 80; exec "$@"' sh "$CGRED" --nodaemon --nolog --config "$T/rules" \
	--cgconfig "$T/cgconfig.conf" --runtime-dir "$RUN_DIR" -v -v </dev/null >>"$LOG" 2>&1 &
DAEMON=$!
wait_for 10 says_ready || fail "the daemon is not ready"
settle
sockets=
for _ in $(seq 70); do
	start "$T/bin/sticky" "$T/run/cgred.socket" $$ 0 never
	sockets="$sockets $PID"
done
lost=0
for i in $(seq 18); do
	as $((n + i)) "$n" "$prog"
	wait_for 5 is_in "$PID" "$C1" "$CG/demand-$((n + i))" || lost=$((lost + 1))
	wait_for 5 is_in "$PID" "$C2" "$CG/demand-$((n + i))" || lost=$((lost + 1))
done
daemon_lives
figure 9 "ulimit -n 80, 70 silent clients, 36 groups" 36 $((36 - lost)) 0 $lost 0
[ $lost -eq 0 ] || fail "$lost of 36 are not in place"
for pid in $sockets; do
	stop "$pid"
done
settle
stop_daemon
