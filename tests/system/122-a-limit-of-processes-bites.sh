#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# In a group that has as many processes as it may have, fork() fails.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

need_controller pids
limited <<E
group $CG/p pids=10
load
run $CG/p $T/bin/eat pids 50
E
assert_limited 'forked 9, then EAGAIN' 'exit 0'
limited <<E
group $CG/p in=pids
load
run $CG/p $T/bin/eat pids 50
E
assert_limited 'forked 50' 'exit 0'
[ "$(cat "$(group_dir pids "$CG/p")/pids.max")" = max ] || fail "it is still limited"
