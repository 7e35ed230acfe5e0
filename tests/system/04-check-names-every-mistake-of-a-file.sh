#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# cgred --check goes on after an error: twelve different mistakes, each with file, line and column.
. "$(dirname "$0")/../lib.sh"

new_user a
cat >"$T/rules" <<E
% $C1 $CG/x
$NEW $C1
$NEW $C1 $CG/x nosuchoption
$NEW $C1 $CG/x ignore fifth
$NEW:"unclosed $C1 $CG/x
$NEW $C1 $CG/../x
$NEW $C1 ./$CG
$NEW
${TAG}nobody $C1 $CG/x
@${TAG}nogroup $C1 $CG/x
$NEW:prog $C1 $CG/x
$NEW:prog $C1 $CG/x
$NEW $C1 $CG/y
$NEW:later $C1 $CG/x
E
check
assert_status 99
for line in 1 2 3 4 5 6 7 8 9 10 12 14; do
	assert_says "$T/rules:$line:[0-9]+"
done
for line in 11 13; do
	! grep -q "^[^ ]*$T/rules:$line:" "$OUT" || fail "line $line is right: $(cat "$OUT")"
done
