#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What tests 10 to 15 do a few times in each of many ways, in the plainest one thousands of times in a row.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

TIMES=$MANY
make_group "$CG/a"
first=$(first first)
rules <<E
$n:$first  $C1  $CG/a
E
start_gate
idle_and_busy all_first "one after the other" "$CG/a" many fork "$first"
daemon_lives
