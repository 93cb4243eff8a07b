#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Carried columns: those that --columns names besides image, label, patient and subset travel from a label table through
# every file to the predictions.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    phantom -q -n 16 --min-size 100 --max-size 120 data
    # The sex goes with the number of the image, the remark is hostile, and every third age is not known.
    {
        echo 'Image,Class,Person,"Patient Gender",Age,Remark'
        find data -name '*.png' | sort | nl | while read -r i file; do
            name=${file##*/}
            echo "$name,$(basename "$(dirname "$file")"),${name%%_*},$([ $((i % 2)) -eq 0 ] && echo F || echo M),$([ $((i % 3)) -eq 0 ] || echo "0$i"),\"a	\\tab,
and \"\"more\"\" $i\""
        done
    } >t.csv
    split -q --exact -l t.csv --columns 'image=Image,label=Class,patient=Person,sex=Patient Gender,age=Age,remark=Remark' data >m.tsv
    preprocess -q --size 32 --augment 1 -o images m.tsv
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 2 -n 0 -o head features
    evaluate -q --subset all -p predictions.tsv -o m.json head features 2>/dev/null || true
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    for f in data t.csv m.tsv features head predictions.tsv; do
        ln -s "$BATS_FILE_TMPDIR/$f" .
    done
}

body() { grep -v '^#' "$1"; }

# values FILE NAME: the column of the images, and the last three
values() { body "$1" | awk -F '\t' -v OFS='\t' -v name="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) at = i }
    NR > 1 { print $at, $(NF - 2), $(NF - 1), $NF }' | sort; }

@test "carried: from the table to manifest, predictions and worklist" {
    [ "$(body m.tsv | head -n 1)" = "$(printf 'path\tlabel\tpatient\tsubset\tsex\tage\tremark')" ]
    values m.tsv path >want
    [ "$(wc -l <want)" -eq "$(find -L data -name '*.png' | wc -l)" ]
    grep -qF "$(printf '\tM\t01\ta\\t\\\\tab,\\nand "more" 1')" want
    grep -qF "$(printf '\tM\t\ta\\t\\\\tab,\\nand "more" 3')" want
    [ "$(body predictions.tsv | head -n 1 | cut -f 1-5,8-)" = "$(printf 'sample\tpatient\tsubset\tlabel\tpredicted\tsex\tage\tremark')" ]
    values predictions.tsv sample | diff want -
    predict -q -o list.tsv --features features head
    [ "$(body list.tsv | head -n 1)" = "$(printf 'rank\timage\tp\tclass\tdistance\tflag\treason\tsex\tage\tremark')" ]
    values list.tsv image | diff want -
    # Pooled predictions, as of a cross validation, keep them.
    grep -v "$(printf '\ttest\t')" predictions.tsv | with_checksum >one
    { grep -E '^#|^sample' predictions.tsv; grep "$(printf '\ttest\t')" predictions.tsv; } | with_checksum >two
    evaluate -q --resamples 0 --pooled --subset all -p both.tsv -o both.json one two 2>/dev/null
    values both.tsv sample | diff want -
    body two | cut -f 1-9 | { grep '^#[hpf]' two; cat; } | with_checksum >three
    fails 1 'carried columns differ: one has 3 \(sex.age.remark\), three 2 \(sex.age\)' evaluate --pooled --subset all one three
}

@test "carried: what an edited manifest may hold" {
    edit() { sed '/^#sha256/d' m.tsv | sed "$1" >edited.tsv; }
    edit '1!s/\tage\t/\tlabel\t/'
    fails 1 "^preprocess: edited.tsv: line 6: 'label' is a column of hilum's own" preprocess --size 8 edited.tsv
    edit '1!s/\tage\t/\tsex\t/'
    fails 1 "^preprocess: edited.tsv: line 6: column 'sex' appears twice" preprocess --size 8 edited.tsv
    edit '7s/$/\t/'
    fails 1 '^preprocess: edited.tsv: line 7: expected 7 columns, found 8' preprocess --size 8 edited.tsv
    edit "7s/\$/$(printf '\033')[2J/"
    fails 1 '^preprocess: edited.tsv: line 7: carried columns: expected UTF-8 text without control' preprocess --size 8 edited.tsv
    edit '7s/$/\\x/'
    fails 1 '^preprocess: edited.tsv: line 7: carried columns: .* good escapes' preprocess --size 8 edited.tsv
}

@test "carried: names and values that are refused" {
    columns=image=Image,label=Class
    for name in path sample predicted augmented_copy p_PNEUMONIA class; do
        fails 2 "^split: --columns: '$name' is a column of hilum's own" split -l t.csv --columns "$columns,$name=Age" data
    done
    fails 2 '^split: --columns: expected the name of a column, in UTF-8 without control' split -l t.csv --columns "$columns,$(printf '\001')=Age" data
    fails 2 '^split: --columns: expected at most 50 columns to carry' split -l t.csv --columns "$columns$(printf ',n%d=Age' {1..51})" data
    sed "2s/,M,/,\"M$(printf '\033')[31m\",/" t.csv >esc.csv
    fails 1 "^split: esc.csv: line 2: Patient Gender: expected UTF-8 text without control characters, found 'M[?]" \
        split -l esc.csv --columns "$columns,sex=Patient Gender" data
    sed '2s/,M,/,\xe9,/' t.csv >latin.csv
    fails 1 '^split: latin.csv: line 2: Patient Gender: expected UTF-8' split -l latin.csv --columns "$columns,sex=Patient Gender" data
    # A column that is not carried may hold anything.
    split -q -l esc.csv --columns "$columns" data >m
}

@test "carried: rows of one image must have the same values" {
    { cat t.csv; sed -n '2,3p' t.csv | sed '1s/,M,/,F,/'; } >twice.csv
    fails 1 "^split: twice.csv: line [0-9]*: '.*' already appears in line 2, with another sex" \
        split -l twice.csv --columns 'image=Image,label=Class,sex=Patient Gender,age=Age' data
    split -q -l twice.csv --columns 'image=Image,label=Class,age=Age' data >m
}
