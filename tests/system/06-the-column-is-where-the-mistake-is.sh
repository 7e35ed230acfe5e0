#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Columns count from 1 and point at the field that is wrong.
. "$(dirname "$0")/../lib.sh"

try() {
	printf '%s\n' "$1" >"$T/rules"
	check
	assert_status 99
	assert_says "$T/rules:1:$2([^0-9]|$)"
}

try "12345 cpu dest nonsense" 16
try "12345 cpu dest ignore more" 23
try "12345:\"prog cpu dest" 7
try "  % cpu dest" 3
