#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The identity of a tensor file covers its data: every tool that compares identities distinguishes heads of interrupted
# trainings and files whose values were overwritten. See docs/FORMAT.md, Identity.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 40 64
    extract-features -q -m mobilenetv2 -w seeded:1 -o features images
    extract-features -q -m mobilenetv2 -w seeded:1 -p flatten -o maps images
    train-head -q -n 8 -e 3 -j 1 -o head features
    evaluate -q --resamples 20 -p p.tsv -c calibration -o metrics.json head features
    interrupted early 1
    # Epochs take a millisecond: only one more than the first training had is another head for certain.
    interrupted late $(($(grep -c 'epoch [0-9]* of' early.log) + 1))
}

setup() {
    cd "$BATS_FILE_TMPDIR"
}

# interrupted NAME EPOCHS: the same training each time, interrupted after that many epochs, and the evaluation of the
# head that it leaves
interrupted() {
    env --default-signal=INT train-head -j 1 -e 100000 -b 2 -n 64 --patience 100000 --history "$1.tsv" -o "$1" \
        features 2>"$1.log" &
    local training=$!
    for _ in $(seq 1200); do
        [ "$(grep -c 'epoch [0-9]* of' "$1.log")" -lt "$2" ] || break
        sleep 0.05
    done
    kill -INT $training
    wait $training
    evaluate -q --resamples 20 -p "$1-p.tsv" -c "$1-calibration" -o "$1.json" "$1" features
}

id_of() { quickcheck "$1" | sed -n 's/^  id: //p'; }

# overwritten FILE COPY: the same except for its last value, whose lowest bit is flipped; the frame is sound
overwritten() {
    zstd -dqc "$1" >plain
    perl -we 'open my $f, "+<:raw", "plain" or die; my $at = (-s $f) - 4; my $byte; seek $f, $at, 0; read $f, $byte, 1;
        seek $f, $at, 0; print $f $byte ^ "\1"; close $f or die'
    zstd -qc --stream-size="$(stat -c %s plain)" <plain >"$2"
}

# restated FILE COPY: the same, with the digest of the new data in the header
restated() {
    overwritten "$1" "$2"
    restate plain
    zstd -qc --stream-size="$(stat -c %s plain)" <plain >"$2"
}

@test "identity: an interrupted training is recorded with its epoch" {
    grep -q 'warning: interrupted' early.log
    epochs=$(grep -c 'epoch [0-9]* of' early.log)
    quickcheck early | grep -qx "           interrupted after epoch $epochs"
    ! quickcheck head | grep -q interrupted
    grep -q '"interrupted":'"$epochs" <(head -n 1 early.tsv)
    fails 1 '' quickcheck -d early late
    run quickcheck -d early late
    [[ $output == *"hilum.provenance: 'train-head interrupted after epoch $epochs' and 'train-head interrupted after epoch "* ]]
}

@test "identity: the report of a head whose training was interrupted warns" {
    warning='The training was interrupted after epoch [0-9]*: the head is not the one that its options would have given'
    report -q --json said.json --metrics early.json --history early.tsv -o early.html
    grep -q "$warning" said.json
    grep -q "$warning" early.html
    report -q --metrics metrics.json -o complete.html
    ! grep -q 'was interrupted' complete.html
}

@test "identity: heads of one command, interrupted at different epochs, have different identities" {
    [ "$(id_of early)" != "$(id_of late)" ]
    fails 1 'late-calibration: it belongs to another head than early' predict -o out -f features -c late-calibration early
    fails 1 'late-p.tsv: was not made with early' explain -i images -p late-p.tsv -w seeded:1 -o out early
    fails 1 'late-p.tsv is from another run than early.json' report -o out --metrics early.json --predictions late-p.tsv
    fails 1 'late.tsv is from another run than early.json' report -o out --metrics early.json --history late.tsv
    explain -q -i images -p late-p.tsv -w seeded:1 -n 1 -o late.d late
    fails 1 'late.d.* (is from another run|was made from another head) than early.json' report -o out --metrics early.json --explain late.d
    report -q -o own.html --metrics late.json --explain late.d --predictions late-p.tsv --history late.tsv
    [ ! -e out ]
}

@test "identity: overwritten data are damaged, for every reader" {
    for file in images features maps head calibration; do
        overwritten $file changed-$file
        fails 1 "changed-$file: is damaged: expected data with the digest sha256:" quickcheck changed-$file
        [[ $output != *intact* ]]
    done
    refused() {
        fails 1 "$1: is damaged" "${@:2}"
        [ "$(wc -l <<<"$stderr")" -eq 1 ]
        [ ! -e out ]
    }
    refused changed-images extract-features -q -m mobilenetv2 -w seeded:1 -o out changed-images
    refused changed-images explain -i changed-images -w seeded:1 -o out head "$(sed -n 's/^\([^#p][^\t]*\).*/\1/p' m.tsv | head -n 1)"
    refused changed-features train-head -q -e 1 -o out changed-features
    refused changed-features evaluate -q -o out head changed-features
    refused changed-features predict -q -o out -f changed-features head
    refused changed-head evaluate -q -o out changed-head features
    refused changed-head predict -q -o out -f features changed-head
    refused changed-calibration predict -q -o out -f features -c changed-calibration head
    refused changed-maps explain -i images -p p.tsv -f changed-maps -o out head
    fails 1 'changed-features: is damaged' quickcheck -d changed-features changed-features
}

