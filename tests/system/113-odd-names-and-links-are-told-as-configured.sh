#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# Blanks, quotes, operators and bytes of all kinds; symbolic links in the path and at its end; hard links; names
# relative to a directory's descriptor.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

odd="$T/a b\"c'd"
newline="$T/n
l"
mkdir -p "$T/real/sub" "$odd"
for f in "$odd/x>=y" "$T/a!=b" "$T/ö$" "$newline" "$T/real/file" "$T/real/sub/s" "$T/CAFE"; do echo x >"$f"; done
ln -s real "$T/link"
ln -s real/file "$T/flink"
ln "$T/real/file" "$T/hard"
listen "r:$odd" "r:$T/a!=b" "r:$T/ö$" "r:$newline" "r:$T/CAFE" "r:$T/link" "w:$T/flink" "r:$T/settle"
assert grep -qx "ready 0" "$EVENTS"

cd "$T"
fresh "cat '$T/a!=b'; cat 'ö$'; cat CAFE; cat a*/x*; cat n*l"
assert_told access=r "path=$T/a!=b"
assert_told access=r "path=$T/\\303\\266$"
assert_told access=r "path=$T/CAFE"
assert_told access=r "path=$T/a\\040b\"c'd/x>=y"
assert_told access=r "path=$T/n\\012l"

# The directory is configured by its link.
fresh "cat '$T/link/file'"
fresh "cat '$T/real/sub/s'"
assert_told access=r "path=$T/link/file" COMM=cat
assert_told access=r "path=$T/link/sub/s"
assert_not_told access=r "path=$T/real/sub/s"
# The file, too: by either name, and by one more.
fresh "echo 1 >>'$T/flink'"
assert_told access=w "path=$T/flink"
n=$(grep -c " access=w .* path=$T/flink " "$EVENTS")
fresh "echo 2 >>'$T/real/file'"
fresh "echo 3 >>'$T/hard'"
both() {
	[ "$(grep -c " access=w .* path=$T/flink " "$EVENTS")" -eq $((n + 2)) ]
}
wait_for 5 both || fail "the file is not told by its other names"

# By a descriptor of a process that may be gone: never by a wrong name.
fresh "cd '$T/link'; find . -name 's*' -exec grep -r x . \;"
assert_told access=r COMM=find "path=$T/link"
assert_not_told access=r "path=$T/s"
stop_listening
as_found
