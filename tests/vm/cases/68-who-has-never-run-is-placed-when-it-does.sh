#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Who is in all roots and has never run may still be being forked (case 67), so the decision about it is put off. Here
# one gets no processor for a while, and no event tells of it: it is found by the scan at the start, and again when it
# has run.
#
# needs: program:chrt program:taskset
# kernels: trixie sid
# timeout: 120
. "$(dirname "$0")/../../lib.sh"

n=$BASE_UID
make_group "$CG/a"
rules <<E
$n:prog  $C1  $CG/a
E
cp "$T/bin/steps" "$T/bin/prog"
cp "$HELPERS/busy" "$T/bin/"
# What gives everybody a share of a processor, on newer kernels and on older ones.
mkdir "$T/debug"
mount -t debugfs debugfs "$T/debug"
share=$T/debug/sched/fair_server/cpu1/runtime none=0
[ -e "$share" ] || share=/proc/sys/kernel/sched_rt_runtime_us none=-1
usual=$(cat "$share")
echo "$none" >"$share"

# The parent has a real-time policy, which its child does not get, and goes to sleep: the second processor is then
# for one that never sleeps.
chrt -f 10 taskset -c 1 "$T/bin/busy" 1 60 &
busy=$!
# Who has it: not its parent, which would have to run there to end.
hogs() {
	hog=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent="$busy" '$4 == parent && $14 > 10 { print $1 }')
	[ "$hog" ]
}
wait_for 20 hogs || fail "the second processor is not busy"
start chrt -R -f 50 taskset -c 1 "$T/bin/steps" groups "" gid "$n" uid "$n" exec "$T/bin/prog" fork idle
parent=$PID
has_child() {
	child=$(cat /proc/[0-9]*/stat 2>/dev/null | awk -v parent="$parent" '$4 == parent { print $1 }')
	[ "$child" ]
}
wait_for 10 has_child || fail "it has no child"
ran() {
	awk '{ print $3 }' "/proc/$child/schedstat"
}
assert [ "$(ran)" = 0 ]

start_daemon_plain -d --scan
wait_for 20 logged "newborn: $child .*after scan" || fail "nothing is said of $child: $(log | tail -n 3)"
assert [ "$(ran)" = 0 ]
[ "$(where "$child" "$C1")" != "$CG/a" ] || fail "it was moved"
kill "$hog"
wait_for 10 is_in "$child" "$C1" "$CG/a" || fail "it stays in '$(where "$child" "$C1")': $(log | grep "$child")"
assert [ "$(ran)" != 0 ]
echo "$usual" >"$share"
stop_daemon
