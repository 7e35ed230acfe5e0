#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Not the real ones, neither for users nor for groups.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
new_user a
make_group "$CG/user"
make_group "$CG/group"
make_group "$CG/prog"
rules <<E
@$u:prog  $C1  $CG/prog
$NEW      $C1  $CG/user
@$u       $C1  $CG/group
E
start_daemon

start "$T/bin/setuid" -u "$NEW"
assert_in "$PID" "$C1" "$CG/user"
start "$T/bin/setuid" "$NEW_ID"
assert_in "$PID" "$C1" "$CG/user"
start "$T/bin/setuid" -g "$u"
assert_in "$PID" "$C1" "$CG/group"

prog=$(program prog)
steps groups "" egid "$u" exec "$prog"
assert_in "$PID" "$C1" "$CG/prog"
steps groups "" gid "$u" egid $((u + 1)) exec "$prog"
settle
assert [ "$(where "$PID" "$C1")" != "$CG/prog" ]
stop_daemon
