#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cgred makes a cpuset group where none was: it gets the CPUs and memory nodes of the one above, all the way down,
# and takes processes at once.
#
# modes: v1 hybrid
. "$(dirname "$0")/../../lib.sh"

root=$(hierarchy cpuset) || root=
if [ ! -e "$root/cpuset.mems" ] || [ "$root" = "$V2_ROOT" ]; then
	skip "linux $(uname -r) has no cpuset hierarchy on v1"
fi
alice=$(id -u alice)
cat >"$T/cgconfig.conf" <<E
template $CG/narrow/%u {
	cpuset {
		cpuset.cpus = 1;
	}
}
E
rules <<E
alice:prog  cpuset         $CG/x/y/%u
alice       cpuset         $CG/narrow/%u
E
prog=$(program prog)
start_daemon
as "$alice" "$alice" "$prog"
assert_in "$PID" cpuset "$CG/x/y/alice"
for group in x x/y x/y/alice; do
	for file in cpuset.cpus cpuset.mems; do
		[ "$(cat "$root/$CG/$group/$file")" = "$(cat "$root/$file")" ] || fail "$group/$file"
	done
done
as "$alice" "$alice" "$(program other)"
assert_in "$PID" cpuset "$CG/narrow/alice"
assert [ "$(cat "$root/$CG/narrow/alice/cpuset.cpus")" = 1 ]
assert grep -q '^Cpus_allowed_list:.1$' "/proc/$PID/status"
stop_daemon
