#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# Below it, below what is mounted below it, and below what is mounted there later.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir -p "$T/tree/a/b/c" "$T/tree/mounted" "$T/tree/later" "$T/beside"
mount -t tmpfs cgredtest "$T/tree/mounted"
mkdir "$T/tree/mounted/d"
for f in tree/1 tree/a/b/c/2 tree/mounted/d/3 beside/4 treefile; do echo x >"$T/$f"; done
listen "rw:$T/tree" "r:$T/settle"

fresh "cat '$T/tree/1' '$T/beside/4' '$T/treefile'; cat '$T/tree/a/b/c/2'; cat '$T/tree/mounted/d/3'"
fresh "cd '$T/tree/a/b'; cat c/2; cat ../../mounted/d/3; mkdir new; echo >new/5; mv new ../moved; rm ../moved/5"
assert_told access=r "path=$T/tree/1"
assert_told access=r "path=$T/tree/a/b/c/2" A0=ffffff9c
assert_told access=r "path=$T/tree/mounted/d/3"
assert_told access=w "path=$T/tree/a/b/new" SYSCALL=mkdir
assert_told access=w "path=$T/tree/a/b/new/5"
assert_told access=w "path=$T/tree/a/b/new" "path=$T/tree/a/moved"
assert_told access=w "path=$T/tree/a/moved/5" COMM=rm
assert_not_told "path=$T/beside/4"
assert_not_told "path=$T/treefile"

mount -t tmpfs cgredtest "$T/tree/later"
echo x >"$T/tree/later/6"
later() {
	fresh "cat '$T/tree/later/6'"
	told access=r "path=$T/tree/later/6"
}
wait_for 10 later || fail "what is mounted later is not watched"
umount "$T/tree/later"
rm -r "$T/tree/a"
mkdir "$T/tree/a"
echo x >"$T/tree/a/7"
fresh "cat '$T/tree/a/7'"
assert_told access=r "path=$T/tree/a/7"

# The directory itself is replaced.
mv "$T/tree" "$T/old"
mkdir "$T/tree"
echo x >"$T/tree/8"
replaced() {
	fresh "cat '$T/tree/8'"
	told access=r "path=$T/tree/8"
}
wait_for 10 replaced || fail "the directory that took its place is not watched"
settle_events
n=$(grep -c '^event' "$EVENTS")
fresh "cat '$T/old/1'"
settle_events
assert test "$(grep -c '^event' "$EVENTS")" -eq $((n + 1))
stop_listening
as_found
