#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# last: yes
# needs: program:auditctl
# vm-only
# "enabled 2" is until the next boot: it is said, nothing is changed, and the records of others are still read.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

no_rules
echo x >"$T/file"
auditctl -w "$T/file" -p r -k cgred_site >/dev/null 2>&1
auditctl -e 2 >/dev/null
auditctl -l >"$T/locked"
"$T/bin/cgred-audit" -s "$T/state" "r:$T/file" >"$T/out" 2>&1 && fail "watches are set although it is locked"
cat "$T/out"
assert grep -q "audit_set_watches: Operation not permitted" "$T/out"
assert test ! -e "$T/state"
auditctl -l | cmp - "$T/locked"
listen -p reuse "r:$T/file"
fresh "cat '$T/file'"
assert_told access=r "path=$T/file" key=cgred_site
stop_listening
