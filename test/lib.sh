# What the scripts that build and run docnum share: missing packages, a private
# folder, the build, private servers, and the end of it all.
#
# Sourced by bash scripts with `set -eu`, which call, in this order,
#
#   require build server ...   what the machine must have (see missing_packages)
#   workspace                  $WORK, removed at the end
#   build                      $TREE built, and installed below $WORK/dest
#   server_start NAME ...      a server of its own in $WORK/NAME
#
# Nothing is installed into the system but Debian packages, no cluster of the
# system is touched, and all that was started ends with the script.
#
# Environment:
#   PGVERSION=15      major version of the server, from Debian's packages
#   PG_CONFIG=...     or any server, by its pg_config
#   BUILD=DIR         keeps the built copy in DIR: the next run compiles only
#                     what has changed.  The tree itself: builds in place.
#   KEEP=1            keeps $WORK: data folders, logs, results
#   TEMPLATE=DIR      a data folder that initdb made, to copy instead of making one
#   JOBS=N            how much to do at once (default: the number of CPUs)
#
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
JOBS=${JOBS:-$(nproc)}
KEEP=${KEEP:-}
BUILD=${BUILD:-}
TEMPLATE=${TEMPLATE:-}

# What the caller's own sessions use must not lead a test astray.
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGPASSFILE PGSERVICE \
	PGOPTIONS PGDATA PGAPPNAME PGTZ PGDATESTYLE PGCLIENTENCODING PGSSLMODE \
	PSQLRC PSQL_HISTORY MAKEFLAGS MAKELEVEL MFLAGS CDPATH
export LC_ALL=C.UTF-8 LANG=C.UTF-8
umask 022

# die MESSAGE...: nothing could be tried.  Status 2; 1 is for tests that failed.
die() {
	printf '%s: %s\n' "$(basename "$0")" "$*" >&2
	exit 2
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

# ---- packages ---------------------------------------------------------------

if [ -n "${PG_CONFIG:-}" ]; then
	own_server=1
else
	own_server=
	PGVERSION=${PGVERSION:-15}
	PG_CONFIG=/usr/lib/postgresql/$PGVERSION/bin/pg_config
fi

# Prints the Debian packages that are missing for the words given.
missing_packages() {
	local word

	for word in "$@"; do
		case $word in
			build)
				command -v gcc >/dev/null || echo gcc
				command -v make >/dev/null || echo make
				[ -e /usr/include/stdio.h ] || echo libc6-dev
				[ -n "$own_server" ] ||
					[ -e "/usr/lib/postgresql/$PGVERSION/lib/pgxs/src/makefiles/pgxs.mk" ] ||
					echo "postgresql-server-dev-$PGVERSION"
				;;
			server)
				[ -n "$own_server" ] ||
					[ -x "/usr/lib/postgresql/$PGVERSION/bin/postgres" ] ||
					echo "postgresql-$PGVERSION"
				;;
			tap)
				command -v prove >/dev/null || echo perl
				perl -MIPC::Run -e 1 2>/dev/null || echo libipc-run-perl
				compgen -G '/usr/lib/*/faketime/libfaketime.so.1' >/dev/null || echo libfaketime
				;;
			fuzzer)
				command -v clang-14 >/dev/null || echo clang-14
				compgen -G '/usr/lib/llvm-14/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a' >/dev/null ||
					echo libclang-rt-14-dev
				;;
			analysis)
				command -v cppcheck >/dev/null || echo cppcheck
				command -v clang-tidy-14 >/dev/null || echo clang-tidy-14
				command -v scan-build-14 >/dev/null || echo clang-tools-14
				;;
			patch) command -v patch >/dev/null || echo patch ;;
			indent) command -v pg_bsd_indent >/dev/null || echo pg-bsd-indent ;;
			shellcheck) command -v shellcheck >/dev/null || echo shellcheck ;;
			*) die "require: unknown word $word" ;;
		esac
	done
}

