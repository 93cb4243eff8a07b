#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# explain, on phantoms and a backbone of seeded weights. Grad-CAM itself is compared with Keras in
# tests/parity/test_gradcam.c.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    few_images 14 96
    for pool in avg flatten; do
        extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -p $pool -o $pool images
        train-head -q -j 1 -e 4 -n 8 -o head_$pool $pool
        evaluate -q --subset all -p $pool.tsv -o $pool.json head_$pool $pool 2>/dev/null
    done
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    for f in images avg flatten head_avg head_flatten avg.tsv flatten.tsv; do
        ln -s "$BATS_FILE_TMPDIR/$f" .
    done
    table=out/explain.tsv
}

# column NAME: the fields of a column
column() {
    grep -v '^#' "$table" | awk -F '\t' -v want="$1" \
        'NR == 1 { for (i = 1; i <= NF; i++) if ($i == want) c = i; next } { print $c }'
}

# near A B: equal to 5 digits
near() { awk -v a="$1" -v b="$2" 'BEGIN { d = a - b; exit !(d < 1e-5 && d > -1e-5) }'; }

# same_maps A B: two folders have the same results. Another batch size changes the last digits of
# features, so numbers may differ in the fourth digit, and a pixel by one level.
same_maps() {
    diff <(grep -v '^#' "$1/explain.tsv" | cut -f 1-3,5-9) \
        <(grep -v '^#' "$2/explain.tsv" | cut -f 1-3,5-9)
    paste <(table=$1/explain.tsv; column peak; column frame) \
        <(table=$2/explain.tsv; column peak; column frame) |
        awk '{ d = $1 - $2; if (d > 2e-3 * $1 || -d > 2e-3 * $1) exit 1 }'
}

@test "explain: errors and hits of each class, the most probable first, with their pictures" {
    explain -q -j 1 -i images -p avg.tsv -w seeded:1 -n 2 -o out head_avg
    [ "$(head -n 1 $table)" = "#hilum-explain 1" ]
    # The same selection, made with sort: PREDICTIONS has sample, .., label, predicted, p of both.
    for why in worst-error surest-hit; do
        for class in NORMAL PNEUMONIA; do
            grep -v '^#' avg.tsv | tail -n +2 | awk -F '\t' -v w=$why -v c=$class -v OFS='\t' \
                '$4 == c && ($5 == c) == (w == "surest-hit") \
                 { print $1, c, $5, $5 == "NORMAL" ? $6 : $7, w, "gradcam", $5 }' |
                sort -s -t $'\t' -k 4,4gr | head -n 2
        done
    done >want
    [ -s want ]
    diff want <(grep -v '^#' $table | tail -n +2 | cut -f 1-7)
    for f in $(column file) $(column image); do
        [ -s "out/$f" ]
    done
    [ "$(ls out | wc -l)" -eq $((2 * $(wc -l <want) + 1)) ]
    [ "$(column rho | sort -u)" = "-" ]
}

@test "explain: a file of maps gives the same pictures without the backbone" {
    explain -q -j 1 -i images -p avg.tsv -w seeded:1 -o out head_avg
    explain -q -j 1 -i images -p avg.tsv -f flatten -o maps head_avg
    same_maps out maps
    explain -q -j 1 -i images -p flatten.tsv -w seeded:1 -o out2 head_flatten
    explain -q -j 1 -i images -p flatten.tsv -f flatten -o maps2 head_flatten
    same_maps out2 maps2
    # Another head, other maps.
    ! cmp -s out/gradcam-01.png out2/gradcam-01.png
}

@test "explain: the same command gives the same bytes and replaces only its own folder" {
    explain -q -j 1 -i images -p avg.tsv -w seeded:1 -n 1 --sanity 2 -o out head_avg
    cp -r out before
    explain -q -j 1 -i images -p avg.tsv -w seeded:1 -n 1 --sanity 2 -o out head_avg
    diff -r before out
    mkdir mine && touch mine/thesis.doc
    fails 1 "mine: is not empty.*thesis.doc" \
        explain -q -i images -p avg.tsv -w seeded:1 -o mine head_avg
    [ "$(ls mine)" = thesis.doc ]
    [ "$(ls -d out* mine* | tr '\n' ' ')" = "mine out " ]
}

@test "explain: samples by name, with the prediction of the head" {
    sample=$(grep -v '^#' avg.tsv | sed -n 3p | cut -f 1)
    explain -q -j 1 -i images -w seeded:1 -o out head_avg "$sample"
    [ "$(column sample)" = "$sample" ]
    [ "$(column why)" = asked ]
    row=$(grep -F "$sample" avg.tsv)
    [ "$(column predicted)" = "$(cut -f 5 <<<"$row")" ]
    near "$(column p)" "$(cut -f 6- <<<"$row" | tr '\t' '\n' | sort -g | tail -n 1)"
    explain -q -j 1 -i images -w seeded:1 --class NORMAL -o normal head_avg "$sample"
    explain -q -j 1 -i images -w seeded:1 --class PNEUMONIA -o pneumonia head_avg "$sample"
    ! cmp -s normal/gradcam-01.png pneumonia/gradcam-01.png
}

