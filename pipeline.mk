# SPDX-License-Identifier: BSD-2-Clause
# The experiment: from a folder of labelled X-rays to a report. Each arrow is a file of the run's folder:
#
#     DATA -> manifest -> images -> features -> head -> metrics, predictions -> report
#                `-> audit                        `----> heat maps ----------------^
#
# make/knobs.mk is the table of knobs, with the options that steps get. make/step.mk says when a step runs again.
# `make help` lists the knobs with their values; docs/parameters.md explains them.

# ---- where results go ------------------------------------------------------------------------------

# `make reproduce RUN=...` makes nothing named after the run, which may lie anywhere.
reproduced_run := $(RUN)
ifneq ($(only_compiles)$(call eq,$(MAKECMDGOALS),reproduce),)
override RUN := run
endif
# Data sets in different folders can give the same name. (make compare tells the makes it calls whether RUN was given.)
run_is_default := $(if $(call is_given,RUN),$(RUN_IS_DEFAULT),yes)
$(call check_names,RESULTS RUN)
$(if $(filter . ..,$(subst /, ,$(RUN))),$(error RUN: expected the name of a folder within RESULTS, found '$(RUN)'))
OUT := $(RESULTS)/$(RUN)
# Goals of several runs train heads in folders of their own, TRAIN_OUT, on the features of one folder, BASE. Heads can
# share the manifest of a fold, in FOLD_OUT.
BASE ?= $(OUT)
TRAIN_OUT ?= $(OUT)
FOLD_OUT ?= $(TRAIN_OUT)
$(call check_names,BASE TRAIN_OUT FOLD_OUT)
# Whether subsets are not those of the features: a fold's, or with the test images that SHIFT names.
divided_anew := $(FOLD)$(SHIFT)
$(if $(and $(FOLD),$(SHIFT)),$(error FOLD and SHIFT both determine the test set: choose one))

manifest    := $(BASE)/manifest.tsv
images      := $(BASE)/images.safetensors.zst
# The images that were left out, if they may be.
rejects     := $(if $(filter skip,$(ON_ERROR)),$(BASE)/rejects.tsv)
# The rows of the label table whose image is not there, if these may be left out.
missing     := $(if $(LABELS),$(if $(filter skip,$(MISSING)),$(BASE)/missing.tsv))
features    := $(BASE)/features.safetensors.zst
fold_manifest := $(if $(divided_anew),$(FOLD_OUT)/fold.tsv)
# The subsets that are trained and measured on, and what the audit found in them.
subsets     := $(or $(fold_manifest),$(manifest))
audit_out   := $(if $(divided_anew),$(FOLD_OUT),$(BASE))
audit_table := $(audit_out)/audit.tsv
head_file   := $(if $(EXTERNAL),,$(TRAIN_OUT)/head.safetensors.zst)
history_table := $(if $(EXTERNAL),,$(TRAIN_OUT)/history.tsv)
checkpoint  := $(TRAIN_OUT)/checkpoint.safetensors.zst
metrics     := $(TRAIN_OUT)/metrics.json
predictions := $(TRAIN_OUT)/predictions.tsv
# Heat maps are of images, whatever is measured.
by_unit     := $(filter-out image,$(UNIT))
image_predictions := $(if $(by_unit),$(TRAIN_OUT)/image-predictions.tsv,$(predictions))
calibration := $(if $(EXTERNAL),,$(TRAIN_OUT)/calibration.safetensors.zst)
maps_folder := $(TRAIN_OUT)/explain
maps        := $(maps_folder)/explain.tsv
experiment  := $(TRAIN_OUT)/experiment.tsv
report_files := $(addprefix $(TRAIN_OUT)/report.,html md json)

# These are complete or not there at all, so make need not delete them when a recipe fails.
.PRECIOUS: $(manifest) $(fold_manifest) $(audit_table) $(images) $(missing) $(rejects) $(features) $(head_file) \
    $(history_table) $(metrics) $(predictions) $(image_predictions) $(calibration) $(maps) $(report_files)

# ---- before the first step -------------------------------------------------------------------------

# Reports a slip that would otherwise be found only after minutes.
.PHONY: inputs-are-there
inputs-are-there:
	@$(hilum)/scripts/check-inputs $(call q,$(if $(is_sample),,$(DATA))) $(call q,$(if $(is_module),,$(WEIGHTS))) \
	    $(hilum)/data/weights.tsv $(call q,$(LABELS)) $(call q,$(ID_KEY)) $(call q,$(RESULTS))

