#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# --moved-away reassert: put back at its next event, three times in ten seconds; then it is left where
# it is, and the log says so at the default level. Ten quiet seconds later the counting begins anew.
#
# vm: yes
# timeout: 400
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
make_group "$CG/a"
make_group "$CG/elsewhere"
cp "$T/bin/steps" "$T/bin/prog"
prog=$T/bin/prog
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon_plain --moved-away reassert
elsewhere=$(group_dir "$C1" "$CG/elsewhere")/cgroup.procs
next=0
# Moved away, and then an exec of it.
move_away() {
	echo "$PID" >"$elsewhere"
	next=$((next + 1))
	: >"$T/go$next"
	_at_exec=$next
	wait_for 5 says "^at $next\$" || fail "no exec: $(cat "$OUT")"
	settle
}
chain() {
	next=0
	rm -f "$T"/go*
	as "$n" "$n" "$prog" wait "$T/go1" exec "$prog" say "at 1" wait "$T/go2" exec "$prog" say "at 2" \
		wait "$T/go3" exec "$prog" say "at 3" wait "$T/go4" exec "$prog" say "at 4" \
		wait "$T/go5" exec "$prog" say "at 5" idle
	assert_in "$PID" "$C1" "$CG/a"
}
chain
back=0
for _ in 1 2 3; do
	move_away
	wait_for 2 is_in "$PID" "$C1" "$CG/a" && back=$((back + 1))
done
[ $back -eq 3 ] || fail "put back $back times"
assert_not_logged 'somebody keeps moving'
move_away
assert is_in "$PID" "$C1" "$CG/elsewhere"
assert_logged 'somebody keeps moving'
move_away
assert is_in "$PID" "$C1" "$CG/elsewhere"
[ "$(log | grep -c 'somebody keeps moving')" -eq 1 ] || fail "said more than once"
figure 8 "moved away 5 times in 10 s (reassert): put back 3 times" 5 5 0 0 0

# A process that is moved away now and then is always put back.
if [ "${CGRED_VM-}" != 1 ]; then
	chain
	for _ in 1 2 3 4; do
		move_away
		assert is_in "$PID" "$C1" "$CG/a"
		sleep 4
	done
	figure 8 "moved away every 4 s (reassert)" 4 4 0 0 0
fi
stop_daemon
