# SPDX-License-Identifier: BSD-2-Clause
# Experiments of several runs, each of them the one of pipeline.mk with other knobs, and triage, which uses a run's head
# on new images.

goals += compare sweep kfold diff reproduce triage external
.PHONY: compare sweep kfold diff reproduce triage external

# ---- compare: all backbones on the same data with the same split, and the paper's Table 1 ----------

# $(call run_of,MODEL): the name of the run, with another backbone in it.
run_of = $(if $(findstring -$(MODEL),$(RUN)),$(subst -$(MODEL),-$(1),$(RUN)),$(RUN)-$(1))
comparison := $(RESULTS)/$(call run_of,compare)
compare:
	$(foreach m,$(models),+@$(again) MODEL=$(m) RUN='$(call run_of,$(m))' RUN_IS_DEFAULT=$(run_is_default) all$(newline))
	@mkdir -p $(comparison)
	$(bin)/compare $(threads) --seed $(SEED) -n VGG16,InceptionResNetV2,MobileNetV2 -o $(comparison)/compare.tsv \
	    --json $(comparison)/compare.json $(foreach m,$(models),$(RESULTS)/$(call run_of,$(m))/predictions.tsv)
	$(bin)/report --compare --tests $(comparison)/compare.json --markdown $(comparison)/compare.md \
	    --json $(comparison)/report.json -o $(comparison)/compare.html \
	    $(foreach m,$(models),$(RESULTS)/$(call run_of,$(m)))
	@cat $(comparison)/compare.md

# ---- sweep: every combination of training knobs, on one set of features ----------------------------

# `make sweep NEURONS="64 256" LR="1e-3 1e-4" SEEDS="1 2 3"`; with -j several at a time. A combination is written
# KNOB@value~KNOB@value, which is also the name of its folder.
unfit = $(strip $(call not_in_names,$(1))$(foreach c,@ ~ /,$(findstring $(c),$(1))))
$(foreach k,$(several),$(foreach v,$($(k)),$(if $(call unfit,$(v)),\
    $(error $(k): expected values that the name of a folder can have, found '$(v)'))))
combinations := $(if $(several),~)
$(foreach k,$(several),$(eval combinations := \
    $(foreach c,$(combinations),$(foreach v,$($(k)),$(c)~$(k)@$(v)))))
combinations := $(combinations:~~%=%)
sweep_table := $(OUT)/sweep/sweep.tsv

make_combination = $(again) $(subst @,=,$(subst ~, ,$(1))) QUIET=-q TRAIN_OUT='$(OUT)/sweep/$(1)' \
    '$(OUT)/sweep/$(1)/metrics.json' '$(OUT)/sweep/$(1)/experiment.tsv' >/dev/null; echo 'sweep: $(1)';
define sweep_rule
.PHONY: sweep/$(1)
sweep/$(1): $$(features) | sweep/several
	+@$$(call make_combination,$(1))
endef
# Of the combinations of one bundle, the first runs all.
define sweep_bundle_rule
.PHONY: $(1:%=sweep/%)
sweep/$(firstword $(1)): $$(features) | sweep/several
	$$(call bundled,sweep/$(firstword $(1)),$(words $(1)),$\
	    $$(foreach c,$(1),$$(call make_combination,$$(c))),$$(features))
$(wordlist 2,$(words $(1)),$(1:%=sweep/%)): sweep/$(firstword $(1))
endef
ifeq ($(bundle),)
$(foreach c,$(combinations),$(eval $(call sweep_rule,$(c))))
else
$(foreach b,$(call as_bundles,$(combinations)),$(eval $(call sweep_bundle_rule,$(call of_bundle,$(b)))))
endif

.PHONY: sweep/several
sweep/several:
	$(if $(several),,$(error sweep: expected a knob with several values, such as NEURONS="64 256"))

sweep: $(combinations:%=sweep/%) | sweep/several
	@$(hilum)/scripts/tabulate-sweep $(sweep_table) $(combinations)
	$(table_of_jobs)

