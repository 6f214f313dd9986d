#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Retort's trainer beside plain TRL, in one run on the same data; see README.md. Needs a machine that does nothing else.
#
# usage: bench/training/run.sh --data gsm8k_train.jsonl [--rows N] [--pairs N] [--parts sft,cogpo]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly root
python=$("$root/infra/local/python-env.sh")
readonly python
export PYTHONPATH="$root/gpu-workers/trainer/src" HF_HUB_OFFLINE=1 TOKENIZERS_PARALLELISM=false
exec "$python" "$root/bench/training/side_by_side.py" "$@"
