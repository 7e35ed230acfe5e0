#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A group that is frozen from its creation lets nothing run; what is thawed by hand stays thawed until the
# next load; freezing stops what runs, and thawing lets it go on.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

if has_controller freezer; then
	state=$(group_dir freezer "$CG/f")/freezer.state
elif [ -n "$V2_ROOT" ]; then
	state=$V2_ROOT/$CG/f/cgroup.freeze
else
	skip "no freezer in mode $MODE of linux $(uname -r)"
fi

is_frozen() {
	grep -qx 'FROZEN\|FREEZING\|1' "$state"
}

ticks() {
	sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'
}

makes_progress() {
	[ "$(ticks)" -gt "$before" ]
}

stands_still() {
	before=$(ticks)
	! stays_for 1 true || ! makes_progress
}

limited <<E
group $CG/f freeze
load
start $CG/f touch $T/went
E
is_frozen || fail "it is not frozen: $(cat "$state")"
stays_for 1 test ! -e "$T/went" || fail "it runs all the same"
limited <<E
thaw $CG/f
E
wait_for 5 test -e "$T/went" || fail "it does not go on"
! is_frozen || fail "it is still frozen"

# Thawed by hand, until the next load.
cat >"$T/thaw" <<E
#!/bin/sh
case $state in *.state) echo THAWED ;; *) echo 0 ;; esac >$state
E
chmod 755 "$T/thaw"
limited <<E
group $CG/f freeze
group $CG/g
load
run $CG/g $T/thaw
check
E
! is_frozen || fail "what was thawed by hand is frozen again"
limited <<E
group $CG/f freeze
load
E
is_frozen || fail "it is not frozen by the next load"

# No longer configured so.
limited <<E
group $CG/f freeze
load
group $CG/f
load
start $CG/f $T/bin/eat count
E
! is_frozen || fail "it is frozen though it is no longer configured"
pid=$(sed -n 's/^pid //p' "$OUT")
before=$(ticks)
wait_for 10 makes_progress || fail "it does not run"
limited <<E
freeze $CG/f
E
wait_for 10 stands_still || fail "it runs though it is frozen"
limited <<E
thaw $CG/f
E
before=$(ticks)
wait_for 10 makes_progress || fail "it does not go on"
