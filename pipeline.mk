# SPDX-License-Identifier: BSD-2-Clause
# The experiment: from a folder of labelled X-rays to a report. Every arrow is a file in $(OUT).
# `make help` lists the knobs with their live values; docs/parameters.md explains them.

# ---- knobs ---------------------------------------------------------------------------------------

sample := data/phantom

knobs := MODEL DATA WEIGHTS SEED TRAIN_SEED TEST VAL GROUP SUBSETS ALLOW_LEAK SIZE FILTER FIT AUGMENT NORMALIZE POOL DTYPE STORE \
         DEVICE \
         NEURONS STANDARDIZE LR EPOCHS BATCH USE_ALL STEPS PATIENCE LR_SCHEDULE L2 DROPOUT CLASS_WEIGHT OPTIMIZER UNFREEZE BATCHNORM \
         RESAMPLES CALIBRATE PREVALENCE \
         JOBS RESULTS RUN ALLOW_CODE K FOLD EXPLAIN
# What makes that make calls are told.
known += RUN_IS_DEFAULT
$(call take_values,$(knobs) BASE TRAIN_OUT DIGESTS PRINTS QUIET)

MODEL   ?= vgg16
DATA    ?= $(sample)
# However its path is written.
is_sample := $(or $(call eq,$(DATA),$(sample)),$(call same_path,$(DATA),$(sample)))
ifdef is_sample
override DATA := $(sample)
endif
WEIGHTS ?= $(WEIGHTS_$(MODEL))
SEED    ?= 1
TRAIN_SEED ?= $(SEED)
# split
TEST    ?= 0.25
VAL     ?= 0.15
GROUP   ?= patient
SUBSETS ?= drawn
# audit
ALLOW_LEAK ?= 0
# preprocess
SIZE    ?=
FILTER  ?= bilinear
FIT     ?= stretch
AUGMENT ?= 0
# extract-features
NORMALIZE ?= auto
POOL    ?= avg
DTYPE   ?= f32
STORE   ?= f32
DEVICE  ?= auto
# train-head
NEURONS ?= 256
STANDARDIZE ?= $(if $(filter seeded:%,$(WEIGHTS)),yes,no)
LR      ?= 1e-3
EPOCHS  ?= 50
BATCH   ?= 32
USE_ALL ?= 1
STEPS   ?= 100
PATIENCE ?= 5
LR_SCHEDULE ?= constant
L2      ?= 0
DROPOUT ?= 0
CLASS_WEIGHT ?= none
OPTIMIZER ?= adam
UNFREEZE ?= 0
BATCHNORM ?= inference
# evaluate
RESAMPLES ?= 2000
CALIBRATE ?= 0
PREVALENCE ?=
# cross validation
K       ?= 5
FOLD    ?=
# machine
processors := $(shell $(hilum)/scripts/processors)
JOBS    ?= $(processors)
RESULTS ?= results
# The last part of a path, of characters that the name of a folder of results can have.
name_of = $(shell basename -- $(call q,$(1)) $(2) | LC_ALL=C tr -c 'A-Za-z0-9._\n-' _)
default_run := $(call name_of,$(DATA))-$(call name_of,$(MODEL),.pt)
# Folders of several data sets have the same last part. (RUN_IS_DEFAULT is how make compare says it.)
run_is_default := $(if $(call is_given,RUN),$(RUN_IS_DEFAULT),yes)
RUN     ?= $(default_run)

models := vgg16 inceptionresnetv2 mobilenetv2
$(call take_values,$(models:%=WEIGHTS_%))

# A TorchScript module brings its own weights; its size and scaling are SIZE and NORMALIZE.
is_module := $(if $(filter %.pt,$(lastword $(MODEL))),yes)
ALLOW_CODE ?= 0

# Without WEIGHTS: Keras' own file, fetched once; the embedded sample does without a download.
keras_file_vgg16 := vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5
keras_file_inceptionresnetv2 := inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5
keras_file_mobilenetv2 := mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5
$(foreach m,$(models),$(eval WEIGHTS_$(m) ?= \
    $(if $(is_sample),seeded:1,data/weights/$(keras_file_$(m)))))

