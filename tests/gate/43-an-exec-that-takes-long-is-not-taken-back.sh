#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Between the gate's answer and the exec event can be seconds: a slow disk, no processor. That is no exec that did not
# happen, whichever thread it is by: the process stays in its group, and is placed once.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

helper hold
make_group "$CG/a"
slow=$(program slow)
printf '#!%s\n' "$slow" >"$T/bin/script"
chmod 755 "$T/bin/script"
rules <<E
$n:$T/bin/script  $C1  $CG/a
E
start_gate

# hold_up HOLD-ARG STEP...: who takes the steps, the last of them an exec of the script, is held for five seconds.
hold_up() {
	_how=$1
	shift
	mark_log
	rm -f "$T/end"
	mkfifo "$T/end"
	"$T/bin/hold" "$slow" ${_how:+"$_how"} <"$T/end" >"$T/held" 2>&1 &
	holder=$!
	exec 9>"$T/end"
	wait_for 5 grep -q ready "$T/held" || skip "no program can be held: $(cat "$T/held")"
	steps groups "" gid "$n" uid "$n" "$@" 9>&-
	wait_for 5 logged "placed $PID .*before its first instruction" ||
		fail "the gate did not place it: $(log | tail -n 2)"
	wait_for 5 grep -q "held " "$T/held" || fail "the interpreter is not held: $(cat "$T/held")"
	stays_for 5 is_in "$PID" "$C1" "$CG/a" || fail "it was taken back: $(log | tail -n 1)"
	! runs "$slow" || fail "the exec was over too soon"
	exec 9>&-
	wait $holder || fail "hold: $(cat "$T/held")"
}

# goes_on STEP...: the exec that is held happens.
goes_on() {
	hold_up "" "$@" exec "$T/bin/script"
	wait_for 5 runs "$slow" || fail "the exec did not go on"
	settle
	assert_in "$PID" "$C1" "$CG/a"
	assert_not_logged 'taken back'
	[ "$(placements "$PID")" -eq 1 ] || fail "$(placements "$PID") placements: $(log | grep "placed $PID ")"
	stop "$PID"
}

goes_on
goes_on thread

# It fails at last.
hold_up deny try "$T/bin/script" idle
wait_for 10 grep -q 'not executed: Operation not permitted' "$OUT" || fail "the exec did not fail: $(cat "$OUT")"
wait_for 10 logged "taken back: $PID did not" || fail "an exec that failed late is not taken back"
assert_unmoved "$PID"
stop "$PID"
daemon_lives
