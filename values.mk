# SPDX-License-Identifier: BSD-2-Clause
# Values that are given on the command line or in the environment: taken as they are, or refused in one line
# before any work.

# Make calls itself to compile, with the values that it was given for something else.
only_compiles := $(and $(MAKECMDGOALS),$(if $(filter-out build test-programs,$(MAKECMDGOALS)),,yes))

# Whether a variable is given. (What take_values has changed counts as overridden.)
is_given = $(filter command environment override,$(firstword $(origin $(1))))

# Paths are compared as text in many places: one spelling for each, without //, /./ and a slash at the end.
paths := DATA WEIGHTS MODEL RESULTS RUN BASE TRAIN_OUT DIGESTS PRINTS HEAD IMAGES CALIBRATION TRIAGE A B \
    WEIGHTS_vgg16 WEIGHTS_inceptionresnetv2 WEIGHTS_mobilenetv2
is_plain = $(if $(findstring //,$(1)/)$(findstring /./,/$(1)/),,yes)
plain_path = $(shell printf %s $(call q,$(1)) | \
    LC_ALL=C sed -E 's|/+|/|g; s|^/\.$$|/|; :again; s|/\.(/\|$$)|\1|; t again; s|(.)/$$|\1|; s|^\./||')
same_path = $(shell [ "$$(realpath -m -- $(call q,$(1)))" = "$$(realpath -m -- $(call q,$(2)))" ] && echo yes)

# Variables that users may give. Those of make itself, and what programs that make runs are told by:
known := MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKE SHELL TMPDIR OMP_NUM_THREADS ONEDNN_MAX_CPU_ISA ATEN_CPU_CAPABILITY \
    HILUM_SHARED HILUM_BIN HILUM_DEVICE HILUM_WEIGHTS_URL

# A $ in a value is a character, and no reference to a variable of make. $(call take_values,NAME ...)
take_values = $(eval known += $(1))$(foreach v,$(1),$(if $(call is_given,$(v)),$(call take_value,$(v))))
take_value = $(if $(findstring $(newline),$(value $(1))),\
        $(error $(1): expected one line, found '$(subst $(newline),\n,$(value $(1)))'))\
    $(if $(findstring $$,$(value $(1))),$(eval override $(1) := $$(value $(1)))$(eval export $(1)))\
    $(if $(filter $(1),$(paths)),$(if $(call is_plain,$($(1))),,$(eval override $(1) := $$(call plain_path,$$($(1))))$(eval export $(1))))

# Characters with a meaning for make or for the shell, which the names of files that make makes cannot have.
special := : % = \# \ * ? [ ] ; | & ' " ( ) { } < > ` ! $$
not_in_names = $(if $(word 2,x$(1)x),blanks,$(patsubst %,'%',$(firstword $(foreach c,$(special),$(findstring $(c),$(1))))))
# $(call check_names,NAME ...): variables that such names are made of.
check_names = $(foreach v,$(1),$(call check_name,$(v),$($(v))))
check_name = $(if $(2),,$(error $(1): expected a name, found nothing))\
    $(if $(call not_in_names,$(2)),$(error $(1): expected no $(call not_in_names,$(2)) in the name of a folder, found '$(2)'))\
    $(if $(filter -% ~%,$(2)),$(error $(1): expected a name that does not begin with - or ~, found '$(2)'))

# $(call check_flags,NAME ...): 0 or 1, or empty for 0.
check_flags = $(foreach v,$(1),$(if $(or $(call eq,$($(v)),),$(call eq,$($(v)),0),$(call eq,$($(v)),1)),,\
    $(error $(v): expected 0 or 1, found '$($(v))')))

# A slip in the name of a knob would train with the default.
unknown = $(firstword $(foreach v,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(v)))),$(filter-out $(known),$(v)))))
refuse_unknown = $(if $(unknown),$(call refuse_name,$(unknown),$(shell $(hilum)/scripts/nearest $(call q,$(unknown)) $(known))))
refuse_name = $(error $(1): there is no such knob; $(if $(2),the nearest is $(2),make help lists them))