# ---- kfold: cross validation -----------------------------------------------------------------------

# `make kfold K=5`: each fold is a run of its own on the same features; with -j several at a time. With AUGMENT the
# features are not those of the run: they have augmented copies of all images. `make kfold GROUPS=site` leaves out one
# value of a column at a time, and calls make again when the manifest says how many there are, in KFOLD_VALUES.
ifneq ($(filter kfold,$(MAKECMDGOALS)),)
ifneq ($(and $(GROUPS),$(if $(KFOLD_VALUES),,yes)),)
$(if $(call is_given,K),$(error $(call stated,K): expected none with GROUPS, each value of which is a fold))
# (Not with make -n: how many there are is not known before.)
kfold: $(manifest)
	$(if $(dry_run),,+)@values=$$($(hilum)/scripts/count-values $< $(call q,$(GROUPS)) '$(call stated,GROUPS)') && \
	    $(again) kfold K="$$values" KFOLD_VALUES="$$values"
else
kfold_out := $(OUT)/kfold$(if $(GROUPS),/by)
kfold_base := $(if $(filter-out 0,$(AUGMENT)),$(kfold_out),$(OUT))
all_folds := $(shell seq 1 $(K))
out_of_fold = $(kfold_out)/fold-$(1)-of-$(K)
make_fold = $(again) FOLD=$(1) BASE='$(kfold_base)' QUIET=-q

ifneq ($(kfold_base),$(OUT))
$(kfold_base)/features.safetensors.zst: FORCE
	+@$(call make_fold,1) $@
endif

make_whole_fold = $(call make_fold,$(1)) TRAIN_OUT='$(call out_of_fold,$(1))' \
    '$(call out_of_fold,$(1))/metrics.json' '$(call out_of_fold,$(1))/experiment.tsv' >/dev/null; \
    echo 'kfold: fold $(1) of $(K)';
# A fold's own make decides what is out of date. Files that it leaves alone keep their dates, and so does all that
# depends on them.
define fold_rule
$(call out_of_fold,$(1))/metrics.json $(call out_of_fold,$(1))/predictions.tsv &: FORCE \
        | $(kfold_base)/features.safetensors.zst
	+@$(call make_whole_fold,$(1))
endef
define fold_bundle_rule
$(foreach i,$(1),$(call out_of_fold,$(i))/metrics.json $(call out_of_fold,$(i))/predictions.tsv) &: FORCE \
        | $(kfold_base)/features.safetensors.zst
	$(call bundled,kfold/fold-$(firstword $(1)),$(words $(1)),$\
	    $(foreach i,$(1),$(call make_whole_fold,$(i))),$(kfold_base)/features.safetensors.zst)
endef
ifeq ($(bundle),)
$(foreach i,$(all_folds),$(eval $(call fold_rule,$(i))))
else
$(foreach b,$(call as_bundles,$(all_folds)),$(eval $(call fold_bundle_rule,$(call of_bundle,$(b)))))
endif
fold_files = $(foreach i,$(all_folds),$(call out_of_fold,$(i))/$(1))

# All test samples together.
options_kfold := --pooled $(call options,kfold)
$(call params,$(kfold_out),kfold,evaluate)
$(kfold_out)/params/kfold: stale :=
$(kfold_out)/pooled.json $(kfold_out)/pooled.tsv &: $(call fold_files,predictions.tsv) $(kfold_out)/params/kfold
	@$(bin)/evaluate -q $(options_kfold) -p $(kfold_out)/pooled.tsv -o $(kfold_out)/pooled.json \
	    $(call fold_files,predictions.tsv)

$(kfold_out)/kfold.tsv: $(call fold_files,metrics.json) $(kfold_out)/pooled.json
	@$(hilum)/scripts/tabulate-folds $@ $(call q,$(GROUPS)) $^

