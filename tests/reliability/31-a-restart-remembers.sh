#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# After SIGKILL: groups that were made on demand are still removed when they are empty, sticky
# processes are sticky, and so is what they forked while no daemon ran.
#
# vm: yes
# timeout: 400
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
socket=$T/run/cgred.socket
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog     $C1  $CG/a
$((n + 1))  $C1  $CG/demand/%U
E
is_away() {
	[ ! -d "$1" ]
}
dir=$(group_dir "$C1" "$CG/demand")
times=$((3 * ROUNDS))
for _ in $(seq "$times"); do
	start_daemon --remove-empty 1
	as $((n + 1)) "$n" "$prog"
	demand=$PID
	assert_in "$demand" "$C1" "$CG/demand/$((n + 1))"

	# One that is sticky with its children, and forks while no daemon runs.
	rm -f "$T/go1" "$T/go2"
	steps gid "$n" uid "$n" wait "$T/go1" fork fork wait "$T/go2" exec "$prog"
	sticky=$PID sticky_out=$OUT
	assert [ "$("$T/bin/sticky" "$socket" "$sticky" 1)" = SUCCESS_STORE_PID ]
	stop "$DAEMON"
	: >"$T/go1"
	wait_for 5 has_lines "$sticky_out" 2 || fail "no children: $(cat "$sticky_out")"
	start_daemon --remove-empty 1
	OUT=$sticky_out
	child=$(child)
	: >"$T/go2"
	assert_runs "$prog" "$child"
	assert_unmoved "$child"

	assert test -d "$dir/$((n + 1))"
	stop "$demand"
	wait_for 10 is_away "$dir/$((n + 1))" || fail "the group made by the daemon before stays"
	wait_for 10 is_away "$dir" || fail "the group above it stays"
	stop "$sticky"
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	stop_daemon
done
figure 3 "SIGKILL and restart: a sticky family that forks meanwhile, a group on demand" \
	$((2 * times)) $((2 * times)) 0 0 0
