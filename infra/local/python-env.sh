#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Sets up a Python environment from its lock file and prints the path of its interpreter: the trainer's, or with
# --project FOLDER that of another project, such as clients/python, with the programs that its tools/build.sh builds.
# Safe to call at any time, also twice at once; returns at once when nothing has changed.
#
# With --check it only looks whether a set-up can go well, and downloads nothing.
#
# RETORT_PYTHON_HOST   interpreter to build the environment with (default: python3.12, python3.11, python3)
# RETORT_PYTHON_DISK   gigabytes that must be free before the first set-up (default: 10, and 1 for other projects)
set -euo pipefail

readonly UV_VERSION=0.13.9
# Compiled once here, because where PYTHONDONTWRITEBYTECODE is set every trainer would compile PyTorch anew.
SYNC_OPTIONS="--frozen --all-groups --extra signing --compile-bytecode"
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly root
project=gpu-workers/trainer
disk=10
size="6 GB, once"
if [[ "${1:-}" == --project ]]; then
  project=${2:?the folder of a project, from the root of the repository}
  shift 2
  SYNC_OPTIONS="--frozen --all-groups"
  disk=1
  size="500 MB, once"
fi
readonly SYNC_OPTIONS project disk size
readonly folder="$root/$project"
readonly environment="$folder/.venv"
readonly interpreter="$environment/bin/python"
readonly stamp="$environment/.retort-stamp"
readonly state="$root/.retort"
readonly bootstrap="$state/bootstrap"

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

say() {
  printf '%s\n' "$1" >&2
}

hash_of_inputs() {
  local tool="sha256sum"
  command -v sha256sum >/dev/null 2>&1 || tool="shasum -a 256"
  {
    cat "$folder/uv.lock" "$folder/pyproject.toml"
    [[ ! -d "$folder/tools" ]] || cat "$folder"/tools/*
    printf '%s %s' "$UV_VERSION" "$SYNC_OPTIONS"
  } | $tool | cut -d ' ' -f 1
}

# The stamp holds the hash of the inputs and the interpreter that the environment was built with.
is_current() {
  local recorded_hash="" recorded_host=""
  [[ -x "$interpreter" && -f "$stamp" ]] || return 1
  { read -r recorded_hash && read -r recorded_host; } <"$stamp" || return 1
  [[ "$recorded_hash" == "$1" ]] || return 1
  [[ -z "${RETORT_PYTHON_HOST:-}" || "$(command -v "$RETORT_PYTHON_HOST" || true)" == "$recorded_host" ]]
}

# Prints "3.11 ok", "3.11 <missing module>", or nothing for what is no Python at all.
probe() {
  "$1" -c '
import sys
missing = "ok"
for module in ("venv", "ensurepip"):
    try:
        __import__(module)
    except ImportError:
        missing = module
        break
print("%d.%d %s" % (sys.version_info[0], sys.version_info[1], missing))
' 2>/dev/null || true
}

# Sets host_python to the first usable interpreter.
find_host_python() {
  local candidates=(python3.12 python3.11 python3) candidate path found version missing
  local seen="" without_venv=""
  [[ -z "${RETORT_PYTHON_HOST:-}" ]] || candidates=("$RETORT_PYTHON_HOST")
  for candidate in "${candidates[@]}"; do
    path=$(command -v "$candidate" || true)
    [[ -n "$path" ]] || continue
    found=$(probe "$path")
    [[ -n "$found" ]] || continue
    version=${found%% *}
    missing=${found#* }
    seen="${seen:+$seen, }$candidate is $version"
    case "$version" in
      3.11 | 3.12) ;;
      *) continue ;;
    esac
    if [[ "$missing" == ok ]]; then
      host_python=$path
      return
    fi
    without_venv=${without_venv:-"$path is Python $version without the module $missing; install it (Debian, Ubuntu: apt install python$version-venv)"}
  done
  [[ -z "$without_venv" ]] || fail "$without_venv, or set RETORT_PYTHON_HOST to another Python 3.11 or 3.12"
  fail "no Python 3.11 or 3.12 (found: ${seen:-none}); install one (Debian 12: apt install python3 python3-venv, macOS: brew install python@3.12), or set RETORT_PYTHON_HOST to it"
}

check_disk() {
  local needed=${RETORT_PYTHON_DISK:-$disk} free
  free=$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= needed)) || fail "$root: $free GB free (expected: at least $needed GB for the Python environment); free some, or set RETORT_PYTHON_DISK"
}

# Holds until this process ends, so that a second set-up waits and then finds the work done.
lock() {
  mkdir -p "$state"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$state/python-env.lock"
    flock 9
    return
  fi
  # macOS has no flock; a folder is made by one process only. One left by a dead process is taken over.
  local holder
  until mkdir "$state/python-env.lock.d" 2>/dev/null; do
    holder=$(cat "$state/python-env.lock.d/pid" 2>/dev/null || true)
    if [[ -n "$holder" ]] && ! kill -0 "$holder" 2>/dev/null; then
      rm -rf "$state/python-env.lock.d"
      continue
    fi
    sleep 1
  done
  echo $$ >"$state/python-env.lock.d/pid"
  trap 'rm -rf "$state/python-env.lock.d"' EXIT
}

install_uv() {
  if [[ -x "$bootstrap/bin/uv" && "$("$bootstrap/bin/uv" --version)" == "uv $UV_VERSION"* ]]; then
    return
  fi
  say "Installing uv $UV_VERSION"
  rm -rf "$bootstrap"
  "$host_python" -m venv "$bootstrap" || fail "$bootstrap: $host_python could not make a virtual environment"
  "$bootstrap/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION" ||
    fail "uv $UV_VERSION could not be installed from the package index; look at the lines above (network, proxy, PIP_INDEX_URL)"
}

sync_environment() {
  if [[ -x "$interpreter" ]]; then
    say "Updating the Python environment from $project/uv.lock"
  else
    say "Installing the Python environment from $project/uv.lock ($size)"
  fi
  rm -f "$stamp"
  env -u VIRTUAL_ENV -u PYTHONPATH -u PYTHONHOME UV_PROJECT_ENVIRONMENT="$environment" UV_PYTHON_DOWNLOADS=never \
    "$bootstrap/bin/uv" sync --quiet --project "$folder" --python "$host_python" $SYNC_OPTIONS ||
    fail "uv could not install $project/uv.lock; look at the lines above, then run $0 again"
  [[ ! -x "$folder/tools/build.sh" ]] || "$folder/tools/build.sh" ||
    fail "$project/tools/build.sh has failed; look at the lines above, then run $0 again"
}

main() {
  local inputs
  inputs=$(hash_of_inputs)
  if ! is_current "$inputs"; then
    find_host_python
    [[ -x "$interpreter" ]] || check_disk
    [[ "${1:-}" != --check ]] || return 0
    lock
    if ! is_current "$inputs"; then
      install_uv
      sync_environment
      printf '%s\n%s\n' "$inputs" "$host_python" >"$stamp"
    fi
  fi
  printf '%s\n' "$interpreter"
}

main "$@"
