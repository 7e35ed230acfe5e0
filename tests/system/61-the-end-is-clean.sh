#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGTERM and SIGINT: status 0, pid file and socket are gone.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

for signal in TERM INT; do
	rules </dev/null
	start_daemon
	assert [ -S "$T/run/cgred.socket" ]
	assert [ -s "$T/run/cgred.pid" ]
	kill -$signal "$DAEMON"
	wait_for 5 is_gone "$DAEMON" || fail "does not end on SIG$signal"
	status=0
	wait "$DAEMON" || status=$?
	assert [ $status -eq 0 ]
	assert [ ! -e "$T/run/cgred.socket" ]
	assert [ ! -e "$T/run/cgred.pid" ]
done
