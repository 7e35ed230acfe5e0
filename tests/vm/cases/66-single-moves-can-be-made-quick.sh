#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The log says what a single move costs on this kernel; --favordynmods makes it quick, keeps the other options of the
# tree, and says where it cannot be done. It lasts until the next boot, so only a VM may run this.
. "$(dirname "$0")/../../lib.sh"

options() {
	awk '/ - cgroup2 / { print $NF }' /proc/self/mountinfo | head -n 1
}

make_group "$CG/a"
rules <<E
$(free_id)  *  $CG/a
E
if ! grep -qx favordynmods /sys/kernel/cgroup/features; then
	start_daemon --favordynmods
	assert_logged "a move takes microseconds: this kernel has no favordynmods"
	assert_not_logged "was set"
	stop_daemon
	exit 0
fi

start_daemon
assert_logged "a move that comes alone takes milliseconds"
stop_daemon

before=$(options)
mark_log
start_daemon --favordynmods
if [ "$MODE" = v1 ]; then
	assert_logged "favordynmods cannot be set: no v2 tree is mounted"
	assert_logged "a move that comes alone takes milliseconds"
	stop_daemon
	exit 0
fi
assert_logged "favordynmods was set, for all of the system"
assert_logged "a move takes microseconds: favordynmods is set"
options | grep -Eq '(^|,)favordynmods(,|$)' || fail "the tree has: $(options)"
assert [ "$(options | sed 's/,favordynmods//')" = "$before" ]
stop_daemon

mark_log
start_daemon
assert_logged "a move takes microseconds: favordynmods is set"
stop_daemon
