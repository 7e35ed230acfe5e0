#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On v2 a rule for cpuset means that the CPUs of the destination count, whether or not it was enabled there before.
#
# modes: v2
# needs: controller:cpuset
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
cat >"$T/cgconfig.conf" <<E
group $CG/static/one {
	cpuset {
		cpuset.cpus = 0;
	}
}
template $CG/narrow/%u {
	cpuset {
		cpuset.cpus = 1;
	}
}
E
make_group "$CG/there/deep" cgroup
rules <<E
alice:one   cpuset  $CG/static/one
alice:two   cpuset  $CG/narrow/%u
alice       cpuset  $CG/there/deep
E
start_daemon
allowed() {
	grep -q "^Cpus_allowed_list:.$1\$" "/proc/$PID/status"
}
as "$alice" "$alice" "$(program one)"
assert_in "$PID" cgroup "$CG/static/one"
assert_eventually allowed 0
as "$alice" "$alice" "$(program two)"
assert_in "$PID" cgroup "$CG/narrow/alice"
assert_eventually allowed 1
as "$alice" "$alice" "$(program three)"
assert_in "$PID" cgroup "$CG/there/deep"
assert [ -f "$V2_ROOT/$CG/there/deep/cpuset.cpus" ]
echo 1 >"$V2_ROOT/$CG/there/deep/cpuset.cpus"
assert_eventually allowed 1
assert_not_logged "cannot be enabled"
stop_daemon
