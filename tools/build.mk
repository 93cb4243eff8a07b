# SPDX-License-Identifier: BSD-2-Clause
# Compiling. Variables for users, on the command line or in the environment: CC CXX CFLAGS
# CXXFLAGS LDFLAGS, WERROR=1 (warnings are errors), LIBTORCH=dir (a libtorch other than the
# system's), asan=1 (sanitizer build), fuzz=1 (for tests/fuzz/fuzz.mk).

# ---- flags ---------------------------------------------------------------------------------------

$(call check_flags,asan fuzz V WERROR)
$(foreach v,asan fuzz V,$(eval override $(v) := $(filter 1,$($(v)))))
BUILD := build$(if $(asan),-asan)$(if $(fuzz),-fuzz)$(if $(LIBTORCH),-libtorch)
$(call take_values,BUILD LIBTORCH PREFIX DESTDIR)
known += CC CXX AR CFLAGS CXXFLAGS LDFLAGS WERROR TORCH_ABI asan fuzz V bindir plain_bindir mandir
$(call check_names,BUILD)
ifeq ($(origin CC),default)
CC := gcc
endif
ifeq ($(origin CXX),default)
CXX := g++
endif
ifdef fuzz
CC := clang
endif
CFLAGS   ?= -O2 -g
CXXFLAGS ?= -O2 -g

pkg = $(shell pkg-config $(1) $(2) 2>/dev/null)

# For us and for CI: another compiler than ours may warn of more.
werror := $(if $(filter 1,$(WERROR)),-Werror)
hilum_cflags := -std=c17 -D_GNU_SOURCE -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
                -Wmissing-prototypes -Wvla $(werror) -fPIE -fstack-protector-strong \
                -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -MMD -MP -Itools/lib -I.
clang := $(findstring clang,$(shell $(CC) --version 2>/dev/null))
# Sizes are constants of enums here, which clang 19 does not like beside floating-point numbers.
hilum_cflags += $(if $(clang),-Wno-enum-float-conversion)
# Loops over arrays that are to become vector code, in which nobody reads errno of a square root. (clang vectorizes
# at -O2; gcc 12 needs to be told.)
vector_cflags  := $(if $(clang),,-ftree-vectorize -fvect-cost-model=dynamic) -fno-math-errno
# Threads of products: the compiler's OpenMP, which stands in for the other one's where both are loaded. For the
# fuzzers one thread does.
openmp_cflags  := $(if $(fuzz),-Wno-unknown-pragmas,-fopenmp)
openmp_libs    := $(if $(and $(clang),$(if $(fuzz),,1)),-fopenmp,-lgomp)
# libtorch 1.13 is written in C++17; the current 2.x asks for C++20.
hilum_cxxflags := -std=$(if $(LIBTORCH),c++20,c++17) -Wall -Wextra $(werror) -fPIC -fstack-protector-strong -MMD -MP
hilum_ldflags := -Wl,-z,relro,-z,now -Wl,--as-needed -pthread
plain_ldflags := $(hilum_ldflags)
ifdef asan
hilum_cflags   := $(filter-out -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2,$(hilum_cflags)) \
                  -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
hilum_ldflags  += -fsanitize=address,undefined
endif
ifdef fuzz # by libFuzzer, which is clang's; the warnings are gcc's
hilum_cflags   := $(filter-out -W% -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2,$(hilum_cflags)) \
                  -DHL_FUZZ -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined \
                  -fno-omit-frame-pointer
hilum_ldflags  += -fsanitize=address,undefined
endif

# The C libraries that libhilum stands on.
common_libs = -lpng -lz -ljpeg -lzstd -ljansson -lutf8proc -lcrypto -lm

# Of Debian's two OpenBLAS the one that shares libtorch's threads, whichever is the system's default:
# beside the other, two teams of threads wait for each other by spinning. (--disable-new-dtags: the
# path is for what libtorch needs, too.)
blas_path = $(addprefix -Wl$(comma)--disable-new-dtags$(comma)-rpath$(comma),$\
    $(realpath $(shell $(CC) -print-file-name=openblas-openmp)))

# libtorch: Debian's, or the unpacked archive or PyTorch installation named by LIBTORCH.
ifdef LIBTORCH
torch_cflags := -isystem $(call q,$(LIBTORCH)/include) -isystem $(call q,$(LIBTORCH)/include/torch/csrc/api/include) \
                $(if $(TORCH_ABI),-D_GLIBCXX_USE_CXX11_ABI=$(TORCH_ABI))
