#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file that the kernel cannot execute was held all the same: its caller, which goes on as what it was, is
# put back where it was.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
SYNC=auto

n=$BASE_UID
make_group "$CG/a"
mkfifo "$T/go"
chmod 666 "$T/go"
printf 'read line <%s/go\n' "$T" >"$T/bin/noexec"
chmod 755 "$T/bin/noexec"
rules <<E
$n:$T/bin/noexec  $C1  $CG/a
E
start_daemon
grep -q 'before their first instruction' "$LOG" || skip "$(grep 'no exec gate' "$LOG")"

# The shell tries to execute it, is told ENOEXEC, and reads it as a script itself.
as "$n" "$n" /bin/sh -c "$T/bin/noexec; :"
shell=$PID
was_taken_back() {
	grep -q "taken back: [0-9]* did not execute $T/bin/noexec" "$LOG"
}
wait_for 10 was_taken_back || fail "nothing was taken back"
child=$(sed -n 's/.* taken back: \([0-9]*\) did.*/\1/p' "$LOG" | tail -n 1)
assert_unmoved "$child"
echo >"$T/go"
wait "$shell"
stop_daemon
