#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# split --fold-by and make kfold GROUPS: one site is left out at a time.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    export OMP_NUM_THREADS=1
    mkdir set
}

# sites ROW...: the table t.csv with the columns image, label, patient and site
sites() { table image,label,patient,site "$@"; }

# tested I K OPTION...: the test images of fold I, in one line
tested() {
    split -q --labels t.csv --columns site=site --fold-by site --fold "$1" --folds "$2" --val 0 "${@:3}" set 2>/dev/null |
        awk -F '\t' '!/^#/ && $4 == "test" { print $1 }' | paste -sd ' '
}

fold_by() { split -q --labels t.csv --columns site=site --fold-by site --val 0 "$@" set; }

@test "fold-by: each value of the column is a test set" {
    image {1..9}.png
    sites 1.png,a,p1,Lund 2.png,b,p2,Lund 3.png,a,p3,'"Malmo, N"' 4.png,b,p4,'"Malmo, N"' 5.png,b,p4,'"Malmo, N"' \
        6.png,a,p6,Oslo 7.png,b,p7,Oslo
    [ "$(tested 1 3)" = '1.png 2.png' ]
    [ "$(tested 2 3)" = '3.png 4.png 5.png' ]
    [ "$(tested 3 3)" = '6.png 7.png' ]
    fold_by --fold 1 --folds 3 2>/dev/null | grep -q '^#provenance.*--folds 3 --fold 1 --fold-by site'
    fails 0 "the test set is the images with site 'Malmo, N'" split --labels t.csv --columns site=site --fold-by site --fold 2 \
        --folds 3 --val 0 set
    # Validation images are drawn from the other sites.
    [ "$(split -q --exact --labels t.csv --columns site=site --fold-by site --fold 3 --folds 3 --val 0.4 set 2>/dev/null |
        awk -F '\t' '!/^#/ && $4 == "val"' | grep -c .)" -ge 1 ]
    # A site of one class is measured as far as that goes; classes that training lacks are an error.
    sites 1.png,a,p1,Lund 2.png,a,p2,Lund 3.png,a,p3,Malmo 4.png,b,p4,Malmo 6.png,a,p6,Oslo 7.png,b,p7,Oslo
    fails 0 "warning: the test set has no image of class 'b'" fold_by --fold 1 --folds 3
    sites 1.png,a,p1,Lund 2.png,a,p2,Lund 3.png,a,p3,Malmo 4.png,b,p4,Malmo
    fails 1 "the train set has no image of class 'b', .*: choose images, or join classes" fold_by --fold 2 --folds 2
}

@test "fold-by: what would leak or makes no sense is refused in one line" {
    image {1..4}.png
    sites 1.png,a,p1,Lund 2.png,b,p2,Lund 3.png,a,p1,Oslo 4.png,b,p4,Oslo
    fails 1 "^split: patient 'p1' has images of two values of 'site': 'Lund' .1.png. and 'Oslo' .3.png.: expected one" \
        fold_by --fold 1 --folds 2
    [ "$(tested 1 2 --group none)" = '1.png 2.png' ]
    sites 1.png,a,p1,Lund 2.png,b,p2,Lund 3.png,a,p3,Oslo 4.png,b,p4,
    fails 1 "^split: --fold-by site: expected a value for each image, found none for 1 of 4; the first: 4.png" \
        fold_by --fold 1 --folds 2
    # One site in two spellings would be in training as well; words for no value are none.
    sites 1.png,a,p1,Mercy 2.png,b,p2,mercy 3.png,a,p3,Oslo 4.png,b,p4,Oslo
    fails 1 "^split: --fold-by site: values differ in case, blanks or Unicode form only: expected one spelling, found 'Mercy' and 'mercy'" \
        fold_by --fold 1 --folds 3
    sites 1.png,a,p1,A 2.png,b,p2,Oslo 3.png,a,p3,Oslo '4.png,b,p4,"a "'
    fails 1 "^split: --fold-by site: values differ .*, found 'A' and 'a ?'" fold_by --fold 1 --folds 3
    sites 1.png,a,p1,NaN 2.png,b,p2,Lund 3.png,a,p3,n/a 4.png,b,p4,Oslo
    fails 1 "^split: --fold-by site: expected a value for each image, found none for 2 of 4; the first: 1.png" \
        fold_by --fold 1 --folds 4
    sites 1.png,a,p1,Lund 2.png,b,p2,Lund 3.png,a,p3,Lund 4.png,b,p4,Lund
    fails 1 "^split: --fold-by site: expected a column of 2 to 50 values, found 1: 'Lund'" fold_by --fold 1 --folds 2
    sites 1.png,a,p1,Lund 2.png,b,p2,Lund 3.png,a,p3,Oslo 4.png,b,p4,Oslo
    fails 1 "^split: --folds: expected 2, the number of values of 'site', found 5" fold_by --fold 1 --folds 5
    fails 1 "^split: --fold-by: expected a column that --columns carries, found 'town': it carries 'site'" \
        split -q --labels t.csv --columns site=site --fold-by town --fold 1 --folds 2 set
    fails 1 "^split: --fold-by: .* found 'site': it carries none" split -q --labels t.csv --fold-by site --fold 1 --folds 2 set
    fails 2 '^split: --fold-by: expected --folds' fold_by
}