torch_libs   := -L$(call q,$(LIBTORCH)/lib) -Wl,-rpath,$(call q,$(LIBTORCH)/lib) -ltorch_cpu -lc10
product_libs := $(openmp_libs)
# It has a copy of oneDNN of its own, of another version: beside the system's, each would call functions
# of the other (std::call_once is one for both).
hilum_cflags += -DHL_WITHOUT_ONEDNN
else
torch_cflags := -isystem /usr/include/torch/csrc/api/include
torch_libs    = -ltorch_cpu -lc10 $(blas_path)
product_libs := -ldnnl $(openmp_libs)
endif
# DCMTK, CharLS and OpenJPEG, which hilum is also built without. Looked for when the shim is made, not before: `make deps`
# may have installed them since. (Debian's dcmtk.pc asks for packages that libdcmtk-dev does not depend on.)
codecs_cflags = $(call pkg,--cflags,libopenjp2 charls)
has_codecs = $(shell printf '\043include <%s>\n' $(addsuffix .h,dcmtk/config/osconfig charls/charls openjpeg) | \
    $(CXX) $(codecs_cflags) -M -x c++ - >/dev/null 2>&1 && echo yes)
codecs_libs = $(if $(has_codecs),-ldcmjpeg -ldcmdata -loflog -lofstd $(call pkg,--libs,libopenjp2 charls))
hdf5_cflags = $(call pkg,--cflags,hdf5)
hdf5_libs   = $(call pkg,--libs,hdf5)

# ---- what there is -------------------------------------------------------------------------------

plain_tools := split audit preprocess join compare report quickcheck digest phantom
nn_tools := import-weights extract-features train-head evaluate explain predict
tools       := $(plain_tools) $(nn_tools)
tool_paths  := $(tools:%=$(BUILD)/bin/%)

