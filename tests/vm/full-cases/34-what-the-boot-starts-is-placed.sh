#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cgred is there before the jobs of users begin: cron's @reboot, lingering users, services that wait for logins. What
# is older than the daemon stays, and is placed with SCAN.
# setup: yes
# shellcheck shell=dash disable=SC1090,SC1091,SC2016,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo 'alice  pids  users/%u' | install_cgred idle-reboot idle-login idle-early idle-settled
	echo '@reboot alice exec /usr/local/bin/idle-reboot' > /etc/cron.d/idle
	if [ "$INIT" = sysvinit ]; then
		printf '%s\n' '#!/bin/sh' '### BEGIN INIT INFO' '# Provides: early' '# Required-Start: $local_fs' \
			'# Required-Stop:' '# X-Start-Before: cgred' '# Default-Start: 2 3 4 5' '# Default-Stop:' \
			'# Short-Description: early' '### END INIT INFO' \
			'setpriv --reuid=1001 --regid=1001 --init-groups /usr/local/bin/idle-early >/dev/null 2>&1 &' \
			> /etc/init.d/early
		chmod 755 /etc/init.d/early
		update-rc.d early defaults
		exit 0
	fi
	# As a getty that logs somebody in without a password does.
	printf '%s\n' '[Unit]' 'After=systemd-user-sessions.service' '[Service]' 'User=alice' \
		'ExecStart=/usr/local/bin/idle-login' > /etc/systemd/system/idle-login.service
	printf '%s\n' '[Unit]' 'Before=cgred.service' '[Service]' 'User=alice' 'Type=exec' \
		'ExecStart=/usr/local/bin/idle-early' > /etc/systemd/system/idle-early.service
	wanted_by idle-login.service multi-user.target
	wanted_by idle-early.service multi-user.target
	exit 0
fi

await idle-reboot
settled idle-settled pids users/alice
placed idle-reboot pids users/alice
[ "$INIT" != systemd ] || placed idle-login pids users/alice
await idle-early
! is_in "$pid" pids users/alice || fail "what is older than the daemon was moved without --scan"

echo 'SCAN="yes"' > /etc/default/cgred
if [ "$INIT" = systemd ]; then
	systemctl restart cgred || fail "restart with SCAN"
else
	/etc/init.d/cgred restart || fail "restart with SCAN"
fi
placed idle-early pids users/alice
