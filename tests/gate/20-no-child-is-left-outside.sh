#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A program whose first act is to fork 32 children leaves none outside: each of them, and the program itself,
# sees itself in the group. On a busy machine.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
cp "$HELPERS/brood" "$T/bin/brood"
rules <<E
$n:$T/bin/brood  $C1  $CG/a
E
start_gate
COUNT=$((33 * TIMES))
idle_and_busy all_first "with 32 children, each" "$CG/a" many fork "$T/bin/brood"
stop_daemon
