#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Each kind of error alone: --check and the start both end with 99 and name file, line and column.
. "$(dirname "$0")/../lib.sh"

try() {
	printf '# a comment\n%s\n' "$1" >"$T/rules"
	check
	assert_status 99
	assert_says "$T/rules:2:[0-9]+"
	cgred --nodaemon --nolog
	assert_status 99
	assert_says "$T/rules:2:[0-9]+"
}

try "% $C1 $CG/x"
try "$BASE_UID $C1"
try "$BASE_UID"
try "$BASE_UID $C1 $CG/x something"
try "$BASE_UID $C1 $CG/x ignore,something"
try "$BASE_UID $C1 $CG/x ignore more"
try "$BASE_UID:\"prog $C1 $CG/x"
try "\"$BASE_UID $C1 $CG/x"
try "$BASE_UID $C1 $CG/../x"
try "$BASE_UID $C1 .."
try "$BASE_UID $C1 $CG/./x"
assert [ ! -e "$T/run/cgred.pid" ]
