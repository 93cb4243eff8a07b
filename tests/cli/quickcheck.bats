#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause

load helpers
bats_require_minimum_version 1.5.0

setup() {
    head=$DATA/evaluate/head.safetensors.zst
    cd "$BATS_TEST_TMPDIR"
}

@test "quickcheck: shows kind, tensors and provenance, and that the file is intact" {
    run quickcheck "$head"
    [ "$status" -eq 0 ]
    [[ $output == *": head"* ]]
    [[ $output == *"id: sha256:"* ]]
    [[ $output == *"dense_1/kernel: F32 ["* ]]
    [[ $output == *"intact: yes"* ]]
}

@test "quickcheck: reads standard input, and many files" {
    run quickcheck <"$head"
    [[ $output == "standard input: head"* ]]
    run quickcheck "$head" "$head"
    [ "$(grep -c 'intact: yes' <<<"$output")" -eq 2 ]
}

@test "quickcheck: fails if one file is damaged, and still shows the others" {
    head -c 300 "$head" >cut
    run --separate-stderr quickcheck cut "$head"
    [ "$status" -eq 1 ]
    [[ $stderr == "quickcheck: cut: "* ]]
    [[ $output == *"intact: yes"* ]]
    [ "$(grep -c 'intact: yes' <<<"$output")" -eq 1 ]
}

@test "quickcheck: -v gives smallest, largest and mean" {
    run quickcheck -v "$head"
    [[ $output =~ dense_1/bias:\ F32\ \[[0-9]+\],\ [0-9]+\ bytes,\ .*\ to\ .*,\ mean ]]
}

@test "quickcheck: other files are refused" {
    echo hello >text
    fails 1 'text: not a tensor file: expected a zstd frame' quickcheck text
    : >empty
    fails 1 'empty: expected a tensor file, found nothing' quickcheck empty
    fails 1 'cannot be read' quickcheck nowhere
    fails 1 'Is a directory' quickcheck .
}

