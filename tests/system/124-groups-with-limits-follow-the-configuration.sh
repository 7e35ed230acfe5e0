#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Groups that are configured are made and kept, those that no longer are go when they are empty, and all of them
# can be removed at once, with processes in them, frozen or not.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

need_controller pids
# In the freezer's hierarchy, all groups with limits are.
if has_controller freezer; then
	root=$(hierarchy freezer)
elif [ -n "$V2_ROOT" ]; then
	root=$V2_ROOT
else
	skip "no freezer in mode $MODE of linux $(uname -r)"
fi
pids=$(hierarchy pids)

limited <<E
group $CG/a/b pids=20
group $CG/c pids=20
load
group $CG/c
load
E
[ ! -s "$OUT" ] || fail "$(cat "$OUT")"
[ ! -e "$pids/$CG/a" ] && [ ! -e "$root/$CG/a" ] || fail "a group that is not configured is still there"
[ -d "$root/$CG/c" ] || fail "a group that is configured is gone"

# In use: it stays, with its limits.
limited <<E
group $CG/a/b pids=20
group $CG/c
load
start $CG/a/b $T/bin/eat count
group $CG/c
load
E
pid=$(sed -n 's/^pid //p' "$OUT")
says "group \"$CG/a/b\" is no longer configured, but in use" || fail "nothing is said: $(cat "$OUT")"
[ "$(cat "$pids/$CG/a/b/pids.max")" = 20 ] || fail "its limit is gone"
! is_gone "$pid" || fail "its process is gone"

# Somebody removes a group, or takes its controllers away.
cat >"$T/spoil" <<E
#!/bin/sh
rmdir $root/$CG/d || exit 1
[ $pids = $root ] || rmdir $pids/$CG/d
[ -e $pids/$CG/cgroup.subtree_control ] || exit 0
echo -pids >$pids/$CG/a/cgroup.subtree_control
echo -pids >$pids/$CG/cgroup.subtree_control
E
chmod 755 "$T/spoil"
limited <<E
group $CG/c
group $CG/d pids=30
group $CG/e pids=40
load
run $CG/c $T/spoil
check
E
says 'exit 0' || fail "$(cat "$OUT")"
if is_unified pids; then
	says "somebody took controllers away from group \"$CG/e\"" || fail "nothing is said: $(cat "$OUT")"
fi
[ "$(cat "$pids/$CG/d/pids.max")" = 30 ] || fail "a group is not made again"
[ "$(cat "$pids/$CG/e/pids.max")" = 40 ] || fail "a limit is not given again"

# All of them, with a process that is frozen and one that is not.
limited <<E
group $CG/c/d/e freeze
load
start $CG/c/d/e $T/bin/eat count
clean $CG
E
frozen=$(sed -n 's/^pid //p' "$OUT")
says '^removed [1-9][0-9]* remaining 0 moved [1-9]' || fail "$(cat "$OUT")"
for mount in $(hierarchies); do
	[ ! -e "$mount/$CG" ] || fail "$mount/$CG is still there"
done
! is_gone "$pid" || fail "a process is dead"
! is_gone "$frozen" || fail "a process that was frozen is dead"
for controller in freezer pids; do
	[ "$(where "$frozen" "$controller")" = '' ] || fail "it is in $(where "$frozen" "$controller")"
done
