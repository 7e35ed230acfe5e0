#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where the kernel drops execs by users that no rule is for, everybody that a rule is for is placed all the same:
# by the effective user or group, or a supplementary group, also through a set-user-id program, and by rules that
# came with a reload. Where it cannot, each exec is looked at, and the same processes are placed.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

n=$BASE_UID
for group in user owner group member later; do
	make_group "$CG/$group"
done
prog=$(program prog)
suid=$(program suid)
chown $((n + 1)) "$suid"
chmod 4755 "$suid"

first_rules() {
	cat <<-E
		$n              $C1  $CG/user
		$((n + 1))      $C1  $CG/owner
		@$((n + 2))     $C1  $CG/group
		@$((n + 3))     $C1  $CG/member
	E
}

filtered() {
	log | sed -n 's/.*ended:.* \([0-9]*\) filtered.*/\1/p' | tail -n 1
}

# everybody: all that the rules are for, and somebody that none is.
everybody() {
	as "$n" "$n" "$prog"
	assert_in "$PID" "$C1" "$CG/user"
	steps groups "" gid $((n + 9)) uid $((n + 9)) exec "$suid"
	assert_in "$PID" "$C1" "$CG/owner"
	steps groups "" gid $((n + 2)) uid $((n + 9)) exec "$prog"
	assert_in "$PID" "$C1" "$CG/group"
	steps groups "$((n + 5)),$((n + 3))" gid $((n + 9)) uid $((n + 9)) exec "$prog"
	assert_in "$PID" "$C1" "$CG/member"
	for _ in 1 2 3; do
		steps groups "" gid $((n + 9)) uid $((n + 9)) exec "$prog"
		stranger=$PID
	done
	settle
	! is_in "$stranger" "$C1" "$CG/later" || fail "placed by a rule that is not there yet"
	{ first_rules; echo "$((n + 9)) $C1 $CG/later"; } | reload
	steps groups "" gid $((n + 9)) uid $((n + 9)) exec "$prog"
	assert_in "$PID" "$C1" "$CG/later"
}

first_rules | rules
start_daemon
everybody
if logged 'no rule is for end in the kernel'; then
	way=kernel
else
	way="daemon (this kernel has no $(log | sed -n 's/.*every exec is looked at, whoever makes it (\(.*\)).*/\1/p'))"
fi
stop_daemon
count=$(filtered)
if [ "$way" = kernel ]; then
	[ "$count" -ge 3 ] || fail "the kernel has filtered $count execs, of at least 3"
fi
figure 10 "execs by users that no rule is for end in the $way" 4 4 0 0 0 "$count execs filtered"

# The kernel does not say how it lays out what the filter reads.
first_rules | rules
fault open 2 kernel/btf
start_faulty_daemon
everybody
logged 'every exec is looked at' || fail "the log does not say that the filter is missing"
stop_daemon
[ "$(filtered)" = 0 ] || fail "there was a filter"
figure 10 "the same without that filter" 4 4 0 0 0 ""
