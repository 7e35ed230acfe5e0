#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# While the daemon's main thread does nothing at all, what the gate's thread can place is placed; what only the
# main thread could place runs within the deadline, and is placed when it is back. Also without memory.
#
# vm: yes
# needs: program:prlimit
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
helper freeze

make_group "$CG/a"
make_group "$CG/made"
first=$(first first)
prog=$(program prog)
demand=$(program demand)
rules <<E
$n:$first   $C1  $CG/a
$n:$prog    $C1  $CG/a
$n:$demand  $C1  $CG/made/%U
E
start_gate

freeze() {
	start "$T/bin/freeze" "$DAEMON"
	FREEZER=$PID
	wait_for 5 says frozen || fail "the main thread cannot be stopped: $(cat "$OUT")"
}

freeze
all_first "the main thread hangs" "$CG/a" many fork "$first"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/a"
as "$n" "$n" "$demand"
assert_runs "$demand"
demanded=$PID
stop "$FREEZER"
assert_in "$demanded" "$C1" "$CG/made/$n"
daemon_lives
settle

# Without memory for what the threads tell each other.
if command -v prlimit >/dev/null; then
	freeze
	prlimit --pid "$DAEMON" --as="$(awk '/^VmSize/ { print $2 * 1024 }' "/proc/$DAEMON/status"):unlimited"
	TIMES=$((5000 / SCALE))
	all_first "the main thread hangs, without memory" "$CG/a" many fork "$first"
	as "$n" "$n" "$demand"
	assert_runs "$demand"
	demanded=$PID
	prlimit --pid "$DAEMON" --as=unlimited:unlimited
	stop "$FREEZER"
	assert_in "$demanded" "$C1" "$CG/made/$n"
	settle
fi

# More than the threads keep of it: it is placed all the same.
freeze
TIMES=5000
[ "${CGRED_VM-}" != 1 ] || TIMES=4200
all_first "the main thread hangs for long" "$CG/a" many fork "$first"
stop "$FREEZER"
settle
daemon_lives
TIMES=20
all_first "afterwards" "$CG/a" many fork "$first"
stop_daemon