# Every sample once an epoch, or a fixed number of steps.
steps = $(if $(filter 1,$(USE_ALL)),0,$(STEPS))
$(if $(filter-out 0 1,$(USE_ALL)),$(error USE_ALL: expected 0 or 1, found '$(USE_ALL)'))
$(call check_flags,ALLOW_LEAK ALLOW_CODE CALIBRATE)
$(if $(or $(call eq,$(QUIET),),$(call eq,$(QUIET),-q)),,$(error QUIET: expected -q, found '$(QUIET)'))
allow_code := $(if $(filter 1,$(ALLOW_CODE)),--allow-code)

# Where the backbone is cut: at its end, or below the layers that are trained with the head, which
# then needs their weights.
unfrozen := $(filter-out 0,$(UNFREEZE))
cut = $(if $(unfrozen),--unfreeze $(call q,$(UNFREEZE)),--pool $(call q,$(POOL)))
tail = $(if $(unfrozen),$(cut) --pool $(call q,$(POOL)) --batchnorm $(call q,$(BATCHNORM)))

# A module may give vectors, and then there are no maps: it must be asked for.
EXPLAIN ?= $(if $(is_module),0,1)
$(call check_flags,EXPLAIN)
explained := $(filter 1,$(EXPLAIN))

# ---- helpers -------------------------------------------------------------------------------------

# Nothing that reproduce makes is named after its run, which may lie anywhere.
reproduced := $(RUN)
ifneq ($(only_compiles)$(call eq,$(MAKECMDGOALS),reproduce),)
override RUN := run
endif
$(call check_names,RESULTS RUN)
$(if $(filter . ..,$(subst /, ,$(RUN))),$(error RUN: expected the name of a folder within RESULTS, found '$(RUN)'))
OUT := $(RESULTS)/$(RUN)
# A sweep and a cross validation train in folders of their own on the features of one.
TRAIN_OUT ?= $(OUT)
BASE ?= $(OUT)
$(call check_names,BASE TRAIN_OUT)
# Every image is in training in some fold. So features with variants start from a manifest that has
# all of them there.
all_train := $(if $(FOLD),$(filter-out 0,$(AUGMENT)))