@test "explain: correlation with the maps of random heads" {
    explain -j 1 -i images -p avg.tsv -w seeded:1 -n 3 --sanity 8 -o out head_avg 2>err
    grep -q 'rank correlation with the maps of 8 heads with random weights' err
    grep -q '^#sanity.heads 8, samples .*mean |rho|' $table
    column abs_rho | awk '$1 == "-" { next } { n++; if ($1 < 0 || $1 > 1) exit 2 }
        END { exit !n }'
    # The mean of the absolute values is at least that of the values.
    paste <(column rho) <(column abs_rho) | awk '$1 != "-" && ($1 > $2 + 1e-3) { exit 1 }'
    explain -q -j 1 -i images -p avg.tsv -w seeded:1 -n 3 --sanity 8 -s 2 -o other head_avg
    ! diff -q <(column abs_rho) <(table=other/explain.tsv; column abs_rho)
}

@test "explain: occlusion maps show the drop in probability" {
    sample=$(grep -v '^#' avg.tsv | sed -n 3p | cut -f 1)
    explain -q -j 1 -i images -w seeded:1 --occlusion --patch 48 --stride 48 -o out head_avg "$sample"
    [ "$(column method | tr '\n' ' ')" = "gradcam occlusion " ]
    [ -s out/occlusion-01.png ]
    # A patch as large as the image leaves a grey one, whatever the stride.
    explain -q -j 1 -i images -w seeded:1 --occlusion --patch 96 -o whole head_avg "$sample"
    table=whole/explain.tsv
    peak=$(column peak | tail -n 1)
    awk -v p="$peak" 'BEGIN { exit !(p <= 1 && p >= -1) }'
}

@test "explain: a head with fine-tuned layers" {
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 --unfreeze 4 -o cut images
    train-head -q -j 1 -e 1 -n 8 --unfreeze 4 -w seeded:1 -o head cut
    evaluate -q --subset all -p p.tsv -o m.json head cut 2>/dev/null
    explain -q -j 1 -i images -p p.tsv -w seeded:1 -n 1 -o out head
    explain -q -j 1 -i images -p p.tsv -f cut -n 1 -o maps head
    same_maps out maps
}

@test "explain: files that do not belong together are refused, and nothing is left" {
    evaluate -q --subset all -p other.tsv -o m.json head_flatten flatten 2>/dev/null
    fails 1 "other.tsv: was not made with head_avg" \
        explain -q -i images -p other.tsv -w seeded:1 -o out head_avg
    fails 1 "differ in weights" explain -q -i images -p avg.tsv -w seeded:2 -o out head_avg
    fails 1 "differ in pool" explain -q -i images -p avg.tsv -f avg -o out head_avg
    preprocess -q --size 64 -o small "$BATS_FILE_TMPDIR/m.tsv" --root "$BATS_FILE_TMPDIR/data"
    fails 1 "differ in size" explain -q -i small -p avg.tsv -w seeded:1 -o out head_avg
    preprocess -q --size 96 --channels 3 -o colour "$BATS_FILE_TMPDIR/m.tsv" \
        --root "$BATS_FILE_TMPDIR/data"
    fails 1 "avg.tsv: was not made with colour" \
        explain -q -i colour -p avg.tsv -w seeded:1 -o out head_avg
    fails 1 "flatten: was not made with these images" \
        explain -q -i colour -f flatten -o out head_avg NORMAL/IM-0001-0001.png
    fails 1 "has no sample 'nobody.png'" \
        explain -q -i images -w seeded:1 -o out head_avg nobody.png
    fails 1 "'nobody.png' is named twice" \
        explain -q -i images -w seeded:1 -o out head_avg nobody.png nobody.png
    fails 1 "--class: expected a class of head_avg, found 'COVID'" \
        explain -q -i images -p avg.tsv -w seeded:1 --class COVID -o out head_avg
    fails 1 "stride: expected at most 8" \
        explain -q -i images -p avg.tsv -w seeded:1 --occlusion --patch 8 --stride 9 -o out head_avg
    [ ! -e out ]
    [ -z "$(ls -d out* 2>/dev/null)" ]
}

@test "explain: wrong usage exits with 2" {
    fails 2 "missing option: --images" explain -p avg.tsv -w seeded:1 -o out head_avg
    fails 2 "missing option: --output" explain -i images -p avg.tsv -w seeded:1 head_avg
    fails 2 "either --features MAPS or --weights" explain -i images -p avg.tsv -o out head_avg
    fails 2 "either --features MAPS or --weights" \
        explain -i images -p avg.tsv -f flatten -w seeded:1 -o out head_avg
    fails 2 "either --predictions FILE or names" explain -i images -w seeded:1 -o out head_avg
    fails 2 "--occlusion: expected --weights" \
        explain -i images -p avg.tsv -f flatten --occlusion -o out head_avg
    fails 2 "only one input" explain -i - -p - -w seeded:1 -o out head_avg
}
