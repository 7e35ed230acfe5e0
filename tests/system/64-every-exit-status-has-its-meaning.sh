#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# 0 for help and version, 1 not root, 2 a bad option, 3 a bad user or group, 99 bad rules.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

rules </dev/null
for option in --help -h --version; do
	STATUS=0
	"$CGRED" $option >"$T/out" 2>&1 || STATUS=$?
	OUT=$T/out
	assert_status 0
	assert [ -s "$OUT" ]
done
assert_says '[0-9]'

for options in "-n --nolog" ""; do
	# shellcheck disable=SC2086
	steps gid 65534 uid 65534 exec "$CGRED" $options --config "$T/rules" --runtime-dir "$T/run"
	STATUS=0
	wait "$PID" || STATUS=$?
	assert_status 1
	assert_says root
done

for options in --no-such-option "-n --config" "-n -Z" "-n --nolog surplus" "-n -sX" "-n --remove-empty=x"; do
	# shellcheck disable=SC2086
	STATUS=0
	# shellcheck disable=SC2086
	timeout $((10 * SCALE)) "$CGRED" --runtime-dir "$T/run" $options >"$T/out" 2>&1 || STATUS=$?
	OUT=$T/out
	assert_status 2
done

for options in "-u ${TAG}x" "-g ${TAG}x" "--socket-user=${TAG}x" "--socket-group=${TAG}x"; do
	# shellcheck disable=SC2086
	cgred -n --nolog $options
	assert_status 3
	assert_says "${TAG}x"
done

echo nonsense >"$T/rules"
cgred -n --nolog
assert_status 99
check
assert_status 99
cgred -t
assert_status 99
echo "$BASE_UID $C1 $CG/x" >"$T/rules"
cgred -t
assert_status 0
assert [ ! -e "$T/run/cgred.pid" ]
