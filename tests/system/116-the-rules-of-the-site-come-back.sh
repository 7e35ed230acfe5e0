#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# vm: yes
# needs: program:auditctl
# preserve leaves them alone; override takes them out and puts them back in their order; reuse adds none.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../audit-lib.sh"

no_rules
for f in a b c mine; do echo x >"$T/$f"; done
mkdir "$T/d"
auditctl -a always,exit -F arch=b64 -S openat -F "path=$T/a" -F success=1 -k fetter_a >/dev/null 2>&1
auditctl -a always,exit -F "dir=$T/d" -F perm=wa -k "cgred_site" >/dev/null 2>&1
auditctl -w "$T/b" -p r -k "site b" >/dev/null 2>&1
auditctl -w "$T/c" -p r -k fetter_c >/dev/null 2>&1
auditctl -a never,exit -F "path=$T/none" >/dev/null 2>&1
auditctl -l >"$T/site"
cat "$T/site"
assert test "$(wc -l <"$T/site")" -eq 5
site_is_back() {
	auditctl -l | cmp -s - "$T/site" || fail "$1: the rules of the site are now: $(auditctl -l)"
}

listen -p preserve "r:$T/mine" "r:$T/a" "r:$T/settle"
auditctl -l | grep -v 'key=cgred_[0-9]' | cmp -s - "$T/site" || fail "preserve changes the rules of the site"
fresh "cat '$T/mine' '$T/b' '$T/c'; cat '$T/a'; echo >'$T/d/x'"
assert_told access=r "path=$T/mine"
assert_told access=r "path=$T/a"
assert_not_told "path=$T/b"
assert_not_told "path=$T/c"
assert_not_told "path=$T/d/x"
stop_listening
site_is_back preserve

listen -p override "r:$T/mine" "r:$T/settle"
auditctl -l | grep -v 'key=cgred_[0-9]*_r_' && fail "override leaves rules of the site"
fresh "cat '$T/mine'"
assert_told access=r "path=$T/mine"
stop_listening
site_is_back override
# Killed in the middle, they come back at the next start.
listen -p override "r:$T/mine" "r:$T/settle"
kill -KILL "$LISTENER"
wait "$LISTENER" 2>/dev/null || :
listen -p preserve "r:$T/settle"
auditctl -l | grep -v 'key=cgred_[0-9]' | cmp -s - "$T/site" || fail "after a SIGKILL the rules are: $(auditctl -l)"
stop_listening
site_is_back "after a SIGKILL"

was=$(sed -n 's/^enabled //p' "$T/audit.before")
auditctl -e 1 >/dev/null
listen -p reuse "r:$T/a" "r:$T/c"
site_is_back "while reuse listens"
fresh "cat '$T/a'; cat '$T/b'; cat '$T/c'; echo >'$T/d/x'; cat '$T/c'"
assert_told access=r "path=$T/a" key=fetter_a
assert_told access=r "path=$T/c" key=fetter_c
assert_told access=w "path=$T/d/x" key=cgred_site
told "path=$T/b" && fail "reuse tells what has another key"
stop_listening
site_is_back reuse
auditctl -e "$was" >/dev/null
auditctl -D >/dev/null 2>&1
as_found
