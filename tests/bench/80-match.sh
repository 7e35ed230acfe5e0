#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The matcher alone: what bench-match says.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
build=${CGRED_BUILD:-$top}
results=${CGRED_BENCH_OUT:-$build/tests/bench/results}
[ -x "$build/tests/bench/bench-match" ] || exit 77
"$build/tests/bench/bench-match" --json | sed 's/^{"bench":"match"/{"part": "match"/' | tee "$results/match.jsonl"