# What a typo would make fail only after minutes.
.PHONY: inputs-are-there
inputs-are-there:
	@[ -d $(call q,$(DATA)) ] || [ -n '$(is_sample)' ] || \
	    { echo make: $(call q,DATA=$(DATA): there is no such folder) >&2; exit 1; }
	@[ -n '$(is_module)$(if $(strip $(foreach m,$(models),$(call eq,$(m),$(MODEL)))),yes)' ] || \
	    { echo make: $(call q,MODEL=$(MODEL): expected $(models) or a file.pt) >&2; exit 1; }
	@case $(call q,$(if $(is_module),seeded:,$(WEIGHTS))) in seeded:*) ;; \
	    '') echo 'make: WEIGHTS: expected a file or seeded:N, found nothing' >&2; exit 1;; \
	    data/weights/*) cut -f 1 $(hilum)/data/weights.tsv | grep -qxF -e $(call q,$(WEIGHTS:data/weights/%=%)) || { echo \
	        make: $(call q,WEIGHTS=$(WEIGHTS): expected one of the files in data/weights.tsv) >&2; exit 1; };; \
	    *) [ -f $(call q,$(WEIGHTS)) ] || \
	        { echo make: $(call q,WEIGHTS=$(WEIGHTS): there is no such file) >&2; exit 1; };; esac

# A run's folders belong to the make that came first, and to those that it calls, until it ends.
ifndef HILUM_MAKE
export HILUM_MAKE := $(shell echo $$(uname -n):$$PPID:$$(cut -d ' ' -f 22 /proc/$$PPID/stat))
endif
.PHONY: run-is-ours
run-is-ours: | inputs-are-there compiled
	@$(hilum)/scripts/take $(call q,$(HILUM_MAKE)) $(sort $(BASE) $(TRAIN_OUT))
	@[ -z '$(run_is_default)' ] || $(hilum)/scripts/same-data $(BASE) $(call q,$(DATA)) $(RUN)

# What files and folders hold, as a digest each; dates are no part of it. What did not change since
# the last time, by inode, size and both of its dates, is not read again.
DIGESTS ?= $(RESULTS)/.digests
# What split and audit know of images is kept there as well; make reproduce has it found out anew.
PRINTS ?= $(DIGESTS)
digests = $(bin)/digest -q -j $(call q,$(JOBS)) --cache $(call q,$(DIGESTS)) -- $(1) | cut -f 1

# A step is run again when its file of parameters is new, and that changes exactly when what it says
# does: the knobs, and the digests of the tool and of other files that go into the step. So no date
# of a tool, of weights or of an image matters. A run of which a part is to be made again is not
# complete: nothing states any longer what it was made with. $(call params,FILE,TEXT,TOOL ...,FILE ...)
define params
$(1): FORCE | run-is-ours $$(call made,digest $(3))
	@mkdir -p $$(@D)
	@{ $$(if $(2),printf '%s\n' $$(call q,$(2));) \
	    $$(if $(3)$(4),$$(call digests,$$(addprefix $$(bin)/,$(3)) $(4));) } >$$@.$$$$$$$$; \
	cmp -s $$@.$$$$$$$$ $$@ || rm -f $$(experiment); $$(update)
endef

# Keras' own files are named data/weights/FILE in every run, and lie in $(weights_dir). They are verified
# before they are used, whoever put them there.
weights_at = $(if $(filter data/weights/%,$(firstword $(1))),$(weights_dir)$(patsubst data/weights%,%,$(1)),$(1))
weights_ready := $(if $(is_module)$(call not_in_names,$(WEIGHTS)),,$(patsubst %,%.verified,$(filter data/weights/%,$(WEIGHTS))))
data/weights/%.verified: FORCE
	@$(hilum)/data/fetch-weights $* $(call q,$(weights_dir))
$(BASE)/params/weights: $(weights_ready)

# ---- from images to a report ---------------------------------------------------------------------

manifest := $(BASE)/manifest.tsv
images   := $(BASE)/images.safetensors.zst
features := $(BASE)/features.safetensors.zst
fold     := $(if $(FOLD),$(TRAIN_OUT)/fold.tsv)
# The subsets that are trained and measured on, and what was found wrong with them.
subsets  := $(if $(FOLD),$(fold),$(manifest))
audit    := $(if $(FOLD),$(TRAIN_OUT),$(BASE))/audit.tsv
head     := $(TRAIN_OUT)/head.safetensors.zst
history  := $(TRAIN_OUT)/history.tsv
metrics  := $(TRAIN_OUT)/metrics.json
predictions := $(TRAIN_OUT)/predictions.tsv
calibration := $(TRAIN_OUT)/calibration.safetensors.zst
report   := $(TRAIN_OUT)/report.html
summary  := $(TRAIN_OUT)/report.md
report_json := $(TRAIN_OUT)/report.json
maps     := $(TRAIN_OUT)/explain/explain.tsv
experiment := $(TRAIN_OUT)/experiment.tsv

# The file that the backbone's weights are in; a name such as seeded:1 stands for itself.
weights_file = $(if $(is_module),$(MODEL),$(if $(filter seeded:%,$(firstword $(WEIGHTS))),,$(call weights_at,$(WEIGHTS))))

$(eval $(call params,$$(BASE)/params/data,,,$$(call q,$$(DATA))))
$(eval $(call params,$$(BASE)/params/split,$$(DATA) seed $$(SEED) test $$(if $$(all_train),0 val 0,$$(TEST) val $$(VAL)) group $$(GROUP) subsets $$(SUBSETS),split))
$(eval $(call params,$$(dir $$(audit))params/audit,allow-leak $$(ALLOW_LEAK),audit))
$(eval $(call params,$$(TRAIN_OUT)/params/fold,$$(DATA) seed $$(SEED) fold $$(FOLD) of $$(K) val $$(VAL) group $$(GROUP) subsets $$(SUBSETS),split))
$(eval $(call params,$$(BASE)/params/preprocess,$$(if $$(SIZE),$$(SIZE),$$(MODEL)) $$(FILTER) $$(FIT)$$(if $$(filter-out 0,$$(AUGMENT)), augment $$(AUGMENT)),preprocess))
$(eval $(call params,$$(BASE)/params/weights,$$(if $$(weights_file),,$$(WEIGHTS)),,$$(if $$(weights_file),$$(call q,$$(weights_file)))))
$(eval $(call params,$$(BASE)/params/extract,$$(MODEL) $$(NORMALIZE) $$(cut) $$(DTYPE) $$(STORE) $$(DEVICE),extract-features))
$(eval $(call params,$$(TRAIN_OUT)/params/train,$$(NEURONS) standardize $$(STANDARDIZE) lr $$(LR) epochs $$(EPOCHS) batch $$(BATCH) steps $$(steps) patience $$(PATIENCE) schedule $$(LR_SCHEDULE) l2 $$(L2) \
    dropout $$(DROPOUT) class-weight $$(CLASS_WEIGHT) $$(OPTIMIZER) $$(tail) seed $$(TRAIN_SEED),train-head))
$(eval $(call params,$$(TRAIN_OUT)/params/evaluate,$$(judged),evaluate))
$(eval $(call params,$$(TRAIN_OUT)/params/explain,,explain))
$(eval $(call params,$$(TRAIN_OUT)/params/report,heat maps $$(EXPLAIN),report))
# Heat maps or a report that are to be made again leave a run complete.
$(TRAIN_OUT)/params/explain $(TRAIN_OUT)/params/report: experiment :=

$(BASE)/params/data: $(if $(is_sample),$(sample)/PHANTOM.json)

# These are whole or not there, so make need not delete them when a recipe fails.
.PRECIOUS: $(manifest) $(audit) $(images) $(features) $(head) $(history) $(metrics) $(predictions) \
           $(calibration) $(report) $(summary) $(report_json) $(maps)

$(sample).tool: FORCE | $(call made,digest phantom)
	@mkdir -p $(@D)
	@$(bin)/digest -q $(bin)/phantom | cut -f 1 >$@.$$$$; $(update)

$(sample)/PHANTOM.json: $(sample).tool
	$(bin)/phantom -j $(call q,$(JOBS)) $(@D)

# What a step says of itself and of its libraries is kept beside its result, for the report: not in
# it, so that another version alone makes no other file. It is there before the result, so that
# nothing can end between the two. $(call note,TOOL,FOLDER)
note = @mkdir -p $(2)/software; said=$$($(bin)/$(1) --version); \
    [ "$$said" = "$$(cat $(2)/software/$(1) 2>/dev/null)" ] || printf '%s\n' "$$said" >$(2)/software/$(1)

split = $(bin)/split -s $(call q,$(SEED)) --val $(call q,$(if $(1),0,$(VAL))) \
    --group $(call q,$(GROUP)) --subsets $(call q,$(SUBSETS)) \
    --cache $(call q,$(PRINTS)) -j $(call q,$(JOBS)) -o $@

$(manifest): $(BASE)/params/split $(BASE)/params/data
	$(call split,$(all_train)) --test $(call q,$(if $(all_train),0,$(TEST))) -- $(call q,$(DATA))

ifdef FOLD
$(fold): $(TRAIN_OUT)/params/fold $(BASE)/params/data
	$(call split) $(QUIET) --folds $(call q,$(K)) --fold $(call q,$(FOLD)) -- $(call q,$(DATA))
endif

$(audit): $(subsets) $(BASE)/params/data $(dir $(audit))params/audit
	$(call note,audit,$(patsubst %/,%,$(@D)))
	$(bin)/audit $(QUIET) $(if $(filter 1,$(ALLOW_LEAK)),--allow-leak) \
	    --cache $(call q,$(PRINTS)) -j $(call q,$(JOBS)) -o $@ $<

# Asked at every run, so that a table that was found to leak stops the next run as well.
.PHONY: no-leak
no-leak: $(audit)
	@leak=$$(sed -n 's/^#leak\t//p' $(audit)); [ -z "$$leak" ] || [ -n '$(filter 1,$(ALLOW_LEAK))' ] || \
	    { echo "make: $$leak, see $(audit): test figures would be too good;" \
	        "ALLOW_LEAK=1 goes on all the same, and the report says so" >&2; exit 1; }

# Without a fold the images wait, too: what leaks is told before minutes of work.
$(images): $(manifest) $(BASE)/params/data $(BASE)/params/preprocess $(if $(FOLD),,| no-leak)
	$(call note,preprocess,$(BASE))
	$(bin)/preprocess $(if $(SIZE),--size $(call q,$(SIZE)),-m $(call q,$(MODEL))) \
	    --filter $(call q,$(FILTER)) --fit $(call q,$(FIT)) --augment $(call q,$(AUGMENT)) -s $(call q,$(SEED)) \
	    -j $(call q,$(JOBS)) -o $@ $<

$(features): $(images) $(BASE)/params/extract $(BASE)/params/weights
	$(call note,extract-features,$(BASE))
	$(bin)/extract-features -m $(call q,$(MODEL)) $(if $(is_module),,-w $(call q,$(call weights_at,$(WEIGHTS)))) $(allow_code) \
	    --normalize $(call q,$(NORMALIZE)) $(cut) --dtype $(call q,$(DTYPE)) --store $(call q,$(STORE)) \
	    -d $(call q,$(DEVICE)) -j $(call q,$(JOBS)) -o $@ $<

# A training that was killed or interrupted has left its state, and goes on from there, unless what
# it stood on is new. A head that was kept at an interrupt is not the one that was asked for.
checkpoint := $(TRAIN_OUT)/checkpoint.safetensors.zst
$(head) $(history) &: $(features) $(fold) $(TRAIN_OUT)/params/train $(if $(wildcard $(checkpoint)),FORCE) \
        | no-leak
	$(call note,train-head,$(TRAIN_OUT))
	@rm -f $(addsuffix .tmp??????,$(checkpoint) $(head) $(history)); for f in $(features) $(fold) $(TRAIN_OUT)/params/train; do \
	    [ $(checkpoint) -nt $$f ] || rm -f $(checkpoint); done
	$(bin)/train-head $(QUIET) -n $(call q,$(NEURONS)) --standardize $(call q,$(STANDARDIZE)) --lr $(call q,$(LR)) -e $(call q,$(EPOCHS)) \
	    -b $(call q,$(BATCH)) --steps $(call q,$(steps)) --patience $(call q,$(PATIENCE)) \
	    --lr-schedule $(call q,$(LR_SCHEDULE)) --l2 $(call q,$(L2)) --dropout $(call q,$(DROPOUT)) \
	    --class-weight $(call q,$(CLASS_WEIGHT)) --optimizer $(call q,$(OPTIMIZER)) $(tail) $(if $(unfrozen),-w $(call q,$(call weights_at,$(WEIGHTS)))) \
	    -s $(call q,$(TRAIN_SEED)) -j $(call q,$(JOBS)) $(fold:%=--manifest %) --checkpoint $(checkpoint) \
	    --history $(history) -o $(head) $<
	@[ ! -e $(checkpoint) ] || { echo 'make: the training was interrupted: the same command goes on with it;' \
	    'to take its weights as they are, first rm $(checkpoint)' >&2; exit 1; }

# How it is measured.
judged = -s $(call q,$(SEED)) --resamples $(call q,$(RESAMPLES)) $(if $(filter 1,$(CALIBRATE)),--calibrate) \
    $(if $(PREVALENCE),--prevalence $(call q,$(PREVALENCE)))
$(metrics) $(predictions) $(calibration) &: $(head) $(features) $(fold) $(TRAIN_OUT)/params/evaluate
	$(call note,evaluate,$(TRAIN_OUT))
	$(bin)/evaluate $(QUIET) -j $(call q,$(JOBS)) $(fold:%=--manifest %) $(judged) --calibration $(calibration) \
	    -p $(predictions) -o $(metrics) $(head) $(features)

$(maps): $(head) $(predictions) $(images) $(TRAIN_OUT)/params/explain
	$(bin)/explain $(QUIET) -i $(images) -p $(predictions) -w $(call q,$(if $(is_module),$(MODEL),$(call weights_at,$(WEIGHTS)))) \
	    $(allow_code) --sanity 10 -j $(call q,$(JOBS)) -o $(@D) $(head)

$(report) $(summary) $(report_json) &: $(if $(explained),$(maps)) $(metrics) $(predictions) $(history) $(subsets) \
        $(audit) $(experiment) $(TRAIN_OUT)/params/report
	@[ $(BASE) -ef $(TRAIN_OUT) ] || cp $(BASE)/software/* $(TRAIN_OUT)/software
	@$(hilum)/scripts/unchanged $(experiment)
	$(bin)/report --metrics $(metrics) --history $(history) --predictions $(predictions) \
	    --manifest $(subsets) --audit $(audit) --knobs <(sed -n 's/^knob\t//p' $(experiment)) --software $(TRAIN_OUT)/software \
	    $(if $(explained),--explain $(dir $(maps))) --markdown $(summary) --json $(report_json) -o $(report)

# What a complete run was made with, and what came of it; the report is one of its readers.
result_knobs = $(filter-out JOBS RESULTS RUN EXPLAIN $(if $(FOLD),,K FOLD),$(knobs))
run_tools := split audit preprocess extract-features train-head evaluate report
run_files := $(manifest) $(fold) $(audit) $(images) $(features) $(head) $(predictions) $(metrics) $(calibration)
$(eval $(call params,$$(TRAIN_OUT)/params/experiment,$$(foreach k,$$(result_knobs),$$(k)=$$($$(k))),$$(run_tools)))

# The last column of a history is how long an epoch took.
timeless = sed 's/\t[^\t]*$$//' $(1)

$(experiment): $(run_files) $(history) $(TRAIN_OUT)/params/experiment
	@[ "$$($(call digests,$(call q,$(DATA))))" = "$$(cat $(BASE)/params/data)" ] || \
	    { echo make: $(call q,DATA=$(DATA): it has changed while the run went on: the same command makes the run again) >&2; exit 1; }
	@{ printf '#hilum-experiment 1\nkind\tname\tvalue\n'; \
	printf 'knob\t%s\t%s\n' $(foreach k,$(result_knobs),$(k) $(call q,$($(k)))); \
	printf 'machine\tJOBS\t%s\n' $(call q,$(JOBS)); \
	printf 'input\t%s\t%s\n' data "$$(cat $(BASE)/params/data)" weights "$$(cat $(BASE)/params/weights)"; \
	for t in $(run_tools); do \
	    said=$$(cat {$(BASE),$(TRAIN_OUT)}/software/$$t 2>/dev/null || true); \
	    printf 'tool\t%s\t%s %s\n' $$t "$$(sed 's/.* //; q' <<<"$${said:-$$($(bin)/$$t --version)}")" \
	        "$$($(call digests,$(bin)/$$t))"; done; \
	awk -F '\t' 'NF == 2 { sub(".*/", "", FILENAME); print "library\t" FILENAME "/" $$1 "\t" $$2 }' \
	    $(BASE)/software/{preprocess,extract-features} $(TRAIN_OUT)/software/{train-head,evaluate}; \
	for f in $(run_files); do printf 'file\t%s\t%s\n' "$${f##*/}" "$$($(call digests,$$f))"; done; \
	printf 'file\t%s\tsha256:%s\n' $(notdir $(history)) "$$($(call timeless,$(history)) | sha256sum | cut -d ' ' -f 1)"; \
	} >$@.new; printf '#sha256\t%s\n' "$$(sha256sum <$@.new | cut -d ' ' -f 1)" >>$@.new; mv $@.new $@

