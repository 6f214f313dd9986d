#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Loads the control plane; see README.md. Needs Linux, and a machine that does nothing else.
#
# usage: bench/control/run.sh [--record] [launches | watches | many-watches | lists]...
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly root
readonly home="${JAVA_HOME:-}"

[[ -n "${BENCH_BUILT:-}" ]] || "$root/mvnw" -f "$root/pom.xml" --quiet --batch-mode --no-transfer-progress \
  -DskipTests -Dspotless.check.skip=true -pl bench,workers/control -am package >&2
"$root/infra/local/python-env.sh" >/dev/null
exec "${home:+$home/bin/}java" -XX:+UseSerialGC -Xmx256m "-Dretort.repository=$root" \
  -cp "$root/bench/target/retort-bench.jar:$root/bench/target/lib/*" io.retort.bench.ControlBenchmark "$@"
