# SPDX-License-Identifier: BSD-2-Clause
# Builds, tests and installs hilum. The experiment itself is in pipeline.mk,
# and what is made of several is in experiments.mk. `make help` tells all.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
export LC_ALL := C

.DEFAULT_GOAL := all

include tools/build.mk
include pipeline.mk
include experiments.mk
include tests/tests.mk