# ---- goals ---------------------------------------------------------------------------------------

# What `hilum` passes on to make, besides files; experiments.mk and paper.mk add to it.
goals := all explain help
goal_knobs := DIGESTS PRINTS QUIET
.PHONY: all explain help
explain: $(maps)
	@echo 'heat maps: $(dir $(maps))'
# $(call figure,NAME,FILE): a top-level figure of a metrics file, as a word of the shell.
figure = "$$(sed -n 's/^  "'$(1)'": \([^,]*\),*$$/\1/p' $(2))"
all: $(report) $(experiment)
	@printf 'accuracy %.4f, macro recall %.4f\nreport: %s\n' \
	    $(call figure,accuracy,$(metrics)) $(call figure,macro_recall,$(metrics)) $(report)

about_MODEL := backbone: vgg16, inceptionresnetv2, mobilenetv2, or a TorchScript file.pt
about_DATA := folder of images: CLASS/* or train|val|test/CLASS/*
about_WEIGHTS := file of Keras, timm or torchvision, or seeded:N (pseudo-random, no result)
about_SEED := seed of the split, the head and the order of samples
about_TRAIN_SEED := seed of the head and the order of samples, if not SEED
about_TEST := share of test images
about_VAL := share of validation images among the rest
about_GROUP := patient, or none (the paper's leaky way; needs ALLOW_LEAK=1)
about_SUBSETS := drawn; folders (the data set's own); own-test (its test folder, validation drawn)
about_ALLOW_LEAK := 1: go on where training and test share patients or copies of images
about_SIZE := pixels, HxW; empty: what the backbone takes
about_FILTER := nearest, bilinear, bicubic, area, lanczos
about_FIT := stretch, pad, crop
about_AUGMENT := variants of every training image: flipped, turned, shifted, other exposure
about_NORMALIZE := auto (the backbone's own), caffe, tf, torch, unit, raw
about_POOL := avg, max, flatten
about_DTYPE := f32, bf16; on a GPU also tf32, f16
about_STORE := f32, or f16 or bf16: features in half the room
about_DEVICE := auto, cpu, cuda
about_NEURONS := units of the hidden layers: 256, or 512,64; 0 for none
about_STANDARDIZE := yes, no: each feature less its mean, divided by its standard deviation
about_LR := learning rate
about_EPOCHS := epochs at most
about_BATCH := samples a training step
about_USE_ALL := 1: every training sample once an epoch; 0: STEPS steps
about_STEPS := steps (batches) an epoch where USE_ALL is 0
about_LR_SCHEDULE := constant, cosine, plateau
about_L2 := penalty on the squares of the kernels
about_PATIENCE := epochs without a better validation loss
about_DROPOUT := share of hidden units dropped in training
about_CLASS_WEIGHT := none, balanced
about_OPTIMIZER := adam, sgd
about_UNFREEZE := last layers of the backbone, as Keras counts them, that are trained with the head
about_RESAMPLES := of the bootstrap over patients that intervals come from; 0 for none
about_CALIBRATE := 1: temperature scaling, fitted on the validation images
about_PREVALENCE := share of positives for which predictive values are stated too
about_BATCHNORM := of unfrozen batch norms in training: inference, training (a known mistake)
about_K := folds of a cross validation
about_FOLD := the one whose patients are the test set; empty: no cross validation
about_JOBS := threads
about_EXPLAIN := 1: heat maps of worst errors and surest hits, also in the report; 0: none
about_RESULTS := folder of all results
about_ALLOW_CODE := 1: run a TorchScript file, which is a program
about_RUN := name of the folder under $(RESULTS)/

help:
	@echo '$(me) GOAL ... [KNOB=value ...]'
	@echo
	@echo 'all        run the experiment and write $(report)'
	@echo 'explain    heat maps of the run alone: $(dir $(maps))'
	@echo 'triage     IMAGES=folder [HEAD=file]: a worklist of new images and its page'
	@echo 'compare    all three backbones and the table of the paper'
	@echo 'paper      the study of the paper as a grid: which combinations of settings collapse'
	@echo 'sweep      every combination of the training knobs that have several values'
	@echo 'kfold      cross validation with K folds by patient: each image is tested once'
	@echo 'diff       A=run B=run: what differs in knobs and metrics'
	@echo 'reproduce  RUN=run: run it again in a scratch place and compare the bytes'
	@$(foreach l,$(checkout_help),echo $(call q,$($(l)));)
	@echo
	@$(foreach k,$(knobs),printf '%-13s %-24s %s\n' $(k) $(call q,$($(k))) $(call q,$(about_$(k)));)
