#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The unit leaves the daemon few capabilities. With these it has the eBPF programs and the exec gate all the same.
# setup: yes
# inits: systemd
# shellcheck shell=dash
set -eu

if [ "${1:-}" = setup ]; then
	cp "$CGRED" /usr/sbin/cgred
	cp /cgred/scripts/cgred.service /etc/systemd/system/
	mkdir -p /etc/systemd/system/multi-user.target.wants
	ln -s ../cgred.service /etc/systemd/system/multi-user.target.wants/
	echo 'alice:/usr/bin/nosuch  cpu  nosuch' > /etc/cgrules.conf
	echo 'OPTIONS="-v -v"' > /etc/default/cgred
	exit 0
fi

says() {
	journalctl -u cgred --no-pager | grep -q "$1"
}
fail() {
	echo "fail: $*"
	journalctl -u cgred --no-pager | tail -n 20
	exit 1
}

systemctl is-active cgred || fail "not active after the boot"
version=$(uname -r | awk -F '[.-]' '{ print $1 * 1000 + $2 }')
says 'execs by users that no rule is for end in the kernel' || fail "no filter of execs"
says 'before their first instruction' || fail "no exec gate"
if [ "$version" -ge 6012 ]; then
	says 'which notes who executes which file, by which path' || fail "no notes of execs"
	says 'is found out by one system call' || fail "no looks"
fi
