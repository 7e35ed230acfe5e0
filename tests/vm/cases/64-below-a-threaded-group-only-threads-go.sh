#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A group below a threaded one is invalid (v2) until it is threaded, too: a rule that names it fails with the reason,
# once, and moves the process in no other hierarchy either. A threaded group takes whole processes.
#
# modes: hybrid v2
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice) bob=$(id -u bob)
make_group "$CG/domain/threaded/below" cgroup
make_group "$CG/domain/threaded/below" "$C1"
type_of() {
	cat "$V2_ROOT/$CG/domain/$1/cgroup.type"
}
echo threaded >"$V2_ROOT/$CG/domain/threaded/cgroup.type"
assert [ "$(type_of threaded/below)" = "domain invalid" ]
rules <<E
alice  $C1,cgroup  $CG/domain/threaded/below
bob    cgroup      $CG/domain/threaded
E
prog=$(program prog)
start_daemon
for _ in 1 2; do
	as "$alice" "$alice" "$prog"
	assert_runs "$prog"
	assert_unmoved "$PID" "$C1" cgroup
done
assert_logged "rules:1: .*\"$CG/domain/threaded/below\".*threaded"
assert [ "$(log | grep -c 'rules:1:')" -eq 1 ]

steps groups "" threads 3 gid "$bob" uid "$bob" idle
assert_in "$PID" cgroup "$CG/domain/threaded"
for task in /proc/"$PID"/task/*; do
	is_in "$PID/task/${task##*/}" cgroup "$CG/domain/threaded" || fail "a thread stayed behind"
done

# One of its threads elsewhere in the domain: it is where its first thread is.
echo threaded >"$V2_ROOT/$CG/domain/threaded/below/cgroup.type"
for task in /proc/"$PID"/task/*; do :; done
echo "${task##*/}" >"$V2_ROOT/$CG/domain/threaded/below/cgroup.threads"
as "$alice" "$alice" "$prog"
assert_in "$PID" cgroup "$CG/domain/threaded/below"
assert_in "$PID" "$C1" "$CG/domain/threaded/below"
assert_not_logged "warning"
stop_daemon
