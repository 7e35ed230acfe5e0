#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# systemd mounts cpu and cpuacct together, with symbolic links of the single names, and so net_cls and net_prio: a
# rule for either name moves in the one hierarchy, and "*" means each once.
# setup: yes
# inits: systemd
# modes: hybrid v1
# shellcheck shell=dash disable=SC1090,SC1091,SC2154
set -eu
. "${TESTS:?}/vm/full-lib.sh"

if [ "${1:-}" = setup ]; then
	install_cgred idle-cpu idle-cpuacct idle-both idle-net idle-all idle-systemd idle-cgroup <<-END
		alice:idle-cpu      cpu          by-cpu/%u
		alice:idle-cpuacct  cpuacct      by-cpuacct/%u
		alice:idle-both     cpuacct,cpu  by-both/%u
		alice:idle-net      net_prio     by-net/%u
		alice:idle-cgroup   cgroup       by-cgroup/%u
		alice:idle-all      *            by-star/%u
	END
	exit 0
fi

run() { setpriv --reuid=1001 --regid=1001 --init-groups "/usr/local/bin/$1" >/dev/null & }

ls -l /sys/fs/cgroup
[ "$(readlink /sys/fs/cgroup/cpu)" = cpu,cpuacct ] || [ "$(readlink /sys/fs/cgroup/cpuacct)" = cpu,cpuacct ] ||
	fail "cpu and cpuacct are not mounted together"
run idle-cpu
placed idle-cpu cpu by-cpu/alice
placed idle-cpu cpuacct by-cpu/alice
run idle-cpuacct
placed idle-cpuacct cpu by-cpuacct/alice
run idle-both
placed idle-both cpu by-both/alice
[ ! -e /sys/fs/cgroup/pids/by-both ] || fail "a hierarchy that the rule does not name has the group"
run idle-net
placed idle-net net_cls by-net/alice
if [ "$MODE" = hybrid ]; then
	run idle-cgroup
	await idle-cgroup
	wait_for 20 grep -q '^0::/by-cgroup/alice$' "/proc/$pid/cgroup" || fail "not moved: $(cat "/proc/$pid/cgroup")"
fi
run idle-all
placed idle-all cpu by-star/alice
for controller in cpuacct pids memory net_cls freezer; do
	placed idle-all $controller by-star/alice
done
! grep -q 'name=systemd:/by-star' "/proc/$pid/cgroup" || fail "moved in systemd's own hierarchy"
