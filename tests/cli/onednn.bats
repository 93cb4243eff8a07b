#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The choice of the engine: oneDNN if the build has it and the CPU has AVX2. tests/parity/test_backbones.c
# tests that both engines compute the same.

load helpers
bats_require_minimum_version 1.5.0

# compile_check FLAG...: compiles the check for oneDNN where no header can be found
compile_check() {
    gcc -nostdinc -I "$ROOT/tools" "$@" -fsyntax-only -x c "$ROOT/tools/lib/nn/infer/onednn_available.h"
}

@test "onednn: a build without its header fails and names the package" {
    need_command gcc
    fails 1 'oneDNN.*missing.*libdnnl-dev' compile_check
    compile_check -DHL_WITHOUT_ONEDNN
}

# engine_of ISA: the engine reported by extract-features, restricted to this instruction set
engine_of() {
    ONEDNN_MAX_CPU_ISA=$1 extract-features -j 1 -m mobilenetv2 -w seeded:1 -o features images 2>&1 |
        grep -oE 'oneDNN|libtorch' | sort -u
}

@test "onednn: it runs backbones with AVX2 or AVX-512, libtorch runs them with less" {
    if extract-features --version | grep -q 'oneDNN.none'; then
        skip "NOT RUN: this build is without oneDNN"
    fi
    cpu_has avx2 || skip "NOT RUN: needs a CPU with AVX2"
    cd "$BATS_TEST_TMPDIR"
    few_images 16 64
    [ "$(engine_of ALL)" = oneDNN ]
    [ "$(engine_of AVX2)" = oneDNN ]
    [ "$(engine_of AVX)" = libtorch ]
}

@test "onednn: --version names the vector instructions that backbones are computed with" {
    if extract-features --version | grep -q 'oneDNN.none'; then
        skip "NOT RUN: this build is without oneDNN"
    fi
    cpu_has avx2 || skip "NOT RUN: needs a CPU with AVX2"
    ONEDNN_MAX_CPU_ISA=AVX2 extract-features --version | grep -x 'ISA.AVX2'
    ONEDNN_MAX_CPU_ISA=AVX extract-features --version | grep -x 'ISA.none'
    cpu_has avx512dq || skip "NOT RUN: AVX-512, which this CPU does not have"
    ONEDNN_MAX_CPU_ISA=ALL extract-features --version | grep -x 'ISA.AVX-512'
}

# features_of MODEL ISA OPTION...: digest of the features without the metadata
features_of() (
    set -o pipefail # or a failure would be the same digest each time
    model=$1 isa=$2
    shift 2
    ONEDNN_MAX_CPU_ISA=$isa extract-features -q -m "$model" -w seeded:1 "$@" -o - images | zstd -dqc |
        perl -we 'binmode STDIN; local $/; my $all = <STDIN>; my $n = unpack("Q<", $all);
            my ($from, $to) = substr($all, 8, $n) =~ /"features":\{[^}]*"data_offsets":\[(\d+),(\d+)\]/ or die;
            print substr($all, 8 + $n + $from, $to - $from)' | sha256sum
)

# With AVX, libtorch runs the network.
@test "onednn: features do not depend on batch size, threads or other images, through oneDNN or libtorch" {
    cd "$BATS_TEST_TMPDIR"
    few_images 16 64
    for isa in ALL AVX2 AVX; do
        one=$(features_of mobilenetv2 $isa -j 1 -b 1)
        for how in '-j 2 -b 1' '-j 1 -b 3' '-j 2 -b 16' '-j 3'; do
            found=$(features_of mobilenetv2 $isa $how)
            [ "$found" = "$one" ] || { echo "$isa: $how: $found, with -j 1 -b 1 $one"; false; }
        done
    done
}

# Both have Winograd kernels, and layers that are run on one image at a time and on whole batches.
@test "onednn: features of VGG16 and InceptionResNetV2 do not depend on batch or threads either" {
    cd "$BATS_TEST_TMPDIR"
    few_images 8 112
    for isa in ALL AVX2; do
        for model in vgg16 inceptionresnetv2; do
            one=$(features_of $model $isa -j 1 -b 1)
            for how in '-j 2 -b 3' '-j 5 -b 8'; do
                found=$(features_of $model $isa $how)
                [ "$found" = "$one" ] || { echo "$model, $isa: $how: $found, with -j 1 -b 1 $one"; false; }
            done
        done
    done
}
