# SPDX-License-Identifier: BSD-2-Clause
# What reads the code, and what watches it run. They need `make deps-dev`.

.PHONY: analyse check-memory check-threads coverage

# cppcheck takes jansson's loops for functions, and an initializer for a side effect.
analyse:
	cppcheck -q -j $(call q,$(JOBS)) --std=c17 --enable=warning,performance,portability --error-exitcode=1 \
	    --suppress=unknownEvaluationOrder -D_GNU_SOURCE '-D__has_include(x)=1' -DDNNL_VERSION_MAJOR=3 \
	    '-Djson_object_foreach(o,k,v)=for(k="",v=o;v;v=0)' '-Djson_array_foreach(a,i,v)=for(i=0,v=a;v;v=0)' \
	    -Itools/lib -I. tools shim/torch_load.c shim/dicom/dicom_load.c
	@git ls-files -z 'tools/*.c' 'shim/*.c' | xargs -0 -n 8 -P $(call q,$(JOBS)) sh -c \
	    $(call q,clang-tidy -quiet "$$@" -- -std=c17 -D_GNU_SOURCE -Itools/lib -I. $(hdf5_cflags) $(torch_cflags) 2>/dev/null) --
	@git grep -lzE '^#!/bin/(ba)?sh' ':!*.bats' | xargs -0 shellcheck -S warning

# What reads files, under valgrind: no bad access, nothing uninitialized; leaks are AddressSanitizer's. (Most of the
# other unit tests kill children, ask for more memory than there is, or take minutes there.)
memory_tests := $(patsubst %,$(BUILD)/tests/unit/%,split/test_csv \
    dicom/test_attributes dicom/test_picture image/test_image sys/test_file_digest \
    $(addprefix base/test_,sha256 strbuf parse) \
    $(addprefix format/test_,json string_list checksum tensorfile tensorfile_header tsv) \
    $(addprefix data/test_,manifest predictions provenance feature_space) dedup/test_fingerprint_cache)
check-memory: $(memory_tests)
	@for t in $^; do echo "  VALGRIND  $$t"; \
	    valgrind -q --error-exitcode=9 --leak-check=no --child-silent-after-fork=yes $$t \
	        >/dev/null 2>$(BUILD)/valgrind.log || { cat $(BUILD)/valgrind.log; exit 1; }; done

# What has threads, under ThreadSanitizer; the backbone once by oneDNN and once by libtorch, which themselves are not
# compiled for it.
check-threads: sanitized := -O1 -g -fsanitize=thread
check-threads:
	$(MAKE) BUILD=build-threads CFLAGS='$(sanitized)' LDFLAGS=-fsanitize=thread threads-run
	$(MAKE) BUILD=build-threads-torch CFLAGS='$(sanitized) -DHL_WITHOUT_ONEDNN' \
	    LDFLAGS='-fsanitize=thread -static-libtsan' threads-run-torch # or $$ORIGIN is where the sanitizer's library lies
.PHONY: threads-run threads-run-torch
threads_tests := $(addprefix $(BUILD)/tests/unit/,base/test_ordered_map dedup/test_copies dedup/test_duplicates)
threads-run: $(threads_tests) $(addprefix $(BUILD)/bin/,$(plain_tools) extract-features train-head predict)
	@for t in $(threads_tests); do echo "  TSAN  $$t"; TSAN_OPTIONS=halt_on_error=1 $$t >/dev/null; done
	@rm -rf $(BUILD)/set; export TSAN_OPTIONS=halt_on_error=1; cd $(BUILD); for jobs in 2 7; do \
	    rm -rf set; bin/phantom -q -n 30 -j $$jobs set; bin/split -q -j $$jobs -o m.tsv set; \
	    bin/audit -q -j $$jobs -o a.tsv m.tsv; bin/preprocess -q -j $$jobs --size 96 --augment 2 -o i m.tsv; \
	    bin/digest -q -j $$jobs set >d; echo "  TSAN  tools -j $$jobs"; \
	    ! grep -qw avx2 /proc/cpuinfo || { \
	        bin/extract-features -q -m mobilenetv2 -w seeded:1 -b 1 -j $$jobs -o f i; echo "  TSAN  extract-features -j $$jobs"; \
        bin/train-head -q -j 1 -e 1 -n 4 -o head f; \
        bin/predict -q -w seeded:1 -j $$jobs -o list head set; echo "  TSAN  predict -j $$jobs"; }; done

threads-run-torch: export TSAN_OPTIONS = halt_on_error=1 ignore_noninstrumented_modules=1
threads-run-torch: $(addprefix $(BUILD)/bin/,phantom split preprocess extract-features)
	@cd $(BUILD); rm -rf set; bin/phantom -q -n 12 set; bin/split -q -o m.tsv set; bin/preprocess -q --size 96 -o i m.tsv; \
	for jobs in 2 7; do \
	    bin/extract-features -q -m mobilenetv2 -w seeded:1 -b 4 -j $$jobs -o f i; echo "  TSAN  libtorch -j $$jobs"; done

# Which lines and branches the tests reach: a page for each file in $(RESULTS)/coverage, and the sums. (What a test kills,
# and what ends by _exit, leaves no count. A test that fails for the speed or the flags of this build stops nothing.)
coverage: counted := -O1 -g --coverage -fprofile-update=atomic
coverage:
	@scripts/install-packages $@ gcovr
	-$(MAKE) BUILD=build-coverage CFLAGS='$(counted) -Wno-maybe-uninitialized' CXXFLAGS='$(counted)' LDFLAGS=--coverage check
	@mkdir -p $(RESULTS)/coverage
	gcovr -r . -f tools/ -f shim/ --exclude-throw-branches --exclude-unreachable-branches --gcov-ignore-parse-errors -j $(call q,$(JOBS)) \
	    --html-details $(RESULTS)/coverage/index.html --txt $(RESULTS)/coverage/coverage.txt -s build-coverage