# A run's folders belong to one make, and to those that it calls, until it ends.
ifndef HILUM_MAKE
export HILUM_MAKE := $(shell $(hilum)/scripts/lock-run --owner $$PPID)
endif
.PHONY: run-is-ours
run-is-ours: | inputs-are-there compiled
	@$(hilum)/scripts/lock-run $(call q,$(HILUM_MAKE)) $(sort $(BASE) $(TRAIN_OUT))
	$(if $(run_is_default),@$(hilum)/scripts/same-data $(call q,$(DATA)) $(RUN) $(sort $(OUT) $(BASE) $(TRAIN_OUT)))

# The sample is drawn when it is missing, or by another version of phantom.
$(sample).tool: $(if $(dry_run),,FORCE) | $(call made,digest phantom)
	@mkdir -p $(@D); $(bin)/digest -q $(bin)/phantom | cut -f 1 >$@.$$$$; $(update)
$(sample)/PHANTOM.json: $(sample).tool
	$(bin)/phantom -j $(JOBS) $(@D)

# Keras' files are data/weights/FILE in every run, but lie in $(weights_dir). They are fetched if they are missing, and
# verified before they are used, whoever put them there.
weights_at = $(if $(filter data/weights/%,$(firstword $(1))),$(weights_dir)$(patsubst data/weights%,%,$(1)),$(1))
data/weights/%.verified: FORCE
	@$(hilum)/data/fetch-weights $* $(call q,$(weights_dir))
# The file with the backbone's weights; empty for pseudo-random weights, which their name defines.
weights_file = $(if $(is_module),$(MODEL),$(if $(filter seeded:%,$(WEIGHTS)),,$(call weights_at,$(WEIGHTS))))
keras_weights := $(if $(is_module)$(call not_in_names,$(WEIGHTS)),,$(filter data/weights/%,$(WEIGHTS)))

# A change in the contents of these inputs makes steps run again.
$(call params,$(BASE),data,,$$(call q,$$(DATA)))
$(BASE)/params/data: $(if $(is_sample),$(sample)/PHANTOM.json)
ifneq ($(LABELS),)
$(call params,$(BASE),labels,,$$(call q,$$(LABELS)))
label_table := $(BASE)/params/labels
endif
# The key that hides identifiers, if it is not the user's own.
id_key = $(if $(ID_KEY),$(option_ID_KEY) $(call as_word,$(ID_KEY)) )
ifneq ($(ID_KEY),)
$(call params,$(BASE),id-key,,$$(call q,$$(ID_KEY)))
key_file := $(BASE)/params/id-key
endif
# An external test: EXTERNAL is the folder of the head's run. Its name may have any characters: steps depend on digests.
of_external = $(call as_word,$(EXTERNAL)/$(1))
trained_head = $(or $(head_file),$(call of_external,head.safetensors.zst))
ifneq ($(EXTERNAL),)
external_manifest := $(call of_external,$(shell [ -e $(call q,$(EXTERNAL)/fold.tsv) ] && echo fold || \
    echo manifest).tsv)
external_inputs := $(BASE)/params/head
$(call params,$(BASE),head,,$$(trained_head) $$(external_manifest) $$(call of_external,calibration.safetensors.zst) \
    $$(call of_external,metrics.json))
endif
options_weights = $(if $(weights_file),,$(WEIGHTS))
$(call params,$(BASE),weights,,$$(if $$(weights_file),$$(call q,$$(weights_file))))
$(BASE)/params/weights: $(keras_weights:%=%.verified)

# ---- the steps -------------------------------------------------------------------------------------

# $(call step,STEP,TOOL,FOLDER,OUTPUTS,INPUTS), with files_STEP for the files that the tool reads and writes. Its
# options come from the table of knobs.
threads = $(if $(jobs_have_their_own),,-j $(JOBS))
quiet_threads = $(if $(QUIET),$(QUIET) )$(threads)
cached = --cache $(call as_word,$(PRINTS))
weights_of = $(if $(is_module),,--weights $(call as_word,$(call weights_at,$(WEIGHTS))))
code_allowed = $(if $(filter 1,$(ALLOW_CODE)),$(option_ALLOW_CODE))
of_fold = $(if $(divided_anew),--manifest $(fold_manifest))

