# SPDX-License-Identifier: BSD-2-Clause
# Fuzz targets: tests/fuzz/fuzz_NAME.c. With the driver they run the files of corpus/NAME, in `make check`
# and `make check-asan`. `make fuzz FUZZ=NAME FUZZ_SECONDS=60` has libFuzzer look for new ones.

known += FUZZ FUZZ_SECONDS FUZZ_RUNS FUZZ_MB FUZZ_FOUND FUZZ_SEEDS fuzz_second

fuzz_names   := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
fuzz_tests   := $(fuzz_names:%=$(BUILD)/tests/fuzz/fuzz_%)
fuzz_libs    := $(BUILD)/libtools.a $(BUILD)/libpage.a $(BUILD)/libnn.a $(BUILD)/shim/torch_load.o $(BUILD)/libhilum.a

# What turns a target into a program: the driver; under fuzz=1 libFuzzer, some with a mutator that knows the format.
mutator_of  := tensor:tensor samples:tensor head:tensor calibration:tensor weights:tensor image:image
engine_of    = $(if $(fuzz),$(patsubst $(1):%,mutate_%,$(filter $(1):%,$(mutator_of))),driver)
fuzz_objs_of = $(patsubst %,$(BUILD)/tests/fuzz/%.o,fuzz_$(1) $(call engine_of,$(1)) fuzz small_net)

# Beside the folder of these programs lie the codecs of DICOM files.
$(BUILD)/tests/$(notdir $(codecs_library)): $(codecs_library)
	@mkdir -p $(@D)
	@ln -sf ../$(<F) $@
$(BUILD)/tests/fuzz/fuzz_dicom: | $(BUILD)/tests/$(notdir $(codecs_library))

define link_fuzz
$(BUILD)/tests/fuzz/fuzz_$(1): $(call fuzz_objs_of,$(1)) $(fuzz_libs)
	$$(call say,LINK)
	$$(Q)$$(CC) -pie $$(hilum_ldflags) $(if $(fuzz),-fsanitize=fuzzer) $$(LDFLAGS) -o $$@ $$^ \
	    $$(hdf5_libs) $$(product_libs) $$(common_libs)
endef
$(foreach name,$(fuzz_names),$(eval $(call link_fuzz,$(name))))

FUZZ         ?= $(fuzz_names)
FUZZ_SECONDS ?= 60
FUZZ_RUNS    ?= -1
# Above these an input is a failure.
FUZZ_MB      ?= 1024
fuzz_second  := 1
fuzz_len_hdf5    := 16384
fuzz_len_metrics := 8192
fuzz_len_head    := 8192
# What is found is kept here, and is the start of the next run: NAME/corpus, and failures as NAME/crash-... and so on.
FUZZ_FOUND   ?= build-fuzz/found
# More to start from, as FOLDER/NAME; see make_seeds.py.
FUZZ_SEEDS   ?=

# $(1): the target. What is freed is kept back for a while, but so little of it that it does not count as memory. The
# HDF5 library leaks where it gives up on a file, and to tell that from a leak of ours takes longer than the reading.
fuzz_run = ASAN_OPTIONS=quarantine_size_mb=8 build-fuzz/tests/fuzz/fuzz_$(1) -max_len=$(or $(fuzz_len_$(1)),4096) \
    -timeout=$(fuzz_second) -rss_limit_mb=$(FUZZ_MB) $(if $(filter hdf5,$(1)),-detect_leaks=0) \
    -artifact_prefix=$(call q,$(FUZZ_FOUND)/$(1)/) $(patsubst %,-dict=%,$(wildcard tests/fuzz/$(1).dict))
fuzz_folders = $(call q,$(FUZZ_FOUND)/$(1)/corpus) $(if $(FUZZ_SEEDS),$(call q,$(FUZZ_SEEDS)/$(1)))

.PHONY: fuzz fuzz-corpus fuzz-programs
fuzz: fuzz-programs
	$(foreach name,$(FUZZ),$(call fuzz_run,$(name)) -max_total_time=$(FUZZ_SECONDS) -runs=$(FUZZ_RUNS) -print_final_stats=1 \
	    $(call fuzz_folders,$(name)) tests/fuzz/corpus/$(name) &&) true

# Adds the fewest of what was found to corpus/NAME that reach code that it does not.
fuzz-corpus: fuzz-programs
	$(foreach name,$(FUZZ),$(call fuzz_run,$(name)) -set_cover_merge=1 -use_counters=0 -use_cmp=0 \
	    tests/fuzz/corpus/$(name) $(call fuzz_folders,$(name)) &&) true

fuzz-programs:
	$(MAKE) fuzz=1 CFLAGS='-O1 -g' $(fuzz_names:%=build-fuzz/tests/fuzz/fuzz_%)
	@mkdir -p $(foreach name,$(FUZZ),$(call q,$(FUZZ_FOUND)/$(name)/corpus) tests/fuzz/corpus/$(name))
