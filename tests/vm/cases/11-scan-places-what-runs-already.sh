#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A whole system that runs before the daemon: with --scan everything of it has its place when the daemon is ready,
# or soon after.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

for name in web jobs root rest; do
	make_group_everywhere "$CG/$name"
done
web=$(program web)
rules_for_all <<E
alice:web  *  $CG/web
@students  *  $CG/jobs
@root      *  $CG/root
*          *  $CG/rest
E
alice=$(id -u alice) bob=$(id -u bob) carol=$(id -u carol)

as "$alice" "$alice" "$web"
a_web=$PID
as "$alice" "$alice" "$(program other)"
a_other=$PID
steps groups "" gid "$bob" uid "$bob" fork fork idle
b_parent=$PID
two_born() { [ "$(grep -c '^child' "$OUT")" -eq 2 ]; }
assert_eventually two_born
b_children=$(sed -n 's/^child //p' "$OUT")
steps groups 2001 gid "$carol" uid "$carol" threads 4 idle
c_student=$PID
as "$carol" "$carol" "$T/bin/other"
c_other=$PID
start setsid sleep 1000
r_sleep=$PID
sh -c 'sleep 1000 & exit'
orphan=$(pidof sleep | tr ' ' '\n' | grep -vx "$r_sleep" | while read -r pid; do
	[ "$(awk '{ print $4 }' "/proc/$pid/stat")" != 1 ] || echo "$pid"
done | head -n 1)
assert_runs "$web" "$a_web"
assert_runs "$T/bin/other" "$a_other"
assert_runs "$T/bin/other" "$c_other"
one=$(cat /proc/1/cgroup)

start_daemon --scan
assert_in_all "$a_web" "$CG/web"
assert_in_all "$a_other" "$CG/jobs"
for pid in $b_parent $b_children; do
	assert_in_all "$pid" "$CG/jobs"
done
assert_in_all "$c_student" "$CG/jobs"
assert_in_all "$c_other" "$CG/rest"
assert_in_all "$r_sleep" "$CG/root"
[ -z "$orphan" ] || assert_in_all "$orphan" "$CG/root"
assert_in_all $$ "$CG/root"
for task in /proc/"$c_student"/task/*; do
	is_in "$c_student/task/${task##*/}" "$C1" "$CG/jobs" || fail "a thread stayed behind"
done

# Nobody is left, but for the system itself.
hierarchies | while read -r root; do
	while read -r pid; do
		if [ "$pid" = 1 ] || [ "$pid" = 2 ] || [ "$pid" = "$DAEMON" ]; then
			continue
		fi
		readlink "/proc/$pid/exe" >"$T/exe" 2>/dev/null || continue
		fail "process $pid ($(cat "$T/exe")) was left in the root of $root"
	done <"$root/cgroup.procs"
done
[ "$(cat /proc/1/cgroup)" = "$one" ] || fail "PID 1 was moved"
is_in "$DAEMON" "$C1" "$(where 1 "$C1")" || fail "the daemon moved itself"
stop_daemon
