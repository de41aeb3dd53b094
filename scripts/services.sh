#!/bin/sh
# Installs what tests need beside Python packages: PostgreSQL's server programs, Chromium, and Java for Spark. Does
# nothing where they are there.
#
# Only as root on Debian and its kin; elsewhere one line says what is missing, and the tests that need it are skipped
# (in CI they fail). No server is started or changed: the tests start one of their own in a temporary folder.
set -eu

say() { printf '%s\n' "$*" >&2; }

has_server() { command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; }
has_browser() { command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1; }

has_java() { command -v java >/dev/null 2>&1; }

wanted=
has_server || wanted="$wanted postgresql"
has_browser || wanted="$wanted chromium"
has_java || wanted="$wanted openjdk-17-jre-headless"
if [ -z "$wanted" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "not installed, so their tests are skipped:$wanted. On Debian and Ubuntu: apt-get install$wanted"
    exit 0
fi
say "installing for the tests:$wanted"
export DEBIAN_FRONTEND=noninteractive
# Debian would start a server of its own otherwise.
mkdir -p /etc/postgresql-common
[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
apt-get update -qq >&2 || say "the lists of packages cannot be fetched; trying with those that are there"
for package in $wanted; do
    apt-get install -y -qq --no-install-recommends "$package" >&2 || say "$package cannot be installed here; its tests are skipped."
done
