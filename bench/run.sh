#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs benchmarks side by side; see README.md. Needs Linux, wrk, and a machine that does nothing else.
#
# usage: bench/run.sh [judging] [--rows N] [--curator-rows N]     everything but the million
# --record: each JVM writes a flight recording into its results
#        bench/run.sh wrk | judges | curation | curator | million
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly root
readonly peer="$root/bench/curator/.venv"
readonly home="${JAVA_HOME:-}"

build() {
  "$root/mvnw" -f "$root/pom.xml" --quiet --batch-mode --no-transfer-progress -DskipTests -Dspotless.check.skip=true \
    -pl bench,workers/judge,workers/pipeline,workers/control -am package >&2
}

set_up_peer() {
  [[ -f "$peer/complete" ]] && return
  python3 -m venv "$peer" >&2
  "$peer/bin/pip" install --quiet --disable-pip-version-check -r "$root/bench/curator/requirements.txt" >&2
  touch "$peer/complete"
}

command -v wrk >/dev/null || {
  echo "error: no wrk is found (Debian, Ubuntu: apt install wrk)" >&2
  exit 1
}
[[ -n "${BENCH_BUILT:-}" ]] || build
"$root/infra/local/python-env.sh" >/dev/null
set_up_peer
exec "${home:+$home/bin/}java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m "-Dretort.repository=$root" \
  -cp "$root/bench/target/retort-bench.jar:$root/bench/target/lib/*" io.retort.bench.Benchmark "$@"
