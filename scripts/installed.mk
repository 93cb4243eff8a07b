# SPDX-License-Identifier: BSD-2-Clause
# The main make file where hilum is installed, as PREFIX/share/hilum/Makefile. hilum(1) calls make with it in
# the user's folder. It compiles nothing and writes nothing below PREFIX.

SHELL := /bin/bash

# PREFIX may contain blanks, at which make's own functions would split it.
home := $(shell cd -- "$$(dirname -- "$$(sed 's/^ *//' <<<'$(subst ','\'',$(MAKEFILE_LIST))')")" && pwd)
part = $(subst $(subst ,, ),\ ,$(home))/$(1)

include $(call part,scripts/prelude.mk)

me := hilum
hilum := $(shell printf %q $(call q,$(home)))
bin := $(shell printf %q "$$(cd -- $(call q,$(home))/../../lib/hilum/bin && pwd)")
made :=

# Keras' weights are large, and folders of work share them, unless one has a data/weights of its own.
weights_dir := $(shell if [ -d data/weights ] || [ -z "$${XDG_CACHE_HOME:-$${HOME:-}}" ]; then echo data/weights; \
    else case $${XDG_CACHE_HOME:-} in (/*) echo "$$XDG_CACHE_HOME" ;; (*) echo "$$HOME/.cache" ;; esac | \
        sed 's,$$,/hilum/weights,'; fi)

.PHONY: compiled build
compiled build: ;

include $(call part,values.mk)
include $(call part,pipeline.mk)
include $(call part,experiments.mk)
include $(call part,paper.mk)

$(refuse_unknown)
