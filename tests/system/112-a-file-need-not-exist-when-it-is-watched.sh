#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# It may come later, also with its directory, go and come back; and be a directory then.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir "$T/here"
listen "rw:$T/here/file" "w:$T/not/there/file" "r:$T/here/dir" "r:$T/settle"
assert grep -q "^$T/not/there/file: warning: cannot be watched yet" "$EVENTS"
assert grep -qx "ready 1" "$EVENTS"

fresh "echo 1 >'$T/here/file'; cat '$T/here/file'"
assert_told access=w "path=$T/here/file"
assert_told access=r "path=$T/here/file"

mkdir -p "$T/not/there" "$T/here/dir"
wait_for 10 grep -qx "ready 0" "$EVENTS" || fail "what could not be watched is not tried again"
fresh "echo 1 >'$T/not/there/file'"
assert_told access=w "path=$T/not/there/file"
echo x >"$T/here/dir/x"
in_directory() {
	fresh "cat '$T/here/dir/x'"
	told access=r "path=$T/here/dir/x"
}
wait_for 10 in_directory || fail "what became a directory is not watched as one"

# Replaced, as editors and package managers do.
n=$(grep -c " access=r .* path=$T/here/file " "$EVENTS")
fresh "echo 2 >'$T/here/new'; mv '$T/here/new' '$T/here/file'; cat '$T/here/file'"
more() {
	[ "$(grep -c " access=r .* path=$T/here/file " "$EVENTS")" -gt "$n" ]
}
wait_for 5 more || fail "the file that took its place is not watched"

# With its directory the kernel takes the rule away.
rm -r "$T/not"
wait_for 10 grep -qx "ready 1" "$EVENTS" || true
mkdir -p "$T/not/there"
again() {
	fresh "echo again >>'$T/not/there/file'"
	told "path=$T/not/there/file" A2=441
}
wait_for 10 again || fail "the directory that came back is not watched"

# So does an administrator, or an audit daemon that loads its own rules; or they switch it off.
if grep -qx 'No rules' "$T/audit.before"; then
	auditctl -D >/dev/null
	auditctl -e 0 >/dev/null
	removed() {
		fresh "cat '$T/here/file' '$T/here/file'"
		auditctl -l | grep -q "path=$T/here/file" && auditctl -s | grep -q '^enabled 1'
	}
	wait_for 10 removed || fail "rules that somebody removed do not come back"
	auditctl -e 0 >/dev/null
	was=$(sed -n 's/^enabled //p' "$T/audit.before")
	on() {
		auditctl -s | grep -q '^enabled 1'
	}
	sleep 1
	stop_listening
	# Off is how somebody left it.
	assert_eventually sh -c "auditctl -s | grep -q '^enabled 0'"
	auditctl -e "$was" >/dev/null
else
	stop_listening
fi
as_found
