#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Groups on demand are made in all of them, ready for use; name=systemd is none of them.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
rules <<E
$n  *  $CG/all-%U
E
start_daemon
as "$n" "$n" "$(program prog)"
for name in $(controllers); do
	assert_in "$PID" "$name" "$CG/all-$n"
done
if has_controller name=systemd; then
	assert_unmoved "$PID" name=systemd
fi
stop_daemon
