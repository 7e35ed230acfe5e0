#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The kernel notes an exec with the groups of then. Whoever has others later, without another exec, has them.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
cp "$T/bin/steps" "$T/bin/changer"
rules <<E
@$n:$T/bin/changer     $C1  $CG/a
$((n + 1)):/nothing    $C1  $CG/other
E
start_daemon

steps groups "" euid $((n + 1)) exec "$T/bin/changer" ms 500 euid 0 groups "$n" euid $((n + 1)) idle
assert_in "$PID" "$C1" "$CG/a"

# Those of the exec itself count for that.
steps groups "$n" euid $((n + 1)) exec "$T/bin/changer" idle
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
