# SPDX-License-Identifier: BSD-2-Clause
# Experiments of several runs, each of them the one of pipeline.mk with other knobs; and what a run is
# good for: a worklist of new images.

goals += compare sweep kfold diff reproduce triage
goal_knobs += SEEDS A B HEAD IMAGES CALIBRATION OPERATING PAGE_ROWS TRIAGE
.PHONY: compare sweep kfold diff reproduce triage

# All backbones on the same data with the same split, and the paper's Table 1.
run_of = $(if $(findstring -$(MODEL),$(RUN)),$(subst -$(MODEL),-$(1),$(RUN)),$(RUN)-$(1))
comparison := $(RESULTS)/$(call run_of,compare)
compare:
	$(foreach m,$(models),+@$(again) MODEL=$(m) RUN=$(call q,$(call run_of,$(m))) RUN_IS_DEFAULT=$(run_is_default) all$(newline))
	@mkdir -p $(comparison)
	$(bin)/compare -j $(call q,$(JOBS)) -s $(call q,$(SEED)) -n VGG16,InceptionResNetV2,MobileNetV2 -o $(comparison)/compare.tsv \
	    --json $(comparison)/compare.json $(foreach m,$(models),$(RESULTS)/$(call run_of,$(m))/predictions.tsv)
	$(bin)/report --compare --tests $(comparison)/compare.json -o $(comparison)/compare.html --markdown $(comparison)/compare.md \
	    --json $(comparison)/report.json $(foreach m,$(models),$(RESULTS)/$(call run_of,$(m)))
	@cat $(comparison)/compare.md

# ---- sweep: every combination of training knobs, on one set of features ----------------------------

# `make sweep NEURONS="64 256" LR="1e-3 1e-4" SEEDS="1 2 3"`; with -j several at a time.
ifdef SEEDS
TRAIN_SEED := $(SEEDS)
endif
$(call take_values,SEEDS)
training_knobs := NEURONS STANDARDIZE LR EPOCHS BATCH USE_ALL STEPS PATIENCE LR_SCHEDULE L2 DROPOUT \
                  CLASS_WEIGHT OPTIMIZER TRAIN_SEED
several := $(strip $(foreach k,$(training_knobs),$(if $(word 2,$($(k))),$(k))))
$(if $(filter sweep,$(MAKECMDGOALS))$(only_compiles),,$(if $(several),$(error $(firstword $(several)): expected one \
    value, found '$($(firstword $(several)))'; several are for make sweep)))
# Values that are swept are parts of names of folders, between @ and ~.
$(foreach k,$(several),$(foreach v,$($(k)),$(if $(call not_in_names,$(v)/)$(findstring @,$(v))$(findstring ~,$(v))$(findstring /,$(v)),\
    $(error $(k): expected values that the name of a folder can have, found '$(v)'))))

# A combination is written KNOB@value~KNOB@value, which is also the name of its folder.
combinations := $(if $(several),~)
$(foreach k,$(several),$(eval combinations := \
    $(foreach c,$(combinations),$(foreach v,$($(k)),$(c)~$(k)@$(v)))))
combinations := $(combinations:~~%=%)
sweep_table := $(OUT)/sweep/sweep.tsv

# Figures of one subset in a metrics file, as columns.
subset_figures = awk -v want='"$(1)": {' '/^  "subsets"/ { inside = 1 } \
    inside && index($$0, want) { here = 1 } \
    here && match($$0, /"(log_loss|accuracy|macro_recall|auroc)": /) { \
        split($$0, part, /[":, ]+/); value[part[2]] = part[3] } \
    here && /}/ { here = 0 } \
    END { n = split("log_loss accuracy macro_recall auroc", key, " "); \
          for (i = 1; i <= n; i++) \
              printf "%s%s", (value[key[i]] ~ /^[0-9]/ ? sprintf("%.6f", value[key[i]]) : "-"), \
                             i < n ? "\t" : "\n" }'

define sweep_one
.PHONY: sweep/$(1)
sweep/$(1): $$(features) | sweep/several
	+@$$(again) $$(subst @,=,$$(subst ~, ,$(1))) QUIET=-q TRAIN_OUT='$$(OUT)/sweep/$(1)' \
	    '$$(OUT)/sweep/$(1)/metrics.json' '$$(OUT)/sweep/$(1)/experiment.tsv' >/dev/null
	@echo 'sweep: $(1)'
endef
$(foreach c,$(combinations),$(eval $(call sweep_one,$(c))))

