#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The mark is the file's, not the mount's: bind mounts, other mount namespaces, another root. A file of an
# overlay is one of its own, known by the name that the rule gives.
#
# vm: yes
# needs: program:unshare module:overlay
# timeout: 600
. "$(dirname "$0")/../lib.sh"
private_mounts
. "$(dirname "$0")/common.sh"
need chroot

make_group "$CG/a"
make_group "$CG/base"
first=$(first first)
mkdir "$T/bound" "$T/root" "$T/tmpfs" "$T/lower" "$T/merged" "$T/layers"
: >"$T/one"
mount --bind "$T/bin" "$T/bound"
mount --bind "$first" "$T/one"
mount -t tmpfs -o mode=755 cgredtest "$T/tmpfs"
cp "$first" "$T/tmpfs/first"
# The root of another: what is there has a path of its own to those in it.
mkdir "$T/root/bin" "$T/root/proc"
mount --bind "$T/bin" "$T/root/bin"
mount -t proc proc "$T/root/proc"
for dir in /lib /lib64 /usr; do
	mkdir -p "$T/root$dir"
	mount --bind "$dir" "$T/root$dir"
done
# The usual directories of programs, for base names, are looked for in the daemon's namespace.
[ -d /usr/local/bin ] || mkdir -p /usr/local/bin
mount -t tmpfs -o mode=755 cgredtest /usr/local/bin
cp "$first" "/usr/local/bin/${TAG}base"
cp "$first" "$T/lower/first"
mount -t tmpfs -o mode=755 cgredtest "$T/layers"
mkdir "$T/layers/up" "$T/layers/work"
overlay=no
! mount -t overlay -o "lowerdir=$T/lower,upperdir=$T/layers/up,workdir=$T/layers/work" cgredtest \
	"$T/merged" 2>/dev/null || overlay=yes

rules <<E
$n:$first          $C1  $CG/a
$n:$T/tmpfs/first  $C1  $CG/a
$n:$T/merged/first $C1  $CG/a
$n:${TAG}base      $C1  $CG/base
E
start_gate

cat >"$T/enter" <<E
mkdir "$T/below" 2>/dev/null
mount --bind "$T/bin" "$T/below"
mount -t tmpfs none "$T/tmpfs"
exec "\$@"
E

# elsewhere PROGRAM: in a mount namespace of its own, which has a mount that the daemon's does not have.
elsewhere() {
	exec unshare -m sh "$T/enter" "$T/bin/steps" groups "" gid "$n" uid "$n" \
		exec "$T/bin/starter" "$TIMES" fork "$1"
}

in_root() {
	exec chroot "$T/root" /bin/steps groups "" gid "$n" uid "$n" exec /bin/starter "$TIMES" fork /bin/first
}

ways() {
	all_first "through a bind mount of its directory" "$CG/a" many fork "$T/bound/first"
	all_first "through a bind mount of the file" "$CG/a" many fork "$T/one"
	all_first "in another mount namespace" "$CG/a" elsewhere "$first"
	all_first "through a mount that only this namespace has" "$CG/a" elsewhere "$T/below/first"
	all_first "in another root" "$CG/a" in_root
	all_first "on a tmpfs" "$CG/a" many fork "$T/tmpfs/first"
	all_first "by its base name" "$CG/base" many fork "/usr/local/bin/${TAG}base"
	[ "$overlay" = no ] || all_first "of an overlay" "$CG/a" many fork "$T/merged/first"
}
idle_and_busy ways
[ "$overlay" = yes ] || echo "without an overlay"
stop_daemon
