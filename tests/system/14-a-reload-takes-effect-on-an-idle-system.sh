#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGUSR2 and SIGHUP reload at once: nothing forks or execs here between the signal and the answer.
. "$(dirname "$0")/../lib.sh"

rules </dev/null
start_daemon_plain
for signal in 12 1; do
	echo "${TAG}x$signal $C1 $CG/x" >"$T/rules"
	steps ms 300 kill "$signal" "$DAEMON" await "$LOG" "${TAG}x$signal" say answered
	wait "$PID" || fail "signal $signal: no answer on an idle system"
	assert says answered
done
stop_daemon
