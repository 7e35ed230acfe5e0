#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# Each access is told by its own kind; O_RDWR is both; what nobody asked for is not told.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

for f in read written both program; do echo x >"$T/$f"; done
rm "$T/program"
cp "$T/bin/steps" "$T/program"
listen "r:$T/read" "w:$T/written" "rw:$T/both" "x:$T/program" "r:$T/settle"

fresh "cat '$T/read'; cat '$T/written'; echo >>'$T/read'; echo >>'$T/written'; exec 3<>'$T/both'"
fresh "'$T/program' exit 0"
fresh "cat '$T/program'; touch '$T/program'"
assert_told access=r "path=$T/read" success=1 COMM=cat SYSCALL=openat
assert_told access=w "path=$T/written" RESULT=success
assert_told access=rw "path=$T/both"
assert_told access=x "path=$T/program" SYSCALL=execve "EXE=$T/program"
assert_not_told access=w "path=$T/read"
assert_not_told access=r "path=$T/written"
assert_not_told access=r "path=$T/program"
assert_not_told access=w "path=$T/program"

# What is left out is not told any more, and what stays is not interrupted.
kill -USR2 "$LISTENER"
wait_for 5 grep -q '^replaced' "$EVENTS" || fail "the watches are not replaced"
n=$(grep -c " path=$T/read " "$EVENTS")
fresh "cat '$T/read'; mv '$T/written' '$T/moved'; rm '$T/both'"
assert_told access=w "path=$T/written" "path=$T/moved"
assert_told access=w "path=$T/both"
settle_events
assert test "$(grep -c " path=$T/read " "$EVENTS")" -eq "$n"

# Replacing itself leaves no rule behind, and none is missing.
assert test "$(auditctl -l | grep -c "$T/")" -eq 5
stop_listening
as_found