# Libraries, each of the modules below tools/lib that are named here; tests/layout/modules says which may use which.
# $(call objs_in,FOLDER ...)
objs_in   = $(patsubst tools/%.c,$(BUILD)/%.o,$(wildcard $(1:%=tools/%/*.c)))
lib_objs  := $(call objs_in,$(addprefix lib/,base sys stats format dicom image data dedup))
page_objs := $(call objs_in,lib/page)
nn_objs   := $(call objs_in,$(addprefix lib/nn/,arch weights infer head))
shim_objs   := $(patsubst shim/%.cpp,$(BUILD)/shim/%.o,$(wildcard shim/*.cpp))
# The shim with libtorch behind it, which those tools open that come to need it.
torch_library := $(BUILD)/libhilum-torch.so
# The codecs of DICOM files likewise.
codecs_library := $(BUILD)/libhilum-dicom.so
lib_objs += $(addprefix $(BUILD)/shim/dicom/,dicom_load.o library_digest.o)

# What is compiled how: another flag or a source that is gone makes everything anew.
$(BUILD)/recipe: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(call q,$(CC) $(CXX) $(hilum_cflags) $(CFLAGS) $(hilum_cxxflags) $(CXXFLAGS) \
	    $(openmp_cflags) $(vector_cflags) $(torch_cflags) $(torch_libs) $(product_libs) $(hilum_ldflags) $(LDFLAGS)) \
	    $(lib_objs) $(page_objs) $(nn_objs) $(shim_objs) >$@.$$$$; $(update)

$(BUILD)/codecs_recipe: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(call q,$(CXX) $(codecs_cflags) $(codecs_libs) $(plain_ldflags) \
	    $(CXXFLAGS) $(LDFLAGS)) >$@.$$$$; $(update)

# A tool is tools/TOOL.c and, where it has modules of its own, what is in tools/TOOL/ and the folders there.
objs_of = $(patsubst tools/%.c,$(BUILD)/%.o,tools/$(1).c $(wildcard tools/$(1)/*.c tools/$(1)/*/*.c))

built = $(if $(asan),$(plain_tools:%=$(BUILD)/bin/%),$(tool_paths))

# Compiling takes all processors unless -j says how many, and comes before everything else. (The steps of an
# experiment have threads of their own, and come one after the other.)
jobs_are_given = $(filter -j% --jobserver-auth%,$(MAKEFLAGS))
# $(call compile,GOAL)
compile = +@$(if $(jobs_are_given),:,[ -e $(BUILD)/libhilum.a ] || \
    echo 'compiling on $(processors) processors; make -jN takes N'; \
    $(MAKE) --no-print-directory -j$(processors) $(1))
.PHONY: compiled
compiled:
	$(call compile,build)

# Commands are shown in short; V=1 shows them in full.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $@)

# ---- how it is made ------------------------------------------------------------------------------

.PHONY: build clean
build: compiled $(built)

$(BUILD)/%.o: tools/%.c $(BUILD)/recipe
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(hilum_cflags) \
	    $(if $(findstring /lib/nn/,$@)$(findstring /train-head/,$@),$(hdf5_cflags) $(openmp_cflags)) \
	    $(if $(filter %/train-head/optimizer.o %/format/convert.o %/image/resize_deep.o,$@),$(vector_cflags)) \
	    $(CFLAGS) -c -o $@ $<

$(BUILD)/shim/%.o: shim/%.cpp $(BUILD)/recipe
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(hilum_cxxflags) $(torch_cflags) $(CXXFLAGS) -c -o $@ $<

$(BUILD)/shim/%.o: shim/%.c $(BUILD)/recipe
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(hilum_cflags) $(torch_cflags) $(CFLAGS) -c -o $@ $<

$(BUILD)/libhilum.a: $(lib_objs) $(BUILD)/recipe
$(BUILD)/libpage.a: $(page_objs) $(BUILD)/recipe
$(BUILD)/libnn.a: $(nn_objs) $(BUILD)/recipe
$(BUILD)/libshim.a: $(shim_objs) $(BUILD)/recipe
$(BUILD)/%.a:
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $(filter %.o,$^)

# -Bsymbolic: its functions call each other, not the tool's of the same name.
$(torch_library): $(shim_objs) $(BUILD)/recipe
	$(call say,LINK)
	$(Q)$(CXX) -shared -Wl,-Bsymbolic $(hilum_ldflags) $(LDFLAGS) -o $@ $(shim_objs) $(torch_libs) -lgomp

# Without sanitizers, which are those of $(CC).
$(BUILD)/shim/dicom/%.o: shim/dicom/%.cpp $(BUILD)/codecs_recipe
	@mkdir -p $(@D)
	$(call say,CXX)
	$(Q)$(CXX) $(filter-out -std=%,$(hilum_cxxflags)) -std=c++17 $(codecs_cflags) $(CXXFLAGS) -c -o $@ $<

$(BUILD)/shim/dicom/%.o: shim/dicom/%.c $(BUILD)/recipe
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(hilum_cflags) $(CFLAGS) -c -o $@ $<

$(codecs_library): $(BUILD)/shim/dicom/dicom_shim.o $(BUILD)/codecs_recipe
	$(call say,LINK)
	$(Q)$(CXX) -shared -Wl,-Bsymbolic $(plain_ldflags) $(LDFLAGS) -o $@ $< $(codecs_libs)

$(BUILD)/shim/dicom/library_digest.o: $(codecs_library)
	$(call say,CC)
	$(Q)printf 'const char dc_library_digest[] = "%s";\n' "$$(sha256sum <$< | cut -c -64)" | \
	    $(CC) -x c -fPIE -c -o $@ -

# The tools hold its digest, so that another library makes other tools, by whose digests make goes.
$(BUILD)/shim/library_digest.o: $(torch_library)
	$(call say,CC)
	$(Q)printf 'const char ts_library_digest[] = "%s";\n' "$$(sha256sum <$< | cut -c -64)" | \
	    $(CC) -x c -fPIE -c -o $@ -

define link_plain
$(BUILD)/bin/$(1): $(call objs_of,$(1)) $(BUILD)/libpage.a $(BUILD)/libhilum.a
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$$(CC) -pie $$(hilum_ldflags) $$(LDFLAGS) -o $$@ $$^ $$(common_libs)
endef
define link_nn
$(BUILD)/bin/$(1): $(call objs_of,$(1)) $(BUILD)/libpage.a $(BUILD)/libnn.a $(BUILD)/libhilum.a \
        $(BUILD)/shim/torch_load.o $(BUILD)/shim/library_digest.o
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$$(CC) -pie $$(hilum_ldflags) $$(LDFLAGS) -o $$@ $$^ $$(hdf5_libs) $$(product_libs) $$(common_libs)
endef
$(foreach t,$(plain_tools),$(eval $(call link_plain,$(t))))
$(foreach t,$(nn_tools),$(eval $(call link_nn,$(t))))

-include $(wildcard $(foreach d,* */* */*/* */*/*/*,$(BUILD)/$(d).d))

clean:
	rm -rf build build-asan build-fuzz build-threads build-libtorch build-asan-libtorch
