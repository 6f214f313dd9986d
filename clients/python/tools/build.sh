#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds oasdiff, of the version in go.mod, with the Go of the environment and into it: ../.venv/bin/oasdiff
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
environment=$(cd ../.venv && pwd -P)
go=("$environment"/lib/python3.*/site-packages/go/bin/go)
GOBIN="$environment/bin" GOTOOLCHAIN=local GOFLAGS=-mod=readonly "${go[0]}" install github.com/oasdiff/oasdiff
