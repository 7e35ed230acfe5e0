#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A base name that is nowhere in the usual directories is placed after its start, and the log says so. With
# --sync=always it is held wherever it is, also on a file system that is mounted later, and a program that no rule
# names is held once. This marks every file system, so only a VM may run it.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

[ "${KERNEL-}" ] || skip "it marks every file system: for VMs only"
private_mounts
make_group "$CG/a"
first tool-of-nowhere >/dev/null
first other >/dev/null
rules <<E
$n:tool-of-nowhere  $C1  $CG/a
E

start_gate
assert_logged '1 program columns \(the first: "tool-of-nowhere"\) are no known files'
stop_daemon

mark_log
start_gate --sync=always
assert_logged "as is every other program"
all_first "a name that is nowhere" "$CG/a" many fork "$T/bin/tool-of-nowhere"
see_first "other" "$TIMES" many fork "$T/bin/other"
held=$(log | grep -c "placed .*tool-of-nowhere.* before its first instruction")
assert [ "$held" = "$TIMES" ]

# A file system that comes later; its program is a copy.
mkdir "$T/later"
mount -t tmpfs later "$T/later"
settle
cp "$T/bin/tool-of-nowhere" "$T/later"
all_first "on a new file system" "$CG/a" many fork "$T/later/tool-of-nowhere"

# What was passed over is held when a rule names it.
reload <<E
$n:other  $C1  $CG/a
E
all_first "passed over before" "$CG/a" many fork "$T/bin/other"
see_first "named no more" "$TIMES" many fork "$T/bin/tool-of-nowhere"
assert [ "$(saw "$CG/a")" = 0 ]

# And back to files only.
mark_log
reload <<E
$n:$T/bin/tool-of-nowhere  $C1  $CG/a
E
assert_not_logged "as is every other program"
all_first "by its path" "$CG/a" many fork "$T/bin/tool-of-nowhere"
stop_daemon
execs=$(log | sed -n 's/.* ended: .* \([0-9]*\) execs held.*/\1/p')
echo "$execs execs were held in all"
[ "$execs" -lt $((4 * TIMES + 200)) ] || fail "$execs execs were held for $((4 * TIMES)) of programs that rules name"
