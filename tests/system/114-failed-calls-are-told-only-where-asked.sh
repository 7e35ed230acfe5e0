#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

mkdir "$T/d"
echo x >"$T/plain"
echo x >"$T/asked"
chmod 600 "$T/plain" "$T/asked"
listen "rw:$T/plain" "rf:$T/asked" "rwf:$T/d" "r:$T/settle"

n=$BASE_UID
try='for f in plain asked d/none; do cat "$0/$f"; echo >>"$0/$f"; done'
as "$n" "$n" /bin/sh -c "$try" "$T"
wait_for 5 is_gone "$PID" || fail "the reader does not end"
assert_told access=r "path=$T/asked" success=0 RESULT=fail EXIT=EACCES "UID=$n" "EUID=$n" COMM=cat
assert_not_told "path=$T/plain"
fresh "cat '$T/plain'; cat '$T/asked'"
assert_told access=r "path=$T/asked" success=1 RESULT=success
assert_told access=r "path=$T/plain" success=1
stop_listening
as_found
