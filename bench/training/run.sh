#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Retort's trainer beside plain TRL, in one run on the same data; see README.md. Needs a machine that does nothing else.
#
# usage: bench/training/run.sh --data gsm8k_train.jsonl [--rows N] [--pairs N] [--parts sft,cogpo,memory]
#        bench/training/run.sh overhead --data gsm8k_train.jsonl [--minutes N]     a stage beside its bare job
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly root
python=$("$root/infra/local/python-env.sh")
readonly python
export PYTHONPATH="$root/gpu-workers/trainer/src" HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
if [[ "${1:-}" == overhead ]]; then
  shift
  "$root/mvnw" -f "$root/pom.xml" --quiet --batch-mode --no-transfer-progress -DskipTests -Dspotless.check.skip=true \
    -pl bench,cli,workers/judge,workers/pipeline,workers/control,gpu-workers/driver -am package >&2
  # Keeps Ray's client on the loopback address, as the stack's Ray is.
  RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 exec "$python" "$root/bench/training/overhead.py" "$@"
fi
exec "$python" "$root/bench/training/side_by_side.py" "$@"
