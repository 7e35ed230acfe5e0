# shellcheck shell=bash disable=SC2154  # the other files and the script that sources them set the rest
# SPDX-License-Identifier: LGPL-2.1-or-later
# What goes into an initramfs: files, programs with their libraries, the project, kernel modules. Sourced by run
# and full. $root is the directory that is packed, $kernel_dir what fetch-kernel printed.

build=${CGRED_BUILD:-$top}

# Copy a file to the same place in the initramfs; /bin, /sbin and /lib are links there as here.
add_file() {
	local to
	to=$root$(realpath -s "$1")
	[ -e "$to" ] && [ ! -L "$to" ] && return
	mkdir -p "$(dirname "$to")"
	rm -f "$to"
	cp -pL "$1" "$to"
}

# The shared libraries of programs, each once. Usage: add_libraries FILE...
declare -A have_library
add_libraries() {
	local lib
	for lib in $(ldd "$@" 2>/dev/null | sed -n -e 's/.*=> \(\/[^ ]*\) .*/\1/p' -e 's/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p'); do
		[ -z "${have_library[$root$lib]-}" ] || continue
		add_file "$lib"
		have_library[$root$lib]=yes
	done
}

add_program() {
	local path
	path=$(type -P "$1") || die "a case needs the program $1, which this machine does not have"
	add_file "$path"
	add_libraries "$path"
}

is_elf() {
	local magic=
	LC_ALL=C IFS= read -r -N 4 magic < "$1" 2>/dev/null || true
	[ "$magic" = $'\177ELF' ]
}

# Busybox and links of all its names to it, below a directory that is there. Usage: add_busybox DIRECTORY
add_busybox() {
	cp "$(type -P busybox)" "$root$1/busybox"
	chroot "$root" "$1/busybox" --install -s "$1"
}

# The project as the cases see it: /cgred has the built programs, tests, scripts and samples, without what
# only compiling needs.
add_project() {
	local f to elf=() bench=(--exclude=bench)
	to=$root/cgred
	[[ " ${paths[*]}" != *" $top/tests/bench/"* ]] || bench=()
	mkdir -p "$to/tests"
	for f in "$build"/cgred "$build"/cgredctl "$build"/cgred-run; do
		[ ! -f "$f" ] || cp -p "$f" "$to/"
	done
	for f in scripts samples; do
		[ ! -d "$top/$f" ] || cp -a "$top/$f" "$to/"
	done
	for f in "$top" "$build"; do
		[ "$f" = "$top" ] || [ ! "$build" -ef "$top" ] || continue
		[ ! -d "$f/tests" ] || tar -C "$f/tests" -c --exclude=unit --exclude=fuzz "${bench[@]}" --exclude=.deps \
			--exclude='*.[cho]' --exclude='*.a' . | tar -C "$to/tests" -x
	done
	for f in "${!paths[@]}"; do
		mkdir -p "$(dirname "$root${places[$f]}")"
		cp -L "${paths[$f]}" "$root${places[$f]}"
	done
	while IFS= read -r f; do
		! is_elf "$f" || elf+=("$f")
	done < <(find "$to" -type f -perm -100)
	[ ${#elf[@]} = 0 ] || add_libraries "${elf[@]}"
}

# Modules uncompressed, with the order in which to load them and what they need.
add_module() {
	local file name list=$root/vm/modules/$1.list
	modprobe -d "$kernel_dir" -S "$(cat "$kernel_dir/version")" --show-depends "$1" >"$work/depends" 2>/dev/null || {
		# The VM then says that it does not load.
		echo "$1-does-not-exist" > "$list"
		return
	}
	: > "$list"
	sed -n 's/^insmod \([^ ]*\).*/\1/p' "$work/depends" | while read -r file; do
		name=$(basename "$file" .xz)
		case $file in
		*.xz) xz -dc "$file" > "$root/vm/modules/$name" ;;
		*) cp "$file" "$root/vm/modules/$name" ;;
		esac
		echo "$name" >> "$list"
	done
}

# The plan for the VM's own init: cases with these numbers. Usage: write_plan NUMBER...
write_plan() {
	local i
	token=$(od -An -N8 -tx8 /dev/urandom | tr -d ' ')
	printf '%s\n' "TOKEN=$token" "KERNEL=$kernel" "MODE=$mode" "INIT=${init:-none}" \
		"SCALE=${CGRED_SCALE:-5}" "BURST=${CGRED_BURST:-200}" "TIMES=${CGRED_TIMES-}" "MANY=${CGRED_MANY-}" \
		"WAYS='${CGRED_WAYS-}'" "CYCLES=${CGRED_BENCH_CYCLES-}" > "$root/vm/settings"
	for i; do
		echo "$i ${places[$i]} $(limit_of "$i") ${names[$i]} $(header needs "${paths[$i]}")"
	done > "$root/vm/plan"
}

make_initrd() { (cd "$root" && find . | cpio -o -H newc --quiet -R +0:+0) > "$work/initrd"; }
