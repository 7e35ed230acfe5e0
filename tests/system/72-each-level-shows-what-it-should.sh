#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Errors and warnings by default; -q leaves errors, -Q nothing of either; two -v show placements.
. "$(dirname "$0")/../lib.sh"

n=$BASE_UID
make_group "$CG/a"

# run_at OPTION...: a start with a warning, a placement, and a reload with an error.
run_at() {
	rules <<E
$n $C1 $CG/a
${TAG}x $C1 $CG/x
E
	start_daemon_plain "$@"
	as "$n" "$n" "$(program prog)"
	assert_in "$PID" "$C1" "$CG/a"
	echo nonsense >"$T/bad"
	mv "$T/bad" "$T/rules"
	kill -USR2 "$DAEMON"
	wait_for 1 logged "$T/rules:1" || :
	stop_daemon
}
shows() {
	for what; do
		case $what in
		error) logged "$T/rules:1:" || fail "no error" ;;
		warning) logged "$T/rules:2.*${TAG}x" || fail "no warning" ;;
		placement) logged "placed.*$CG/a" || fail "no placement" ;;
		no-error) ! logged "$T/rules:1:" || fail "an error is shown" ;;
		no-warning) ! logged "${TAG}x" || fail "a warning is shown" ;;
		no-placement) ! logged placed || fail "a placement is shown" ;;
		esac
	done
}
run_at
shows error warning no-placement
run_at -q
shows error no-warning no-placement
run_at -Q
shows no-error no-warning no-placement
run_at -v -v
shows error warning placement
run_at --verbose --verbose
shows error warning placement
run_at -v -v --quiet -q
shows error warning no-placement
run_at -d
shows error warning placement