@test "identity: data with one changed value and a matching digest have another identity" {
    for file in images features head calibration; do
        restated $file other-$file
        quickcheck other-$file | grep -q 'intact: yes'
        [ "$(id_of $file)" != "$(id_of other-$file)" ]
    done
    fails 1 'calibration: it belongs to another head than other-head' predict -o out -f features -c calibration other-head
    fails 1 'p.tsv: was not made with other-head' explain -i images -p p.tsv -w seeded:1 -o out other-head
    fails 1 'p.tsv: was not made with other-images' explain -i other-images -p p.tsv -w seeded:1 -o out head
    fails 1 'maps: was not made with these images' \
        explain -i other-images -f maps -o out head "$(sed -n 's/^\([^#p][^\t]*\).*/\1/p' m.tsv | head -n 1)"
    evaluate -q --resamples 20 -p other-p.tsv -o other.json other-head features
    fails 1 'other-p.tsv is from another run than metrics.json' report -o out --metrics metrics.json --predictions other-p.tsv
    explain -q -i images -p other-p.tsv -w seeded:1 -n 1 -o other.d other-head
    fails 1 'other.d.* was made from another head than metrics.json, whose provenance has no head sha256:' \
        report -o out --metrics metrics.json --explain other.d
    evaluate -q --resamples 20 -p tampered-p.tsv -o tampered.json head other-features
    fails 1 'tampered-p.tsv is from another run than metrics.json' \
        report -o out --metrics metrics.json --predictions tampered-p.tsv
    run quickcheck -d features other-features
    [[ $output == *'differ: features: row '*', value 1279: '*'; 1 of '*' values differ'* ]]
    [ ! -e out ]
}

@test "identity: the subsets of a head also apply to its features made again, with other last digits" {
    split -q --exact -s 2 -o other-split.tsv data
    train-head -q -n 8 -e 3 -j 1 --manifest other-split.tsv -o head-of-split features
    restated features digits
    for file in features digits; do
        fails 1 "head-of-split was trained on $file with the subsets of --manifest sha256:.*: expected the same" \
            evaluate -o out head-of-split $file
        evaluate -q --resamples 0 --manifest other-split.tsv head-of-split $file >/dev/null
    done
    [ ! -e out ]
}

@test "identity: files of 0.1.0 can be read, with a warning about their identity" {
    old=$DATA/evaluate
    length=$(zstd -dqc "$old/head.safetensors.zst" | head -c 8 | od -A n -t u8 | tr -d ' ')
    by_hand=$(zstd -dqc "$old/head.safetensors.zst" | tail -c +9 | head -c "$length" | sha256sum | cut -d ' ' -f 1)
    [ "$(id_of "$old/head.safetensors.zst")" = "sha256:$by_hand (of an old format: it does not cover the data)" ]
    evaluate --resamples 0 -o old.json "$old/head.safetensors.zst" "$old/features.safetensors.zst" 2>err
    [ "$(grep -c 'warning: the identity of the \(head\|features\) does not cover the data' err)" -eq 2 ]
    grep -q "\"head\": \"sha256:$by_hand\"" old.json
    evaluate --resamples 0 -o new.json head features 2>err
    ! grep -q 'does not cover' err
}

@test "identity: can be computed by hand, as in FORMAT.md" {
    length=$(zstd -dqc features | head -c 8 | od -A n -t u8 | tr -d ' ')
    [ "$(id_of features)" = "sha256:$(zstd -dqc features | tail -c +9 | head -c "$length" | sha256sum | cut -d ' ' -f 1)" ]
    quickcheck features | grep -qx "  hilum.data: sha256:$(zstd -dqc features | tail -c +$((9 + length)) | sha256sum | cut -d ' ' -f 1)"
}

@test "identity: large data are buffered beside the result, or in TMPDIR for a pipe, and nothing is left" {
    # 40 images or more of 32 x 32 x 96 values, more than 15 MB: up to 16 MiB are buffered in memory.
    large() { extract-features -q -m mobilenetv2 -w seeded:1 --layer block_1_expand -p flatten "$@" images; }
    mkdir -p here
    TMPDIR=/nowhere large -o here/large
    [ "$(ls -A here)" = large ]
    [ "$(zstd -dqc here/large | wc -c)" -gt 17000000 ]
    large | cmp - here/large
    run --separate-stderr env TMPDIR=/nowhere bash -c \
        'extract-features -q -m mobilenetv2 -w seeded:1 --layer block_1_expand -p flatten images | wc -c'
    [[ $stderr == 'extract-features: /nowhere: a temporary file cannot be created (see TMPDIR): No such file or directory' ]]
    [ "$output" -eq 0 ]
}
