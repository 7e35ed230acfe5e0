#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# -s with its facility (0 to 7 for local0 to local7, D for daemon), --syslog.
. "$(dirname "$0")/../lib.sh"

private_mounts
mount -t tmpfs -o mode=755 cgredtest /dev
mknod -m 666 /dev/null c 1 3
mknod -m 666 /dev/zero c 1 5
mknod -m 666 /dev/urandom c 1 9

tries=0
start "$T/bin/listen" /dev/log
assert_eventually test -S /dev/log

# try FACILITY OPTION...: the warning arrives with this facility.
try() {
	facility=$1
	shift
	tries=$((tries + 1))
	user=${TAG}x$tries
	echo "$user $C1 $CG/x" >"$T/rules"
	"$CGRED" --nodaemon --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
		--runtime-dir "$T/run" "$@" >"$T/stdout" 2>&1 &
	DAEMON=$!
	assert_eventually says "$T/rules:1.*$user"
	wait_for_pid_file
	priority=$(sed -n "s/^<\([0-9]*\)>.*$user.*/\1/p" "$OUT" | head -n 1)
	[ $((priority / 8)) -eq "$facility" ] || fail "$*: <$priority> is not facility $facility"
	[ $((priority % 8)) -eq 4 ] || fail "$*: <$priority> is not a warning"
	stop_daemon
}
try 3 -s
try 19 -s3
try 23 -s7
try 3 -sD
try 3 --syslog
try 16 --syslog=0
