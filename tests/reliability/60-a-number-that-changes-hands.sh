#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A process ends between the decision and the move, and its number goes to a stranger at once: the
# stranger is not left in the group. Hundreds of times, with the daemon running, and stopped.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper reuse
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n:prog  $C1  $CG/a
E
start_daemon_plain -v
times=$((300 * ROUNDS))
[ "${CGRED_VM-}" != 1 ] || times=$((60 * ROUNDS))

# reuse ARG...: sets hands, wrong and lost.
reuse() {
	_bad=0
	"$T/bin/reuse" $times "$n" "$prog" "$T/notes" "$CG/a" "$@" >"$T/reuse" 2>&1 || _bad=$?
	[ $_bad -le 1 ] || fail "status $_bad: $(cat "$T/reuse")"
	# shellcheck disable=SC2046
	set -- $(cat "$T/reuse")
	[ $# -eq 8 ] || fail "$(cat "$T/reuse")"
	hands=$4 wrong=$6 lost=$8
	[ "$hands" -gt 0 ] || skip "no number can be given away on this kernel"
}
reuse
raced=$wrong all=$hands
reuse "$DAEMON"
settle
stop_daemon
figure 6 "number given away during the move" "$all" $((all - raced)) "$raced" 0 0 \
	"$(statistic 'numbers reused') strangers were moved, and put back"
figure 6 "number given away while the daemon was stopped" "$hands" $((hands - wrong - lost)) "$wrong" \
	"$lost" 0
[ "$raced" -eq 0 ] || fail "$raced of $all strangers are in the group"
[ "$wrong" -eq 0 ] || fail "$wrong of $hands strangers are in the group"
[ "$lost" -eq 0 ] || fail "$lost of $hands are not in the group"
