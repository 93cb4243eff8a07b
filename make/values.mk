# SPDX-License-Identifier: BSD-2-Clause
# Values from the command line or the environment: taken literally, or refused in one line before any work.

# Whether make has called itself only to compile, with values that were meant for something else.
only_compiles := $(and $(MAKECMDGOALS),$(if $(filter-out build test-programs,$(MAKECMDGOALS)),,yes))

# Whether the user has given a variable. (What take_values has rewritten has the origin override.)
is_given = $(filter command environment override,$(firstword $(origin $(1))))

# ---- taking values literally -----------------------------------------------------------------------

# Paths are compared as text in many places, so each gets one spelling: without //, /./ and a slash at the end.
is_plain = $(if $(findstring //,$(1)/)$(findstring /./,/$(1)/),,yes)
plain_path = $(shell printf %s $(call q,$(1)) | \
    LC_ALL=C sed -E 's|/+|/|g; s|^/\.$$|/|; :again; s|/\.(/\|$$)|\1|; t again; s|(.)/$$|\1|; s|^\./||')

# Variables that users may give. These are make's own, and those that the programs run by make read:
known := MAKEFLAGS GNUMAKEFLAGS MFLAGS MAKE SHELL TMPDIR OMP_NUM_THREADS ONEDNN_MAX_CPU_ISA ATEN_CPU_CAPABILITY \
    HILUM_SHARED HILUM_BIN HILUM_DEVICE HILUM_WEIGHTS_URL

# $(call take_values,NAME ...): a $ in a value is a character, not a reference to a variable of make. The variables in
# $(paths) hold paths.
take_values = $(eval known += $(1))$(foreach v,$(1),$(if $(call is_given,$(v)),$(call take_value,$(v))))
take_value = $(if $(findstring $(newline),$(value $(1))),\
        $(error $(1): expected one line, found '$(subst $(newline),\n,$(value $(1)))'))\
    $(if $(findstring $$,$(value $(1))),$(call settle,$(1),$$(value $(1))))\
    $(if $(filter $(1),$(paths)),$(if $(call is_plain,$($(1))),,$(call settle,$(1),$$(call plain_path,$$($(1))))))
settle = $(eval override $(1) := $(2))$(eval export $(1))

# $(call take_file,VARIABLE,NAME ...): sets those of these variables that the file named by VARIABLE sets. What make
# reads are words in which scripts/read-knobs has replaced blanks and percent signs.
take_file = $(call take_words,$(shell $(hilum)/scripts/read-knobs $(call q,$($(1))) $(2)),$(.SHELLSTATUS))
take_words = $(if $(filter-out 0,$(2)),$(error $(1)))$(foreach w,$(1),$\
    $(call take_word,$(firstword $(subst =, ,$(w))),$(w)))
take_word = $(if $(filter command,$(firstword $(origin $(1)))),,$(eval from_file += $(1))$\
    $(eval override $(1) := $$(subst %25,%,$$(subst %09,$$(tab),$$(subst %20,$$(space),$$(patsubst $(1)=%,%,$$(w)))))))
# How a message names a variable: with the file that sets it.
stated = $(if $(filter $(1),$(from_file)),$(KNOBS): )$(1)

# ---- checks ----------------------------------------------------------------------------------------

# Characters that mean something to make or the shell. Files that make builds cannot have them in their names.
special := : % = \# \ * ? [ ] ; | & ' " ( ) { } < > ` ! $$
not_in_names = $(if $(word 2,x$(1)x),blanks,$\
    $(patsubst %,'%',$(firstword $(foreach c,$(special),$(findstring $(c),$(1))))))

# $(call check_names,NAME ...): variables that name folders of results.
check_names = $(foreach v,$(1),$(call check_name,$(v),$($(v))))
check_name = $(if $(2),,$(error $(stated): expected a name, found nothing))\
    $(if $(call not_in_names,$(2)),\
        $(error $(stated): expected no $(call not_in_names,$(2)) in the name of a folder, found '$(2)'))\
    $(if $(filter -% ~%,$(2)),$(error $(stated): expected a name that does not begin with - or ~, found '$(2)'))

# $(call check_flags,NAME ...): 0 or 1, or empty for 0.
check_flags = $(foreach v,$(1),$(if $(or $(call eq,$($(v)),),$(call eq,$($(v)),0),$(call eq,$($(v)),1)),,\
    $(error $(v): expected 0 or 1, found '$($(v))')))

# $(call check_knobs,NAME ...): stops at a value that the table of knobs does not allow (make/knobs.mk says how it
# states that). Numbers are checked all at once, by one script.
check_knobs = $(call check_numbers,$(foreach v,$(1),$(call check_knob,$(v),$(subst [,,$(subst ],,$(allowed_$(v)))))))
check_knob = $(if $(or $($(1)),$(if $(findstring [,$(allowed_$(1)))$(filter 0|1,$(2)),,not empty)),\
    $(if $(filter whole number list size,$(firstword $(2))),$(call check_number,$(1),$(2)),\
        $(if $(filter NAME RUN,$(2)),,$(call check_word,$(1),$(subst |, ,$(2))))))
# Several values are checked one by one, where ... allows them or a sweep takes them.
check_number = $(if $(filter ...,$(2))$(filter $(1),$(several)),\
    $(foreach one,$($(1)),$(call number,$(1),$(2),$(one))),$(call number,$(1),$(2),$($(1))))
check_word = $(if $(filter $(1),$(several)),\
    $(foreach one,$($(1)),$(call check_a_word,$(1),$(2),$(one))),$(call check_a_word,$(1),$(2),$($(1))))
number = $(call q,$(stated)) $(call q,$(2)) $(call q,$(3))
check_numbers = $(if $(strip $(1)),$(call stop_at,$(shell $(hilum)/scripts/check-numbers $(1) || \
    echo the values of the knobs cannot be checked: scripts/check-numbers failed)))
stop_at = $(if $(1),$(error $(1)))
# Without a placeholder such as FILE, the value has to be one of the words.
check_a_word = $(if $(call is_among,$(call patterns,$(2)),$(3)),,$(error $(stated): expected $(call in_words,$(2)), $\
    found $(if $(3),'$(3)',nothing)))
patterns = $(subst C$(comma)W,%,$\
    $(subst seeded:N,seeded:%,$(subst FILE,%,$(subst FOLDER,%,$(subst RUN,%,$(subst TEXT,%,$(1)))))))
is_among = $(if $(findstring %,$(1)),$(filter $(1),$(lastword $(2))),$(if $(word 2,$(2)),,$(filter $(1),$(2))))
in_words = $(subst @,$(space),$(call or_list,$(subst FOLDER,a@folder,$(subst FILE,a@file,$(1)))))
or_list = $(if $(word 2,$(1)),$(subst $(space),$(comma)$(space),$(call but_last,$(1)))$\
    $(space)or )$(lastword $(1))
but_last = $(wordlist 2,$(words $(1)),x $(1))

# With a misspelt knob, an experiment would run with the default.
unknown = $(firstword $(foreach v,$(.VARIABLES),\
    $(if $(filter command,$(firstword $(origin $(v)))),$(filter-out $(known),$(v)))))
refuse_unknown = $(if $(unknown),$(call refuse_name,$(unknown),$\
    $(shell $(hilum)/scripts/nearest $(call q,$(unknown)) $(known))))
refuse_name = $(error $(1): there is no such knob; $(if $(2),the nearest is $(2),make help lists them))