.PHONY: sweep/several
sweep/several:
	@[ -n '$(several)' ] || { echo 'make: sweep: expected a knob with several values, such as' \
	    'NEURONS="64 256"' >&2; exit 1; }

sweep: $(combinations:%=sweep/%) | sweep/several
	@for c in $(combinations); do \
	    printf '%s\t' "$$c"; \
	    $(call subset_figures,val) $(OUT)/sweep/$$c/metrics.json; \
	done | sort -t $$'\t' -k 2,2g >$(sweep_table).$$$$; \
	sed -i $$'1i combination\tval_loss\tval_accuracy\tval_macro_recall\tval_auroc' $(sweep_table).$$$$; \
	mv $(sweep_table).$$$$ $(sweep_table)
	@column -t -s $$'\t' $(sweep_table) 2>/dev/null || cat $(sweep_table)
	@! cut -f 2 $(sweep_table) | grep -qx -e - || \
	    { echo 'make: sweep: there are no validation samples to choose by' >&2; exit 1; }
	@winner=$$(sed -n 2p $(sweep_table) | cut -f 1); \
	$(call subset_figures,test) $(OUT)/sweep/$$winner/metrics.json | { read -r _ accuracy recall auroc; \
	printf 'lowest validation loss: %s\nits test figures: accuracy %s, macro recall %s, AUROC %s\n' \
	    "$$winner" "$$accuracy" "$$recall" "$$auroc"; }

# ---- kfold: cross validation -----------------------------------------------------------------------

# `make kfold K=5`: each fold is a run of its own on the same features; with -j several at a time. With
# AUGMENT the features are not those of the run: they have variants of all images.
ifneq ($(filter kfold,$(MAKECMDGOALS)),)
kfold_out := $(OUT)/kfold
kfold_base := $(if $(filter-out 0,$(AUGMENT)),$(kfold_out),$(OUT))
folds := $(shell seq 1 $(call q,$(K)) 2>/dev/null)
$(if $(word 2,$(folds)),,$(error K: expected a whole number from 2 to 100, found '$(K)'))
fold_out = $(kfold_out)/fold-$(1)-of-$(K)
fold_make = +@$(again) FOLD=$(1) BASE='$(kfold_base)' QUIET=-q

ifneq ($(kfold_base),$(OUT))
$(kfold_base)/features.safetensors.zst: FORCE
	$(call fold_make,1) $@
endif

# What a fold's own make finds up to date keeps its date, and nothing that depends on it is made again.
define fold_rules
$(call fold_out,$(1))/metrics.json $(call fold_out,$(1))/predictions.tsv &: FORCE \
        | $(kfold_base)/features.safetensors.zst
	$(call fold_make,$(1)) TRAIN_OUT='$(call fold_out,$(1))' \
	    '$(call fold_out,$(1))/metrics.json' '$(call fold_out,$(1))/experiment.tsv' >/dev/null
	@echo 'kfold: fold $(1) of $(K)'
endef
$(foreach i,$(folds),$(eval $(call fold_rules,$(i))))

pooled := $(kfold_out)/pooled.json
pooled_predictions := $(kfold_out)/pooled.tsv
fold_files = $(foreach i,$(folds),$(call fold_out,$(i))/$(1))
$(eval $(call params,$(kfold_out)/params/kfold,$(K),evaluate))
$(kfold_out)/params/kfold: experiment := # what is pooled is no part of the run

$(pooled) $(pooled_predictions) &: $(call fold_files,predictions.tsv) $(kfold_out)/params/kfold
	@$(bin)/evaluate -q --pooled -p $(pooled_predictions) -o $(pooled) $(call fold_files,predictions.tsv)

# A row for each fold, their mean and standard deviation (n - 1), and all test samples together. A
# figure that a fold has not is "-" there, and in mean and sd.
kfold_figures := accuracy macro_recall auroc log_loss
kfold_row = printf '%s' $(1); for f in n $(kfold_figures); do \
    printf '\t%s' "$$(sed -n 's/^  "'$$f'": \([^,]*\),*$$/\1/p' $(2))"; done; echo
