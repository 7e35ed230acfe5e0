#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rules file, cgconfig.conf, the rules directory and the runtime directory go away: it goes on.
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"
mkdir "$T/rules.d"
echo "$n $C1 $CG/a" >"$T/rules.d/a.conf"
rules </dev/null
start_daemon --rules-dir "$T/rules.d"
rm -rf "$T/rules.d" "$T/rules" "$T/cgconfig.conf" "$T/run"
for signal in USR2 HUP USR1; do
	kill -$signal "$DAEMON"
done
: >"$T/cgconfig.conf"
mkdir "$T/rules.d"
echo "$n $C1 $CG/a" >"$T/rules.d/a.conf"
reload </dev/null
as "$n" "$n" "$(program prog)"
assert_in "$PID" "$C1" "$CG/a"
stop_daemon
