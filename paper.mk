# SPDX-License-Identifier: BSD-2-Clause
# `make paper`: the paper's study, with its random split, as a grid of what it states and of what it
# leaves open, to see which combinations fall to the constant answer. The backbone runs once for each
# way of making features; what is done is not done again.

goals += paper
goal_knobs += PAPER_RATES PAPER_UNFREEZE
$(call take_values,PAPER_RATES PAPER_UNFREEZE)

.PHONY: paper
ifneq ($(filter paper,$(MAKECMDGOALS)),)

# How pixels are scaled: the network's own way, VGG's, not at all, to 0 .. 1.
own_scaling := $(if $(filter vgg16,$(MODEL)),caffe,tf)
paper_scalings := $(own_scaling) $(filter-out $(own_scaling),caffe raw unit)
paper_heads := flatten avg
PAPER_RATES ?= 1e-2 1e-3 1e-4
$(foreach v,$(PAPER_RATES) $(EPOCHS),$(if $(call not_in_names,$(v))$(findstring /,$(v)),\
    $(error PAPER_RATES and EPOCHS: expected values that the name of a folder can have, found '$(v)')))
# Layers to unfreeze, where the backbone has batch norms that can be left in training mode.
PAPER_UNFREEZE ?= $(if $(filter vgg16,$(MODEL)),,11)

paper_out := $(RESULTS)/$(RUN)-paper
# Features: SCALING-HEAD, SCALING-HEAD-nearest, or SCALING-avg-unfrozen.
paper_plain := $(foreach s,$(paper_scalings),$(foreach h,$(paper_heads),$(s)-$(h)))
paper_nearest := $(foreach h,$(paper_heads),$(own_scaling)-$(h)-nearest)
paper_tail := $(if $(PAPER_UNFREEZE),$(own_scaling)-avg-unfrozen)
word_of = $(word $(1),$(subst -, ,$(2)))
paper_knobs = NORMALIZE=$(call word_of,1,$(1)) POOL=$(call word_of,2,$(1)) \
    FILTER=$(if $(findstring nearest,$(1)),nearest,$(call q,$(FILTER))) \
    UNFREEZE=$(if $(findstring unfrozen,$(1)),$(call q,$(PAPER_UNFREEZE)),0)
# The paper's split is random by image, so patients are in training and test.
paper_make = +@$(again) GROUP=none ALLOW_LEAK=1 QUIET=-q EXPLAIN=0 RUN='$(RUN)-paper/$(1)' \
    RUN_IS_DEFAULT=$(run_is_default) \
    $(call paper_knobs,$(1))

define paper_features
.PHONY: paper-features/$(1)
paper-features/$(1):
	$(call paper_make,$(1)) '$(paper_out)/$(1)/features.safetensors.zst' >/dev/null
	@echo 'paper: features $(1)'
endef
$(foreach f,$(paper_plain) $(paper_nearest) $(paper_tail),$(eval $(call paper_features,$(f))))

# $(call paper_head,FEATURES,RATE,FOLDER,MORE KNOBS)
define paper_head
paper_goals += paper-head/$(1)/$(3)
.PHONY: paper-head/$(1)/$(3)
paper-head/$(1)/$(3): paper-features/$(1)
	$(call paper_make,$(1)) LR=$(2) $(4) TRAIN_OUT='$(paper_out)/$(1)/$(3)' \
	    '$(paper_out)/$(1)/$(3)/metrics.json' '$(paper_out)/$(1)/$(3)/experiment.tsv' >/dev/null
	@echo 'paper: head $(1)/$(3)'
endef
$(foreach f,$(paper_plain) $(paper_nearest),$(foreach r,$(PAPER_RATES),\
    $(eval $(call paper_head,$(f),$(r),lr-$(r)))))
# MODE-EPOCHS: moving averages lag behind the batches, so how long was trained matters.
paper_modes := $(foreach b,inference training,$(foreach n,$(sort 1 2 $(EPOCHS)),$(b)-$(n)))
$(foreach f,$(paper_tail),$(foreach r,$(PAPER_RATES),$(foreach b,$(paper_modes),$(eval \
    $(call paper_head,$(f),$(r),lr-$(r)-$(b),BATCHNORM=$(call word_of,1,$(b)) EPOCHS=$(call word_of,2,$(b)))))))

