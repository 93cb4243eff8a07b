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

include tools/packages.mk

# `make deps all`: what deps installs decides how everything after it is compiled, so the other goals run in a make
# that starts when deps has ended.
after_deps := $(if $(filter deps deps-dev,$(MAKECMDGOALS)),$(filter-out deps deps-dev,$(MAKECMDGOALS)))
ifneq ($(after_deps),)

.PHONY: $(after_deps)
$(firstword $(after_deps)): $(filter deps deps-dev,$(MAKECMDGOALS))
	+@$(MAKE) --no-print-directory $(after_deps)
$(filter-out $(firstword $(after_deps)),$(after_deps)): $(firstword $(after_deps)) ;

else

# ---- for all of them ----

.PHONY: FORCE
FORCE:
# A value as one word of the shell, whatever is in it.
q = '$(subst ','\'',$(1))'
# Whether two values are the same text; filter compares words and takes % for a pattern.
eq = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))
empty :=
space := $(empty) $(empty)
comma := ,
define newline


endef
# The target is what the recipe has just written beside it, to $@.$$$$, if that is something new;
# else it keeps its date, and nothing that depends on it is made again.
update = if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi

include values.mk
include tools/build.mk
include pipeline.mk
include experiments.mk
include paper.mk
include tests/tests.mk
include tests/analyse.mk

$(refuse_unknown)

endif
