#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# READY=1 goes to the socket of NOTIFY_SOCKET, once the daemon is ready.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

rules </dev/null
start "$T/bin/listen" "$T/notify"
assert_eventually test -S "$T/notify"
NOTIFY_SOCKET=$T/notify
export NOTIFY_SOCKET
start_daemon
assert_eventually says READY=1
stop_daemon
