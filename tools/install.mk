# SPDX-License-Identifier: BSD-2-Clause
# Installing: PREFIX, and DESTDIR for packages. hilum(1) finds everything from where it lies itself, so that what is
# installed can be moved.

PREFIX ?= /usr/local

hilum_version := $(shell sed -n 's/^.define HL_VERSION "\(.*\)"/\1/p' tools/lib/base/version.h)

# ---- the words that hilum(1) and its completion know -----------------------------------------------

# Goals that have no use outside a checkout. hilum(1) tells them from words that nobody knows.
checkout_goals = $(shell sed -n 's/^\.PHONY: \([a-z -]*\)$$/\1/p' Makefile tools/*.mk tests/*.mk tests/fuzz/*.mk)
# A knob's value is completed by the words that it allows, or by files or runs.
knob_files = $(if $(filter FILE% FOLDER NAME,$(choices_of)),files)$(if $(filter RUN,$(choices_of)),runs)
knob_row = $(call q,knob	$(1)	$(subst $(space),|,$(words_of))	$(knob_files))
word_rows = $(call q,version	$(hilum_version)) $(goals:%='goal	%') $(checkout_goals:%='checkout	%') \
    $(foreach k,$(knobs),$(call knob_row,$(k)))

$(BUILD)/words.tsv: FORCE $(tool_paths)
	@printf '%s\n' $(word_rows) | scripts/list-words $(bin) docs/man $(tools) >$@.$$$$; $(update)

# ---- installing ------------------------------------------------------------------------------------

# `split` alone would hide coreutils' own: the tools are installed as hilum-TOOL, and under their plain names in a
# folder of their own for those who put it on their PATH.
.PHONY: install uninstall
install: compiled
	+@$(again) $(BUILD)/words.tsv
	@scripts/install-files install $(call q,$(DESTDIR)$(PREFIX)) $(BUILD) $(tools)

uninstall:
	@scripts/install-files uninstall $(call q,$(DESTDIR)$(PREFIX)) $(BUILD) $(tools)

# ---- a Debian package ------------------------------------------------------------------------------

.PHONY: deb
deb:
	scripts/make-deb $(BUILD)/deb $(hilum_version)
