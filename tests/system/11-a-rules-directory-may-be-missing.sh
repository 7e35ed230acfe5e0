#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# No directory is no error, at the start and at a reload.
. "$(dirname "$0")/../lib.sh"

make_group "$CG/a"
echo "$BASE_UID $C1 $CG/a" | rules
cgred --check --rules-dir "$T/none"
assert_status 0
mkdir "$T/rules.d"
start_daemon --rules-dir "$T/rules.d"
rmdir "$T/rules.d"
echo "$BASE_UID $C1 $CG/a" | reload
as "$BASE_UID" "$BASE_UID" "$(program prog)"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