# With augmented copies, a cross validation needs a manifest that has every image in training, as each is in some fold.
# Tuning must not see the test images of the run.
all_in_training := $(if $(divided_anew),$(filter-out 0,$(AUGMENT)))
held_out = $(if $(TUNING),--without-test )
# An external test is of all images, and nothing is fitted.
split.TEST = $(if $(EXTERNAL),,$(if $(held_out),$(TEST),$(if $(all_in_training),0,$(TEST))))
split.VAL = $(if $(EXTERNAL),,$(if $(held_out)$(all_in_training),0,$(VAL)))
split.SUBSETS = $(if $(EXTERNAL),,$(SUBSETS))
audit.POSITIVE = $(if $(EXTERNAL),$(HEAD_POSITIVE),$(POSITIVE))
evaluate.CALIBRATE = $(if $(EXTERNAL),,$(CALIBRATE))
options_split = $(held_out)$(if $(EXTERNAL),--all-test )$(call options,split)
before_split = $(if $(missing),,rm -f $(BASE)/missing.tsv)
files_split = $(id_key)$(cached) $(threads) $(if $(missing),--rejects $(missing) )-o $(manifest)
$(call step,split,split,$(BASE),$(manifest) $(missing),$(BASE)/params/data $(label_table) $(key_file))

files_fold = $(id_key)$(cached) $(quiet_threads) -o $(fold_manifest)
fold.K = $(if $(FOLD),$(K))
fold.GROUPS = $(if $(TUNING),,$(GROUPS))
options_fold = $(held_out)$(if $(held_out),--test $(TEST) )$(call options,fold)
$(if $(divided_anew),\
    $(call step,fold,split,$(FOLD_OUT),$(fold_manifest),$(BASE)/params/data $(label_table) $(key_file)))

# Which manifest determines the subsets: when SHIFT goes, manifest.tsv is older than what was made with fold.tsv.
options_subsets := $(notdir $(subsets))
$(foreach f,$(sort $(audit_out) $(TRAIN_OUT)),$(call params,$(f),subsets))

before_audit = $(if $(EXTERNAL),$(hilum)/scripts/same-classes $(manifest) $(call of_external,metrics.json))
files_audit = $(cached) $(quiet_threads) $(if $(EXTERNAL),--other $(external_manifest) )-o $(audit_table) $(subsets)
$(call step,audit,audit,$(audit_out),$(audit_table),\
    $(subsets) $(audit_out)/params/subsets $(BASE)/params/data $(external_inputs))

# A leak, or classes of which none is known to be positive, is reported before minutes of work.
.PHONY: audited
audited: $(audit_table)
	@$(hilum)/scripts/audited $(audit_table) '$(ALLOW_LEAK)' $(call q,$(BY)) $(subsets)

# In a cross validation, the manifests of the folds are audited.
before_preprocess = $(if $(rejects),,rm -f $(BASE)/rejects.tsv)
files_preprocess = $(threads) $(if $(rejects),--rejects $(rejects) )-o $(images) $(manifest)
files_extract = $(weights_of) $(code_allowed) $(threads) -o $(features) $(images)
ifeq ($(shards),)
$(call step,preprocess,preprocess,$(BASE),$(images) $(rejects),\
    $(manifest) $(BASE)/params/data $(if $(divided_anew),,| audited))
$(call step,extract,extract-features,$(BASE),$(features),$(images) $(BASE)/params/weights)
else
$(call shard_steps,$(manifest) $(BASE)/params/data,$(if $(divided_anew),,audited))
endif

# A training that was interrupted has left a checkpoint, and is resumed from it unless its inputs are new.
training_inputs := $(features) $(fold_manifest) $(TRAIN_OUT)/params/train $(TRAIN_OUT)/params/subsets
before_train = $(if $(divided_anew),,rm -f $(addprefix $(TRAIN_OUT)/,fold.tsv params/fold); )$\
    $(hilum)/scripts/checkpoint before $(checkpoint) $(head_file) $(history_table) $(training_inputs)
after_train = $(hilum)/scripts/checkpoint after $(checkpoint)
in_memory = $(if $(filter-out 0,$(MEMORY)),--memory $(MEMORY))
files_train = $(if $(unfrozen),$(weights_of)) $(of_fold) $(quiet_threads) $(in_memory) --checkpoint $(checkpoint) \
    --history $(history_table) -o $(head_file) $(features)
ifeq ($(EXTERNAL),)
$(call step,train,train-head,$(TRAIN_OUT),$(head_file) $(history_table),\
    $(training_inputs) $(if $(wildcard $(checkpoint)),FORCE) | audited)
endif

calibration_option = $(if $(EXTERNAL),--external $(call of_external,calibration.safetensors.zst),$\
    --calibration $(calibration))
