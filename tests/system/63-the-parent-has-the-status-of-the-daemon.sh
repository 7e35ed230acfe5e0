#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In daemon mode a start that fails is the caller's to see: 99 for bad rules, 3 for a bad user.
. "$(dirname "$0")/../lib.sh"

echo "$BASE_UID $C1" >"$T/rules"
cgred --logfile="$T/log"
assert_status 99
assert grep -q "$T/rules:1:[0-9]" "$OUT" "$T/log"
assert [ ! -e "$T/run/cgred.pid" ]

echo "$BASE_UID $C1 $CG/x" >"$T/rules"
cgred --logfile="$T/log" -u "${TAG}nobody"
assert_status 3
assert [ ! -e "$T/run/cgred.pid" ]
for pid in $(ours); do
	[ "$(readlink "/proc/$pid/exe")" != "$CGRED" ] || fail "a daemon is left: $pid"
done
