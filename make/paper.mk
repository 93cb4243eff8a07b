# SPDX-License-Identifier: BSD-2-Clause
# `make paper`: the paper's study, with its random split, as a grid of the settings that it states and of
# those that it leaves open, to see which combinations collapse onto the majority class. The backbone runs
# once for each way of making features; what is done is not done again.

goals += paper
.PHONY: paper
ifneq ($(filter paper,$(MAKECMDGOALS)),)

paper_out := $(RESULTS)/$(RUN)-paper

# Features are named SCALING-POOL, SCALING-POOL-nearest or SCALING-avg-unfrozen. Pixels are scaled as the
# network expects it, as another network does, not at all, and to 0 .. 1.
own_scaling := $(if $(filter vgg16,$(MODEL)),caffe,tf)
other_scalings := $(filter-out $(own_scaling),caffe raw unit)
poolings := flatten avg
plain_features := $(foreach s,$(own_scaling) $(other_scalings),$(foreach p,$(poolings),$(s)-$(p)))
nearest_features := $(foreach p,$(poolings),$(own_scaling)-$(p)-nearest)
unfrozen_features := $(if $(PAPER_UNFREEZE),$(own_scaling)-avg-unfrozen)

# $(call part_of,N,NAME), $(call knobs_of_features,NAME)
part_of = $(word $(1),$(subst -, ,$(2)))
knobs_of_features = NORMALIZE=$(call part_of,1,$(1)) POOL=$(call part_of,2,$(1)) \
    FILTER=$(if $(findstring nearest,$(1)),nearest,$(FILTER)) \
    UNFREEZE=$(if $(findstring unfrozen,$(1)),$(PAPER_UNFREEZE),0)
# The paper's split is random by image, so patients are in training and test. It trained, as far as it says, at a
# constant rate, without a penalty, on features as they are, with early stopping.
given_or = $(if $(call is_given,$(1)),$($(1)),$(2))
paper_epochs := $(call given_or,EPOCHS,50)
make_paper = +@$(again) GROUP=none ALLOW_LEAK=1 QUIET=-q EXPLAIN=0 RUN='$(RUN)-paper/$(1)' \
    RUN_IS_DEFAULT=$(run_is_default) $(call knobs_of_features,$(1)) \
    EPOCHS=$(paper_epochs) LR_SCHEDULE=$(call given_or,LR_SCHEDULE,constant) L2=$(call given_or,L2,0) \
    STANDARDIZE=$(call given_or,STANDARDIZE,no) PATIENCE=$(call given_or,PATIENCE,5) \
    MIN_STEPS=$(call given_or,MIN_STEPS,0)

define paper_features_rule
.PHONY: paper-features/$(1)
paper-features/$(1):
	$(call make_paper,$(1)) '$(paper_out)/$(1)/features.safetensors.zst' >/dev/null
	@echo 'paper: features $(1)'
endef
$(foreach f,$(plain_features) $(nearest_features) $(unfrozen_features),$(eval $(call paper_features_rule,$(f))))

# $(call paper_row,SCALING,POOL,LEARNING RATE,WHAT IS UNUSUAL,FOLDER): a line of the grid.
paper_row = $(eval paper_rows += '$(1)' '$(2)' '$(3)' '$(4)' '$(5)')

# $(call paper_head,FEATURES,RATE,FOLDER,WHAT IS UNUSUAL,MORE KNOBS)
paper_head = $(eval $(paper_head_rule))$(call paper_row,$(call part_of,1,$(1)),$(call part_of,2,$(1)),$(2),$(4),$\
    $(paper_out)/$(1)/$(3))
define paper_head_rule
paper_goals += paper-head/$(1)/$(3)
.PHONY: paper-head/$(1)/$(3)
paper-head/$(1)/$(3): paper-features/$(1)
	$(call make_paper,$(1)) LR=$(2) $(5) TRAIN_OUT='$(paper_out)/$(1)/$(3)' \
	    '$(paper_out)/$(1)/$(3)/metrics.json' '$(paper_out)/$(1)/$(3)/experiment.tsv' >/dev/null
	@echo 'paper: head $(1)/$(3)'
endef
$(foreach f,$(plain_features),$(foreach r,$(PAPER_RATES),$(call paper_head,$(f),$(r),lr-$(r),-)))
$(foreach f,$(nearest_features),$(foreach r,$(PAPER_RATES),$(call paper_head,$(f),$(r),lr-$(r),nearest resizing)))
# MODE-EPOCHS: moving averages lag behind the batches, so it matters for how long was trained.
modes := $(foreach b,inference training,$(foreach n,$(sort 1 2 $(paper_epochs)),$(b)-$(n)))
unfrozen_as = $(PAPER_UNFREEZE) layers unfrozen$(comma) batch norm in $(call part_of,1,$(1)) mode$(comma) $\
    epochs: at most $(call part_of,2,$(1))
$(foreach f,$(unfrozen_features),$(foreach r,$(PAPER_RATES),$(foreach m,$(modes),$\
    $(call paper_head,$(f),$(r),lr-$(r)-$(m),$(call unfrozen_as,$(m)),$\
        BATCHNORM=$(call part_of,1,$(m)) EPOCHS=$(call part_of,2,$(m))))))

# A head trained on the network's own scaling, measured on images that were scaled in another way.
# $(call paper_mismatch,SCALING,POOL,RATE)
mismatch_out = $(paper_out)/$(own_scaling)-$(2)/lr-$(3)/measured-on-$(1)
mismatch_inputs = $(paper_out)/$(own_scaling)-$(2)/lr-$(3)/head.safetensors.zst \
    $(paper_out)/$(1)-$(2)/features.safetensors.zst
paper_mismatch = $(call params,$(mismatch_out),evaluate,evaluate,$(mismatch_inputs))$(eval $(mismatch_rule))$\
    $(call paper_row,$(own_scaling),$(2),$(3),test images scaled by $(1),$(mismatch_out))
define mismatch_rule
paper_goals += $(mismatch_out)/metrics.json
$(mismatch_out)/params/evaluate: stale :=
$(mismatch_out)/params/evaluate: | paper-head/$(own_scaling)-$(2)/lr-$(3) paper-features/$(1)-$(2)
$(mismatch_out)/metrics.json: $(mismatch_out)/params/evaluate
	@$$(bin)/evaluate -q $$(threads) $$(options_evaluate) --ignore-normalize -p '$(mismatch_out)/predictions.tsv' \
	    -o '$(mismatch_out)/metrics.json' $(mismatch_inputs) 2>/dev/null
	@echo 'paper: $(own_scaling)-$(2)/lr-$(3) measured on $(1)'
endef
$(foreach s,$(other_scalings),$(foreach p,$(poolings),$(foreach r,$(PAPER_RATES),$\
    $(call paper_mismatch,$(s),$(p),$(r)))))

paper_grid := $(paper_out)/grid.tsv
paper: $(paper_goals)
	@printf '#note\tThe split is random by image, as the paper had it: patients are in training and test at once.\n' \
	    >$(paper_grid).new
	@printf '%s\t%s\t%s\t%s\t%s\n' scaling head 'learning rate' besides run $(paper_rows) >>$(paper_grid).new
	@mv $(paper_grid).new $(paper_grid)
	$(bin)/report --grid $(paper_grid) --title $(call q,Why models collapse: $(MODEL)) --json $(paper_out)/paper.json \
	    --markdown $(paper_out)/paper.md -o $(paper_out)/paper.html
	@sed -n '/^## /q;p' $(paper_out)/paper.md
endif