@test "fold-by: more than 50 values, and copies in two sites" {
    image {1..51}.png
    mapfile -t rows < <(seq 50 | sed 's/.*/&.png,a,p&,s&/')
    sites "${rows[@]}" 51.png,b,p51,s51
    fails 1 "^split: --fold-by site: expected a column of 2 to 50 values, found 51" fold_by --fold 1 --folds 51
    rm -r set
    phantom -q -n 8 --min-size 60 --max-size 80 set
    cp set/NORMAL/IM-0001-0001.png set/NORMAL/copy.png
    find set -name '*.png' | sort | awk -F / '{ print $2 "/" $3 "," $2 "," NR "," ($3 ~ /copy|person/ ? "Oslo" : "Lund") }' |
        sed '1i image,label,patient,site' >t.csv
    fails 1 "^split: patients '[0-9]+' and '[0-9]+' share copies of images, and have two values of 'site'" \
        fold_by --fold 1 --folds 2
}

@test "fold-by: make kfold GROUPS leaves out one site at a time" {
    rm -r set
    phantom -q -n 60 --seed 3 --min-size 60 --max-size 80 set
    # Both classes in two sites; the third has one class.
    find set -name '*.png' | sort | awk -F / '
        { p = $3; sub(/[-_][0-9]*[.]png$/, "", p)
          site = p ~ /NORMAL2/ ? "Uppsala" : p ~ /virus/ || p ~ /[02468]$/ ? "Malmo N" : "Lund"
          print $2 "/" $3 "," $2 "," p "," site }' | sed '1i image,label,patient,site' >t.csv
    kfold() {
        make --no-print-directory -C "$ROOT" kfold LABELS="$PWD/t.csv" COLUMNS='image=image,label=label,patient=patient,site=site' \
            RESULTS="$PWD/results" DATA="$PWD/set" RUN=g MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=48 EPOCHS=2 RESAMPLES=50 \
            QUIET=-q JOBS=2 POSITIVE=PNEUMONIA "$@"
    }
    kfold GROUPS=site >log 2>&1 || { cat log; false; }
    out=results/g/kfold/by
    [ "$(cut -f 1 $out/kfold.tsv | paste -sd ,)" = 'site,Lund,Malmo N,Uppsala,mean,sd,pooled' ]
    [ "$(awk -F "\t" "NR > 1 && NR < 5 { n += \$2 } END { print n }" $out/kfold.tsv)" = "$(($(wc -l <t.csv) - 1))" ]
    # The rows are those of the folds, with their intervals.
    row=$(jq -r '[.n, .accuracy, .intervals.metrics.accuracy[0], .intervals.metrics.accuracy[1]] | @tsv' \
        $out/fold-2-of-3/metrics.json | awk '{ printf "%d %.6f %.6f %.6f", $1, $2, $3, $4 }')
    [ "$(awk -F '\t' '$1 == "Malmo N" { print $2, $3, $4, $5 }' $out/kfold.tsv)" = "$row" ]
    awk -F '\t' '!/^#/ && $1 != "sample" && $NF != "Lund" { exit 1 }' $out/fold-1-of-3/predictions.tsv
    # One class: its own rate, which is the accuracy, with its interval.
    [ "$(awk -F '\t' '$1 == "Uppsala" { print ($13 == $3), $14 == $4, $15 == $5, $14 < $13, $13 <= $15, $10, $11, $12 }' \
        $out/kfold.tsv)" = '1 1 1 1 1 - - -' ]
    # Neither AUROC nor macro recall, and none in the mean; the pooled samples have both.
    [ "$(awk -F '\t' '$1 == "Uppsala" || $1 == "mean" { print $6, $7 }' $out/kfold.tsv | paste -sd ,)" = '- -,- -' ]
    [[ $(awk -F '\t' '$1 == "pooled" { print $7 "/" $8 "/" $9 }' $out/kfold.tsv) =~ ^0\.[0-9]+/0\.[0-9]+/[01]\.[0-9]+$ ]]
    grep -qE '^Lund +[0-9]+ +0\.[0-9]{3} \(0\.[0-9]{3}-[01]\.[0-9]{3}\)' log
    # Nothing runs again.
    kfold GROUPS=site >log 2>&1
    ! grep -q 'train-head' log
    fails 2 'GROUPS: expected none: it makes the folds of make kfold' make -s -C "$ROOT" all GROUPS=site
    fails 2 'K: expected none with GROUPS, each value of which is a fold' kfold GROUPS=site K=7
    fails 2 "^make: GROUPS: expected a column that COLUMNS carries, .* has site$" kfold GROUPS=town
    fails 2 "^make: GROUPS: expected a column of 2 to 50 values, found 1" kfold GROUPS=site SELECT=site=Lund RUN=one TEST=0 VAL=0
}

@test "fold-by: names of sites outside ASCII are shown as they are" {
    printf '%s\t%s\t%s\t%s\n' site n accuracy positive Malmö 3 0.5 - Łódź 4 0.25 - >kfold.tsv
    LC_ALL=C "$ROOT/scripts/show-folds" kfold.tsv >shown
    grep -qE '^Malmö +3 +0\.5 +-$' shown
    grep -qE '^Łódź +4 +0\.25 +-$' shown
}
