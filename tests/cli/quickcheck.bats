#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause

load helpers
bats_require_minimum_version 1.5.0

setup() {
    head=$DATA/evaluate/head.safetensors.zst
    cd "$BATS_TEST_TMPDIR"
}

@test "quickcheck: says what a file is, its tensors, its provenance, and that it is whole" {
    run quickcheck "$head"
    [ "$status" -eq 0 ]
    [[ $output == *": head"* ]]
    [[ $output == *"id: sha256:"* ]]
    [[ $output == *"dense_1/kernel: F32 ["* ]]
    [[ $output == *"whole: yes"* ]]
}

@test "quickcheck: reads standard input, and many files" {
    run quickcheck <"$head"
    [[ $output == "standard input: head"* ]]
    run quickcheck "$head" "$head"
    [ "$(grep -c 'whole: yes' <<<"$output")" -eq 2 ]
}

@test "quickcheck: one damaged file among many makes it fail, the others are still shown" {
    head -c 300 "$head" >cut
    run --separate-stderr quickcheck cut "$head"
    [ "$status" -eq 1 ]
    [[ $stderr == "quickcheck: cut: "* ]]
    [[ $output == *"whole: yes"* ]]
    [ "$(grep -c 'whole: yes' <<<"$output")" -eq 1 ]
}

@test "quickcheck: -v gives smallest, largest and mean" {
    run quickcheck -v "$head"
    [[ $output =~ dense_1/bias:\ F32\ \[[0-9]+\],\ [0-9]+\ bytes,\ .*\ to\ .*,\ mean ]]
}

@test "quickcheck: what is no tensor file is refused" {
    echo hello >text
    fails 1 'text: not a tensor file: expected a zstd frame' quickcheck text
    : >empty
    fails 1 'empty: expected a tensor file, found nothing' quickcheck empty
    fails 1 'cannot be read' quickcheck nowhere
    fails 1 'Is a directory' quickcheck .
}

@test "a stock safetensors library reads what zstd -dc gives" {
    python=$ROOT/build/venv/bin/python3 # made by make deps-dev
    [ -x "$python" ] || skip "NOT RUN: needs the safetensors library: make deps-dev"
    zstd -dqc "$head" >head.safetensors
    run "$python" -c '
import safetensors.numpy
t = safetensors.numpy.load_file("head.safetensors")
for name in sorted(t):
    print(name, t[name].dtype, t[name].ndim)'
    echo "$output"
    [[ $output == *"dense_1/bias float32 1"*"dense_1/kernel float32 2"* ]]
}
