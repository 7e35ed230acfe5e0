#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that is merely given the path of a script does not become that script.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

make_group "$CG/script"
interpreter=$(program interpreter)
printf '#!%s\n' "$interpreter" >"$T/bin/script"
chmod 755 "$T/bin/script"
rules <<E
$BASE_UID:script          $C1  $CG/script
$BASE_UID:$T/bin/script   $C1  $CG/script
E
start_daemon
as "$BASE_UID" "$BASE_UID" "$(program prog)" "$T/bin/script"
assert_unmoved "$PID"
as "$BASE_UID" "$BASE_UID" "$T/bin/script"
assert_in "$PID" "$C1" "$CG/script"
stop_daemon
