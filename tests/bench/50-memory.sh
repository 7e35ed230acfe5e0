#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Resident memory, time to load and time to load anew, by the number of rules.
. "$(dirname "$0")/../lib.sh"
. "$TOP/tests/bench/common.sh"

rss() {
	awk '/^VmRSS/ { print $2 }' "/proc/$DAEMON/status"
}

for size in $SIZES; do
	rules_of programs "$size"
	for daemon in cgred cgrulesengd; do
		begin $daemon
		before_kb=$(rss)
		figure rules "$size" daemon $daemon load_ms "$LOAD_MS" rss_kb "$before_kb" \
			"@$(quiet 500 12)" rss_reloaded_kb "$(rss)"
		finish
	done
done