@test "a stock safetensors library reads the output of zstd -dc" {
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

# ---- differences ----

# differs PATTERN FILE FILE: exit status 1, nothing on standard error, and one line that matches
differs() {
    local pattern=$1
    shift
    run --separate-stderr quickcheck --diff "$@"
    echo "$output $stderr"
    [ "$status" -eq 1 ] && [ -z "$stderr" ] && [ "$(wc -l <<<"$output")" -eq 1 ] &&
        grep -qE -- "$pattern" <<<"$output"
}

few_features() { # features of 7 phantoms, in f
    few_images 7 32
    extract-features -q -m mobilenetv2 -w seeded:1 -o f images
}

@test "quickcheck --diff: equal files, also if compressed differently" {
    run quickcheck --diff "$head" "$head"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    zstd -dqc "$head" | zstd -q -19 --stream-size="$(zstd -dqc "$head" | wc -c)" >packed
    ! cmp -s "$head" packed
    run quickcheck -d "$head" packed # only the contents count
    [ "$status" -eq 0 ]
}

@test "quickcheck --diff: names the first value that differs, with its row and sample" {
    few_features
    zstd -dqc f >plain
    bytes=$(stat -c %s plain)
    values=$(($(wc -l <m.tsv) - 6)) # rows: the manifest has five lines with # and the columns
    [ "$((values * 1280 * 4))" -lt "$bytes" ]
    # Value 7 of row 3: a changed low byte gives a slightly different number.
    at=$((bytes - (values - 3) * 1280 * 4 + 7 * 4))
    old=$(od -A n -t u1 -j $at -N 1 plain)
    printf "\\x$(printf %02x $((old ^ 1)))" | dd of=plain bs=1 seek=$at conv=notrunc status=none
    zstd -qc --stream-size="$bytes" <plain >other
    path=$(grep -v '^#' m.tsv | sed -n 5p | cut -f 1)
    differs "f and other differ: features: row 3 \($path\), value 7: .* and .*; 1 of $((values * 1280)) values differ, by at most " f other
}

@test "quickcheck --diff: names options, inputs and shapes that differ" {
    few_features
    for o in "-n 16" "-n 8" "-n 16 -s 2"; do
        train-head -q -e 1 $o -o "head$o" f
    done
    differs "hilum.provenance: 'train-head --neurons 16' and 'train-head --neurons 8'" 'head-n 16' 'head-n 8'
    differs "hilum.provenance: 'train-head --seed 1' and 'train-head --seed 2'" 'head-n 16' 'head-n 16 -s 2'
    differs "hilum.kind: 'features' and 'head'" f 'head-n 16'
}

@test "quickcheck --diff: tables by line and column, other text by line" {
    printf '#a table\nx\ty\tseconds\n1\t2\t3\n4\t5\t6\n' >a
    sed 's/5/7/' a >b
    differs "a and b differ: line 4, column y: '5' and '7'" a b
    sed 's/\t6/\t9/' a >b
    differs "line 4, column seconds: '6' and '9'" a b
    quickcheck --diff --ignore seconds a b
    head -n 3 a >b
    differs "line 4: only the first file has it" a b
    differs "line 4: only the second file has it" b a
    printf '{\n  "accuracy": 0.5\n}\n' >a.json
    sed s/5/6/ a.json >b.json
    differs "line 2: '  \"accuracy\": 0.5' and '  \"accuracy\": 0.6'" a.json b.json
    differs "only the first is a tensor file" "$head" a
}

@test "quickcheck --diff: files that cannot be compared are refused" {
    fails 2 'expected two files, found 1' quickcheck --diff "$head"
    fails 2 'expected two files, found standard input' quickcheck --diff - "$head"
    fails 2 '--ignore: expected --diff with it' quickcheck --ignore x "$head"
    fails 1 'nowhere: cannot be read' quickcheck --diff "$head" nowhere
    head -c 300 "$head" >cut
    fails 1 'cut: ' quickcheck --diff "$head" cut
}

@test "quickcheck --diff: every byte counts" {
    printf 'a\nx\n' >a
    printf 'a\nx' >b
    differs 'a and b differ: line 2: only the first file ends it with a newline' a b
    differs 'b and a differ: line 2: only the second file ends it with a newline' b a
    printf 'a\tb\nx\0one\ty\n' >a
    printf 'a\tb\nx\0two\ty\n' >b
    differs "line 2, column a: 'x.0one' and 'x.0two'" a b
    printf 'a\tb\nx\ty\n' >b
    differs "line 2, column a: 'x.0one' and 'x'" a b
    printf 'a\tb\nx\ty\r\n' >a
    differs "line 2, column b: 'y.' and 'y'" a b
    : >a
    differs 'line 1: only the second file has it' a b
    quickcheck --diff a a
    quickcheck --diff b b
}

@test "quickcheck --diff: inputs that cannot be read twice are refused by name" {
    echo x >a
    fails 1 'expected a regular file, because it is read more than once, found a pipe' quickcheck --diff a <(cat a)
    fails 1 'expected a regular file, because it is read more than once, found a pipe' quickcheck --diff <(cat "$head") "$head"
    fails 1 '/dev/null: expected a regular file' quickcheck --diff /dev/null a
    fails 1 ' Is a directory' quickcheck --diff . a
}

@test "quickcheck --diff: a column to ignore must exist" {
    printf '#a\nx\ty\n1\t2\n' >a
    sed 's/2/3/' a >b
    fails 1 '--ignore NOSUCH: a has no column of that name' quickcheck --diff --ignore NOSUCH a b
    fails 1 '--ignore NOSUCH: a has no column of that name' quickcheck --diff --ignore NOSUCH a a
    fails 1 "--ignore : a has no column of that name" quickcheck --diff --ignore '' a b
    quickcheck --diff --ignore y a b
    echo '#a' >only
    fails 1 '--ignore y: only has no line of column names' quickcheck --diff --ignore y only only
    fails 1 '--ignore y: expected tables, found a tensor file' quickcheck --diff --ignore y "$head" "$head"
}
