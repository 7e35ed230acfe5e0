#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# An exec that the kernel refuses (no program, too many arguments) or that was only asked about was held all
# the same: its caller, which goes on as what it was, is put back where it was, and what it executes then
# counts. Also when it has a group of its own, and when the group is made on demand.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
make_group "$CG/own"
make_group "$CG/made"
mkfifo "$T/go"
chmod 666 "$T/go"
printf 'read line <%s/go\n' "$T" >"$T/bin/noexec"
chmod 755 "$T/bin/noexec"
cp "$T/bin/noexec" "$T/bin/demand"
prog=$(program prog)
cp "$T/bin/steps" "$T/bin/named"
rules <<E
$n:$T/bin/noexec  $C1  $CG/a
$n:$T/bin/demand  $C1  $CG/made/%U
$n:$prog          $C1  $CG/a
$n:$T/bin/named   $C1  $CG/own
E
start_gate

taken_back() {
	logged "taken back: $1 did not execute $2 after all"
}

# fails HOW ERROR PROGRAM GROUP STEPS-PROGRAM: the caller is in GROUP ("": where the test is) afterwards.
fails() {
	mark_log
	as "$n" "$n" "$5" "$1" "$3" idle
	wait_for 5 says "not executed: $2" || fail "$1 of $3: $(cat "$OUT")"
	wait_for 10 taken_back "$PID" "$3" || fail "$1 of $3: nothing was taken back"
	if [ -n "$4" ]; then
		assert_in "$PID" "$C1" "$4"
	else
		assert_unmoved "$PID"
	fi
	stop "$PID"
}
# From 5.8 to 6.7 the kernel counts the arguments before it opens the program (fs/exec.c): nobody is held then.
counts_first() {
	uname -r | awk -F '[.-]' '{ v = $1 * 1000 + $2; exit !(v >= 5008 && v < 6008) }'
}

too_long() {
	if ! counts_first; then
		fails big 'Argument list too long' "$@"
		return
	fi
	as "$n" "$n" "$3" big "$1" idle
	wait_for 5 says "not executed: Argument list too long" || fail "big of $1: $(cat "$OUT")"
	settle
	if [ -n "$2" ]; then
		assert_in "$PID" "$C1" "$2"
	else
		assert_unmoved "$PID"
	fi
	stop "$PID"
}
for steps in "$T/bin/steps" "$T/bin/named"; do
	group=
	[ "$steps" = "$T/bin/steps" ] || group=$CG/own
	fails try 'Exec format error' "$T/bin/noexec" "$group" "$steps"
	fails try 'Exec format error' "$T/bin/demand" "$group" "$steps"
	too_long "$prog" "$group" "$steps"
done
as "$n" "$n" "$T/bin/steps" check "$prog" say over
wait_for 5 says over || fail "it does not end: $(cat "$OUT")"
if says 'not executed: Success'; then
	fails check Success "$prog" "" "$T/bin/steps"
else
	echo "without AT_EXECVE_CHECK"
fi

# The shell tries to execute it, is told ENOEXEC, and reads it as a script itself.
mark_log
as "$n" "$n" /bin/sh -c "$T/bin/noexec; :"
shell=$PID
wait_for 10 taken_back '[0-9]*' "$T/bin/noexec" || fail "nothing was taken back"
child=$(log | sed -n 's/.* taken back: \([0-9]*\) did.*/\1/p' | tail -n 1)
assert_unmoved "$child"
echo >"$T/go"
wait "$shell"

# Asked about first, then executed.
as "$n" "$n" "$T/bin/steps" big "$prog" exec "$prog"
assert_runs "$prog"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
