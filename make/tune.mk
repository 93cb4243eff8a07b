# SPDX-License-Identifier: BSD-2-Clause
# `make tune`: which knobs of the training do best on patients that the head has not seen. scripts/tune says in which
# order combinations are tried, and calls make with the goal tune-candidates for those that come next. The test images
# of the run are left out throughout, so they can still measure the winner.

goals += tune
.PHONY: tune tune-candidates tune-manifest
ifneq ($(tunes),)

tune_out := $(OUT)/tune

# ---- what is searched over -------------------------------------------------------------------------

# A knob that is given keeps its value, or is searched over its values if it has several. The first value is the one
# that the search starts with.
values_STANDARDIZE := $(default_STANDARDIZE) no
values_NEURONS := $(default_NEURONS) 0
values_L2 := $(default_L2) 0 1e-3 3e-3 1e-1
values_POOL := avg $(if $(is_module),,max both)
values_DROPOUT := $(default_DROPOUT) 0.5
values_AUGMENT := $(default_AUGMENT) $(if $(filter full,$(TUNE)),2)
values_UNFREEZE := $(default_UNFREEZE) $(if $(filter full,$(TUNE)),$(if $(is_module),,$(11_unless_MODEL_is_vgg16)))
tune_values = $(if $(call is_given,$(1)),$($(1)),$(values_$(1)))

# The knobs that the winner's file has besides those.
tune_fixed = $(foreach k,$(recorded),$(if $(filter $(tuned) LR FOLD SHIFT,$(k)),,$\
    $(if $(or $(filter MODEL DATA WEIGHTS,$(k)),$(call is_given,$(k))),$(k))))

# Unless SHIFT names other images, those of the second series of each class in the set of Kermany et al.
second_series := (^|/)(NORMAL2-IM-|person[0-9]+_virus_)
tune_search = MAKE=$(call q,$(MAKE)) MAIN=$(hilum)/Makefile ME=$(me) RUN_IS_DEFAULT=$(run_is_default) \
    $(hilum)/scripts/tune $(tune_out) $(K) $(call q,$(SHIFT)) $(call q,$(second_series)) \
    $(if $(call is_given,LR),given,free) $(LR) \
    $(foreach k,$(tuned),$(call q,$(k)=$(call tune_values,$(k)))) -- \
    $(foreach k,$(tune_fixed),$(call q,$(k) = $($(k))))
# (Not with make -n: what is tried depends on what was found.)
tune: build
	$(if $(dry_run),,+)@$(tune_search)
	$(if $(dry_run),,$(table_of_jobs))

# ---- the combinations ------------------------------------------------------------------------------

# A combination is written KNOB@value~KNOB@value, as in a sweep; its folder has a folder for each fold.
# $(call tried,COMBINATION,KNOB), $(call space_of,COMBINATION): the folder of its features. Unfrozen layers are pooled
# in training.
tried = $(patsubst $(2)@%,%,$(filter $(2)@%,$(subst ~, ,$(1))))
with_knob = $(2)@$(call tried,$(1),$(2))
space_of = $(if $(filter-out 0,$(call tried,$(1),UNFREEZE)),$(call with_knob,$(1),UNFREEZE),$\
    $(call with_knob,$(1),POOL))~$(call with_knob,$(1),AUGMENT)
as_knobs = $(subst @,=,$(subst ~, ,$(1)))
tune_features = $(tune_out)/features/$(1)

tune_folds := $(foreach i,$(shell seq 1 $(K)),fold-$(i)-of-$(K)) $(if $(SHIFT),shift)
number_of = $(patsubst fold-%-of-$(K),%,$(filter-out shift,$(1)))
# $(call make_tuned,SPACE,FOLD): what follows gives knobs that have several values one of them.
make_tuned = $(again) $(foreach k,$(several),$(k)=$(firstword $($(k)))) TUNING=1 EXPLAIN=0 QUIET=-q \
    RUN_IS_DEFAULT=$(run_is_default) BASE='$(call tune_features,$(1))' \
    FOLD=$(call number_of,$(2)) SHIFT=$(if $(filter shift,$(2)),$(call q,$(SHIFT))) \
    FOLD_OUT='$(call tune_features,$(1))/$(2)' RESAMPLES=$(if $(filter shift,$(2)),$(RESAMPLES),0)
