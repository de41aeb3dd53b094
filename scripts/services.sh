#!/bin/sh
# Installs what tests need beside Python packages: PostgreSQL's server programs. Does nothing where they are there.
#
# Only as root on Debian and its kin; elsewhere one line says what is missing, and the tests that need it are skipped
# (in CI they fail). No server is started or changed: the tests start one of their own in a temporary folder.
set -eu

say() { printf '%s\n' "$*" >&2; }

has_server() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }

if has_server; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "PostgreSQL's server is not installed, so its tests are skipped. On Debian and Ubuntu: apt-get install postgresql"
    exit 0
fi
say "installing PostgreSQL for its tests"
export DEBIAN_FRONTEND=noninteractive
# Debian would start a server of its own otherwise.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql; } >&2; then
    say "PostgreSQL cannot be installed here; its tests are skipped."
fi
