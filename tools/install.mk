# SPDX-License-Identifier: BSD-2-Clause
# Installing: PREFIX, and DESTDIR for packages. hilum(1) finds everything from where it lies itself, so that what is
# installed can be moved.

PREFIX ?= /usr/local

hilum_version := $(shell sed -n 's/^.define HL_VERSION "\(.*\)"/\1/p' tools/lib/base/version.h)

# ---- the words that hilum(1) and its completion know -----------------------------------------------

# Goals that have no use outside a checkout. hilum(1) tells them from words that nobody knows.
checkout_goals := $(shell sed -n 's/^\.PHONY: \([a-z -]*\)$$/\1/p' Makefile tools/*.mk tests/*.mk tests/fuzz/*.mk)
# A knob whose help begins with "1:" is a switch; those with the words of a tool's option get them there.
knob_choices = $(if $(filter MODEL,$(1)),$(subst $(space),|,$(models)),$(if $(filter 1:%,$(firstword $(about_$(1)))),0|1))

$(BUILD)/words.tsv: FORCE $(tool_paths)
	@{ printf 'version\t%s\n' '$(hilum_version)'; printf 'goal\t%s\n' $(goals); printf 'checkout\t%s\n' $(checkout_goals); \
	    $(foreach k,$(knobs) $(goal_knobs),printf 'knob\t$(k)%s\n' \
	        $(call q,$(if $(call knob_choices,$(k)),	$(call knob_choices,$(k))));) } | \
	    scripts/list-words $(bin) docs/man $(tools) >$@.$$$$; $(update)

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
