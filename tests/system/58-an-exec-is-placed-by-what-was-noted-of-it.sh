#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where the kernel notes the executable, /proc need not be asked for it by a thread that may wait.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

# by_thread PID: a thread was asked about it.
by_thread() {
	logged "another thread has read of $1\$"
}

n=$BASE_UID
prog=$(program prog)
make_group "$CG/a"
rules <<E
$n:$prog  $C1  $CG/a
E
# A change of its user is decided about by what /proc says, so that is over when the daemon comes.
waiting=
for _ in 1 2 3 4 5; do
	steps groups "" gid "$n" uid "$n" wait "$T/go" exec "$prog"
	waiting="$waiting $PID"
done
start_daemon -v # all that there is to say
: >"$T/go"
for pid in $waiting; do
	assert_in "$pid" "$C1" "$CG/a"
done
logged 'found out by one system call' || logged 'by /proc \(.*not permitted' || [ ! -e /sys/kernel/btf/vmlinux ] ||
	[ "$(readlink /proc/self/ns/pid)" != 'pid:[4026531836]' ] || uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 >= 6012 }' ||
	fail "a kernel that can tell of a process in one call does not: $(log | grep 'found out by')"
if ! logged 'which notes who executes which file, by which path'; then
	! logged 'which notes nothing' || uname -r | awk -F '[.-]' '{ exit $1 * 1000 + $2 >= 6009 }' ||
		fail "a kernel that could note it does not"
	skip "$(log | grep 'in the kernel, which notes' || echo 'the kernel runs no filter of execs'), $(uname -r)"
fi
for pid in $waiting; do
	! by_thread "$pid" || fail "$(log | grep "$pid")"
done

# Of a change of its user nothing is noted.
steps groups "" gid "$n" uid "$n" idle
wait_for 10 by_thread "$PID" || fail "no thread was asked about $PID"
stop_daemon