kfold: $(kfold_out)/kfold.tsv
	@$(hilum)/scripts/show-folds $<
	$(table_of_jobs)
endif
endif

# ---- diff: what differs between two runs -----------------------------------------------------------

# A run is named by its folder, or by its name in RESULTS.
folder_of_run = $(shell [ -e $(call q,$(1)/experiment.tsv) ] || printf %s/ $(RESULTS))$(1)
diff:
	@$(hilum)/scripts/diff-runs $(if $(A),$(call q,$(call folder_of_run,$(A)))) \
	    $(if $(B),$(call q,$(call folder_of_run,$(B))))

# ---- reproduce: a run again, elsewhere, byte for byte ----------------------------------------------

reproduce: build
	+@MAKE=$(call q,$(MAKE)) MAIN=$(hilum)/Makefile BIN=$(bin) DIGESTS=$(call q,$(abspath $(DIGESTS))) \
	    WEIGHTS_DIR=$(call q,$(weights_dir)) $(hilum)/scripts/reproduce $(call q,$(call folder_of_run,$(reproduced_run)))

# ---- external: a finished head on another collection -----------------------------------------------

# `make external HEAD=results/RUN DATA=folder`: a run of its own, in which nothing is trained.
external: build
	+@MAKE=$(call q,$(MAKE)) MAIN=$(hilum)/Makefile $(hilum)/scripts/external \
	    $(call q,$(if $(call is_given,HEAD),$(HEAD))) $(RESULTS) '$(if $(run_is_default),,$(RUN))' $(call q,$(DATA)) \
	    $(foreach k,$(knobs),$(if $(call is_given,$(k)),$(call q,$(k)=$($(k)))))

# ---- triage: a worklist of new images --------------------------------------------------------------

# `make triage HEAD=results/RUN/head.safetensors.zst IMAGES=folder`. Model, weights, calibration and the unit are those
# of the head's run, where its folder states them, unless they are given.
head_of_RUN = $(head_file)
calibration_beside_HEAD = $(eval calibration_beside_HEAD := $$(shell $(hilum)/scripts/beside-head $\
    $$(call q,$$(HEAD)) calibration))$(calibration_beside_HEAD)
# $(call of_head,KNOB): as it is given, or as the head's run has it.
of_head = $(or $(if $(call is_given,$(1)),$($(1))),$(shell $(hilum)/scripts/beside-head $(call q,$(HEAD)) $(1)),$($(1)))
model_of_head = $(call of_head,MODEL)
weights_of_head = $(if $(filter %.pt,$(lastword $(model_of_head))),$(model_of_head),$\
    $(call weights_at,$(call of_head,WEIGHTS)))

# Of images, nothing is combined, and patients do not matter.
triage.UNIT = $(call of_head,UNIT)
triage.COMBINE = $(if $(filter image,$(triage.UNIT)),$(COMBINE),$(call of_head,COMBINE))
triage.PATIENT_REGEX = $(if $(filter image,$(triage.UNIT)),,$(PATIENT_REGEX))

# Depth and window are those of the head; others that are given are an error.
depth_of_triage = $(if $(call is_given,DEPTH),--depth $(DEPTH)) \
    $(if $(call is_given,WINDOW),--window $(call q,$(WINDOW)))

triage: $(call made,predict)
	@$(hilum)/scripts/check-triage $(call q,$(HEAD)) $(call q,$(IMAGES))
	@mkdir -p -- $(call q,$(TRIAGE))
	@$(bin)/predict $(call options,triage) $(id_key)$(depth_of_triage) --weights $(call as_word,$(weights_of_head)) \
	    $(code_allowed) $(quiet_threads) \
	    --on-error skip -o $(call as_word,$(TRIAGE))/worklist.tsv --page $(call as_word,$(TRIAGE))/worklist.html \
	    -- $(call as_word,$(HEAD)) $(call as_word,$(IMAGES))
	@echo $(call q,worklist: $(TRIAGE)/worklist.html)
