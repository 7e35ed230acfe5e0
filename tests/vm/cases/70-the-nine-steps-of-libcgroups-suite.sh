#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What libcgroup's old test suite asked of the rules: two hierarchies, a first line "unused * /", lines with %, names
# by base name, full path and symlink, user, user:process, @group:process, and the first match.
#
# modes: v1 hybrid
. "$(dirname "$0")/../../lib.sh"

alice=$(id -u alice) bob=$(id -u bob) carol=$(id -u carol)
for name in one two three four five six seven eight nine; do
	make_group "$CG/$name" cpu pids
done
mkdir "$T/bin/real"
program real/linked >/dev/null
ln -s real/linked "$T/bin/link"
ln -s real "$T/bin/dir"
cat >"$T/bin/script" <<E
#!$(program interpreter)
E
chmod +x "$T/bin/script"
rules <<E
unused                      *         /
alice:base                  cpu       $CG/one
%                           pids      $CG/two
alice:$(program path)       cpu,pids  $CG/three
alice:$T/bin/link           cpu       $CG/four
%                           pids      $CG/three
alice:$T/bin/dir/beside     cpu       $CG/five
alice                       cpu       $CG/six
@students:$(program group)  cpu,pids  $CG/seven
@students:*                 pids      $CG/seven
bob                         cpu,pids  $CG/one
carol:script                cpu,pids  $CG/eight
@teachers                   cpu       $CG/nine
%                           pids      $CG/eight
carol                       *         $CG/one
E
start_daemon
assert_logged "rules:1:.*unused"

# places STEP CPU-GROUP PIDS-GROUP UID PROGRAM [SUPPLEMENTARY-GROUP]; "-": not moved
places() {
	step=$1
	steps groups "${6-}" gid "$4" uid "$4" exec "$5"
	for what in "cpu $2" "pids $3"; do
		name=${what% *} group=${what#* }
		if [ "$group" = - ]; then
			assert_unmoved "$PID" "$name"
		else
			wait_for 5 is_in "$PID" "$name" "$CG/$group" ||
				fail "step $step: in '$(where "$PID" "$name")' on $name, not in $group"
		fi
	done
	stop "$PID"
}
places "1: base name, two hierarchies" one two "$alice" "$(program base)"
places "2: full path" three three "$alice" "$T/bin/path"
places "3: symlink, as it is called" four three "$alice" "$T/bin/link"
places "3: symlink, by its target" four three "$alice" "$T/bin/real/linked"
places "4: through a directory that is a symlink" five - "$alice" "$(program real/beside)"
places "5: user, any process" six - "$alice" "$(program any)"
places "6: @group:process, a listed member, first match" seven seven "$bob" "$T/bin/group"
places "6: @group:*, not the user's rule behind it" - seven "$bob" "$T/bin/any"
places "7: a script by its name" eight eight "$carol" "$T/bin/script"
places "8: @group" nine eight "$carol" "$T/bin/any"
places "9: nobody's rule" - - "$BASE_UID" "$T/bin/base"
stop_daemon
