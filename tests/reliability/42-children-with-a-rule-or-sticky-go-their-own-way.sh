#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a child's own rule says counts, and who is sticky stays, also among the children of the gap.
#
# vm: yes
# timeout: 200
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper tree
make_group "$CG/a"
make_group "$CG/b"
make_group "$CG/c"
other=$(program other)
rules <<E
$n:other  $C1  $CG/b
$n:tree   $C1  $CG/a
E
start_daemon_plain -v
times=$((5 * ROUNDS))
: >"$T/born"
chmod 666 "$T/born"
for _ in $(seq $times); do
	kill -STOP "$DAEMON"
	as "$n" "$n" "$T/bin/tree" "$T/born" exec "$other"
	sleep 0.2
	kill -CONT "$DAEMON"
done
wait_for 20 has_lines "$T/born" $((times * 5)) || fail "no children: $(cat "$OUT")"
wait_for 5 has_count "$CG/b" $((times * 4)) || fail "$(count_in "$CG/b") children by their own rule"
wait_for 5 has_count "$CG/a" "$times" || fail "$(count_in "$CG/a") parents"
settle
assert has_count "$CG/b" $((times * 4))
assert has_count "$CG/a" "$times"
figure 4 "children of the gap with a rule of their own" $((times * 5)) $((times * 5)) 0 0 0

# Somebody moved the child on purpose before the daemon came to it.
: >"$T/born"
kill -STOP "$DAEMON"
as "$n" "$n" "$T/bin/tree" "$T/born" main
wait_for 5 has_lines "$T/born" 5 || fail "no children"
child=$(grep -vx "$PID" "$T/born" | head -n 1)
echo "$child" >"$(group_dir "$C1" "$CG/c")/cgroup.procs"
kill -CONT "$DAEMON"
assert_in "$PID" "$C1" "$CG/a"
settle
stop_daemon
