#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# --check reads YAML files: every mistake has its line and column, and what was meant.
#
# vm: yes
. "$(dirname "$0")/../lib.sh"

yaml <<Y
name: $CG
rules:
  one:
    path: [/usr/bin/make]
    action: execute
    group: compilatoin
  two:
    paths: [usr/bin/make]
    action: exeute
    trigger: send-mail
groups:
  compilation:
    cpu: ninety
triggers:
  send-mial:
    run: /bin/true
Y
check
assert_status 99
for mistake in '4:5: error: .*path.*paths' '6:12: error: .*compilatoin.*compilation' '8:13: error: .*absolute' \
	'9:13: error: .*exeute.*execute' '10:14: error: .*send-mail.*send-mial' '13:10: error: .*ninety'; do
	assert_says "rules.yaml:$mistake"
done
yaml <<Y
name: $CG
rules: {}
Y
check
assert_status 0
yaml <<'Y'
rules: [
Y
check
assert_status 99
assert_says 'rules.yaml:[0-9]+:[0-9]+: error: '
# The sample is one that could be used.
OUT=$T/out.sample
STATUS=0
"$CGRED" --check --config "$TOP/samples/cgred.yaml" >"$OUT" 2>&1 || STATUS=$?
assert_status 0
