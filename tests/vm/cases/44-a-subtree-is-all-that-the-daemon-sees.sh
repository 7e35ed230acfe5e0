#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A part of each hierarchy is mounted where the hierarchy should be, over it or in its stead, as in old containers:
# destinations are relative to that part, and a group of the same name outside of it is another one.
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice)
part=$CG/part
make_group "$CG/a"
hierarchies | while read -r root; do
	make_group_at "$root" "$part/$CG/a"
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
E
hierarchies >"$T/hierarchies"
cat >"$T/bin/over" <<E
while read -r root; do
	mount --bind "\$root/$part" "\$root"
done <"$T/hierarchies"
exec "$CGRED" "\$@"
E
cat >"$T/bin/instead" <<E
mkdir "$T/part"
while read -r root; do
	mount --bind "\$root/$part" "$T/part"
	umount -l "\$root"
	mount --move "$T/part" "\$root"
done <"$T/hierarchies"
exec "$CGRED" "\$@"
E
cat >"$T/bin/alone" <<E
#!/bin/sh
exec unshare -m sh "\$(cat "$T/how")" "\$@"
E
chmod +x "$T/bin/alone"
CGRED=$T/bin/alone

is_outside() {
	[ "$(where "$PID" "$C1")" = "$CG/a" ]
}
for how in over instead; do
	echo "$T/bin/$how" >"$T/how"
	mark_log
	launch -v -v
	wait_for 10 says_ready || fail "the daemon is not ready ($how)"
	as "$alice" "$alice" "$prog"
	assert_in "$PID" "$C1" "$part/$CG/a"
	assert_in "$PID" "$C2" "$part/$CG/a"
	steps enter "$(group_dir "$C1" "$CG/a")/cgroup.procs" wait "$T/go" groups "" gid "$alice" uid "$alice" exec "$prog"
	assert_eventually is_outside
	: >"$T/go"
	assert_in "$PID" "$C1" "$part/$CG/a"
	rm "$T/go"
	# Already there: nothing to do.
	steps groups "" gid "$alice" uid "$alice" wait "$T/go" exec "$prog"
	inside=$PID
	assert_in "$inside" "$C1" "$part/$CG/a"
	: >"$T/go"
	assert_runs "$prog" "$inside"
	as "$alice" "$alice" "$prog"
	assert_in "$PID" "$C1" "$part/$CG/a"
	assert [ "$(placements "$inside")" -eq 1 ]
	rm "$T/go"
	stop_daemon
done
