#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Again and again while it runs: the daemon is stopped and continued in the middle of storms.
#
# vm: yes
# timeout: 600
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/reliability/common.sh"

n=$BASE_UID
count=$((LIVING / 20))
helper storm
make_group "$CG/a"
prog=$(program prog)
rules <<E
$n  $C1  $CG/a
