#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# On v2 systemd writes what it wants into the root's cgroup.subtree_control, at a daemon-reload or with a unit that
# has a weight. The next placement after ten seconds brings back what the rules need, with the values that go with it.
# setup: yes
# inits: systemd
# modes: v2
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
# One level below the root: what is deeper keeps its controllers, since the kernel disables none that is handed on.
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	echo 'alice  pids,memory,cpu,cpuset  alices' | install_cgred idle-settled
	echo 'group alices { pids { pids.max = 500; } cpu { cpu.weight = 50; } cpuset { cpuset.cpus = 1; } }' \
		> /etc/cgconfig.conf
	exit 0
fi

root=/sys/fs/cgroup
has_all() {
	local name
	for name in pids memory cpu cpuset; do
		grep -qw $name $root/alices/cgroup.controllers || return 1
	done
}
say() { echo "$1: root: $(cat $root/cgroup.subtree_control); alices: $(cat $root/alices/cgroup.controllers)"; }
come_back() { settled idle-settled pids alices; has_all; }
values() { echo "$(cat $root/alices/cpu.weight) $(cat $root/alices/cpuset.cpus) $(cat $root/alices/pids.max)"; }
check() {
	say "$1"
	if has_all; then
		echo "note: $1 took nothing away"
	fi
	sleep 10
	wait_for 20 come_back || fail "$1: the controllers do not come back: $(say "at last")"
	say "after a placement"
	[ "$(values)" = "50 1 500" ] || fail "$1: the values did not come back: $(values)"
}

settled idle-settled pids alices
has_all || fail "not enabled at first: $(say 'at first')"
[ "$(values)" = "50 1 500" ] || fail "the values of cgconfig.conf are not there: $(values)"
say "at first"

systemctl daemon-reload
check "daemon-reload"
echo "-cpuset -cpu" > $root/cgroup.subtree_control || echo "note: in use elsewhere"
check "an administrator's hand"
systemd-run --quiet --unit=weighty -p CPUWeight=50 sleep 100
check "a unit with a weight"
systemctl stop weighty
systemctl daemon-reload
check "no more units with a weight"
