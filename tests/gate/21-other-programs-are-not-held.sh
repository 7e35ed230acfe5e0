#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program that no rule names is not held, also when it is in one directory with one that a rule names; of one that
# comes there later, only the first execs are. After a reload the other one is the one that is held.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
first named >/dev/null
first other >/dev/null
rules <<E
$n:$T/bin/named  $C1  $CG/a
E

# held: execs, by the last line of the daemon's log.
held() {
	log | sed -n 's/.* ended: .* \([0-9]*\) execs held.*/\1/p' | tail -n 1
}

# own: of these, the test library's, at most; on a busy machine it needs more than one.
own() {
	log | grep -c 'placed .*/barrier[,)]' || :
}

# others: those that are none of these.
others() {
	_others=$(($(held) - $(own)))
	echo $((_others > 0 ? _others : 0))
}

start_gate
see_first "other" "$TIMES" many fork "$T/bin/other"
stop_daemon
gate_figure "held of a program that no rule names (none is right)" "$(others)" "$TIMES"
assert [ "$(others)" -eq 0 ]

mark_log
start_gate
first later >/dev/null
see_first "later" "$TIMES" many fork "$T/bin/later"
stop_daemon
# Eight of them start at a time.
assert [ "$(others)" -gt 0 ]
assert [ "$(others)" -le 8 ]

mark_log
start_gate
all_first "named" "$CG/a" many fork "$T/bin/named"
reload <<E
$n:$T/bin/other  $C1  $CG/a
E
all_first "named since the reload" "$CG/a" many fork "$T/bin/other"
see_first "named no more" "$TIMES" many fork "$T/bin/named"
assert [ "$(saw "$CG/a")" = 0 ]
stop_daemon