# require WORD...: installs what is missing; does nothing when all is there.
require() {
	local missing log

	missing=$(missing_packages "$@" | sort -u | tr '\n' ' ')
	missing=${missing% }
	if [ -n "$missing" ]; then
		command -v apt-get >/dev/null || die "missing, by their names in Debian: $missing"
		is_root || die "missing; as root: apt-get install $missing"
		echo "installing $missing"
		log=$(mktemp)
		trap 'services_allow; rm -f "$log"' EXIT
		services_deny
		# shellcheck disable=SC2086	# a list of words
		if ! { apt-get update &&
			DEBIAN_FRONTEND=noninteractive apt-get install -y \
				--no-install-recommends $missing; } >"$log" 2>&1 </dev/null; then
			tail -n 20 "$log"
			die "could not install $missing"
		fi
		services_allow
		rm -f "$log"
		trap - EXIT
		missing=$(missing_packages "$@" | tr '\n' ' ')
		[ -z "$missing" ] || die "still missing after the installation: $missing"
	fi

	[ -x "$PG_CONFIG" ] || command -v "$PG_CONFIG" >/dev/null || die "no such program: $PG_CONFIG"
	PGBIN=$("$PG_CONFIG" --bindir)
	# shellcheck disable=SC2034	# the callers' use
	PGXSDIR=$(dirname "$("$PG_CONFIG" --pgxs)")/../..

	# Servers refuse to run as root.
	RUN_USER=
	if is_root; then
		RUN_USER=postgres
		id "$RUN_USER" >/dev/null 2>&1 || RUN_USER=nobody
	fi
}

# While packages are installed, no service may start and no cluster be made:
# both would outlive us.  services_allow puts back what was there.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/docnum-test.conf

services_deny() {
	local folder

	folder=$(dirname "$no_cluster")
	if [ -e "$policy" ]; then mv "$policy" "$policy.before-docnum"; fi
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
	made_folder=
	[ -d "$folder" ] || made_folder=$folder
	mkdir -p "$folder"
	echo 'create_main_cluster = false' >"$no_cluster"
}

services_allow() {
	rm -f "$policy" "$no_cluster"
	if [ -e "$policy.before-docnum" ]; then mv "$policy.before-docnum" "$policy"; fi
	if [ -n "${made_folder:-}" ]; then rmdir "$made_folder" 2>/dev/null || true; fi
	made_folder=
}

# ---- the private folder, and the end ---------------------------------------

jobs_started=()

