#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Test sets of other images: split --shift and split --without-test.

load helpers
bats_require_minimum_version 1.5.0

setup_file() { phantom -q -n 60 --min-size 60 --max-size 80 "$BATS_FILE_TMPDIR/set"; }

setup() {
    cd "$BATS_TEST_TMPDIR"
    set=$BATS_FILE_TMPDIR/set
    second='(^|/)(NORMAL2-IM-|person[0-9]+_virus_)'
}

samples() { grep -v -e '^#' -e '^path' "$1"; }
of_subset() { samples "$1" | awk -F '\t' -v s="$2" '$4 == s { print $1 }' | sort; }
patients_of() { samples "$1" | awk -F '\t' -v s="$2" '$4 == s { print $3 }' | sort -u; }

@test "shift: the images whose path matches are the test set, and validation is drawn from the others" {
    split -q --shift "$second" --val 0.3 -o m.tsv "$set"
    diff <(of_subset m.tsv test) <(samples m.tsv | cut -f 1 | grep -E "$second" | sort)
    [ "$(of_subset m.tsv test | wc -l)" -gt 10 ] && [ "$(of_subset m.tsv val | wc -l)" -gt 3 ]
    [ -z "$(comm -12 <(patients_of m.tsv train) <(patients_of m.tsv val))" ]
    grep -qF -- '--shift' m.tsv
    run ! grep -qF -- '--without-test' m.tsv
    split -q --shift "$second" --val 0.3 "$set" | cmp - m.tsv
    run ! grep -q -e --shift <(split -q "$set")
}

@test "shift: a patient with one image that matches is tested with all images, unless images are drawn" {
    one=$(split -q "$set" | samples - | awk -F '\t' 'n[$3]++ == 1 { print $1; exit }')
    patient=$(split -q "$set" | samples - | awk -F '\t' -v one="$one" '$1 == one { print $3 }')
    split -q --shift "$one|virus" -o m.tsv "$set" 2>/dev/null
    [ "$(samples m.tsv | awk -F '\t' -v p="$patient" '$3 == p { print $4 }' | sort -u)" = test ]
    split -q --group none --shift "$one|virus" -o m.tsv "$set" 2>/dev/null
    [ "$(samples m.tsv | awk -F '\t' -v p="$patient" '$3 == p && $4 == "test"' | wc -l)" = 1 ]
    # A copy under another patient's name, too.
    mkdir copied
    cp -r "$set"/{NORMAL,PNEUMONIA} copied
    other=$(cd copied/PNEUMONIA && ls | grep -m 1 bacteria)
    cp "copied/PNEUMONIA/$other" copied/PNEUMONIA/person9999_virus_1.png
    split -q --shift "$second" -o m.tsv copied
    of_subset m.tsv test | grep -qxF "PNEUMONIA/$other"
}

@test "shift: what cannot be done is told" {
    fails 2 "^split: --shift: '\(' is not a regular expression: " split --shift '(' "$set"
    fails 2 '--folds and --shift both determine the test set' split --shift a --folds 3 --fold 1 "$set"
    fails 2 '--shift and --test both determine the test set' split --shift a --test 0.3 "$set"
    fails 2 '--shift and --subsets own-test both' split --shift a --subsets own-test "$set"
    fails 1 'the test set has no image, out of .*: use another --shift' split --shift nothing "$set"
    fails 1 "the test set has no image of class 'NORMAL'.*: use another --shift" split --shift virus "$set"
    fails 1 'the train set has no image, out of' split --shift . "$set"
}

@test "without-test: the images are those that the same options without it do not test" {
    split -q --seed 7 -o all.tsv "$set"
    split -q --seed 7 --without-test -o rest.tsv "$set"
    diff <(samples rest.tsv | cut -f 1 | sort) <(sort -m <(of_subset all.tsv train) <(of_subset all.tsv val))
    [ -z "$(of_subset rest.tsv test)" ]
    diff <(of_subset rest.tsv val) <(of_subset all.tsv val)
    grep -q -e '--without-test' rest.tsv
    # Folds, and the shifted fold, of the rest alone; each image is tested once.
    for i in 1 2 3; do
        split -q --seed 7 --without-test --folds 3 --fold $i -o f$i.tsv "$set" 2>/dev/null
        cmp <(samples f$i.tsv | cut -f 1) <(samples rest.tsv | cut -f 1)
    done
    diff <(for i in 1 2 3; do of_subset f$i.tsv test; done | sort) <(samples rest.tsv | cut -f 1 | sort)
    split -q --seed 7 --without-test --shift "$second" -o s.tsv "$set"
    diff <(of_subset s.tsv test) <(samples rest.tsv | cut -f 1 | grep -E "$second" | sort)
    [ "$(of_subset s.tsv val | wc -l)" -gt 3 ]
    # A test set of another size leaves other images out.
    split -q --seed 7 --without-test --test 0.5 --folds 3 --fold 1 -o half.tsv "$set"
    [ "$(samples half.tsv | wc -l)" -lt "$(samples rest.tsv | wc -l)" ]
}

@test "without-test: a data set's own test images are left out" {
    mkdir -p own/{train,test}
    cp -r "$set"/{NORMAL,PNEUMONIA} own/train
    mkdir own/test/{NORMAL,PNEUMONIA}
    for class in NORMAL PNEUMONIA; do
        find own/train/$class -name '*-0003-*' -o -name 'person[123]_*' | xargs -I{} mv {} own/test/$class
    done
    for subsets in own-test folders; do
        split -q --subsets $subsets --without-test --folds 2 --fold 1 -o m.tsv own
        diff <(samples m.tsv | cut -f 1) <(cd own && find train -name '*.png' | sort)
        [ "$(of_subset m.tsv test | wc -l)" -gt 10 ]
    done
}

@test "shift: a run without SHIFT again has the subsets, the audit and the head of one that never had it" {
    make_all() {
        make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" DATA="$set" MODEL=mobilenetv2 WEIGHTS=seeded:1 \
            SIZE=32 EPOCHS=2 NEURONS=0 RESAMPLES=100 EXPLAIN=0 QUIET=-q JOBS=2 "$@" >log 2>&1
    }
    make_all RUN=run
    cp -r results/run never
    make_all RUN=run SHIFT="$second"
    run ! cmp -s results/run/head.safetensors.zst never/head.safetensors.zst
    make_all RUN=run
    [ ! -e results/run/fold.tsv ]
    for file in audit.tsv head.safetensors.zst predictions.tsv metrics.json experiment.tsv; do
        cmp "results/run/$file" "never/$file"
    done
    : >log
    make_all RUN=run
    run ! grep -q '/train-head ' log
}
