#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Label tables as spreadsheets and scripts leave them to split: identifiers that were rounded or lost their zeros, line
# ends that were doubled, other encodings, a value in several spellings.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir set
    image {1..4}.png
}

samples() { grep -v '^#' "$1" | tail -n +2; }

# made COLUMN OPTION...: that column of the manifest of t.csv, and what is said on standard error in err
made() {
    local column=$1
    shift
    split -q --test 0 --val 0 --labels t.csv "$@" set >m.tsv 2>err
    samples m.tsv | cut -f "$column" | paste -sd /
}

@test "spreadsheets: identifiers that were rounded" {
    for number in 1.23457E+17 '"1,23457E+17"' 1E+11 1.2e+06 ' 1.23457E+017 '; do
        shown=$(tr -d '" ' <<<"$number")
        table image,label,patient 1.png,A,7 "2.png,B,$number" "3.png,A,$number"
        refused "t.csv: line 3: expected the patient, found '$(literal "$shown")', a number that a spreadsheet has rounded: export the table anew, with this column as text" --labels t.csv
        [ "$(made 3 --patient-regex '[0-9]')" = 1/2/3 ]
        table image,label,study 1.png,A,7 "2.png,B,$number"
        refused "t.csv: line 3: study: expected the study, found '$(literal "$shown")', a number" --labels t.csv --columns study=study
        table image,label "$number,A" 2.png,B 3.png,A
        refused "t.csv: line 2: '$(literal "$shown")' cannot be found in set \(line 2 has a number that a spreadsheet has rounded, '$(literal "$shown")': export" --labels t.csv
        fails 0 'cannot be found: .* \(line 2 has a number that a spreadsheet has rounded' split -q --test 0 --val 0 --labels t.csv --missing skip set
    done
    # Identifiers that look alike
    table image,label,patient 1.png,A,1E5 2.png,B,12E+05 3.png,A,1.E+05 4.png,B,E+05
    [ "$(made 3)" = 1E5/12E+05/1.E+05/E+05 ]
}

@test "spreadsheets: zeros at the beginning that were lost" {
    image 00123.png 'P 0042/scan_007.PNG'
    table image,label 1.png,A 123,B
    refused "t.csv: line 3: '123' cannot be found in set \('00123.png' is there, which differs in case, blanks, leading zeros or Unicode form only\): --missing" --labels t.csv
    table image,label 1.png,A 'p42\scan_7.jpg,B'
    refused "t.csv: line 3: .* cannot be found in set \('P 0042/scan_007.PNG' is there" --labels t.csv
    table image,label 1.png,A 0123.png,B 2.png,B
    fails 0 "cannot be found: .* \('00123.png' is there" split -q --test 0 --val 0 --labels t.csv --missing skip set
    table image,label 1.png,A 1230.png,B
    refused "t.csv: line 3: '1230.png' cannot be found in set: --missing" --labels t.csv
}

@test "spreadsheets: an identifier without an extension, of which there are several files" {
    image a/7.png b/7.tif
    table image,label 1.png,A 7,B
    refused "t.csv: line 3: '7' fits several images: expected one, found 'a/7.png' and 'b/7.tif'" --labels t.csv
    mv set/a/7.png set/b
    table image,label 1.png,A b/7,B
    refused "t.csv: line 3: 'b/7' fits several images: expected one, found 'b/7.png' and 'b/7.tif'" --labels t.csv
    table image,label 1.png,A 7.jpg,B
    refused "t.csv: line 3: '7.jpg' fits several images" --labels t.csv
}

@test "spreadsheets: line ends that were written twice, and those that are none" {
    printf 'image,label\r\r\n1.png,A\r\r\n\r\r\n2.png,B\r\r\n' >t.csv
    [ "$(made 2)" = A/B ]
    printf 'sep=;\r\r\nimage;label\r\r\n1.png;A\r\r\n2.png;B\r\r\n' >t.csv
    [ "$(made 2)" = A/B ]
    printf 'image,label\n1.png,A\r2.png,B\r' >t.csv
    refused 't.csv: line 2: expected a comma or the end of the line after a field, found CR without LF' --labels t.csv
}

@test "spreadsheets: another separator, and another encoding" {
    table 'image|label' '1.png|A'
    refused "t.csv: line 1: expected a header .*: --columns names another; commas, semicolons or tabs separate columns" --labels t.csv
    printf 'image,label,patient\n1.png,A,Meier\n2.png,B,M\xfcller\n' >t.csv
    refused 't.csv: line 3: the patient is not UTF-8: the table may be in Latin-1 or Windows-1252; save it as UTF-8' --labels t.csv
    image $'M\303\274ller.png'
    printf 'image,label\n1.png,A\nM\xfcller.png,B\n' >t.csv
    refused "t.csv: line 3: 'M.ller.png' cannot be found in set \(line 3 is not UTF-8: the table may be in Latin-1 or" --labels t.csv
}

@test "spreadsheets: a value of a carried column in several spellings" {
    table image,label,sex,view 1.png,A,M,PA 2.png,B,m,PA 3.png,A,Male,AP 4.png,B,F,PA
    [ "$(made 5 --columns sex=sex,view=view --patient-regex '[0-9]')" = M/m/Male/F ]
    [ "$(cat err)" = "split: warning: t.csv: values of the column 'sex' that may be the same count as different: 'M' (line 2), 'm' (line 3), 'Male' (line 4); write them in one way in the table" ]
    # Codes, of which one begins another
    table image,label,group 1.png,A,A 2.png,B,AB 3.png,A,0 4.png,B,L/R
    [ "$(made 5 --columns group=group --patient-regex '[0-9]')" = A/AB/0/L/R ]
    [ ! -s err ]
    # A column of many values is none of subgroups.
    image p{100..230}.png
    { echo image,label,code && for i in {100..230}; do echo "p$i.png,$((i % 2)),$([ "$i" -gt 220 ] && echo x || echo X)$((i % 110))"; done; } >t.csv
    made 5 --columns code=code --patient-regex 'p[0-9]+' >codes
    [ ! -s err ]
}

@test "spreadsheets: words for a missing value in a carried column are blanks" {
    table image,label,age 1.png,A,58 2.png,B,NA 3.png,A,nan 4.png,B,'#N/A'
    [ "$(made 5 --columns age=age)" = '58///' ]
    table image,label,before 1.png,A,None 2.png,B,Surgery
    [ "$(made 5 --columns before=before)" = 'None/Surgery' ]
}
