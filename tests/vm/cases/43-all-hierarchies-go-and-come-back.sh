#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# They are moved to other places of the file system, unmounted all together and mounted again: the daemon lives on,
# says so, and places as before.
. "$(dirname "$0")/../../lib.sh"

private_mounts
alice=$(id -u alice)
make_group "$CG/a"
rules <<E
alice  $C1,$C2  $CG/a
E
prog=$(program prog)
awk '$3 ~ /^cgroup/ { print $2, $3, $4 }' /proc/self/mounts >"$T/mounts"
works() {
	as "$alice" "$alice" "$prog"
	assert_in "$PID" "$C1" "$CG/a"
	assert_in "$PID" "$C2" "$CG/a"
	stop "$PID"
}
# The settings of a superblock that are not for a second mount of it.
options() {
	echo "$1" | sed -e 's/\(^\|,\)\(rw\|relatime\|nsdelegate\|favordynmods\|nofavordynmods\)//g' -e 's/^,//' \
		-e 's/^name=/none,name=/'
}
start_daemon
works

mkdir "$T/away"
count=0
while read -r mount _; do
	count=$((count + 1))
	mkdir "$T/away/$count"
	mount --move "$mount" "$T/away/$count"
done <"$T/mounts"
V2_ROOT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
works

mark_log
while [ $count -gt 0 ]; do
	umount "$T/away/$count" || fail "a hierarchy cannot be unmounted"
	count=$((count - 1))
done
assert_logged "hierarchies have changed: 0"
as "$alice" "$alice" "$prog"
assert_runs "$prog"
assert_logged "no hierarchy with the controller"
stop "$PID"
daemon_lives

while read -r mount type options; do
	options=$(options "$options")
	mkdir -p "$mount"
	mount -t "$type" ${options:+-o "$options"} cgroup "$mount"
done <"$T/mounts"
V2_ROOT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
settle
works
stop_daemon