# Heat maps are of the predictions before.
before_evaluate = rm -rf $(if $(by_unit),,$(TRAIN_OUT)/image-predictions.tsv) $(if $(wildcard $(maps)),$(maps_folder))
files_evaluate = $(of_fold) $(quiet_threads) $(if $(TUNING),,$(calibration_option) )-p $(predictions) \
    $(if $(by_unit),--image-predictions $(image_predictions) )-o $(metrics) $(trained_head) $(features)
$(call step,evaluate,evaluate,$(TRAIN_OUT),$(metrics) $(predictions) $(if $(by_unit),$(image_predictions)) \
    $(if $(TUNING),,$(calibration)),$(head_file) $(features) $(fold_manifest) $(external_inputs))

options_explain := --sanity 10
files_explain = -i $(images) -p $(image_predictions) --weights $(call as_word,$(or $(weights_file),$(WEIGHTS))) \
    $(code_allowed) $(quiet_threads) -o $(maps_folder) $(trained_head)
$(call step,explain,explain,$(TRAIN_OUT),$(maps),$(head_file) $(image_predictions) $(images) $(external_inputs))

# The record of a complete run, with all knobs that its results depend on and the digests of all files: for the report,
# diff, reproduce and triage.
run_tools := split audit preprocess extract-features $(if $(EXTERNAL),,train-head) evaluate report
run_files := $(manifest) $(missing) $(fold_manifest) $(audit_table) $(images) $(rejects) $(features) $(head_file) \
    $(predictions) $(if $(by_unit),$(image_predictions)) $(metrics) $(calibration)
recorded_steps := split $(if $(divided_anew),fold) audit preprocess extract $(if $(EXTERNAL),,train) evaluate experiment
# Knobs that an external test ignores are recorded as empty.
unused := $(if $(EXTERNAL),TEST VAL SUBSETS GROUP AUGMENT CALIBRATE)
recorded = $(foreach k,$(filter-out $(unused),$(knobs)),$\
    $(if $(filter $(recorded_steps),$(firstword $(step_$(k)))),$(k)))
options_experiment = $(foreach k,$(recorded),$(k)=$(call as_word,$($(k)))) \
    $(if $(EXTERNAL),HEAD=$(call as_word,$(EXTERNAL)))
$(call params,$(TRAIN_OUT),experiment,$(run_tools))
$(experiment): $(run_files) $(history_table) $(TRAIN_OUT)/params/experiment
	@BASE=$(BASE) BIN=$(bin) JOBS=$(JOBS) DIGESTS=$(call q,$(DIGESTS)) DATA=$(call q,$(DATA)) \
	    EXTERNAL=$(call q,$(EXTERNAL)) \
	    $(hilum)/scripts/record-experiment $@ '$(run_tools)' '$(run_files)' '$(history_table)' $(options_experiment)

before_report = $(hilum)/scripts/before-report $(experiment) $(BASE)
files_report = --metrics $(metrics) $(if $(EXTERNAL),--internal $(call of_external,metrics.json),$\
    --history $(history_table)) --predictions $(predictions) --manifest $(subsets) --audit $(audit_table) \
    $(if $(missing),--missing $(missing) )$(if $(rejects),--rejects $(rejects) ) \
    --knobs <(sed -n 's/^knob\t//p' $(experiment)) \
    --software $(TRAIN_OUT)/software --markdown $(TRAIN_OUT)/report.md --json $(TRAIN_OUT)/report.json \
    -o $(TRAIN_OUT)/report.html
$(call step,report,report,$(TRAIN_OUT),$(report_files),$(if $(filter 1,$(EXPLAIN)),$(maps)) \
    $(metrics) $(predictions) $(history_table) $(subsets) $(audit_table) $(missing) $(rejects) $(experiment))

# A run that gets new params is not complete; new heat maps or a new report leave it complete.
stale = $(experiment)
$(TRAIN_OUT)/params/explain $(TRAIN_OUT)/params/report: stale :=

# ---- goals -----------------------------------------------------------------------------------------

# The goals of `hilum`, to which make/experiments.mk and make/paper.mk add.
goals := all explain help
.PHONY: all explain
all: $(report_files) $(experiment)
	$(table_of_jobs)
	@set -- $$(jq '.accuracy, .macro_recall' $(metrics)); printf 'accuracy %.4f, macro recall %s\n' \
	    "$$1" "$$(if [ "$$2" = null ]; then echo undefined; else printf %.4f "$$2"; fi)"
	@echo 'report: $(TRAIN_OUT)/report.html'
explain: $(maps)
	@echo 'heat maps: $(maps_folder)/'
