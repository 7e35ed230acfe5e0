#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A mistake in cgconfig.conf is named with its place, beside those of the rules.
. "$(dirname "$0")/../lib.sh"

cat >"$T/cgconfig.conf" <<E
template $CG/%u {
	cpu {
		cpu.shares = 100;
	}
}
template $CG/%p {
	cpu {
		cpu.shares 100;
	}
}
E
echo "$BASE_UID $C1" >"$T/rules"
check
assert_status 99
assert_says "$T/cgconfig.conf:[89]:[0-9]+"
assert_says "$T/rules:1:[0-9]+"
sed -i 's/shares 100/shares = 100/' "$T/cgconfig.conf"
echo "$BASE_UID $C1 $CG/x" >"$T/rules"
check
assert_status 0
