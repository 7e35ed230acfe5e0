#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# root, root:program, @root and the number 0: root's processes are placed, and go on to work there.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

for name in one two number group back; do
	make_group "$CG/$name"
done
rules_for_all <<E
root:one          $C1,$C2  $CG/one
root:$T/bin/two   $C1,$C2  $CG/two
0:three           $C1,$C2  $CG/number
root:steps        $C1      $CG/back
@root             $C1,$C2  $CG/group
E
start_daemon

start "$(program one)"
assert_in "$PID" "$C1" "$CG/one"
assert_in "$PID" "$C2" "$CG/one"
start "$(program two)"
assert_in "$PID" "$C1" "$CG/two"
start "$(program three)"
assert_in "$PID" "$C2" "$CG/number"
start "$(program four)"
assert_in "$PID" "$C1" "$CG/group"
assert_in "$PID" "$C2" "$CG/group"

# The effective gid is root's, the user is not.
steps groups "" egid 0 euid "$BASE_UID" exec "$T/bin/four"
assert_in "$PID" "$C1" "$CG/group"
# It comes back to be root.
steps groups "" euid "$BASE_UID" wait "$T/go" euid 0 idle
assert_in "$PID" "$C1" "$CG/group"
: >"$T/go"
assert_in "$PID" "$C1" "$CG/back"
stop_daemon
