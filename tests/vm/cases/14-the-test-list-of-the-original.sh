#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The rules and the six moves that cgrulesengd came with, under their own names: sjo and cgtest are users, peter is
# not; the group cgroup has sjo, root and cgtest as members; test1 and test2 do not exist. Where both controllers
# are in one tree there is one place: the later of two lines.
#
# vm-only
. "$(dirname "$0")/../../lib.sh"

if ! has_controller memory; then
	skip "linux $(uname -r) has no memory controller on v1"
fi
{
	echo 'cgroup:x:3000:sjo,root,cgtest'
	echo 'sjo:x:3001:'
	echo 'cgtest:x:3002:'
} >>/etc/group
{
	echo 'sjo:x:3001:3001::/:/bin/sh'
	echo 'cgtest:x:3002:3002::/:/bin/sh'
} >>/etc/passwd
# As the original's list has them: at the root of each hierarchy.
make_groups() {
	hierarchies | while read -r root; do
		for name in default cgtest; do
			mkdir -p "$root/$name"
			fill_cpuset "$root/$name"
		done
	done
}
make_groups
rules_for_all <<E
sjo           cpu             default
cgtest        cpu             cgtest
%             memory          default
@cgroup       cpu,memory      cgtest
peter         cpu             test1
%             memory          test2
@root         *               default
*             *               default
E
start_daemon
setuid=$T/bin/setuid
assert_logged "$T/rules:6.*peter"

# is CPU-GROUP MEMORY-GROUP: of the last process; on v2 the later counts.
is() {
	if [ "$MODE" = v2 ]; then
		assert_in "$PID" cgroup "$2"
	else
		assert_in "$PID" cpu "$1"
		assert_in "$PID" memory "$2"
	fi
}

# By the original's program, which changes one id of a process of root.
start "$setuid" -u sjo
assert_eventually says .
assert_in "$PID" cpu default
start "$setuid" -u root
is cgtest cgtest
start "$setuid" -u cgtest
is cgtest default

# By a process that stands still but for the one change. Its user is not in the group cgroup.
# sets_gid FROM TO: a process of uid 1001.
sets_gid() {
	rm -f "$T/go"
	steps groups "" gid "$2" egid "$1" euid 1001 wait "$T/go" egid "$2" idle
}
steps groups "" gid 100 euid 1001 wait "$T/go" euid 0 idle
assert_in_all "$PID" default
: >"$T/go"
is cgtest cgtest
sets_gid 3000 0
is cgtest cgtest
: >"$T/go"
assert_in_all "$PID" default
sets_gid 100 3000
assert_in_all "$PID" default
: >"$T/go"
is cgtest cgtest
sets_gid 3000 100
is cgtest cgtest
: >"$T/go"
assert_in_all "$PID" default

[ ! -e "$(hierarchy cpu)/test1" ] || fail "test1 was made"
stop_daemon
