# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2034  # the variables are for the scripts that source this
# Shared by the scripts of tests/vm: the cache, the machine's apt sources with another suite in them,
# and cleaning up. Sourced by bash; sets vm_dir (this directory) and top (the project).

vm_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$vm_dir/../.." && pwd)
all_kernels="bullseye bookworm trixie sid"
all_modes="v1 hybrid v2"
cache=${CGRED_VM_CACHE:-/var/cache/cgred-vm}

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 2; }

# A directory of our own that goes away with the script, also when it is interrupted. Programs that the
# script starts in the background are ended by at_exit, which a script may define.
# Usage: make_work_dir; then use $work.
at_exit() { :; }
make_work_dir() {
	work=$(mktemp -d "${TMPDIR:-/tmp}/cgred-vm.XXXXXX")
	trap 'at_exit; rm -rf "$work"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
}

need_programs() {
	local p missing=
	for p; do
		command -v "$p" >/dev/null || missing="$missing $p"
	done
	[ -z "$missing" ] || die "missing here:$missing (tests/vm/install-deps installs what is needed)"
}

# The value of a "# key: value" line in the leading comments of a case; several lines are joined.
# Usage: header KEY FILE
header() {
	local line found=
	while IFS= read -r line && [[ $line == '#'* ]]; do
		[[ ! $line =~ ^'#'\ *$1:\ *(.*)$ ]] || found+=${found:+ }${BASH_REMATCH[1]}
	done < "$2"
	echo "${found%"${found##*[! ]}"}"
}

# Debian's archive as this machine's apt knows it: "URI" for the main archive and for -security.
# Asking apt understands both formats of the sources, and no address has to be written anywhere here.
# Usage: archive_uri "" | archive_uri -security
archive_uri() {
	local host
	host=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	# shellcheck disable=SC2016  # apt's variables, not the shell's
	apt-get indextargets --format '$(CREATED_BY) $(RELEASE) $(COMPONENT) $(REPO_URI)' 2>/dev/null |
		awk -v want="$host$1" '$1 == "Packages" && $2 == want && $3 == "main" { print $4; exit }'
}

# Write a sources.list for SUITE. Usage: write_sources SUITE FILE
write_sources() {
	local suite=$1 file=$2 uri security options=arch=amd64
	local keyring=/usr/share/keyrings/debian-archive-keyring.gpg

	uri=$(archive_uri "")
	[ -n "$uri" ] || {
		say "apt on this machine has no source of Debian's main archive to derive $suite from"
		return 1
	}
	[ ! -e "$keyring" ] || options="$options signed-by=$keyring"
	echo "deb [$options] $uri $suite main" > "$file"
	security=$(archive_uri -security)
	case $suite in
	bullseye|bookworm|trixie)
		[ -z "$security" ] || echo "deb [$options] $security $suite-security main" >> "$file"
		;;
	esac
}
