#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A directory that a rule names holds all programs in it and below, also in directories that come later.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/common.sh"

make_group "$CG/a"
mkdir -p "$T/w/tree/sub" "$T/w/moved/in"
first first >/dev/null
cp "$T/bin/first" "$T/w/tree/sub/deep"
cp "$T/bin/first" "$T/w/moved/in/deep"
rules <<E
$n:$T/w/tree/*  $C1  $CG/a
E
start_gate
all_first "below a directory of programs" "$CG/a" many fork "$T/w/tree/sub/deep"

mkdir -p "$T/w/tree/new/er"
mv "$T/w/moved" "$T/w/tree"
settle
cp "$T/bin/first" "$T/w/tree/new/er/deep"
all_first "in a new directory of one of programs" "$CG/a" many fork "$T/w/tree/new/er/deep"
all_first "in a directory that was moved there" "$CG/a" many fork "$T/w/tree/moved/in/deep"
stop_daemon
