#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# What the cells of a label table mean to split: signs between labels, words for a missing value.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir set
    image {1..6}.png
}

samples() { grep -v '^#' "$1" | tail -n +2; }

# labels_of OPTION...: the classes of the images with t.csv, in their order
labels_of() {
    split -q --test 0 --val 0 --labels t.csv "$@" set >m.tsv
    samples m.tsv | cut -f 2 | paste -sd /
}

@test "cells: labels with a sign between them that separates none are refused" {
    for cell in Edema/Pneumonia 'Edema + pneumonia' 'Pneumonia & Edema' 'Edema and Pneumonia' 'Edema - Pneumonia' 'Edema  Pneumonia' \
        Edema:Pneumonia Edema^Pneumonia Edema#Pneumonia 'Edema\Pneumonia' $'Edema\nPneumonia' Pneumonia/Viral/COVID-19; do
        table image,label 1.png,normal 2.png,Pneumonia "3.png,\"$cell\"" 4.png,Effusion
        for option in --quiet '--positive=Pneumonia' '--classes=Pneumonia;normal'; do
            refused "t.csv: line 4: expected one label, or several with . ; or , between them, found '[A-Z].*' with the label '[Pp]neumonia' in it" \
                --labels t.csv "$option"
        done
    done
    # What is named is one label.
    table image,label 1.png,normal 2.png,Pneumonia 3.png,Edema/Pneumonia
    [ "$(labels_of --positive 'Pneumonia|Edema/Pneumonia')" = '(no Pneumonia|Edema/Pneumonia)/Pneumonia|Edema/Pneumonia/Pneumonia|Edema/Pneumonia' ]
    [ "$(labels_of --classes 'ill=Pneumonia;well=normal|Edema/Pneumonia')" = well/ill/well ]
}

@test "cells: phrases and other signs are part of a label" {
    table image,label '1.png,Viral Pneumonia' 2.png,Pneumonia '3.png,No Pneumonia' 4.png,COVID-19-Pneumonia '5.png,Not Pneumonia / Not Normal' 6.png,Normal
    [ "$(labels_of | grep -o / | wc -l)" -eq 6 ]
    [ "$(labels_of --positive Pneumonia | grep -o '(no Pneumonia)' | wc -l)" -eq 5 ]
    # Labels that do not decide the class may be together in any way.
    table image,label 1.png,Edema 2.png,Edema/Effusion 3.png,Pneumonia
    [ "$(labels_of --positive Pneumonia)" = '(no Pneumonia)/(no Pneumonia)/Pneumonia' ]
    refused "t.csv: line 3: expected one label" --labels t.csv
}

@test "cells: words for a missing value are blank cells" {
    for word in NA N/A n/a NaN nan None null NULL '#N/A' '<NA>' .; do
        for labels in 'sick well' '1 0'; do
            read -r sick well <<<"$labels"
            table image,label "1.png,$sick" "2.png,$word" "3.png,$well"
            refused "t.csv: line 3: no label, '$word': --blank says what it means" --labels t.csv --positive "$sick"
            refused "t.csv: line 3: no label, '$word': --blank says what it means" --labels t.csv
            [ "$(labels_of --blank zero --positive "$sick")" = "$sick/$well/$well" ]
            [ "$(labels_of --blank drop)" = "$sick/$well" ]
        done
        table image,label,patient 1.png,a,p "2.png,b,$word"
        refused "t.csv: line 3: expected a patient, found '$word'" --labels t.csv
    done
    # What is named is a label, and so are other words.
    table image,label 1.png,Pneumonia 2.png,None 3.png,Unknown
    [ "$(labels_of --classes 'ill=Pneumonia;well=None')" = ill/well ]
    [ "$(labels_of --positive Pneumonia --blank drop)" = 'Pneumonia/Unknown' ]
}

@test "cells: a table in another format is named" {
    table '<!DOCTYPE html>' '<html>'
    refused "t.csv: expected CSV text, found a web page .HTML.: save the table as CSV" --labels t.csv
    printf 'PK\003\004rest' >t.csv
    refused "t.csv: expected CSV text, found a zip archive: save" --labels t.csv
    table image,label 1.png,a 2.png,b
    gzip t.csv
    refused "t.csv.gz: expected CSV text, found gzip data: save" --labels t.csv.gz
}
