#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# *.conf sorted by name; everything else in it is left out with a notice; the last line needs no end.
. "$(dirname "$0")/../lib.sh"

for name in main a b c; do
	make_group "$CG/$name"
done
u=$BASE_UID
mkdir "$T/rules.d"
line() {
	printf '%s %s %s' "$1" "$C1" "$CG/$2"
}
{ line "$u" b; echo; line $((u + 1)) b; echo; line $((u + 2)) b; } >"$T/rules.d/20-b.conf"
{ line "$u" a; echo; line $((u + 1)) a; } >"$T/rules.d/10-a.conf"
for name in .hidden.conf 05-c.conf~ 05-c.conf.bak 05-readme 05-c.conf.dpkg-old; do
	line $((u + 3)) c >"$T/rules.d/$name"
done
echo "$u $C1 $CG/main" | rules
start_daemon --rules-dir "$T/rules.d"
prog=$(program prog)

expect() {
	as "$1" "$1" "$prog"
	assert_in "$PID" "$C1" "$CG/$2"
}
expect "$u" main
expect $((u + 1)) a
expect $((u + 2)) b
as $((u + 3)) 1 "$prog"
assert_unmoved "$PID"
for name in '05-c.conf~' 05-c.conf.bak 05-readme; do
	assert_logged "$name"
done

echo "broken" >"$T/rules.d/30-broken.conf"
cgred --check --rules-dir "$T/rules.d"
assert_status 99
assert_says "$T/rules.d/30-broken.conf:1:[0-9]+"
stop_daemon