$(kfold_out)/kfold.tsv: $(call fold_files,metrics.json) $(pooled)
	@{ $(foreach i,$(folds),$(call kfold_row,$(i),$(call fold_out,$(i))/metrics.json);) \
	   $(call kfold_row,pooled,$(pooled)); } | \
	awk -F '\t' -v OFS='\t' -v names='fold n $(kfold_figures)' ' \
	    function shown(v, known) { return known ? sprintf("%.6f", v) : "-" } \
	    BEGIN { gsub(" ", OFS, names); print names } \
	    $$1 == "pooled" { mean = "mean" OFS "-"; sd = "sd" OFS "-"; \
	        for (i = 3; i <= NF; i++) { \
	            m = sum[i] / folds; d = (squares[i] - folds * m * m) / (folds - 1); \
	            mean = mean OFS shown(m, known[i] == folds); \
	            sd = sd OFS shown(d > 0 ? sqrt(d) : 0, known[i] == folds) } \
	        print mean; print sd } \
	    { folds++; \
	      for (i = 3; i <= NF; i++) { is = $$i ~ /^[0-9]/; known[i] += is; sum[i] += $$i; \
	          squares[i] += $$i * $$i; $$i = shown($$i, is) } \
	      print }' >$@.$$$$; mv $@.$$$$ $@

kfold: $(kfold_out)/kfold.tsv
	@column -t -s $$'\t' $< 2>/dev/null || cat $<
endif

# ---- diff: what differs between two runs -----------------------------------------------------------

# A run is named by its folder, or by its name under RESULTS.
$(call take_values,A B)
run_dir = $(shell [ -e $(call q,$(1)/experiment.tsv) ] || printf %s/ $(call q,$(RESULTS)))$(1)
diff:
	@$(hilum)/scripts/diff-runs $(if $(A),$(call q,$(call run_dir,$(A)))) $(if $(B),$(call q,$(call run_dir,$(B))))

# ---- reproduce: a run again, elsewhere, byte for byte ----------------------------------------------

reproduce: build
	+@MAKE=$(call q,$(MAKE)) MAIN=$(hilum)/Makefile BIN=$(bin) DIGESTS=$(call q,$(abspath $(DIGESTS))) \
	    WEIGHTS_DIR=$(call q,$(weights_dir)) $(hilum)/scripts/reproduce $(call q,$(call run_dir,$(reproduced)))

# ---- triage: a worklist of new images --------------------------------------------------------------

# `make triage HEAD=results/RUN/head.safetensors.zst IMAGES=folder`. Weights and calibration are those
# of the head's run, where its folder states them, unless they are given.
$(call take_values,HEAD IMAGES CALIBRATION OPERATING PAGE_ROWS TRIAGE)
HEAD        ?= $(head)
IMAGES      ?=
head_folder := $(shell dirname -- $(call q,$(HEAD)))
CALIBRATION ?= $(shell cd -- $(call q,$(head_folder)) 2>/dev/null && [ -e calibration.safetensors.zst ] && \
    printf %s/calibration.safetensors.zst $(call q,$(head_folder)))
OPERATING   ?=
PAGE_ROWS   ?= 50
TRIAGE      ?= $(RESULTS)/triage
stated = $(shell cat -- $(call q,$(head_folder)/experiment.tsv) 2>/dev/null | sed -n 's/^knob\t$(1)\t//p')
triage_model = $(or $(if $(call is_given,MODEL),$(MODEL)),$(call stated,MODEL),$(MODEL))
triage_weights = $(if $(filter %.pt,$(lastword $(triage_model))),$(triage_model),$(or \
    $(if $(call is_given,WEIGHTS),$(WEIGHTS)),$(call stated,WEIGHTS),$(WEIGHTS)))

triage: $(call made,predict)
	@[ -f $(call q,$(HEAD)) ] || \
	    { echo make: $(call q,HEAD=$(HEAD): there is no such file; make all makes one) >&2; exit 1; }
	@[ ! -e $(call q,$(head_folder)/experiment.tsv) ] || $(hilum)/scripts/unchanged $(call q,$(head_folder)/experiment.tsv)
	@[ -e $(call q,$(IMAGES)) ] || \
	    { echo make: $(call q,IMAGES=$(IMAGES): expected a folder of images) >&2; exit 1; }
	@mkdir -p -- $(call q,$(TRIAGE))
	@$(bin)/predict $(QUIET) -w $(call q,$(call weights_at,$(triage_weights))) $(allow_code) \
	    $(if $(CALIBRATION),-c $(call q,$(CALIBRATION))) $(if $(OPERATING),--operating $(call q,$(OPERATING))) \
	    --on-error skip -d $(call q,$(DEVICE)) -j $(call q,$(JOBS)) -o $(call q,$(TRIAGE))/worklist.tsv \
	    --page $(call q,$(TRIAGE))/worklist.html --page-rows $(call q,$(PAGE_ROWS)) -- $(call q,$(HEAD)) $(call q,$(IMAGES))
	@echo $(call q,worklist: $(TRIAGE)/worklist.html)
