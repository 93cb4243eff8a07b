# SPDX-License-Identifier: BSD-2-Clause
# When a step runs, and how. A step runs again exactly when its options, the contents of its inputs or its
# tool have changed, since its outputs depend on its inputs and on FOLDER/params/STEP. That file holds the
# options, letter by letter as the recipe passes them, and the digests of the tool and of files that are no
# outputs of another step. It gets another date only if its contents change; so the dates of a tool, of
# weights or of images do not matter.

# ---- options ---------------------------------------------------------------------------------------

# A value as one word of the shell, in quotes only where it needs them.
as_word = $(if $(or $(call not_in_names,$(1)),$(filter ~%,$(1))),$(call q,$(1)),$(1))
# A step can take another value of a knob than the user's, STEP.KNOB (see split.TEST in pipeline.mk).
value_for = $(if $(filter undefined,$(origin $(1).$(2))),$($(2)),$($(1).$(2)))
# $(call is_passed,KNOB,VALUE), $(call passed,KNOB,VALUE)
is_switch = $(filter 0|1,$(allowed_$(1)))
is_passed = $(and $(option_$(1)),$(if $(is_switch),$(filter 1,$(2)),$(2)))
passed = $(option_$(1))$(if $(is_switch),, $(call as_word,$(2)))
# $(call options,STEP): what the table of knobs has for it, operands last.
knobs_of = $(foreach k,$(knobs),$(if $(filter $(1),$(step_$(k))),$(k)))
knobs_passed = $(foreach k,$(call knobs_of,$(1)),$(if $(call is_passed,$(k),$(call value_for,$(1),$(k))),$(k)))
operands_last = $(foreach k,$(1),$(if $(filter --,$(option_$(k))),,$(k))) \
    $(foreach k,$(1),$(if $(filter --,$(option_$(k))),$(k)))
options = $(foreach k,$(call operands_last,$(call knobs_passed,$(1))),$(call passed,$(k),$(call value_for,$(1),$(k))))

# ---- what a step depends on ------------------------------------------------------------------------

# The contents of files and folders as digests. What has the same inode, size and dates as the last time is not read
# again.
digests = $(bin)/digest -q -j $(JOBS) --cache $(call q,$(DIGESTS)) -- $(1)

# $(call params,FOLDER,STEP,TOOL ...,FILE ...): the rule of FOLDER/params/STEP, of $(options_STEP), the tools
# and the files. If it changes, the run is not complete any longer: nothing states what it was made with, so
# $(stale) is removed. `make -n` compares the options alone.
params = $(eval $(params_rule))
define params_rule
$(1)/params/$(2): $(if $(and $(dry_run),$(call has_line,$(1)/params/$(2),$(options_$(2)))),,FORCE) \
        | run-is-ours $$(call made,digest $(3))
	@$$(hilum)/scripts/refresh-params $$@ '$$(stale)' $$(call q,$$(options_$(2))) \
	    $$(if $(3)$(4),$$(call digests,$$(addprefix $$(bin)/,$(3)) $(4)))
endef
has_line = $(if $(2),$(findstring x$(2)$(newline),x$(file <$(1))$(newline)),$\
    $(filter sha256:%,$(firstword $(file <$(1)))))

# $(call step,STEP,TOOL,FOLDER,OUTPUTS,INPUTS): a step of the experiment. The tool is called with
# $(options_STEP), which are those of the table unless they are set otherwise, and with $(files_STEP), which are
# files and options that cannot change a result, such as the number of threads. A step that needs more has scripts
# for that, $(before_STEP) and $(after_STEP).
step = $(eval options_$(1) ?= $$(call options,$(1)))$(call params,$(3),$(1),$(2))$(eval $(step_rule))
define step_rule
$(if $(dry_run),$(firstword $(4)):,$(4) &:) $(3)/params/$(1) $(5)
$(if $(filter $(noted),$(2)),$(recipe)@$$(hilum)/scripts/note-software $$(bin)/$(2) $(3)/software/$(2)$(newline))$\
$(if $(before_$(1)),$(recipe)@$$(before_$(1))$(newline))$(recipe)$(call launched,$(1),$(4))$$(bin)/$(2) $$(files_$(1)) \
	    $$(options_$(1))$(if $(after_$(1)),$(newline)$(recipe)@$$(after_$(1)))
$(if $(and $(dry_run),$(word 2,$(4))),$(also_made))
endef
# With -n, make 4.3 takes grouped targets for old even after it has shown how they are made. So the first one has the
# recipe, and the others, with the same inputs, come after it.
define also_made
$(wordlist 2,9,$(4)): $(3)/params/$(1) $(5) $(if $(findstring |,$(5)),,|) $(firstword $(4))
	@# also $$@
endef
# A tab, with which a line of a recipe begins.
recipe := $(empty)	$(empty)
# These tools' versions and libraries are kept in FOLDER/software for the report. They are not part of the results, so
# that the same results have the same bytes with another version.
noted := audit preprocess extract-features train-head evaluate
