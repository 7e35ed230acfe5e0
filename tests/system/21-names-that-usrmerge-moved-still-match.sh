#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A rule for /bin/sleep matches /usr/bin/sleep, however it was started.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

[ -L /bin ] || skip "/bin is a directory here"
real=$(readlink -f /bin/sleep)
case $real in /usr/bin/sleep) ;; *) skip "/bin/sleep is $real" ;; esac
make_group "$CG/sleep"
make_group "$CG/usr"
rules <<E
$BASE_UID:/bin/sleep            $C1  $CG/sleep
$((BASE_UID + 1)):/usr/bin/sleep  $C1  $CG/usr
E
start_daemon
for path in /bin/sleep /usr/bin/sleep; do
	as "$BASE_UID" "$BASE_UID" "$path" 20
	assert_in "$PID" "$C1" "$CG/sleep"
	stop "$PID"
	as $((BASE_UID + 1)) "$BASE_UID" "$path" 20
	assert_in "$PID" "$C1" "$CG/usr"
	stop "$PID"
done
stop_daemon
