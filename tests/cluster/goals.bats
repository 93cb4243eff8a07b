#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The goals that make several runs, through a cluster: the tables of one machine.

load make_helpers
bats_require_minimum_version 1.5.0

@test "make kfold and sweep: folds and combinations as jobs, several in one with BUNDLE" {
    run_make "$BATS_FILE_TMPDIR/here" kfold K=3 >expected
    run_make "$BATS_FILE_TMPDIR/here" sweep NEURONS='4 8 16'
    by_jobs kfold K=3 BUNDLE=2
    diff "$BATS_FILE_TMPDIR/here/a/kfold/kfold.tsv" there/a/kfold/kfold.tsv
    [ "$(grep $'^kfold\\.' there/a/jobs.tsv | cut -f 5 | cut -d . -f 1 | sort -u | wc -l)" = 2 ]
    by_jobs sweep NEURONS='4 8 16'
    diff "$BATS_FILE_TMPDIR/here/a/sweep/sweep.tsv" there/a/sweep/sweep.tsv
    [ "$(grep -c '^sweep.NEURONS@[0-9]*\.head' there/a/jobs.tsv)" = 3 ]
    until_true no_jobs
}

@test "make compare and tune: backbones and folds as jobs, with the same tables" {
    profile 'memory = 700' >profile # InceptionResNetV2 needs 500 MB
    for where in here there; do
        options=(SIZE=75 EPOCHS=1)
        [ $where = here ] || options+=(SHARDS=2 CLUSTER="$PWD/profile")
        run_make "$PWD/$where" compare RUN=x-mobilenetv2 "${options[@]}" >"$where.said" 2>&1
        run_make "$PWD/$where" tune K=2 STANDARDIZE=yes NEURONS='4 0' L2=0 POOL=avg DROPOUT=0 AUGMENT=0 UNFREEZE=0 \
            "${options[@]}" >>"$where.said" 2>&1
    done
    for file in x-compare/compare.tsv x-compare/compare.md a/tune/tune.tsv; do
        diff {here,there}/$file
    done
    for model in vgg16 inceptionresnetv2 mobilenetv2; do
        [ "$(grep -c $'\textract\t.*\tok$' there/x-$model/jobs.tsv)" = 2 ]
    done
    [ "$(grep -c $'^tune\..*\ttrain\t.*\tok$' there/a/jobs.tsv)" = 6 ] # two folds and the shifted one
    grep -Eq '^tune\.STANDARDIZE@yes.*head +1 +node[123] .* ok$' there.said
    until_true no_jobs
}
