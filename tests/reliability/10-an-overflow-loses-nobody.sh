#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A storm of forks, execs and changes of ids while the daemon cannot run, of more events than its
# buffer holds: soon after the storm's end everybody is in place, and what was dropped is counted. How soon is a figure, not
# a verdict: that is of the machine, and of who else works on it (doc/reliability.md).
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n  $C1  $CG/a
E
start_daemon_plain -v

kill -STOP "$DAEMON"
start "$T/bin/storm" "$LIVING" "$n" "$prog" $CHURN $FLOOD
wait_for 110 says '^done' || fail "the storm does not end: $(tail -n 3 "$OUT")"
[ "$(count_in "$CG/a")" -eq 0 ] || fail "somebody was moved by a stopped daemon"
grep -v '^done' "$OUT" >"$T/living"
began=$(now_ms) waited=$(waited_ms "$DAEMON")
kill -CONT "$DAEMON"
# To list ten thousand again and again would hold the daemon up: the last one tells when to look.
wait_for 20 is_in "$(tail -n 1 "$T/living")" "$C1" "$CG/a" || :
wait_for 20 has_count "$CG/a" "$LIVING" || :
took=$(($(now_ms) - began)) waited=$(($(waited_ms "$DAEMON") - waited))
lost=$(missing "$CG/a" "$T/living" | wc -l)
wrong=$(foreign "$CG/a" "$T/living" | wc -l)
settle
stop_daemon
dropped=$(statistic dropped)
least=$(least_ms "$T/living")
figure 1 "$LIVING living, more events than the buffer holds, daemon stopped" "$LIVING" \
	$((LIVING - lost)) "$wrong" "$lost" "$dropped" "$took ms, of them $waited ms without a CPU; only to read and move them takes $least ms"
[ "$lost" -eq 0 ] || fail "$lost of $LIVING are not in the group"
[ "$wrong" -eq 0 ] || fail "$wrong others are in the group"
[ "$dropped" -gt 0 ] || fail "nothing was dropped: $(log | tail -n 1)"
logged 'events were dropped' || fail "the log does not say that events were dropped"
