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
	END
	echo 'group dynamic { pids { } }' > /etc/cgconfig.conf
	echo '* * * * * alice exec /usr/local/bin/idle-cron' > /etc/cron.d/idle
	exit 0
fi

sudo -u alice /usr/local/bin/idle-sudo >/dev/null &
placed idle-sudo pids users/alice
sudo -i -u alice /usr/local/bin/idle-sudo-i >/dev/null &
placed idle-sudo-i pids users/alice
runuser -u alice /usr/local/bin/idle-runuser >/dev/null &
placed idle-runuser pids users/alice
# Those that asked for it are root's, and stay.
for pid in $(pidof sudo) $(pidof runuser); do
	[ "$(stat -c %u "/proc/$pid")" != 0 ] || ! is_in "$pid" pids users/alice || fail "sudo itself was moved: $(grep -w -e "$pid" /var/log/cgred.log | tail -n 3)"
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
