#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Files of random bytes, NULs, one line without an end: a reload with them leaves the old rules.
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n  $C1  $CG/a
E
cp "$T/rules" "$T/good"
start_daemon
prog=$(program prog)
still_works() {
	daemon_lives
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	stop "$PID"
}
# bad: the file that is there now is refused at a reload, by name.
bad() {
	mark_log
	kill -USR2 "$DAEMON"
	assert_logged "$T/rules:[0-9]+"
	still_works
}
for size in 1 100 10000 1000000; do
	{ echo nonsense; head -c $size /dev/urandom; } >"$T/rules"
	bad
done
head -c 5000 /dev/zero >"$T/rules"
bad
printf '"' >"$T/rules"
bad
rm "$T/rules"
mkdir "$T/rules"
mark_log
kill -USR2 "$DAEMON"
assert_logged "$T/rules"
still_works
rmdir "$T/rules"
head -c 3000 /dev/urandom >"$T/cgconfig.conf"
cp "$T/good" "$T/rules"
mark_log
kill -USR2 "$DAEMON"
assert_logged "$T/cgconfig.conf"
still_works
stop_daemon
