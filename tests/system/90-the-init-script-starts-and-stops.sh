#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# start, stop, restart, condrestart, reload, flash and status, with and without the LSB functions.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/b"
init_settings
prog=$(program prog)

runs_as() {
	[ "$(readlink "/proc/$DAEMON/exe")" = "$CGRED" ] || fail "no daemon runs"
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/$1"
	stop "$PID"
}
write_rules() {
	echo "$n $C1 $CG/$1" | rules
}

for INIT_FUNCTIONS in /lib/lsb/init-functions /nonexistent; do
	export INIT_FUNCTIONS
	write_rules a
	initd 3 status
	initd 0 stop
	initd 7 reload
	initd 0 condrestart
	assert [ ! -e "$T/run/cgred.pid" ]

	initd 0 start
	first=$DAEMON
	runs_as a
	initd 0 status
	assert_says "$first"
	initd 0 start
	assert [ "$DAEMON" = "$first" ]

	write_rules b
	initd 0 reload
	settle
	runs_as b
	write_rules a
	initd 0 flash
	settle
	runs_as a
	assert [ "$DAEMON" = "$first" ]

	write_rules b
	initd 0 restart
	second=$DAEMON
	assert [ "$second" != "$first" ]
	runs_as b
	initd 0 condrestart
	assert [ "$DAEMON" != "$second" ]
	runs_as b

	kill -KILL "$DAEMON"
	wait_for 5 is_gone "$DAEMON" || fail "cannot kill it"
	initd 1 status
	initd 0 start
	runs_as b
	initd 0 stop
	initd 3 status
	assert [ ! -e "$T/run/cgred.pid" ]
done
initd 3 nonsense
