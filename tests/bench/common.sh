# shellcheck shell=sh disable=SC2034  # the variables are for the parts
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the parts of the benchmark need beside tests/lib.sh, which a part sources first. A part runs in a
# mount namespace of its own with its own /etc, so that users, groups and cgrulesengd's files are seen by
# nobody else. The rules are for users of the benchmark only.
#
# Environment:
#   CGRED_BENCH_OUT    the directory of the results  (default: tests/bench/results of the build)
#   CGRED_BENCH_EXECS  execs of a round for each figure of CPU time (250)
#   CGRED_BENCH_PART_S how long a part may take (60 seconds); it measures each figure once at least
#   CGRED_BENCH_SIZES  numbers of rules (1 100 1000 10000 100000)

RESULTS=${CGRED_BENCH_OUT:-$BUILD/tests/bench/results}
EXECS=${CGRED_BENCH_EXECS:-250}
END=$(($(seconds) + ${CGRED_BENCH_PART_S:-60}))
SIZES=${CGRED_BENCH_SIZES:-1 100 1000 10000 100000}
PROGRAMS=$BUILD/tests/bench
OPTION=
USERS=50
GROUPS_MAX=1000
PART=$(basename "$0" .sh)
PART=${PART#[0-9][0-9]-}

[ -x "$PROGRAMS/spawn" ] || skip "$PROGRAMS/spawn is not built (make bench-programs)"
private_mounts
mkdir -p "$RESULTS" /etc/cgconfig.d /etc/cgrules.d
echo "# empty" >/etc/cgconfig.conf
for _name in spawn stay cycle launch loop quiet; do
	cp "$PROGRAMS/$_name" "$T/bin/"
done
[ "$PART" = gate ] || need cgrulesengd
! command -v cgrulesengd >/dev/null || cp "$(command -v cgrulesengd)" "$T/bin/"
PROG=$T/bin/stay
UID_OURS=$((BASE_UID + 1))
make_group "$CG/placed" "$C1"
make_group "$CG/other" "$C1"

# make_names: the users (the first runs the programs) and groups of the rules. Each group has some of the
# users as members; ours is only in the last one of each number that is measured.
make_names() {
	awk -v users=$USERS -v groups=$GROUPS_MAX -v base="$UID_OURS" -v tag="$TAG" 'BEGIN {
		for (i = 0; i < users; i++) {
			printf "%su%d:x:%d:%d::/:/bin/false\n", tag, i, base + i, base + i >"/etc/passwd.more"
			printf "%su%d:x:%d:\n", tag, i, base + i >"/etc/group.more"
		}
		for (i = 1; i <= groups; i++)
			printf "%sg%d:x:%d:%su%d,%su%d%s\n", tag, i, base + users + i, tag, 1 + i % 40, tag,
				2 + i % 40, i ~ /^10*$/ ? "," tag "u0" : "" >"/etc/group.more"
	}'
	for _file in passwd group; do
		cat "/etc/$_file.more" >>"/etc/$_file"
	done
}
make_names

# figure NAME VALUE...: a line of the results: strings and numbers of a JSON object; @TEXT goes in as it is.
figure() {
	_line="{\"part\": \"$PART\""
	while [ $# -gt 0 ]; do
		case $1 in
		@*)
			_line="$_line, ${1#@}"
			shift
			continue
			;;
		esac
		case $2 in
		'' | *[!0-9.]*) _line="$_line, \"$1\": \"$2\"" ;;
		*) _line="$_line, \"$1\": $2" ;;
		esac
		shift 2
	done
	echo "$_line}" | tee -a "$RESULTS/$PART.jsonl"
}

: >"$RESULTS/$PART.jsonl"

# rounds COMMAND MAX: calls it at most so often, as long as there is time for one more.
rounds() {
	_round=0
	while [ $_round -lt "$2" ]; do
		_began=$(seconds)
		$1
		_round=$((_round + 1))
		[ $(($(seconds) * 2 - _began)) -lt "$END" ] || break
	done
}

# ---- rules --------------------------------------------------------------------------------------

# rules_of KIND N: programs (user:program), groups (@group:program), none (no rule can match). The last
# one matches.
rules_of() {
	LOOP_PROG=$PROG
	[ "$1" != none ] || LOOP_PROG=/nothing
	awk -v kind="$1" -v n="$2" -v tag="$TAG" -v bin="$T/bin" -v users=$USERS -v prog="$PROG" \
		-v c="$C1" -v cg="$CG" 'BEGIN {
		last = kind == "none" ? n : n - 1
		for (i = 1; i <= last; i++) {
			if (kind == "groups")
				printf "@%sg%d:%s/p%d %s %s/other\n", tag, i, bin, i, c, cg
			else
				printf "%su%d:%s/p%d %s %s/other\n", tag, kind == "none" ? 1 + i % (users - 1) : i % users, bin, i, c, cg
		}
		if (kind == "groups")
			printf "@%sg%d:%s %s %s/placed\n", tag, n, prog, c, cg
		else if (kind == "programs")
			printf "%su0:%s %s %s/placed\n", tag, prog, c, cg
	}' >"$T/rules"
	cp "$T/rules" /etc/cgrules.conf
}

