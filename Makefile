# SPDX-License-Identifier: BSD-2-Clause
# Builds, tests and installs hilum. The experiment itself is in pipeline.mk. `make help` lists goals and knobs.

include make/prelude.mk
include tools/packages.mk

# `make deps all`: the packages that deps installs decide how everything else is compiled, so the other goals run in a
# make that starts when deps has ended.
after_deps := $(if $(filter $(all_deps),$(MAKECMDGOALS)),$(filter-out $(all_deps),$(MAKECMDGOALS)))
ifneq ($(after_deps),)

.PHONY: $(after_deps)
$(firstword $(after_deps)): $(filter $(all_deps),$(MAKECMDGOALS))
	+@$(MAKE) --no-print-directory $(after_deps)
$(filter-out $(firstword $(after_deps)),$(after_deps)): $(firstword $(after_deps)) ;

else

# Differences between a checkout and an installed hilum (make/installed.mk): the command that the user types, the
# folders of hilum's own files and of its tools (each one word of the shell), the tools as targets, and the folder of
# Keras' weights.
me := make
hilum := .
bin = $(BUILD)/bin
made = $(1:%=$(bin)/%)
weights_dir := data/weights

# The lines of `make help` that an installed hilum leaves out.
define checkout_help
deps       install the Debian packages
build      compile the tools into $(BUILD)/bin; clean
check      run the tests; bench: speed beside other programs
install    into PREFIX=$(PREFIX); uninstall
deb        a Debian package in $(BUILD)/deb
endef

include make/values.mk
include make/knobs.mk
include tools/build.mk
include make/cluster.mk
include make/step.mk
include pipeline.mk
include make/experiments.mk
include make/tune.mk
include make/paper.mk
include make/help.mk
include tools/install.mk
include tests/tests.mk
include tests/analyse.mk

$(refuse_unknown)

endif
