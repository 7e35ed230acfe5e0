#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# 5000 opens a second of a watched file, for ten seconds: each is heard of or said to be lost, and a program that a
# rule names is in its group before its first instruction as ever. Says how much CPU time the daemon takes.
#
# vm: yes
# needs: program:auditctl
# timeout: 300
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/../audit-lib.sh"

rate=$((5000 / SCALE))
echo text >"$T/watched"
make_group "$CG/a"
first=$(first first)
rules <<R
$n:$first  $C1  $CG/a
R
yaml <<Y
name: $CG
rules:
  readers:
    paths: [$T/watched]
    action: read
    group: readers
groups:
  readers: {}
Y
[ -x "$T/bin/opens" ] || cp "$HELPERS/opens" "$T/bin/opens"
start_gate

# In hundredths of a second, of all its threads.
cpu() {
	sed 's/.*) //' "/proc/$DAEMON/stat" | awk '{ print $12 + $13 }'
}
before=$(cpu)
start "$T/bin/opens" 2 $((rate * 5)) $((rate / 2)) "$T/watched"
opener=$PID opened=$OUT
while ! is_gone "$opener"; do
	all_first "while files are watched" "$CG/a" many fork "$first"
done
wait "$opener" || fail "the opens failed: $(cat "$opened")"
ms=$(sed -n 's/.* ms \([0-9]*\) .*/\1/p' "$opened")
settle
# On an emulated machine it has more to do than that lasts.
is_quiet() {
	_before=$(cpu)
	sleep 0.5
	[ $(($(cpu) - _before)) -lt 5 ]
}
wait_for 30 is_quiet || fail "the daemon does not come to an end"
took=$(($(cpu) - before))
stop_daemon
accesses=$(log | sed -n 's/.* \([0-9]*\) accesses.*/\1/p' | tail -n 1)
echo "$accesses of $((rate * 10)) accesses in $ms ms, $((took * 10)) ms of CPU"
[ "$accesses" -ge $((rate * 10)) ] || logged 'accesses were lost' ||
	fail "$accesses of $((rate * 10)) accesses were heard of, and none is said to be lost"
as_found
