#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# With two processes for each CPU that want all of it.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper tree
make_group "$CG/a"
other=$(program other)
rules <<E
$n:tree  $C1,$C2  $CG/a
E
start_daemon_plain -v
times=$((30 * ROUNDS))
: >"$T/born"
chmod 666 "$T/born"

trees() {
	for _try in $(seq $times); do
		as "$n" "$n" "$T/bin/tree" "$T/born" mixed "$other"
	done
	wait_for 60 has_lines "$T/born" $((times * 18)) ||
		fail "$(lines "$T/born") of $((times * 18)): $(cat "$OUT")"
	wait_for 10 none_missing "$CG/a" "$T/born" || :
}

under_load $((60 * SCALE)) trees
lost=$(missing "$CG/a" "$T/born" | wc -l)
figure 4 "all shapes at once, both CPUs busy" $((times * 18)) $((times * 18 - lost)) 0 "$lost" 0
[ "$lost" -eq 0 ] || fail "$lost of $((times * 18)) are left behind"
stop_daemon
