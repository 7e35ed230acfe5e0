#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The effective uid decides: who starts a set-user-id program gets the group of the file's owner.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/owner"
make_group "$CG/caller"
rules <<E
$((n + 1))  $C1  $CG/owner
$n          $C1  $CG/caller
E
prog=$(program prog)
suid=$(program suid)
chown $((n + 1)) "$suid"
chmod 4755 "$suid"
start_daemon
steps groups "" gid "$n" uid "$n" exec "$suid"
assert_in "$PID" "$C1" "$CG/owner"
as "$n" "$n" "$prog"
assert_in "$PID" "$C1" "$CG/caller"
stop_daemon
