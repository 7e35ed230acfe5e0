#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A field of 4096 bytes and a line of 64 KiB are within the limits.
. "$(dirname "$0")/../lib.sh"

make_group "$CG/long"
list=$C2
while [ $((${#list} + ${#C1} + 1)) -le 4096 ]; do
	list=$list,$C1
done
while [ ${#list} -lt 4096 ]; do
	list=$list,
done
blanks=$(printf "%$((65536 - 4096 - ${#BASE_UID} - ${#CG} - 8))s" "")
echo "$BASE_UID $list $blanks $CG/long" | rules
assert [ "$(head -n 1 "$T/rules" | wc -c)" -gt 65534 ]
check
assert_status 0
start_daemon
as "$BASE_UID" "$BASE_UID" "$(program prog)"
assert_in "$PID" "$C1" "$CG/long"
assert_in "$PID" "$C2" "$CG/long"
stop_daemon
