#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The init script beyond the everyday: settings in /etc/default/cgred, answers by the LSB when something is wrong, and
# a daemon that works is not ended for one that would not start.
# setup: yes
# inits: sysvinit
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo 'alice  pids  first/%u' | install_cgred idle-1 idle-early
	printf '%s\n' 'CONFIG_FILE="/etc/my-rules"' 'LOG_FILE="/var/log/my.log"' 'LOG="-v"' SOCKET_USER=alice \
		'SOCKET_GROUP="students"' SCAN=yes NODAEMON= 'OPTIONS="--remove-empty 300 -v"' > /etc/default/cgred
	echo 'alice pids mine/%u' > /etc/my-rules
	exit 0
fi

gives() {
	local status=0
	/etc/init.d/cgred "$2" >/tmp/said 2>&1 || status=$?
	[ "$status" = "$1" ] || fail "$2 gives $status, not $1: $(cat /tmp/said)"
	echo "ok: $2: $status${3:+ $3}: $(tr '\n' ' ' < /tmp/said)"
}
runs_in() {
	setpriv --reuid=1001 --regid=1001 --init-groups /usr/local/bin/idle-1 >/dev/null &
	pid=$!
	wait_for 20 is_in $pid pids "$1" || fail "not in $1: $(cat /proc/$pid/cgroup)"
	kill $pid
}

ls /etc/rc?.d/*cgred
ls /etc/rc0.d/K*cgred /etc/rc6.d/K*cgred /etc/rc2.d/S*cgred >/dev/null || fail "not enabled and disabled in the runlevels"

# ---- settings of the boot
gives 0 status
runs_in mine/alice
[ "$(stat -c %U:%G:%a /run/cgred.socket)" = alice:students:660 ] || fail "the socket is $(stat -c %U:%G:%a /run/cgred.socket)"
grep -q ready /var/log/my.log || fail "nothing in the log file of the settings"

# ---- a reload
echo 'alice pids other/%u' > /etc/my-rules
gives 0 flash
other() { runs_in other/alice; }
sleep 2
other

# ---- NODAEMON and --nolog: it is in the background all the same
printf '%s\n' 'NODAEMON="--nodaemon"' 'LOG="--nolog"' > /etc/default/cgred
gives 0 restart
runs_in first/alice
gives 0 status
printf '%s\n' 'NODAEMON=yes' 'LOG=yes' 'SCAN=--scan' > /etc/default/cgred
gives 0 condrestart
runs_in first/alice
rm /etc/default/cgred

# ---- what is wrong
gives 0 restart
old=$(cat /run/cgred.pid)
echo 'this is no rule' > /etc/cgrules.conf
gives 6 restart "with mistakes in the rules"
gives 6 condrestart "with mistakes in the rules"
[ "$(cat /run/cgred.pid)" = "$old" ] || fail "the daemon that worked is gone"
gives 0 reload "with mistakes in the rules"
sleep 1
runs_in first/alice
gives 0 stop
gives 6 start "with mistakes in the rules"
gives 3 status
echo 'alice  pids  first/%u' > /etc/cgrules.conf
echo 'SOCKET_GROUP=nosuch' > /etc/default/cgred
gives 6 start "with an unknown group"
echo 'OPTIONS=--nosuch' > /etc/default/cgred
gives 6 start "with an unknown option"
echo 'SCAN=perhaps' > /etc/default/cgred
gives 6 start "with a setting that means nothing"
rm /etc/default/cgred
status=0
setpriv --reuid=1001 --regid=1001 --clear-groups /etc/init.d/cgred start || status=$?
[ $status = 4 ] || fail "start as alice gives $status, not 4"
mv /usr/sbin/cgred /usr/sbin/cgred.away
gives 5 start "without the program"
mv /usr/sbin/cgred.away /usr/sbin/cgred
gives 0 start
kill -KILL "$(cat /run/cgred.pid)"
wait_for 10 test ! -e "/proc/$(cat /run/cgred.pid)"
gives 1 status "dead"
gives 7 reload "dead"
gives 0 start "after it died"
status=0
setpriv --reuid=1001 --regid=1001 --clear-groups /etc/init.d/cgred status || status=$?
[ $status = 0 ] || fail "status as alice gives $status, not 0"
runs_in first/alice
gives 0 stop
gives 0 stop "twice"
status=0
/etc/init.d/cgred || status=$?
[ $status = 2 ] || fail "no command gives $status, not 2"
service cgred start || fail "service cgred start"
service cgred status || fail "service cgred status"