# ---- daemons ------------------------------------------------------------------------------------

# begin NAME: cgred (with $OPTION), cgrulesengd or loop, with the rules that were made. Sets DAEMON and LOAD_MS.
begin() {
	rm -f "$T/load_ms"
	case $1 in
	cgred)
		set -- "$CGRED" --nodaemon --nolog --config "$T/rules" --cgconfig "$T/cgconfig.conf" \
			--runtime-dir "$RUN_DIR" --sync "$SYNC" ${OPTION:+"$OPTION"}
		;;
	cgrulesengd) set -- "$T/bin/cgrulesengd" -n -Q ;;
	loop) set -- "$T/bin/loop" "$LOOP_PROG" "$(group_dir "$C1" "$CG/placed")/cgroup.procs" ;;
	none) DAEMON='' && return ;;
	esac
	LD_LIBRARY_PATH=$HELPERS "$T/bin/launch" "$T/load_ms" "$@" </dev/null >>"$LOG" 2>&1 &
	DAEMON=$!
	wait_for 120 listens || fail "$1 does not listen: $(tail -n 3 "$LOG")"
	LOAD_MS=$(cat "$T/load_ms")
	quiet >/dev/null
}

listens() {
	[ -s "$T/load_ms" ] || ! kill -0 "$DAEMON" 2>/dev/null
}

# quiet [IDLE_MS [SIGNAL]]: the daemon, which may be sent a signal, has nothing left to do.
quiet() {
	"$T/bin/quiet" "$DAEMON" "${1:-200}" ${2:+"$2"}
}

finish() {
	[ -n "$DAEMON" ] || return 0
	kill -TERM "$DAEMON" 2>/dev/null || :
	wait_for 10 is_gone "$DAEMON" || kill -9 "$DAEMON"
	wait "$DAEMON" 2>/dev/null || :
	DAEMON=
}

# spawn ARG...: programs of our user; what it prints are figures.
spawn() {
	"$T/bin/spawn" -u "$UID_OURS" ${DAEMON:+-d "$DAEMON"} -p "$CG/placed" "$@" "$PROG"
}

# ---- the kernel's own time stamps ---------------------------------------------------------------

TRACE=
trace_begin() {
	if [ -z "$TRACE" ]; then
		mkdir "$T/tracefs"
		mount -t tracefs cgredbench "$T/tracefs"
		TRACE=$T/tracefs/instances/$CG
		mkdir "$TRACE"
		# Before the benchmark's cleanup unmounts it.
		trap 'rmdir "$TRACE" 2>/dev/null; cleanup' EXIT
		echo mono >"$TRACE/trace_clock"
		echo 8192 >"$TRACE/buffer_size_kb"
		echo "filename ~ \"*$PROG\"" >"$TRACE/events/sched/sched_process_exec/filter"
		echo "dst_path ~ \"*$CG/placed\"" >"$TRACE/events/cgroup/cgroup_attach_task/filter"
	fi
	echo "common_pid == $DAEMON" >"$TRACE/events/syscalls/sys_enter_write/filter"
	echo >"$TRACE/trace"
	echo 1 >"$TRACE/events/sched/sched_process_exec/enable"
	echo 1 >"$TRACE/events/cgroup/cgroup_attach_task/enable"
	echo 1 >"$TRACE/events/syscalls/sys_enter_write/enable"
}

# trace_end FILE: the microseconds from exec to placed, sorted, and of each until the write that asked for it. Execs that no placement followed are
# left out, and counted in UNPLACED.
trace_end() {
	echo 0 >"$TRACE/events/enable"
	awk '
	function stamp() { match($0, /[0-9]+\.[0-9]+: /); return substr($0, RSTART, RLENGTH - 2) }
	/ sched_process_exec: / { match($0, / pid=[0-9]+/); at[substr($0, RSTART + 5, RLENGTH - 5)] = stamp() }
	/ sys_write\(/ { asked = stamp() }
	/ cgroup_attach_task: / {
		match($0, / pid=[0-9]+/)
		pid = substr($0, RSTART + 5, RLENGTH - 5)
		if (pid in at) {
			printf "%.0f %.0f\n", (stamp() - at[pid]) * 1e6, (asked - at[pid]) * 1e6
			delete at[pid]
		}
	}
	END { for (pid in at) n++; print n + 0 >"/dev/stderr" }' "$TRACE/trace" >"$1.unsorted" 2>"$T/unplaced"
	sort -n "$1.unsorted" >"$1"
	rm "$1.unsorted"
	UNPLACED=$(cat "$T/unplaced")
}

# median FILE: of sorted numbers.
median() {
	awk '{ value[NR] = $1 } END { print value[int(NR / 2) + 1] + 0 }' "$1"
}

# distribution FILE: of sorted numbers, as members of a JSON object.
distribution() {
	awk '{ value[NR] = $1 } function at(part) { i = int(NR * part) + 1; return value[i > NR ? NR : i] }
		END { printf "\"n\": %d, \"median\": %s, \"p90\": %s, \"p99\": %s, \"max\": %s\n",
			NR, at(0.5) + 0, at(0.9) + 0, at(0.99) + 0, value[NR] + 0 }' "$1"
}
