# SPDX-License-Identifier: BSD-2-Clause
# Help on goals and knobs: `make help`, docs/parameters.md, and the words that hilum(1) completes.

# The goals, each with what follows it; an installed hilum leaves out the checkout's.
define goals_help
all        run the experiment and write $(TRAIN_OUT)/report.html
explain    only the heat maps of the run: $(maps_folder)/
triage     IMAGES=folder [HEAD=file]: a worklist of new images, as a table and a page
external   HEAD=run DATA=folder: measure a finished head on another collection
compare    all three backbones, and the table of the paper
paper      a grid of the paper's settings: which combinations collapse
sweep      every combination of the training knobs that have several values
tune       search the training knobs by cross validation, and write those of the winner
kfold      cross validation with K folds by patient: each image is tested once
diff       A=run B=run: what differs in knobs and metrics
reproduce  RUN=run: make it again in a scratch folder and compare the bytes
endef

# The words that a knob allows, and placeholders of others.
choices_of = $(if $(filter whole number list size,$(firstword $(subst [,,$(allowed_$(1))))),,$\
    $(subst |, ,$(subst [,,$(subst ],,$(allowed_$(1))))))
words_of = $(filter-out FILE FOLDER RUN NAME TEXT FILE% %N C$(comma)W,$(choices_of))
# The line of a knob in `make help`: its name, its value and its help, with the words that it allows if there
# are several.
more_help = $(if $(filter 0|1,$(allowed_$(1))),,$(if $(word 2,$(choices_of)),: $(call in_words,$(choices_of))))
help_row = printf '%-13s %-24s %s\n' $(1) $(call q,$($(1))) $(call q,$(about_$(1))$(more_help));
heading = $(call cell,1,$(call columns,$(1)))

.PHONY: help
help:
	@echo '$(me) GOAL ... [KNOB=value ...]'; echo
	@printf '%s\n' $(subst $(newline),' ',$(call q,$(goals_help)$(if $(checkout_help),$(newline)$(checkout_help))))
	@$(foreach line,$(knob_lines),$(if $(findstring |,$(line)),$(call help_row,$(call heading,$(line))),\
	    printf '\n%s\n' $(call q,$(call heading,$(line)));))

# The table for readers. (A test compares the file with what this makes.)
columns_of = $(foreach n,1 2 3 4 5 6,$(call q,$(call cell,$(n),$(1))))
docs/parameters.md: FORCE
	@{ $(foreach line,$(knob_lines),$(if $(findstring |,$(line)),\
	    printf '%s\t%s\t%s\t%s\t%s\t%s\n' $(call columns_of,$(call columns,$(line)));,\
	    printf '%s\n' $(call q,$(call heading,$(line)));)) } | $(hilum)/scripts/write-parameters >$@.$$$$; $(update)
