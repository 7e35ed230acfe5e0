#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Rules for the memory hierarchy of v1, with a limit; a kernel without it (from 6.12 on Debian's) leaves the process
# where it is, in the other hierarchies too, and the daemon says what is missing.
#
# modes: v1
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
make_group "$CG/a" cpu
cat >"$T/cgconfig.conf" <<E
template $CG/limited/%u {
	memory {
		memory.limit_in_bytes = 67108864;
	}
}
E
rules <<E
alice:prog  cpu,memory  $CG/a
alice       memory      $CG/limited/%u
E
prog=$(program prog)
if has_controller memory; then
	make_group "$CG/a" memory
	start_daemon
	as "$alice" "$alice" "$prog"
	assert_in "$PID" memory "$CG/a"
	assert_in "$PID" cpu "$CG/a"
	as "$alice" "$alice" "$(program other)"
	assert_in "$PID" memory "$CG/limited/alice"
	assert [ "$(cat "$(group_dir memory "$CG/limited/alice")/memory.limit_in_bytes")" = 67108864 ]
	stop_daemon
	exit
fi
start_daemon
as "$alice" "$alice" "$prog"
assert_runs "$prog"
assert_unmoved "$PID" cpu
assert_logged "rules:1: .*no hierarchy with the controller \"memory\""
stop_daemon
skip "linux $(uname -r) has no memory hierarchy on v1 (the rules' failure is tested)"
