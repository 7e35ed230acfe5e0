#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Other ways in which a program comes to run as a user: cron, sudo, runuser, a service with User=, DynamicUser=.
# setup: yes
# timeout: 180
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	install_cgred idle-cron idle-sudo idle-sudo-i idle-runuser idle-user idle-dynamic <<-END
		alice                                    pids  users/%u
		*:/usr/local/bin/idle-dynamic            pids  dynamic
		root:sudo                                pids  asking
		root:runuser                             pids  asking
	END
	echo 'group dynamic { pids { } } group asking { pids { } }' > /etc/cgconfig.conf
	echo '* * * * * alice exec /usr/local/bin/idle-cron' > /etc/cron.d/idle
	exit 0
fi

sudo -u alice /usr/local/bin/idle-sudo >/dev/null &
placed idle-sudo pids users/alice
sudo -i -u alice /usr/local/bin/idle-sudo-i >/dev/null &
placed idle-sudo-i pids users/alice
runuser -u alice /usr/local/bin/idle-runuser >/dev/null &
placed idle-runuser pids users/alice
# Those that asked for it are root's, and in the end where root's are. On the way sudo takes alice's uid to look for
# the program, which may count for a while. But one that logind has made the leader of a session (sudo's
# PAM asks for one) is where logind has moved it.
for pid in $(pidof sudo) $(pidof runuser); do
	group=asking
	scope=
	[ "$INIT" != systemd ] || scope=$(scope_led_by "$pid")
	[ -z "$scope" ] || group=user.slice/user-1001.slice/$scope
	wait_for 20 is_in "$pid" pids "$group" ||
		fail "$(cat "/proc/$pid/comm") ($pid) itself is not in $group: $(cat "/proc/$pid/cgroup")"
	echo "ok: $(cat "/proc/$pid/comm") itself is in $group"
done
if [ "$INIT" = systemd ]; then
	systemd-run --quiet --unit=with-user -p User=alice /usr/local/bin/idle-user
	placed idle-user pids users/alice
	systemctl is-active --quiet with-user || fail "a service that was moved is not active"
	[ "$(systemctl show -p MainPID --value with-user)" = "$pid" ] || fail "systemd lost its main process"
	systemd-run --quiet --unit=with-dynamic -p DynamicUser=yes /usr/local/bin/idle-dynamic
	placed idle-dynamic pids dynamic
fi
wait_for 75 pidof idle-cron >/dev/null || fail "cron does not start its job"
placed idle-cron pids users/alice
