#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Where the daemon has no descriptor left for an event, the kernel would deny the exec. It does not come to that:
# the programs run, and are placed again as soon as there are descriptors.
#
# vm: yes
# needs: program:prlimit
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
need prlimit

make_group "$CG/a"
first=$(first first)
rules <<E
$n:$first  $C1  $CG/a
E
start_gate
all_first "with descriptors" "$CG/a" many fork "$first"

highest() {
	# shellcheck disable=SC2012  # numbers
	ls "/proc/$DAEMON/fd" | sort -n | tail -n 1
}
# The daemon looks for descriptors ten times a second. Until then the events can be quick enough to have a
# program in its group: only the log says which of them it was.
is_back() {
	start by_user "$first"
	wait "$PID"
	tried=${tried:+$tried|}$PID
	logged "placed ($tried) .* before its first instruction"
}
before=$(awk '/^Max open files/ { print $4 }' "/proc/$DAEMON/limits")
# As many as it has, fewer, and far fewer.
for limit in $(($(highest) + 1)) $(($(highest) / 2)) 4; do
	prlimit --pid "$DAEMON" --nofile="$limit:$before"
	see_first "with $limit descriptors" "$TIMES" many fork "$first"
	gate_figure "with $limit descriptors (all run)" "$(saw any)" "$TIMES"
	prlimit --pid "$DAEMON" --nofile="$before:$before"
	daemon_lives
	tried=
	wait_for 5 is_back || fail "nothing is held again"
	all_first "with descriptors again" "$CG/a" many fork "$first"
done
stop_daemon
