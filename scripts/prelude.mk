# SPDX-License-Identifier: BSD-2-Clause
# What both main make files need: Makefile in a checkout, scripts/installed.mk where hilum is installed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SUFFIXES:
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
comma := ,
define newline


endef
# The target is what the recipe has just written beside it, to $@.$$$$, if that is something new;
# else it keeps its date, and nothing that depends on it is made again.
update = if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
# Make itself again, from the same main make file.
again = $(MAKE) --no-print-directory -f $(hilum)/Makefile
