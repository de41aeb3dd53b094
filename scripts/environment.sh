#!/bin/sh
# Makes .venv from requirements.lock and installs this project into it. Called by make; see docs/decisions/0001.
#
# uv does it in seconds. Where uv cannot be had, plain pip checks the same hashes in minutes. Nothing is fetched but
# from the package index that pip or uv is set to on this machine.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
venv=.venv

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

need_python() {
    if ! command -v "$python" >/dev/null 2>&1; then
        found="was not found"
    elif new_enough "$python"; then
        return 0
    else
        found="is $("$python" --version 2>&1)"
    fi
    say "bot-suspicion needs Python 3.11 or newer; $python $found."
    for other in python3.14 python3.13 python3.12 python3.11; do
        if command -v "$other" >/dev/null 2>&1 && new_enough "$other"; then
            say "There is a newer one here. Try:  make PYTHON=$other demo"
            exit 1
        fi
    done
    say "Install one, then name it:  make PYTHON=/path/to/python3.11 demo"
    exit 1
}

make_venv() {
    need_python
    say "making $venv with $("$python" --version)"
    if ! "$python" -m venv --clear "$venv" >&2; then
        say "$python cannot make a virtual environment; on Debian and Ubuntu its package python3-venv is missing."
        exit 1
    fi
}

# uv itself is locked with its hashes like everything else.
uv_lines() { awk '/^[^ #]/ { mine = /^uv==/ } mine' requirements.lock; }

with_uv() {
    if ! "$venv/bin/uv" --version >/dev/null 2>&1; then
        uv_lines >"$venv/uv.lock.txt"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
            -r "$venv/uv.lock.txt" >&2 || return 1
    fi
    "$venv/bin/uv" pip sync --quiet --python "$venv/bin/python" --require-hashes --compile-bytecode \
        requirements.lock >&2 || return 1
    "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps -e . >&2
}

with_pip() {
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock >&2
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps -e . >&2
}

if ! { [ -x "$venv/bin/python" ] && new_enough "$venv/bin/python"; }; then
    make_venv
fi
say "installing the locked packages into $venv (a minute or two the first time)"
if ! with_uv; then
    say "uv could not do it; plain pip does (some minutes)"
    with_pip
fi
say "ready: $venv/bin/detector --help"
