#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Status 81 where no cgroup hierarchy is mounted.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

private_mounts

rules </dev/null
awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts | while read -r root; do
	find "$root/$CG" -depth -type d -exec rmdir {} \; 2>/dev/null || :
	umount -l "$root"
done
! grep -q ' cgroup2\{0,1\} ' /proc/self/mounts || fail "cannot unmount"
cgred --nodaemon --nolog
assert_status 81
cgred --logfile="$T/log"
assert_status 81
