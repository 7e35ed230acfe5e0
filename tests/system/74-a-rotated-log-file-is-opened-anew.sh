#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# After a SIGHUP the log goes to a new file of the old name, as logrotate wants it.
. "$(dirname "$0")/../lib.sh"

echo "${TAG}x $C1 $CG/x" >"$T/rules"
"$CGRED" --nodaemon --config "$T/rules" --cgconfig "$T/cgconfig.conf" --runtime-dir "$RUN_DIR" \
	--logfile="$T/daemon.log" &
DAEMON=$!
wait_for_pid_file
mv "$T/daemon.log" "$T/daemon.log.1"
echo "${TAG}y $C1 $CG/x" >"$T/rules"
kill -HUP "$DAEMON"
assert_eventually grep -q "${TAG}y" "$T/daemon.log"
! grep -q "${TAG}y" "$T/daemon.log.1" || fail "the old file has it"
stop_daemon
