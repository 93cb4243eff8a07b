# SPDX-License-Identifier: BSD-2-Clause
# The main make file where hilum is installed, as PREFIX/share/hilum/Makefile. hilum(1) calls make with it in the
# user's folder. It compiles nothing and writes nothing below PREFIX.

SHELL := /bin/bash

# PREFIX may contain blanks, at which make's own functions would split it.
home := $(shell cd -- "$$(dirname -- "$$(sed 's/^ *//' <<<'$(subst ','\'',$(MAKEFILE_LIST))')")" && pwd)
part = $(subst $(subst ,, ),\ ,$(home))/$(1)

include $(call part,make/prelude.mk)

me := hilum
hilum := $(shell printf %q $(call q,$(home)))
bin := $(shell printf %q "$$(cd -- $(call q,$(home))/../../lib/hilum/bin && pwd)")
made :=
# Keras' weights are large, and folders of work share them.
weights_dir := $(shell $(hilum)/scripts/place-of-weights)

.PHONY: compiled build
compiled build: ;

include $(call part,make/values.mk)
include $(call part,make/knobs.mk)
include $(call part,make/cluster.mk)
include $(call part,make/step.mk)
include $(call part,pipeline.mk)
include $(call part,make/experiments.mk)
include $(call part,make/tune.mk)
include $(call part,make/paper.mk)
include $(call part,make/help.mk)

$(refuse_unknown)
