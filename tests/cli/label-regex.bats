#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# split --label-regex: labels in the names of files, as of the Shenzhen and Montgomery sets.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir set
}

# made OPTION...: "PATH:LABEL:PATIENT:SUBSET ..." of the manifest
made() {
    split -q "$@" set >m.tsv
    grep -v '^#' m.tsv | tail -n +2 | cut -f 1-4 | tr '\t\n' ': '
}
drawn=(--test 0 --val 0)

shenzhen='_([01])\.png$'

@test "label-regex: the label is in the name, in any folder or in none" {
    image CHNCXR_000{1,2}_0.png more/CHNCXR_0003_1.png
    [ "$(made "${drawn[@]}" --label-regex "$shenzhen" --patient-regex 'CHNCXR_([0-9]+)')" = \
        'CHNCXR_0001_0.png:0:0001:train CHNCXR_0002_0.png:0:0002:train more/CHNCXR_0003_1.png:1:0003:train ' ]
    grep -qF -- "--label-regex '_([01])\\\\\\\\.png\$'" m.tsv
    [ "$(made "${drawn[@]}" --label-regex "$shenzhen" --patient-regex 'CHNCXR_[0-9]+' --classes 'normal=0;tuberculosis=1' | cut -d : -f 2,5,8)" = \
        'normal:normal:tuberculosis' ]
    # A folder may be the label: it is the first group, whichever folder that is.
    image site1/{ill,well}/{a,b}.png site2/{ill,well}/{c,d}.png
    rm -r set/*.png set/more
    [ "$(made "${drawn[@]}" --label-regex '/([^/]*)/' | tr ' ' '\n' | cut -d : -f 2 | sort | uniq -c | tr -s ' \n' ' ')" = ' 4 ill 4 well ' ]
}

@test "label-regex: names that do not match, and patterns that are none" {
    image a_0.png b_1.png c_1_mask.png
    refused "c_1_mask.png: the label is unknown: expected a path that matches '_\(\[01\]\)" --label-regex "$shenzhen"
    [ "$(made "${drawn[@]}" --label-regex "$shenzhen" --exclude '*_mask.png')" = 'a_0.png:0:a_0:train b_1.png:1:b_1:train ' ]
    fails 1 "'\(x\*\)' matches an empty string" split --label-regex '(x*)' set
    fails 1 "\(y\)[?]' matches an empty string" split --label-regex '_(y)?' set
    for pattern in '(' '[' 'a{2' '*('; do
        fails 2 "^split: --label-regex: '.*' is not a regular expression: " split --label-regex "$pattern" set
    done
    refused 'set: expected at least two classes, found one' --label-regex '(p)ng'
    for pattern in '(\d+)' '([\d_]+)' '([^_]*?)_' '(.+?)_' '(?:a)_' '(a{1,2}?)' '\t'; do
        fails 2 "^split: --label-regex: '.*': expected a POSIX extended regular expression, found '.*' of Perl's: " split --label-regex "$pattern" set
        fails 2 "^split: --shift: '.*': expected a POSIX extended" split --shift "$pattern" set
    done
    [ "$(made "${drawn[@]}" --label-regex '_([]?*01]+)[.]' --exclude '*_mask.png')" = 'a_0.png:0:a_0:train b_1.png:1:b_1:train ' ]
    image d_A.png e_a.png
    refused 'set: expected class names that differ in more than case' --label-regex '_([^_.]*).*png'
    fails 1 '^split: set: --classes: expected labels of the data set, found .2.: it has' split --label-regex '_([^_.]*).*png' --classes '0;2' set
}

@test "label-regex: subset folders, masks and copies" {
    image train/{1..8}_{0,1}.png test/{9..12}_{0,1}.png
    run made --subsets folders --val 0 --label-regex "$shenzhen"
    [[ $output == *'train/1_0.png:0:train/1_0:train '* && $output == *'test/9_1.png:1:test/9_1:test '* ]]
    rm -r set/test
    fails 1 'the test set has no image' split -q --subsets folders --val 0 --label-regex "$shenzhen" set
    rm -r set/train
    image CXR_png/MCUCXR_000{1..4}_{0,1}.png ManualMask/{left,right}Mask/MCUCXR_000{1..4}_{0,1}.png
    refused "set: expected X-rays only, found the folders 'CXR_png' and 'ManualMask' with 16 file names in common, .*--exclude 'ManualMask'" \
        --label-regex "$shenzhen"
    split -q --exact --label-regex "$shenzhen" --exclude ManualMask set >m.tsv
    [ "$(grep -c '^CXR_png' m.tsv)" -eq 8 ]
    grep -q '^#listing	{"source":"folders","listed":24,"exclude":16}$' m.tsv
    # Files that are numbered anew in the folders of many patients are no masks.
    rm -r set/*
    image p{1..6}/{1_0,2_1}.png
    split -q --exact --label-regex "$shenzhen" --patient-regex '^p[0-9]+' set >m.tsv
}

@test "label-regex: beside a table, which gives other columns" {
    image CXR_png/CHNCXR_000{1,2,3}_{0,1}.png
    printf '%s\n' file_name,sex,age CHNCXR_000{1,2,3}_{0,1}.png,M,34yrs >t.csv
    table=(--labels t.csv --columns image=file_name,sex=sex,age=age --label-regex "$shenzhen")
    split -q "${drawn[@]}" "${table[@]}" --classes 'normal=0;tuberculosis=1' set >m.tsv
    grep -q "^CXR_png/CHNCXR_0002_1.png	tuberculosis	CXR_png/CHNCXR_0002_1	train	M	34yrs\$" m.tsv
    [ "$(made "${drawn[@]}" "${table[@]}" | cut -d : -f 2,5)" = 0:1 ]
    sed -i 's/^file_name,sex/file_name,label/' t.csv
    split "${drawn[@]}" --labels t.csv --columns image=file_name --label-regex "$shenzhen" set 2>err >other.tsv
    grep -q "^split: t.csv: the label is found by --label-regex: the column 'label' is not used$" err
    diff <(samples m.tsv | cut -f 2) <(samples other.tsv | cut -f 2 | sed 's/0/normal/; s/1/tuberculosis/')
    refused "--columns label=label and --label-regex both tell the label: choose one" --labels t.csv --columns image=file_name,label=label \
        --label-regex x
    sed -i 's/^file_name,label/file_name,sex/' t.csv
    refused "t.csv: line 2: CXR_png/CHNCXR_0001_0.png: the label is unknown: expected a path that matches" --labels t.csv \
        --columns image=file_name --label-regex '_([34])'
    refused "t.csv: line 1: expected a header with the columns image and label, found no 'label'" --labels t.csv --columns image=file_name
}

@test "label-regex: through make, with a dollar sign" {
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    make -s -C "$ROOT" install PREFIX="$PWD/prefix" >/dev/null
    phantom -q -n 8 --min-size 64 --max-size 80 phantoms
    for f in phantoms/NORMAL/*.png; do cp "$f" "set/$(basename "${f%.png}")_0.png"; done
    for f in phantoms/PNEUMONIA/*.png; do cp "$f" "set/$(basename "${f%.png}")_1.png"; done
    make -sf prefix/share/hilum/Makefile run/manifest.tsv RESULTS=. RUN=run DATA=set WEIGHTS=seeded:1 TEST=0 VAL=0 \
        LABEL_REGEX='_([01])\.png$' CLASSES='normal=0;pneumonia=1'
    [ "$(grep -v '^#' run/manifest.tsv | tail -n +2 | cut -f 2 | sort | uniq -c | tr -s ' \n' ' ')" = ' 8 normal 7 pneumonia ' ]
}
