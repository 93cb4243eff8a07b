# SPDX-License-Identifier: BSD-2-Clause
# The knobs of the experiment, one line each. Columns are separated by a | with blanks around it:
#
#   name      as it is given on the command line or in the environment
#   default   a value, or a variable below whose name says in words what the default is
#   allowed   words, as a|b, in which FILE, FOLDER, RUN, NAME, TEXT, N and C,W stand for anything; a whole number
#             or a number in a range; a list of whole numbers with commas; a size, N or HxW. With ... several values,
#             separated by blanks. In [brackets]: or empty. (The tools know more about their options.)
#   step      the steps that take it, first the one that a change reruns; "experiment": only recorded with the run;
#             or another goal
#   option    the tool's option before the value; where 0|1 is allowed, the option that stands for 1
#   help      a few words
#
# Each line defines the default, the check before any work, the line of `make help`, the row of docs/parameters.md, the
# completion of hilum(1), and an option of the step, whose options decide whether it runs again (make/step.mk). A line
# without a | is a heading. The order of the lines is that of the options, and of the knobs in experiment.tsv.
define knob_table

Model and data
MODEL | vgg16 | vgg16|inceptionresnetv2|mobilenetv2|FILE.pt | $(preprocess_unless_SIZE) extract | --model | backbone
DATA         | data/phantom | FOLDER | split fold | -- | images in CLASS/*, or in train|val|test/CLASS/*
WEIGHTS      | $(WEIGHTS_of_MODEL) | FILE|seeded:N | extract | - | of Keras, timm, torchvision; or pseudo-random
SEED         | 1 | whole 0..2^64-1 | split fold preprocess evaluate | --seed | seed of split, copies and bootstrap
TRAIN_SEED   | $(SEED) | whole 0..2^64-1 | train | --seed | seed of the head and of the order of samples

Split and audit
TEST         | 0.25 | number 0..0.99 | split | --test | fraction of the images for testing
VAL          | 0.15 | number 0..0.99 | split fold | --val | fraction of the other images for validation
GROUP        | patient | patient|none | split fold | --group | kept together in one subset; none, as in the paper, leaks
SUBSETS      | drawn | drawn|folders|own-test | split fold | --subsets | from the data set: none, all, its test set
EXCLUDE      | | [TEXT] | split fold | --exclude | folders and files left out: shell patterns, with commas
CLASSES      | | [TEXT] | split fold | --classes | classes and their labels: CLASS=LABEL|LABEL;... (others: left out)
ALLOW_LEAK   | 0 | 0|1 | audit | --allow-leak | 1: go on although training and test share patients or images

Label tables
LABELS       | | [FILE] | split fold | --labels | table of images and labels (CSV) instead of class folders
COLUMNS      | | [TEXT] | split fold | --columns | its columns: image=NAME,label=NAME,..., and others to carry: sex=NAME
SELECT       | | [TEXT] | split fold | --select | only rows or DICOM files with these values: COLUMN=VALUE,VALUE;...
UNCERTAIN    | stop | stop|zero|one|drop | split fold | --uncertain | what -1 means in a column of 1 and 0
BLANK        | stop | stop|zero|one|drop | split fold | --blank | what a cell without a label means
ROWS         | stop | stop|any|majority | split fold | --rows | which of the different labels of an image counts
MISSING      | stop | stop|skip | split fold | --missing | rows whose image cannot be found
LABEL_REGEX  | | [TEXT] | split fold | --label-regex | finds the label in the path of an image, with or without a table
PATIENT_REGEX | | [TEXT] | split fold triage | --patient-regex | finds the patient in the path of an image

DICOM files
KEEP_IDS     | 0 | 0|1 | split fold triage | --keep-ids | 1: identifiers and paths of DICOM files are not hidden
ID_KEY       | | [FILE] | - | --id-key | key that hides them; empty: ~/.config/hilum/id-key

Positive class
POSITIVE     | | [TEXT] | $(split_fold_with_LABELS) audit train triage | --positive | class to find, or label of a table

Preprocessing
SIZE         | | [size 1..4096] | preprocess | --size | pixels, N or HxW; empty: as the backbone expects
FILTER       | bilinear | nearest|bilinear|bicubic|area|lanczos | preprocess | --filter | resampling
FIT          | stretch | stretch|pad|crop | preprocess | --fit | how images of another aspect ratio are fitted
DEPTH        | auto | auto|8|9|10|11|12|13|14|15|16|full | audit preprocess | --depth | bits in 16-bit PNG; auto: sBIT
WINDOW       | auto | auto|file|full|C,W | audit preprocess | --window | grey levels of DICOM; C,W: center and width
ON_ERROR     | stop | stop|skip | preprocess | --on-error | at an unreadable image: stop, or leave it out
AUGMENT      | 0 | whole 0..100 | preprocess | --augment | augmented copies of each training image

Features
NORMALIZE    | auto | auto|caffe|tf|torch|unit|raw | extract | --normalize | scaling of pixels; auto: the backbone's own
POOL         | avg | avg|max|both|flatten | $(extract_or_with_UNFREEZE_train) | --pool | how maps become features
DTYPE        | f32 | f32|tf32|bf16|f16 | extract | --dtype | arithmetic; tf32 and f16 only on a GPU
STORE        | f32 | f32|f16|bf16 | extract | --store | numbers in the file of features; 16 bits halve it
DEVICE       | auto | auto|cpu|cuda | extract triage | --device | where the backbone runs

Training
NEURONS      | 256 | list 0..65536 | train | --neurons | units of the hidden layers: 256, or 512,64; 0 for none
STANDARDIZE  | yes | yes|no | train | --standardize | features as z-scores
LR           | 1e-3 | number 1e-12..1e6 | train | --lr | learning rate
EPOCHS       | 15 | whole 1..1000000 | train | --epochs | maximum number of epochs
BATCH        | 32 | whole 1..1000000 | train | --batch | samples in a training step
USE_ALL      | 1 | 0|1 | train | --steps 0 | 1: an epoch is a pass over the training samples; 0: STEPS steps
STEPS        | 100 | whole 0..1000000000 | train | $(if $(use_all),,--steps) | steps in an epoch if USE_ALL is 0
MIN_STEPS    | 50 | whole 0..1000000000 | train | --min-steps | fewest steps in an epoch if USE_ALL is 1
PATIENCE     | 0 | whole 0..1000000 | train | --patience | epochs without improvement before training stops; 0: never
LR_SCHEDULE  | cosine | constant|cosine|plateau | train | --lr-schedule | how the learning rate changes
L2           | 1e-2 | number 0..1e6 | train | --l2 | penalty on the squares of the kernels
DROPOUT      | 0 | number 0..0.99 | train | --dropout | fraction of hidden units dropped in training
CLASS_WEIGHT | none | none|balanced | train | --class-weight | weight of each class in the loss
OPTIMIZER    | adam | adam|sgd | train | --optimizer | optimizer
UNFREEZE     | 0 | whole 0..100000 | extract train | $(if $(unfrozen),--unfreeze) | last backbone layers to fine-tune
BATCHNORM    | inference | inference|training | train | $(if $(unfrozen),--batchnorm) | mode of unfrozen batch norms

Evaluation
RESAMPLES    | 2000 | whole 0..1000000 | evaluate | --resamples | bootstrap samples for confidence intervals; 0: none
CALIBRATE    | 0 | 0|1 | evaluate | --calibrate | 1: temperature scaling, fitted on the validation images
PREVALENCE   | | [number 0..1] | evaluate | --prevalence | also state predictive values at this prevalence
UNIT         | image | image|patient|study | evaluate triage | --unit | what is measured: images, or combined by patient
COMBINE      | auto | auto|max|mean | evaluate triage | --combine | probability of a patient or study, of its images
BY           | | [TEXT] | evaluate kfold | --by | also measure groups: carried columns, as sex,age:18:40:60
EXPLAIN      | $(1_unless_MODEL_is_a_module) | 0|1 | report | --explain $(maps_folder) | 1: heat maps in the report

The run
JOBS         | $(processors) | whole 1..1024 | - | --jobs | threads
MEMORY       | 0 | whole 0..1073741824 | - | --memory | MiB of features to hold in training; 0: half of what is free
RESULTS      | results | NAME | - | - | folder of all results
RUN          | $(DATA_and_MODEL) | RUN | - | - | folder of this run in RESULTS
ALLOW_CODE   | 0 | 0|1 | experiment | --allow-code | 1: run a TorchScript file, which is a program
DIGESTS      | $(RESULTS)/.digests | FOLDER | - | - | cache of the digests of files
PRINTS       | $(DIGESTS) | FOLDER | - | - | cache of the fingerprints of images
QUIET        | | [-q] | - | - | -q: no progress messages
KNOBS        | | [FILE] | - | - | more knobs, a line NAME = value for each; the command line wins

Cluster
SHARDS       | 1 | whole 1..10000 | - | - | parts in which images and features are made, as jobs of their own
CLUSTER      | local | local|slurm|gpus|ssh|parallel|FILE | - | - | where jobs run: a profile
RETRIES      | 2 | whole 0..100 | - | - | how often a job is tried again that was killed or lost
BUNDLE       | | [whole 1..1000] | - | - | folds or combinations in one job of Slurm's; empty: as the profile says

Comparison and cross validation
K            | 5 | whole 2..100 | fold | --folds | number of folds
GROUPS       | | [TEXT] | fold | $(if $(FOLD),--fold-by) | kfold: a fold for each value of a carried column, as site
FOLD         | | [whole 1..100] | fold | --fold | the fold that is the test set; empty: no cross validation
SHIFT        | | [TEXT] | fold | --shift | regular expression: the images whose path matches are the test set
WEIGHTS_vgg16 | $(file_of_Keras_for_vgg16) | FILE|seeded:N | compare | - | weights for that backbone
WEIGHTS_inceptionresnetv2 | $(file_of_Keras_for_inceptionresnetv2) | FILE|seeded:N | compare | - | the same
WEIGHTS_mobilenetv2 | $(file_of_Keras_for_mobilenetv2) | FILE|seeded:N | compare | - | the same
SEEDS        | | [whole 0..2^64-1 ...] | sweep | - | several values of TRAIN_SEED
PAPER_RATES  | 1e-2 1e-3 1e-4 | number 1e-12..1e6 ... | paper | - | learning rates of the grid
PAPER_UNFREEZE | $(11_unless_MODEL_is_vgg16) | [whole 0..100000] | paper | - | last layers to fine-tune in the grid
TUNE         | quick | quick|full | tune | - | full: also augmented copies and fine-tuned layers, which is slow
A            | | [RUN] | diff | - | a run: its folder, or its name in RESULTS
B            | | [RUN] | diff | - | the run that A is compared with

Triage
IMAGES       | | [FILE] | triage | - | new images: a folder, or a list
HEAD         | $(head_of_RUN) | FILE | triage external | - | trained head; model, weights and unit are those of its run
CALIBRATION  | $(calibration_beside_HEAD) | [FILE] | triage | --calibration | calibration of the head, if there is one
OPERATING    | | [TEXT] | triage | --operating | operating point of the calibration
PAGE_ROWS    | 50 | whole 1..5000 | triage | --page-rows | images that the page shows
TRIAGE       | $(RESULTS)/triage | FOLDER | triage | - | folder of the worklist
endef

# ---- reading the table -----------------------------------------------------------------------------

# Each line becomes a word, with @@ for a blank; its columns become words that begin with a dot.
knob_lines := $(filter-out @@,$(subst $(newline),@@ ,$(subst $(space),@@,$(value knob_table))))
columns = .$(subst @@|@@, .,$(subst @@|,@@@@|,$(1)))
cell = $(strip $(subst @@,$(space),$(patsubst .%,%,$(word $(1),$(2)))))
define knob_of_line
knobs += $(1)
$(1) ?= $(2)
default_$(1) = $(2)
allowed_$(1) := $(3)
step_$(1) = $(patsubst -,,$(4))
option_$(1) = $(patsubst -,,$(5))
about_$(1) := $(6)
endef
read_line = $(eval $(call knob_of_line,$(call cell,1,$(1)),$(call cell,2,$(1)),$(call cell,3,$(1)),$\
    $(call cell,4,$(1)),$(call cell,5,$(1)),$(call cell,6,$(1))))
$(foreach line,$(knob_lines),$(if $(findstring |,$(line)),$(call read_line,$(call columns,$(line)))))

# The knobs that the file KNOBS sets, as if they stood on the command line, which wins. make tune writes such files.
paths := $(foreach k,$(knobs),$\
    $(if $(filter FILE% FOLDER NAME RUN,$(subst |, ,$(subst [,,$(subst ],,$(allowed_$(k)))))),$(k)))
$(call take_values,KNOBS)
$(if $(KNOBS),$(if $(only_compiles),,$(call take_file,KNOBS,$(knobs))))

# COLUMNS is also the width of a terminal, which some shells export: that is no knob. And the knob is no width for the
# commands of recipes. (Makes that are called get it from the command line.)
ifeq ($(origin COLUMNS),environment)
$(if $(findstring =,$(value COLUMNS)),,$(eval override COLUMNS :=))
else
unexport COLUMNS
endif

# Make also tells the makes that it calls the folders of features, of heads and of a fold, whether RUN is a default,
# what make tune tries, and of an external test the folder of the head and its positive class.
paths += BASE TRAIN_OUT FOLD_OUT EXTERNAL
known += RUN_IS_DEFAULT TUNING CANDIDATES KFOLD_VALUES HEAD_POSITIVE
# A variable of the environment that happens to be called so makes no external test.
$(if $(filter command,$(firstword $(origin EXTERNAL))),,$(eval override EXTERNAL :=))
$(call take_values,$(knobs) BASE TRAIN_OUT FOLD_OUT EXTERNAL HEAD_POSITIVE)

# ---- variables in the table ------------------------------------------------------------------------

sample := $(default_DATA)
# Whether DATA is the sample, however its path is written.
is_sample := $(or $(call eq,$(DATA),$(sample)),$(shell $(hilum)/scripts/same-path $(call q,$(DATA)) $(sample)))
ifneq ($(is_sample),)
override DATA := $(sample)
endif

# A TorchScript module brings its weights along; SIZE and NORMALIZE state its input.
is_module := $(if $(filter %.pt,$(lastword $(MODEL))),yes)
models := $(filter-out FILE%,$(subst |, ,$(allowed_MODEL)))

# Keras' own files, which are fetched once. The sample goes without a download.
keras_files := data/weights/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5 \
    data/weights/inception_resnet_v2_weights_tf_dim_ordering_tf_kernels_notop.h5 \
    data/weights/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224_no_top.h5
file_of_Keras_for_vgg16             := $(if $(is_sample),seeded:1,$(word 1,$(keras_files)))
file_of_Keras_for_inceptionresnetv2 := $(if $(is_sample),seeded:1,$(word 2,$(keras_files)))
file_of_Keras_for_mobilenetv2       := $(if $(is_sample),seeded:1,$(word 3,$(keras_files)))
WEIGHTS_of_MODEL = $(WEIGHTS_$(MODEL))

1_unless_MODEL_is_a_module = $(if $(is_module),0,1)
11_unless_MODEL_is_vgg16 = $(if $(filter vgg16,$(MODEL)),,11)
# Pooling follows the unfrozen layers, which are trained with the head.
unfrozen = $(filter-out 0,$(UNFREEZE))
preprocess_unless_SIZE = $(if $(SIZE),,preprocess)
extract_or_with_UNFREEZE_train = $(if $(unfrozen),train,extract)
use_all = $(filter 1,$(USE_ALL))
# In a table, the positive label makes the classes; folders have theirs.
split_fold_with_LABELS = $(if $(LABELS),split fold)

# These are found out when they are first needed, and once.
processors = $(eval processors := $(shell $(hilum)/scripts/processors))$(processors)
DATA_and_MODEL = $(eval DATA_and_MODEL := $(if $(and $(is_sample),$(filter $(models),$(MODEL))),$\
    $(notdir $(sample))-$(MODEL),$(shell $(hilum)/scripts/name-run $(call q,$(DATA)) $(call q,$(MODEL)))))$\
    $(DATA_and_MODEL)

# ---- checks ----------------------------------------------------------------------------------------

$(if $(filter auto file full,$(WINDOW))$(findstring $(comma),$(WINDOW)),,$(error $(call stated,WINDOW): $\
    expected auto, file, full or C$(comma)W, found '$(WINDOW)'))

# A sweep takes several values of the knobs of the training; make tune of those that it searches over.
tuned := STANDARDIZE NEURONS L2 POOL DROPOUT AUGMENT UNFREEZE
tunes := $(filter tune tune-candidates tune-manifest,$(MAKECMDGOALS))
ifneq ($(SEEDS),)
TRAIN_SEED := $(SEEDS)
endif
sweepable := $(if $(tunes),$(tuned),$(foreach k,$(knobs),$(if $(filter train,$(firstword $(step_$(k)))),$(k))))
several := $(strip $(foreach k,$(filter-out TRAIN_SEED,$(sweepable)) $(if $(tunes),,TRAIN_SEED),$\
    $(if $(word 2,$($(k))),$(k))))
one_only := $(if $(tunes)$(filter sweep,$(MAKECMDGOALS))$(only_compiles),,$(firstword $(several)))
$(if $(one_only),$(error $(call stated,$(one_only)): expected one value, found '$($(one_only))'; several are for make \
    sweep))

$(if $(only_compiles),,$(call check_knobs,$(foreach k,$(knobs),$(if $(call is_given,$(k)),$(k)))))

# Without kfold the test set would be drawn as if GROUPS were not there.
$(if $(and $(GROUPS),$(filter all,$(or $(MAKECMDGOALS),all))),$(if $(FOLD)$(TUNING),,$(error $(call stated,GROUPS): \
    expected none: it makes the folds of make kfold)))

# These would fail only after the training. In triage, UNIT is by default that of the head's run.
ifeq ($(only_compiles)$(filter triage,$(MAKECMDGOALS)),)
$(if $(filter-out auto,$(COMBINE)),$(if $(filter image,$(UNIT)),$(error $(call stated,COMBINE): expected UNIT=patient \
    or UNIT=study with it)))
# DICOM files name their studies themselves.
$(if $(and $(LABELS)$(is_sample),$(filter study,$(UNIT))),$(if $(findstring study=,$(COLUMNS))$\
    $(findstring sop=,$(COLUMNS)),,$(error $(call stated,UNIT): expected a column of studies in COLUMNS, \
    as study=NAME)))
endif