# A head trained on the network's own scaling, measured on images that were scaled in another way.
# $(call paper_mismatch,SCALING,HEAD,RATE)
paper_measured = $(paper_out)/$(own_scaling)-$(2)/lr-$(3)/measured-on-$(1)
paper_given = $(paper_out)/$(own_scaling)-$(2)/lr-$(3)/head.safetensors.zst $(paper_out)/$(1)-$(2)/features.safetensors.zst
define paper_mismatch
paper_goals += paper-mismatch/$(1)-$(2)-$(3)
.PHONY: paper-mismatch/$(1)-$(2)-$(3)
$(call params,$(paper_measured)/params/evaluate,$$(judged),evaluate,$(paper_given))
$(paper_measured)/params/evaluate: experiment :=
$(paper_measured)/params/evaluate: | paper-head/$(own_scaling)-$(2)/lr-$(3) paper-features/$(1)-$(2)
$(paper_measured)/metrics.json: $(paper_measured)/params/evaluate
	@$(bin)/evaluate -q -j $(call q,$(JOBS)) $(judged) --ignore-normalize -p '$(paper_measured)/predictions.tsv' \
	    -o '$(paper_measured)/metrics.json' $(paper_given) 2>/dev/null
paper-mismatch/$(1)-$(2)-$(3): $(paper_measured)/metrics.json
	@echo 'paper: $(own_scaling)-$(2)/lr-$(3) measured on $(1)'
endef
paper_strange := $(wordlist 2,9,$(paper_scalings))
$(foreach s,$(paper_strange),$(foreach h,$(paper_heads),$(foreach r,$(PAPER_RATES),\
    $(eval $(call paper_mismatch,$(s),$(h),$(r))))))

# One line for each combination: what it is, and its folder.
paper_row = printf '%s\t%s\t%s\t%s\t%s\n' '$(1)' '$(2)' '$(3)' '$(4)' '$(5)';
paper_grid := $(paper_out)/grid.tsv
paper_rows = $(foreach f,$(paper_plain),$(foreach r,$(PAPER_RATES),\
        $(call paper_row,$(call word_of,1,$(f)),$(call word_of,2,$(f)),$(r),-,$(paper_out)/$(f)/lr-$(r)))) \
    $(foreach f,$(paper_nearest),$(foreach r,$(PAPER_RATES),\
        $(call paper_row,$(own_scaling),$(call word_of,2,$(f)),$(r),nearest resizing,$(paper_out)/$(f)/lr-$(r)))) \
    $(foreach f,$(paper_tail),$(foreach r,$(PAPER_RATES),$(foreach b,$(paper_modes),\
        $(call paper_row,$(own_scaling),avg,$(r),$(PAPER_UNFREEZE) layers unfrozen$(comma) batch norm in $(call word_of,1,$(b)) mode$(comma) epochs: at most $(call word_of,2,$(b)),$(paper_out)/$(f)/lr-$(r)-$(b))))) \
    $(foreach s,$(paper_strange),$(foreach h,$(paper_heads),$(foreach r,$(PAPER_RATES),\
        $(call paper_row,$(own_scaling),$(h),$(r),test images scaled by $(s),$(paper_out)/$(own_scaling)-$(h)/lr-$(r)/measured-on-$(s)))))

paper: $(paper_goals)
	@{ printf '#note\tThe split is random by image, as the paper had it: patients are in training and test at once.\n'; \
	printf 'scaling\thead\tlearning rate\tbesides\trun\n'; $(paper_rows) } >$(paper_grid).$$$$; mv $(paper_grid).$$$$ $(paper_grid)
	$(bin)/report --grid $(paper_grid) --title $(call q,Why models collapse: $(MODEL)) --json $(paper_out)/paper.json \
	    --markdown $(paper_out)/paper.md -o $(paper_out)/paper.html
	@sed -n '/^## /q;p' $(paper_out)/paper.md
endif
