#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With favordynmods, kernels from 6.18 on let a process be moved while it is being forked, and then have it twice
# in their lists: they warn, hang or crash. The event of a fork comes that early. So nobody is moved before its
# fork is over. It lasts until the next boot, so only a VM may run this.
#
# modes: hybrid v2
# timeout: 300
. "$(dirname "$0")/../../lib.sh"

# How often the kernel has warned of itself, and worse.
complaints() {
	dmesg | grep -c -e 'WARNING: ' -e 'BUG: ' || :
}

n=$BASE_UID
make_group "$CG/a"
grep -qx favordynmods /sys/kernel/cgroup/features || skip "linux $(uname -r) has no favordynmods"
before=$(complaints)
rules <<EOF
$n  $C1  $CG/a
EOF
cp "$HELPERS/starter" "$HELPERS/first" "$T/bin/"
start_daemon --favordynmods

# A user of the rule forks, and its children are looked at as soon as they are told of.
forkers=
for i in 1 2 3 4; do
	"$T/bin/steps" groups "" gid "$n" uid "$n" exec "$T/bin/starter" 200 fork "$T/bin/first" >"$T/first.$i" &
	forkers="$forkers $!"
done
for pid in $forkers; do
	wait "$pid" || fail "a program of the user was not started: $?"
done
assert [ "$(cat "$T"/first.* | grep -c "/$CG/a$")" -ge 700 ]
assert [ "$(complaints)" = "$before" ]

stop_daemon
