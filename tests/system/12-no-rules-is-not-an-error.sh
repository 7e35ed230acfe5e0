#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A missing or an empty rules file means no rules, said once; a reload finds the file that came later.
. "$(dirname "$0")/../lib.sh"

cgred --check
assert_status 0
: >"$T/rules"
cgred --check
assert_status 0
rm "$T/rules"

launch -v -v
wait_for 10 says_ready || fail "not ready without rules"
assert_eventually logged "$T/rules"
assert [ "$(log | grep -c "$T/rules")" -eq 1 ]

make_group "$CG/a"
echo "$BASE_UID $C1 $CG/a" | reload
as "$BASE_UID" "$BASE_UID" "$(program prog)"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
