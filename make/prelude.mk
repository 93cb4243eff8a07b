# SPDX-License-Identifier: BSD-2-Clause
# The beginning of both main make files: Makefile in a checkout, make/installed.mk where hilum is installed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
# Whether this is `make -n`, which shows what would be done. (Read before the next line adds a long option.)
dry_run := $(findstring n,$(firstword -$(MAKEFLAGS)))
MAKEFLAGS += --no-builtin-rules
export LC_ALL := C

.DEFAULT_GOAL := all

.PHONY: FORCE
FORCE:
# A value as one word of the shell, whatever is in it.
q = '$(subst ','\'',$(1))'
# Whether two values are the same text; filter compares words and takes % for a pattern.
eq = $(and $(findstring x$(1)x,x$(2)x),$(findstring x$(2)x,x$(1)x))
empty :=
space := $(empty) $(empty)
tab := $(empty)	$(empty)
comma := ,
define newline


endef
# A recipe has just written its target to $@.$$$$. If that is new, it becomes the target; otherwise the target keeps
# its date, and nothing that depends on it is made again.
update = if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
# Runs make again with the same main make file.
again = $(MAKE) --no-print-directory -f $(hilum)/Makefile