quietly = +@$(hilum)/scripts/quietly

# $(call tune_space_rule,SPACE), $(call tune_fold_rule,SPACE,FOLD), $(call tune_head_rule,COMBINATION,FOLD)
define tune_space_rule
.PHONY: tune-space/$(1)
tune-space/$(1):
	+@$(call make_tuned,$(1),) $(call as_knobs,$(1)) TRAIN_OUT='$(call tune_features,$(1))' \
	    '$(call tune_features,$(1))/features.safetensors.zst' >/dev/null
endef
define tune_fold_rule
.PHONY: tune-space/$(1)/$(2)
tune-space/$(1)/$(2): | tune-space/$(1)
	$(quietly) '$(call tune_features,$(1))/$(2)/log' $(call make_tuned,$(1),$(2)) $(call as_knobs,$(1)) \
	    TRAIN_OUT='$(call tune_features,$(1))/$(2)' \
	    '$(call tune_features,$(1))/$(2)/fold.tsv' '$(call tune_features,$(1))/$(2)/audit.tsv'
endef
define tune_head_rule
.PHONY: tune/$(1)/$(2)
tune/$(1)/$(2): | tune-space/$(call space_of,$(1))/$(2)
	+@$(call make_tuned_head,$(1),$(2))
endef
make_tuned_head = $(hilum)/scripts/quietly '$(tune_out)/$(1)/$(2)/log' \
    $(call make_tuned,$(call space_of,$(1)),$(2)) $(call as_knobs,$(1)) \
    TRAIN_OUT='$(tune_out)/$(1)/$(2)' '$(tune_out)/$(1)/$(2)/metrics.json'
# The folds of a combination, some in each bundle.
define tune_bundle_rule
.PHONY: $(2:%=tune/$(1)/%)
tune/$(1)/$(firstword $(2)): | $(2:%=tune-space/$(call space_of,$(1))/%)
	$(call bundled,tune/$(1)/$(firstword $(2)),$(words $(2)),$\
	    $(foreach f,$(2),$(call make_tuned_head,$(1),$(f));),$\
	    $(call tune_features,$(call space_of,$(1)))/features.safetensors.zst)
$(wordlist 2,$(words $(2)),$(2:%=tune/$(1)/%)): tune/$(1)/$(firstword $(2))
endef
define tune_rule
.PHONY: tune/$(1)
tune/$(1): $(foreach f,$(tune_folds),tune/$(1)/$(f))
	@echo 'tune: $(call as_knobs,$(1))'
tune-candidates: tune/$(1)
endef
$(foreach s,$(sort $(foreach c,$(CANDIDATES),$(call space_of,$(c)))),$(eval $(call tune_space_rule,$(s)))$\
    $(foreach f,$(tune_folds),$(eval $(call tune_fold_rule,$(s),$(f)))))
$(foreach c,$(CANDIDATES),$(eval $(call tune_rule,$(c)))$\
    $(if $(bundle),$(foreach b,$(call as_bundles,$(tune_folds)),$\
        $(eval $(call tune_bundle_rule,$(c),$(call of_bundle,$(b))))),$\
        $(foreach f,$(tune_folds),$(eval $(call tune_head_rule,$(c),$(f))))))

# Whether the set has the images of a shifted fold is told from the manifest.
tune-manifest:
	$(quietly) '$(call tune_features,manifest)/log' $(call make_tuned,manifest,) \
	    TRAIN_OUT='$(call tune_features,manifest)' '$(call tune_features,manifest)/manifest.tsv'
endif
