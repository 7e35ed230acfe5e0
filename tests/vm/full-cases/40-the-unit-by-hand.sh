#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The unit as it is used: a reload is over when the new rules are in force, also with Type=notify-reload; one with
# mistakes leaves the old ones; a daemon that dies comes back; a start that cannot work says why and is not repeated;
# the settings files count.
# setup: yes
# inits: systemd
# timeout: 240
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo 'alice  pids  first/%u' | install_cgred idle-1
	exit 0
fi

main_pid() { systemctl show -p MainPID --value cgred; }
# Five starts in ten seconds are all that systemd allows; this machine may be that quick.
restart() {
	systemctl reset-failed cgred
	systemctl restart cgred
}
property() { systemctl show -p "$1" --value cgred; }
# runs_in GROUP: a program that starts now gets there. Not by and by: at a wrong place it would stay.
runs_in() {
	setpriv --reuid=1001 --regid=1001 --init-groups /usr/local/bin/idle-1 >/dev/null &
	pid=$!
	wait_for 20 is_in $pid pids "$1" || fail "not in $1: $(cat /proc/$pid/cgroup)"
	kill $pid
}
# A file that takes its time to read: 20000 rules before the one that counts.
slow_rules() {
	awk 'BEGIN { for (i = 0; i < 20000; i++) print "bob:/usr/bin/program" i " pids nowhere" }'
	echo "alice pids $1/%u"
}
reloads() {
	local old
	slow_rules "$1" > /etc/cgrules.conf
	old=$(main_pid)
	systemctl reload cgred || fail "$1: reload"
	runs_in "$1/alice"
	[ "$(main_pid)" = "$old" ] || fail "$1: a reload made it another process"
	[ "$(property ActiveState)/$(property SubState)" = active/running ] || fail "$1: is $(property SubState) after it"
	echo "ok: the rules of $1 are in force when the reload is over"
}

runs_in first/alice
reloads second
reloads third
echo 'this is no rule' > /etc/cgrules.conf
systemctl reload cgred || echo "a reload with mistakes fails"
sleep 1
systemctl is-active --quiet cgred || fail "a reload with mistakes ended it"
runs_in third/alice
systemctl status cgred --no-pager > /tmp/status || :
grep -q '/etc/cgrules.conf:1' /tmp/status /var/log/cgred.log || fail "nothing says where the mistake is"

if [ "$(systemctl --version | awk 'NR == 1 { print $2 }')" -ge 253 ]; then
	mkdir -p /run/systemd/system/cgred.service.d
	printf '%s\n' '[Service]' Type=notify-reload ReloadSignal=SIGUSR2 ExecReload= > /run/systemd/system/cgred.service.d/type.conf
	echo 'alice pids fourth/%u' > /etc/cgrules.conf
	systemctl daemon-reload
	restart || fail "restart with Type=notify-reload"
	reloads fifth
	echo 'this is no rule' > /etc/cgrules.conf
	systemctl reload cgred || echo "a reload with mistakes fails"
	runs_in fifth/alice
	rm -r /run/systemd/system/cgred.service.d
	systemctl daemon-reload
fi

echo 'alice pids sixth/%u' > /etc/cgrules.conf
restart || fail "restart"
runs_in sixth/alice
old=$(main_pid)
kill -KILL "$old"
came_back() { [ "$(property ActiveState)" = active ] && [ "$(main_pid)" != "$old" ]; }
wait_for 20 came_back || fail "a daemon that was killed does not come back"
runs_in sixth/alice
[ "$(property NRestarts)" = 1 ] || fail "restarted $(property NRestarts) times"

# ---- the settings
echo 'alice pids from-own-file/%u' > /etc/my-rules
mkdir -p /etc/sysconfig
printf '%s\n' 'CONFIG_FILE="/etc/my-rules"' 'LOG_FILE="/var/log/my.log"' 'LOG="-v"' SOCKET_USER=alice 'SOCKET_GROUP="students"' \
	'SCAN=no' 'NODAEMON="--nodaemon"' 'OPTIONS="--remove-empty 300 -v"' > /etc/default/cgred
restart || fail "restart with settings"
runs_in from-own-file/alice
[ "$(stat -c %U:%G:%a /run/cgred.socket)" = alice:students:660 ] || fail "the socket is $(stat -c %U:%G:%a /run/cgred.socket)"
grep -q ready /var/log/my.log || fail "nothing in the log file of the settings"
tr '\0' ' ' < "/proc/$(main_pid)/cmdline"
echo
mv /etc/default/cgred /etc/sysconfig/cgred.conf
sed -i 's/from-own-file/again/' /etc/my-rules
restart || fail "restart with settings in sysconfig"
runs_in again/alice
echo 'LOG="--nolog"' > /etc/sysconfig/cgred.conf
restart || fail "restart with --nolog"
runs_in sixth/alice
rm /etc/sysconfig/cgred.conf

# ---- starts that cannot work
fails_with() {
	! restart 2>/tmp/said || fail "starts: $2"
	sleep 1
	[ "$(property ExecMainStatus)" = "$1" ] || fail "$2: status $(property ExecMainStatus), not $1"
	[ "$(property ActiveState)" = failed ] || fail "$2: is $(property ActiveState)"
	systemctl status cgred --no-pager --full --lines 20 > /tmp/status || :
	grep -q "status=$1" /tmp/status || fail "$2: systemctl status does not show it: $(cat /tmp/status)"
	grep -q -e "$3" /tmp/status || fail "$2: systemctl status does not say '$3': $(cat /tmp/status)"
	systemctl reset-failed cgred
	echo "ok: $2"
}
echo 'this is no rule' > /etc/cgrules.conf
fails_with 99 "mistakes in the rules" '/etc/cgrules.conf:1'
echo 'alice pids sixth/%u' > /etc/cgrules.conf
echo 'SOCKET_USER=nosuch' > /etc/default/cgred
fails_with 3 "an unknown user" nosuch
echo 'OPTIONS=--nosuch' > /etc/default/cgred
fails_with 2 "an unknown option" nosuch
rm /etc/default/cgred
systemctl start cgred || fail "does not start any more"
runs_in sixth/alice
systemctl stop cgred
[ "$(property Result)" = success ] || fail "it did not end well"
for file in /run/cgred.pid /run/cgred.socket; do
	[ ! -e $file ] || fail "it left $file"
done
