#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGUSR1 reads cgconfig.conf again and leaves the rules alone, until SIGUSR2 comes.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

has_controller pids || skip "no pids controller"
make_group "$CG/old" pids
make_group "$CG/new" pids
u=$BASE_UID
template() {
	echo "template $CG/%U { pids { pids.max = $1; } }"
}
template 77 >"$T/cgconfig.conf"
rules <<E
$u pids $CG/old
@$((u + 1)) pids $CG/%U
E
start_daemon
as $((u + 2)) $((u + 1)) "$(program prog)"
assert_in "$PID" pids "$CG/$((u + 2))"
assert [ "$(cat "$(group_dir pids "$CG/$((u + 2))")/pids.max")" = 77 ]

template 88 >"$T/cgconfig.conf"
sed "s:$CG/old:$CG/new:" "$T/rules" >"$T/rules.new"
mv "$T/rules.new" "$T/rules"
kill -USR1 "$DAEMON"

has_new_limit() {
	u=$((u + 1))
	as $((u + 2)) $((BASE_UID + 1)) "$T/bin/prog"
	wait_for 5 is_in "$PID" pids "$CG/$((u + 2))" || fail "no group on demand"
	[ "$(cat "$(group_dir pids "$CG/$((u + 2))")/pids.max")" = 88 ]
}
wait_for 2 has_new_limit || fail "the template was not read again"
as "$BASE_UID" 1 "$T/bin/prog"
assert_in "$PID" pids "$CG/old"

kill -USR2 "$DAEMON"
has_new_rule() {
	as "$BASE_UID" 1 "$T/bin/prog"
	wait_for 5 is_placed || fail "no rule is in force"
	is_in "$PID" pids "$CG/new"
}
is_placed() {
	is_in "$PID" pids "$CG/new" || is_in "$PID" pids "$CG/old"
}
wait_for 2 has_new_rule || fail "SIGUSR2 does not read the rules"
stop_daemon
