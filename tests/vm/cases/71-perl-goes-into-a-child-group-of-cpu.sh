#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# libcgroup's functional test on v1: root's perl, named by its full path, goes into a child group of cpu.
#
# modes: v1 hybrid
# needs: perl
. "$(dirname "$0")/../../lib.sh"

need perl
make_group "$CG/childcg" cpu
rules <<E
root:/usr/bin/perl  cpu  $CG/childcg
E
start_daemon
start /usr/bin/perl -e 'sleep(600)'
assert_in "$PID" cpu "$CG/childcg"
assert_unmoved "$PID" pids
cat >"$T/bin/script" <<E
#!/usr/bin/perl
sleep(600);
E
chmod +x "$T/bin/script"
start "$T/bin/script"
assert_in "$PID" cpu "$CG/childcg"
as "$BASE_UID" "$BASE_UID" /usr/bin/perl -e 'sleep(600)'
assert_unmoved "$PID" cpu
grep -qx "$PID" "$(group_dir cpu "$CG/childcg")/cgroup.procs" && fail "somebody else's perl is there"
stop_daemon
