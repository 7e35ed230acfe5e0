#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Comments, blanks, quotes, escapes, empty items of a list: one uid for each line of the file.
. "$(dirname "$0")/../lib.sh"

u=$BASE_UID
for name in 0 1 2 3 4 5 6 7 8 "9#x" "10 # x" 11 "blank blank"; do
	make_group "$CG/l$name"
done
rules <<E

   	$u  $C1	$CG/l0  	
# a comment
$((u + 1)) $C1 $CG/l1 # a comment, with a "quote
  	# a comment after blanks
$((u + 2))	$C1,,$C2,	/$CG/l2/
"$((u + 3))"   "$C1"   "$CG/l3"
$((u + 4)):"two words" $C1 $CG/l4
"$((u + 5)):two words" $C1 $CG/l5
$((u + 6)) $C1 "/$CG/lblank blank/"
$((u + 7)):"say \"hi\"" $C1 $CG/l7
$((u + 8)):"back\\\\slash" $C1 $CG/l8
$((u + 9)) $C1 $CG/l9#x
$((u + 10)) $C1 "$CG/l10 # x"
$((u + 11)) $C1 $CG/l11
%:nothing $C2 $CG/l11 ignore
E
start_daemon
prog=$(program prog)
words=$(program "two words")

expect() {
	as "$1" "$1" "$2"
	assert_in "$PID" "$C1" "$CG/$3"
}

for line in 0 1 2 3 11; do
	expect $((u + line)) "$prog" "l$line"
done
expect $((u + 4)) "$words" l4
expect $((u + 5)) "$words" l5
expect $((u + 6)) "$prog" "lblank blank"
expect $((u + 7)) "$(program 'say "hi"')" l7
expect $((u + 8)) "$(program 'back\slash')" l8
expect $((u + 9)) "$prog" "l9#x"
expect $((u + 10)) "$prog" "l10 # x"

as $((u + 2)) 1 "$prog"
assert_in "$PID" "$C2" "$CG/l2"
as $((u + 11)) 1 "$prog"
assert_in "$PID" "$C2" "$CG/l11"
as $((u + 4)) 1 "$prog"
assert_unmoved "$PID"
stop_daemon
