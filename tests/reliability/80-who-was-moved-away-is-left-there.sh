#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Another program moves a process that the daemon has placed: it stays where it was moved to, at its
# next exec, its next change of ids, and in scans. A restart with --scan begins anew.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/elsewhere"
cp "$T/bin/steps" "$T/bin/prog"
prog=$T/bin/prog
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon --scan
elsewhere=$(group_dir "$C1" "$CG/elsewhere")/cgroup.procs
times=$((5 * ROUNDS))
wrong=0
for _ in $(seq $times); do
	rm -f "$T/go1" "$T/go2"
	as "$n" "$n" "$prog" wait "$T/go1" exec "$prog" wait "$T/go2" gid "$n" idle
	assert_in "$PID" "$C1" "$CG/a"
	echo "$PID" >"$elsewhere"
	: >"$T/go1"
	settle
	is_in "$PID" "$C1" "$CG/elsewhere" || wrong=$((wrong + 1))
	: >"$T/go2"
	sleep 0.1
	settle
	is_in "$PID" "$C1" "$CG/elsewhere" || wrong=$((wrong + 1))
	moved=$PID
done
kill -STOP "$DAEMON"
"$T/bin/steps" flood $FLOOD
kill -CONT "$DAEMON"
assert_logged 'the scan is complete'
is_in "$moved" "$C1" "$CG/elsewhere" || wrong=$((wrong + 1))
figure 8 "moved away by somebody else, then exec, setgid, scan (yield)" $((2 * times + 1)) \
	$((2 * times + 1 - wrong)) $wrong 0 0
[ $wrong -eq 0 ] || fail "$wrong times put back"
assert_not_logged 'somebody keeps moving'
stop_daemon
