# SPDX-License-Identifier: BSD-2-Clause
# Jobs: with SHARDS or CLUSTER the tools of the steps run through scripts/launch, where the profile says, and images and
# features are made in shards, which join puts together into the file that one machine would have written. Without both,
# nothing here has any effect.

profiles := local slurm gpus ssh parallel
clustered := $(if $(only_compiles),,$(if $(or $(filter-out local,$(CLUSTER)),$(filter-out 1,$(SHARDS))),yes))
shards := $(if $(only_compiles),,$(filter-out 1,$(SHARDS)))
jobs_have_their_own = $(and $(clustered),$(if $(call is_given,JOBS),,yes))

ifneq ($(clustered),)
profile := $(if $(filter $(profiles),$(CLUSTER)),$(hilum)/make/cluster/$(CLUSTER).profile,$(call q,$(CLUSTER)))
profile_says := $(shell $(hilum)/scripts/read-profile $(profile) | tr ' ' @)
$(if $(profile_says),,$(error CLUSTER=$(CLUSTER): expected local, slurm, gpus, ssh, parallel, or the file of a profile))
# $(call of_profile,KEY): a number
of_profile = $(patsubst $(1)@%,%,$(filter $(1)@%,$(profile_says)))
export HILUM_PROFILE := $(shell printf %s $(profile))
export HILUM_RETRIES := $(RETRIES)
export HILUM_OUT = $(OUT)
export HILUM_JOBS = $(OUT)/jobs
export HILUM_TABLE = $(OUT)/jobs.tsv
export HILUM_MANIFEST = $(manifest)
# CPU milliseconds of a backbone for an image of its usual size (docs/cluster.md), from which profiles calculate times
cost_mobilenetv2 := 12
cost_vgg16 := 140
cost_inceptionresnetv2 := 270
export HILUM_COST = $(or $(cost_$(MODEL)),300)
ifndef HILUM_SINCE
export HILUM_SINCE := $(shell date +%s)
endif
# The jobs of several folds or combinations. (Elsewhere than with Slurm there is no queue to wait in.)
bundle := $(if $(call of_profile,engine),$(if $(filter slurm,$(call of_profile,engine)),\
    $(or $(BUNDLE),$(call of_profile,bundle))))
bundle := $(filter-out 1,$(bundle))
# Make waits for as many jobs at once, unless -j says how many.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(or $(call of_profile,at_once),1)
endif
endif

# $(call launched,STEP,TARGET ...): what stands before the command of a step.
steps_launched := split fold audit preprocess extract train evaluate explain
launched = $(if $(clustered),$(if $(filter $(steps_launched),$(1)),$(hilum)/scripts/launch $(launch_$(1))$(1) $(2) -- ))
# A training that is told to end leaves a head and the checkpoint from which the next try goes on.
launch_train = --unfinished $(checkpoint) 
table_of_jobs = $(if $(clustered),@$(if $(filter slurm,$(call of_profile,engine)),$(hilum)/scripts/end-jobs $(OUT); )$\
    $(hilum)/scripts/tabulate-jobs $(OUT)/jobs.tsv $(HILUM_SINCE))

# $(call as_bundles,LIST): the words of a list as one word for each bundle, joined by commas. A bundle's commands run in
# $(call bundled,NAME,COUNT,COMMANDS,FEATURES).
as_bundles = $(if $(strip $(1)),$(subst $(space),$(comma),$(wordlist 1,$(bundle),$(strip $(1)))) $\
    $(call as_bundles,$(wordlist $(words x $(wordlist 1,$(bundle),$(1))),$(words $(1)),$(1))))
of_bundle = $(subst $(comma), ,$(1))
bundled = +@$(hilum)/scripts/launch --hold $(1) $(2) -- $(call q,$(3)) $(4)

# ---- shards ----------------------------------------------------------------------------------------

# $(call shard_steps,INPUTS,ORDER-ONLY INPUTS): the steps preprocess and extract, shard by shard. A shard that is gone
# is not missed while the joined file is up to date.
shard_of = $(BASE)/shards/$(1)-$(2)-of-$(shards).safetensors.zst
all_shards = $(BASE)/shards/$(1)-{1..$(shards)}-of-$(shards).safetensors.zst
shard_numbers := $(if $(shards),$(shell seq 1 $(shards)))
shards_of = $(foreach k,$(shard_numbers),$(call shard_of,$(1),$(k)))
define shard_steps
$(eval options_preprocess ?= $$(call options,preprocess))$(call params,$(BASE),preprocess,preprocess)
$(eval options_extract ?= $$(call options,extract))$(call params,$(BASE),extract,extract-features)
$(foreach k,$(shard_numbers),$(eval $(call shard_rules,$(k),$(1),$(2))))
$(eval .SECONDARY: $(call shards_of,images) $(call shards_of,features))
$(eval .PRECIOUS: $(call shards_of,images) $(call shards_of,features))
$(eval $(call join_rule,preprocess,$(images) $(rejects),$(call shards_of,images) $(1),$(2)))
$(eval $(call join_rule,extract,$(features),$(call shards_of,features) $(images) $(BASE)/params/weights))
endef
# $(call join_rule,STEP,OUTPUTS,INPUTS,ORDER-ONLY INPUTS). The outputs depend on what one machine would make them of,
# so that another number of shards makes nothing again.
define join_rule
$(if $(dry_run),$(firstword $(2)):,$(2) &:) $(BASE)/params/$(1) $(3) $(if $(4),| $(4))
	@$$(before_join_$(1))
	$(hilum)/scripts/launch join $(2) -- $$(bin)/join $$(files_join_$(1))
$(if $(and $(dry_run),$(word 2,$(2))),$(wordlist 2,9,$(2)): $(firstword $(2)) ;)
endef
define shard_rules
$(call shard_of,images,$(1)): $(BASE)/params/preprocess $(2) $(if $(3),| $(3))
	@mkdir -p $$(@D)
	$(hilum)/scripts/launch --shard $(1)/$(shards) preprocess $$@ -- $$(bin)/preprocess $$(threads) \
	    --shard $(1)/$(shards) -o $$@ $(manifest) $$(options_preprocess)
$(call shard_of,features,$(1)): $(BASE)/params/extract $(call shard_of,images,$(1)) $(BASE)/params/weights
	$(hilum)/scripts/launch --shard $(1)/$(shards) extract $$@ -- $$(bin)/extract-features $$(weights_of) \
	    $$(code_allowed) $$(threads) -o $$@ $(call shard_of,images,$(1)) $$(options_extract)
endef
before_join_preprocess = $(hilum)/scripts/note-software $(bin)/preprocess $(BASE)/software/preprocess; \
    $(if $(rejects),rm -f $(rejects))
before_join_extract = $(hilum)/scripts/note-software $(bin)/extract-features $(BASE)/software/extract-features
files_join_preprocess = $(threads) $(if $(rejects),--rejects $(rejects) )-o $(images) $(call all_shards,images)
files_join_extract = $(threads) --images $(images) -o $(features) $(call all_shards,features)
