#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A daemon in a cgroup namespace: its root is where it was when the namespace was made. Processes of outside are
# moved in.
#
# needs: program:unshare
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
part=$CG/part
make_group "$CG/a"
hierarchies | while read -r root; do
	make_group_at "$root" "$part/$CG/a"
	make_group_at "$root" "$part"
done
# What the unified tree has of them must be there in the part, too: nothing of above can be enabled from there.
for name in "$C1" "$C2"; do
	[ "$(hierarchy "$name")" = "$V2_ROOT" ] || continue
	echo "+$name" >"$V2_ROOT/cgroup.subtree_control"
	echo "+$name" >"$V2_ROOT/$CG/cgroup.subtree_control"
done
prog=$(program prog)
cat >"$T/rules" <<E
alice  $C1,$C2  $CG/a
bob    $C1,$C2  $CG/%U
E
awk '$3 ~ /^cgroup/ && $4 !~ /name=systemd/ { print $2, $3, $4 }' /proc/self/mounts >"$T/mounts"
cat >"$T/bin/inside" <<'E'
while read -r mount type options; do
	umount -l "$mount"
	options=$(echo "$options" | tr ',' '\n' | grep -v -e rw -e relatime | head -n 1)
	mount -t "$type" ${options:+-o "$options"} cgroup "$mount" || exit 1
done <"$T/mounts"
exec "$BUILT" "$@"
E
cat >"$T/bin/alone" <<'E'
#!/bin/sh
while read -r mount _; do
	echo $$ >"$mount/$part/cgroup.procs" || exit 1
done <"$T/mounts"
exec /usr/bin/unshare -m -C sh "$T/bin/inside" "$@"
E
chmod +x "$T/bin/alone"
BUILT=$CGRED
export BUILT T part
CGRED=$T/bin/alone

mark_log
launch -v -v
wait_for 10 says_ready || fail "the daemon is not ready"
as "$alice" "$alice" "$prog"
assert_in "$PID" "$C1" "$part/$CG/a"
assert_in "$PID" "$C2" "$part/$CG/a"
steps enter "$(group_dir "$C1" "$CG/a")/cgroup.procs" groups "" gid "$alice" uid "$alice" exec "$prog"
assert_in "$PID" "$C1" "$part/$CG/a"
as "$(id -u bob)" "$(id -u bob)" "$prog"
assert_in "$PID" "$C1" "$part/$CG/$(id -u bob)"
stop_daemon
