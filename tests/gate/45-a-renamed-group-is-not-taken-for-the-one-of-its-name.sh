#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The gate keeps its groups open. One of v1 that is renamed is not the rule's any more: the next program is in
# the group that has the name now, with its first instruction.
#
# vm: yes
# modes: v1 hybrid
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

dir=$(hierarchy "$C1")
[ ! -e "$dir/cgroup.controllers" ] || skip "$C1 is of the unified hierarchy, whose groups keep their names"
make_group "$CG/place" "$C1"
prog=$(first prog)
rules <<E
$n:$prog  $C1  $CG/place
E
start_gate

COUNT=1
for round in 1 2 3; do
	all_first "before rename $round" "$CG/place" by_user "$prog"
	mv "$dir/$CG/place" "$dir/$CG/old$round"
	make_group "$CG/place" "$C1"
	all_first "after rename $round" "$CG/place" by_user "$prog"
done
stop_daemon