# workspace: makes $WORK, which only the user that runs servers (and root) can
# enter, and sees to it that nothing is left when the script ends.
workspace() {
	WORK=$(mktemp -d "${TMPDIR:-/tmp}/docnum.XXXXXX")
	trap tidy EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	[ ${#WORK} -lt 60 ] || die "$WORK is too long a path for sockets: set TMPDIR"
	mkdir "$WORK/tmp" "$WORK/dest"
	if [ -n "$RUN_USER" ]; then chown "$RUN_USER:" "$WORK" "$WORK/tmp"; fi
}

# as_user COMMAND...: runs it as the user that runs servers.
as_user() {
	local become=()

	if [ -n "$RUN_USER" ]; then
		become=(setpriv "--reuid=$RUN_USER" "--regid=$RUN_USER" --init-groups)
	fi
	(cd "$WORK" && exec "${become[@]}" env HOME="$WORK" TMPDIR="$WORK/tmp" \
		PATH="$PGBIN:$PATH" "$@")
}

# launch COMMAND...: in the background, in a process group of its own, so that
# tidy can end it with all its children.  Its number is $!.
launch() {
	set -m
	"$@" </dev/null &
	set +m
	jobs_started+=($!)
}

# Ends the servers whose data folders are below $WORK, whoever started them.
# A stale postmaster.pid may name a process that is not ours: look where it works.
end_servers() {
	local file pid tries

	[ -d "$WORK" ] || return 0
	find "$WORK" -name postmaster.pid 2>/dev/null | while read -r file; do
		pid=$(head -n 1 "$file" 2>/dev/null || true)
		case $pid in '' | *[!0-9]*) continue ;; esac
		[ "$(readlink "/proc/$pid/cwd" 2>/dev/null)" = "$(dirname "$file")" ] || continue
		kill -QUIT "$pid" 2>/dev/null || continue
		for ((tries = 0; tries < 100; tries++)); do
			kill -0 "$pid" 2>/dev/null || break
			sleep 0.1
		done
	done
}

tidy() {
	local status=$? pid

	trap - EXIT
	trap '' HUP INT TERM
	for pid in ${jobs_started[@]+"${jobs_started[@]}"}; do
		kill -TERM -- "-$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	end_servers
	if [ -n "$KEEP" ]; then
		echo "kept: $WORK" >&2
	else
		rm -rf "$WORK"
	fi
	exit "$status"
}

# ---- the build --------------------------------------------------------------

# As strict as the server's own headers allow.
warnings='-Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare'

# docnum_make ARGUMENT...: make in $TREE, for the chosen server.
docnum_make() {
	make -s --no-print-directory -C "$TREE" PG_CONFIG="$PG_CONFIG" with_llvm=no "$@"
}

# build [VARIABLE=VALUE...]: builds a copy of the tree with strict warnings and
# installs it below $WORK/dest.  Sets $TREE; $WORK/extension.conf tells a server
# where to find the extension.
build() {
	local log=$WORK/build.log

	TREE=${BUILD:-$WORK/tree}
	mkdir -p "$TREE"
	TREE=$(cd "$TREE" && pwd)
	if [ "$TREE" != "$ROOT" ]; then
		# Times are kept: in a copy that is there already, make sees what is new.
		tar -C "$ROOT" --exclude=./.git --exclude=./test/unit/build \
			--exclude='*.o' --exclude='*.bc' --exclude='*.so' \
			--exclude="./sql/docnum--$(extension_version).sql" --mode=a+rX -cf - . |
			tar -C "$TREE" --no-same-owner -xf -
		# Objects of another server, or of another kind of build, are of no use.
		if [ "$(cat "$TREE/.built-with" 2>/dev/null)" != "$PG_CONFIG $*" ]; then
			docnum_make clean >"$log" 2>&1 || { cat "$log"; return 1; }
			echo "$PG_CONFIG $*" >"$TREE/.built-with"
		fi
	fi
	as_user test -r "$TREE/Makefile" || die "user $RUN_USER cannot read $TREE"

	# All errors at once, not only those of the first file.
	if ! { docnum_make -k -j "$JOBS" COPT="$warnings" "$@" all &&
		docnum_make DESTDIR="$(destination)" COPT="$warnings" "$@" install; } >"$log" 2>&1; then
		head -n 100 "$log"
		return 1
	fi
	server_settings >"$WORK/extension.conf"
}

extension_version() {
	sed -n "s/^default_version *= *'\(.*\)'/\1/p" "$ROOT/docnum.control"
}

# A server of Debian's finds extensions below extension_destdir; since 18 every
# server has a search path for them.  One that has neither is somebody's own
# build, and gets the extension where it looks for it.
has_setting() {
	"$PGBIN/postgres" --describe-config | cut -f 1 | grep -qx "$1"
}

destination() {
	if has_setting extension_control_path || has_setting extension_destdir; then
		echo "$WORK/dest"
	fi
}

server_settings() {
	if has_setting extension_control_path; then
		printf "extension_control_path = '%s:\$system'\n" "$WORK/dest$("$PG_CONFIG" --sharedir)"
	elif has_setting extension_destdir; then
		printf "extension_destdir = '%s'\n" "$WORK/dest"
	else
		return 0
	fi
	# LOAD and shared_preload_libraries name the library alone.
	printf "dynamic_library_path = '%s:\$libdir'\n" "$WORK/dest$("$PG_CONFIG" --pkglibdir)"
}

# ---- servers ----------------------------------------------------------------

# initdb takes longer than a copy of what it made.
make_template() {
	[ -z "$TEMPLATE" ] || return 0
	TEMPLATE=$WORK/template
	as_user "$PGBIN/initdb" -A trust -E UTF8 --locale=C -N -U postgres \
		-D "$TEMPLATE" >"$WORK/initdb.log" 2>&1 ||
		{ cat "$WORK/initdb.log"; die "initdb failed"; }
}

# server_start NAME [LINE...]: a server with its data and its socket in
# $WORK/NAME and the LINEs in its configuration.  Connect with
# host=$WORK/NAME user=postgres.  Not durable: it lives as long as the script.
server_start() {
	local name=$1 folder=$WORK/$1

	shift
	make_template
	as_user mkdir "$folder"
	as_user cp -a "$TEMPLATE" "$folder/data"
	{
		cat "$WORK/extension.conf"
		printf '%s\n' "unix_socket_directories = '$folder'" "listen_addresses = ''" \
			'port = 5432' 'fsync = off' 'max_prepared_transactions = 20' \
			"statement_timeout = '5min'" "$@"
	} >>"$folder/data/postgresql.conf"
	as_user "$PGBIN/pg_ctl" -w -s -D "$folder/data" -l "$folder/log" start >"$folder.start" 2>&1 ||
		{ cat "$folder.start"; tail -n 20 "$folder/log"; die "the server did not start"; }
}

server_stop() {
	as_user "$PGBIN/pg_ctl" -w -s -D "$WORK/$1/data" -m fast stop
}

# sql NAME [ARGUMENT...]: psql on the server NAME, stopping at the first error, in
# $DATABASE (postgres) as $DATABASE_USER (postgres).
sql() {
	local name=$1

	shift
	as_user "$PGBIN/psql" -X -q -v ON_ERROR_STOP=1 \
		-h "$WORK/$name" -p 5432 -U "${DATABASE_USER:-postgres}" -d "${DATABASE:-postgres}" "$@"
}
