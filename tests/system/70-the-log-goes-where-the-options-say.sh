#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# --nolog and -f - to standard output, -f and --logfile to a file.
. "$(dirname "$0")/../lib.sh"

echo "${TAG}x $C1 $CG/x" >"$T/template"

# run_for_log FILE OPTION...: starts, sees the warning in the file, stops.
run_for_log() {
	file=$1
	shift
	cp "$T/template" "$T/rules"
	"$CGRED" --nodaemon --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
		--runtime-dir "$T/run" "$@" >"$T/stdout" 2>"$T/stderr" &
	DAEMON=$!
	assert_eventually grep -q "$T/rules:1.*${TAG}x" "$file"
	wait_for_pid_file
	stop_daemon
}
run_for_log "$T/stdout" --nolog
run_for_log "$T/stdout" -f -
run_for_log "$T/stdout" --logfile=-
run_for_log "$T/log1" -f "$T/log1"
! grep -q "${TAG}x" "$T/stdout" || fail "standard output has it too"
run_for_log "$T/log2" --logfile="$T/log2"
lines=$(wc -l <"$T/log2")
run_for_log "$T/log2" --logfile="$T/log2"
assert [ "$(wc -l <"$T/log2")" -gt "$lines" ]
assert [ "$(grep -c "${TAG}x" "$T/log2")" -ge 2 ]
run_for_log "$T/stdout" -d
assert [ "$(wc -l <"$T/stdout")" -gt 2 ]
