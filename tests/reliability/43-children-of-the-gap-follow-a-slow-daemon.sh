#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A move takes 0.2 s longer, as where no CPU is to spare: the daemon is seconds behind, and comes to the
# last forks long after it has moved who forked. Others' events lie in between.
#
# vm: yes
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper tree
make_group "$CG/a"
other=$(program other)
rules <<R
$n:tree  $C1  $CG/a
R
start_faulty_daemon
times=$((3 * ROUNDS))
: >"$T/born"
chmod 666 "$T/born"
fault slow 200 "$CG/a"
kill -STOP "$DAEMON"
for _ in $(seq $times); do
	start "$T/bin/steps" flood 3000
	flood=$PID
	as "$n" "$n" "$T/bin/tree" "$T/born" mixed "$other"
	wait "$flood"
done
wait_for 20 has_lines "$T/born" $((times * 18)) ||
	fail "$(lines "$T/born") of $((times * 18)): $(cat "$OUT")"
kill -CONT "$DAEMON"
wait_for 30 none_missing "$CG/a" "$T/born" || :
lost=$(missing "$CG/a" "$T/born" | wc -l)
fault none
figure 4 "all shapes at once, the daemon seconds behind" $((times * 18)) $((times * 18 - lost)) 0 "$lost" 0
[ "$lost" -eq 0 ] || fail "$lost of $((times * 18)) are left behind"
settle
stop_daemon
