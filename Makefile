# SPDX-License-Identifier: BSD-2-Clause
# Builds, tests and installs hilum. The experiment itself is in pipeline.mk,
# and what is made of several is in experiments.mk. `make help` tells all.

include scripts/prelude.mk
include tools/packages.mk

# `make deps all`: what deps installs decides how everything after it is compiled, so the other goals run in a make
# that starts when deps has ended.
after_deps := $(if $(filter $(all_deps),$(MAKECMDGOALS)),$(filter-out $(all_deps),$(MAKECMDGOALS)))
ifneq ($(after_deps),)

.PHONY: $(after_deps)
$(firstword $(after_deps)): $(filter $(all_deps),$(MAKECMDGOALS))
	+@$(MAKE) --no-print-directory $(after_deps)
$(filter-out $(firstword $(after_deps)),$(after_deps)): $(firstword $(after_deps)) ;

else

# What differs between a checkout and an installed hilum (scripts/installed.mk): the command that the user types, the
# folders of hilum's own files and of its tools (each one word of the shell), the tools as something to be made,
# and the folder of Keras' weights.
me := make
hilum := .
bin = $(BUILD)/bin
made = $(1:%=$(bin)/%)
weights_dir := data/weights

# The lines of `make help` that an installed hilum has no use for.
checkout_help := help_deps help_build help_check help_install help_deb
help_deps    := deps       install the Debian packages
help_build    = build      compile the tools into $(BUILD)/bin; clean
help_check   := check      run the tests; bench: speed beside other programs
help_install  = install    into PREFIX=$(PREFIX); uninstall
help_deb      = deb        a Debian package in $(BUILD)/deb

include values.mk
include tools/build.mk
include tools/install.mk
include pipeline.mk
include experiments.mk
include paper.mk
include tests/tests.mk
include tests/analyse.mk

$(refuse_unknown)

endif
