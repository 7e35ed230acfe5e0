#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The processes of a container that systemd-nspawn runs are its own business, whatever their user id is to us; and
# so is what its own init makes below its group.
# setup: yes
# inits: systemd
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	install_cgred idle-inside idle-outside <<-END
		*:/usr/local/bin/idle-inside   pids  moved
		alice                          pids  moved
		*:/usr/local/bin/idle-outside  pids  moved
	END
	echo 'group moved { pids { } }' > /etc/cgconfig.conf
	exit 0
fi

systemd-nspawn -q --volatile=yes -D / -M box --as-pid2 -- \
	/usr/bin/setpriv --reuid=1001 --regid=1001 --clear-groups /usr/local/bin/idle-inside >/tmp/box 2>&1 &
wait_for 30 pidof idle-inside >/dev/null || fail "the container does not run: $(cat /tmp/box)"
await idle-inside
inside=$pid
before=$(cat "/proc/$inside/cgroup")
setpriv --reuid=1001 --regid=1001 --clear-groups /usr/local/bin/idle-outside >/dev/null &
placed idle-outside pids moved
sleep 1
echo "$before"
grep -q 'machine.slice/machine-box.scope' "/proc/$inside/cgroup" || fail "not in its machine: $(cat "/proc/$inside/cgroup")"
! is_in "$inside" pids moved || fail "a process of a container was moved"
machinectl --no-legend list | grep -q '^box ' || fail "the machine is not known any more"

echo 'SCAN=yes' > /etc/default/cgred
systemctl restart cgred
setpriv --reuid=1001 --regid=1001 --clear-groups /usr/local/bin/idle-outside >/dev/null &
wait_for 20 is_in $! pids moved || fail "not placed after the restart"
! is_in "$inside" pids moved || fail "a process of a container was moved by --scan"
machinectl terminate box
wait_for 30 is_gone "$inside" || fail "the container goes on"
