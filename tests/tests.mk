# SPDX-License-Identifier: BSD-2-Clause
# `make check`: unit tests (cmocka), command-line tests (bats), hostile files, faults, parity with the references;
# all speak TAP and are run by prove. TESTS='tests/cli/split.bats ...' runs some; JOBS in parallel.

known += TESTS FAULTS FAULTS_SEED BENCH BENCH_PYTHON BENCH_TIME ROUNDS bin # tests give make other tools

test_in     = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard $(1:%=tests/%/test_*.c)))
nn_tests    := $(call test_in,unit/nn unit/train-head) # without libtorch
unit_tests  := $(filter-out $(nn_tests),$(call test_in,unit/*))
torch_tests := $(call test_in,parity)
cli_tests   := $(wildcard tests/cli/*.bats)
test_programs = $(unit_tests) $(nn_tests) $(fuzz_tests) $(if $(asan),,$(torch_tests))

$(BUILD)/tests/%.o: tests/%.c
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) $(hilum_cflags) $(hdf5_cflags) $(CFLAGS) -Itools -Itests/unit -c -o $@ $<

# The modules of the tools, for their unit tests.
$(BUILD)/libtools.a: $(foreach t,$(tools),$(filter-out $(BUILD)/$(t).o,$(call objs_of,$(t))))

$(unit_tests): %: %.o $(BUILD)/libtools.a $(BUILD)/libpage.a $(BUILD)/libhilum.a
	$(call say,LINK)
	$(Q)$(CC) -pie $(hilum_ldflags) $(LDFLAGS) -o $@ $^ $(common_libs) -lcmocka

$(nn_tests): %: %.o $(BUILD)/libtools.a $(BUILD)/libnn.a $(BUILD)/shim/torch_load.o $(BUILD)/libhilum.a
	$(call say,LINK)
	$(Q)$(CC) -pie $(hilum_ldflags) $(LDFLAGS) -o $@ $^ $(hdf5_libs) $(product_libs) $(common_libs) -lcmocka

# Beside the folder of these programs, too, lies what they open where products are libtorch's.
$(BUILD)/tests/unit/$(notdir $(torch_library)): $(torch_library)
	@mkdir -p $(@D)
	@ln -sf ../../$(<F) $@
$(nn_tests): | $(if $(asan),,$(BUILD)/tests/unit/$(notdir $(torch_library)))

# So do the codecs of DICOM files.
$(BUILD)/tests/unit/$(notdir $(codecs_library)): $(codecs_library)
	@mkdir -p $(@D)
	@ln -sf ../../$(<F) $@
$(unit_tests): | $(BUILD)/tests/unit/$(notdir $(codecs_library))

parity_objs := $(patsubst %,$(BUILD)/tests/parity/%.o,reference torch_file xrays)
$(torch_tests): %: %.o $(parity_objs) $(BUILD)/libtools.a $(BUILD)/libnn.a $(BUILD)/libshim.a $(BUILD)/libhilum.a
	$(call say,LINK)
	$(Q)$(CXX) -pie $(hilum_ldflags) $(LDFLAGS) -o $@ $^ $(hdf5_libs) $(torch_libs) $(product_libs) $(common_libs) -lcmocka

include tests/fuzz/fuzz.mk

-include $(wildcard $(BUILD)/tests/*/*.d $(BUILD)/tests/*/*/*.d)
.SECONDARY: $(test_programs:%=%.o)

TESTS ?= $(test_programs) tests/hostile/run $(if $(asan),,tests/faults/run $(cli_tests))

.PHONY: test-programs check-compiled
test-programs: build $(test_programs)
check-compiled:
	$(call compile,test-programs)

.PHONY: check check-asan format format-check
check: check-compiled test-programs
	HILUM_BIN=$(call q,$(CURDIR)/$(BUILD)/bin) prove --directives --timer -j $(call q,$(JOBS)) --exec tests/tap $(TESTS)

# Jobs on a real Slurm, which the tests start on this machine: tests/cluster. Each file has a cluster of its own, and
# waits more than it computes, so that two run side by side even beside other work; those that take longest come first.
cluster_tests := $(patsubst %,tests/cluster/%.bats,time-limit goals away make controller jobs)
cluster_tests += $(filter-out $(cluster_tests),$(wildcard tests/cluster/*.bats))
.PHONY: check-cluster
check-cluster: TESTS = $(cluster_tests)
check-cluster: private JOBS = 2
check-cluster: build
	HILUM_BIN=$(call q,$(CURDIR)/$(BUILD)/bin) prove --directives --timer -j $(JOBS) --exec tests/tap $(TESTS)

# Kills, full disks, failing reads and little memory for every tool, FAULTS of each: most of an hour.
.PHONY: faults
faults: export FAULTS ?= 50
faults: TESTS = tests/faults/run tests/cli/faults-make.bats
faults: check

# Unit tests, the training of heads, the plain tools, corpora and hostile files under AddressSanitizer and UBSan.
check-asan:
	$(MAKE) asan=1 CFLAGS='-O2 -g' check

sources = $(shell git ls-files '*.c' '*.h' '*.cpp' '*.hpp' '*.cu')
format:
	@clang-format -i $(sources)
format-check:
	@clang-format --dry-run --Werror $(sources)

# Modules include only modules below them and prefix their symbols; no text uses retired words (tests/style/*.tsv).
.PHONY: style-check
style-check: build
	tests/style/check-modules $(BUILD)
	tests/style/check-words

# ---- beside the peers ------------------------------------------------------------------------------

# `make bench`: speed beside the programs in bench_peers and Keras, which are installed for it in build/bench.
# BENCH='vgg16 head' runs some of: start growth preprocess dicom codecs head vgg16 inceptionresnetv2 mobilenetv2
# experiment.
# BENCH_TIME=cpu counts CPU seconds, for machines with other work; ROUNDS is how often each side runs.
BENCH ?=
BENCH_TIME ?= wall
ROUNDS ?= 5
bench_packages := python3-venv zstd
bench_peers := numpy pillow pydicom imagecodecs opencv-python-headless openvino onnxruntime onnx torch torchvision \
               timm safetensors
$(BUILD)/tests/bench/codec_child: %: %.o $(BUILD)/libhilum.a | $(BUILD)/tests/$(notdir $(codecs_library))
	$(call say,LINK)
	$(Q)$(CC) -pie $(hilum_ldflags) $(LDFLAGS) -o $@ $^ $(common_libs)

.PHONY: bench bench-deps bench-gpu
bench: build $(BUILD)/tests/bench/codec_child bench-deps
	BENCH_TIME=$(BENCH_TIME) ROUNDS=$(ROUNDS) tests/bench/bench.py $(BUILD) $(RESULTS)/bench \
	    build/bench/peers/bin/python3 build/bench/keras/bin/python3 $(BENCH)
bench-deps:
	@scripts/install-packages $@ $(bench_packages)
	@tests/bench/install build/bench/peers $(bench_peers)
	@tests/bench/install build/bench/keras tensorflow-cpu keras pillow

# On a machine with a GPU, with the PyTorch installation that LIBTORCH names.
BENCH_PYTHON ?= python3
bench-gpu: build
	$(BENCH_PYTHON) tests/bench/gpu.py $(BUILD) $(RESULTS)/bench $(BENCH)
