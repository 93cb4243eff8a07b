#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Identifiers of DICOM files: what is made of them, and that they reach no output.

load helpers
load dicom_helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    hospital set 24
    echo '000102030405060708090a0b0c0d0e0f' >key
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    set=$BATS_FILE_TMPDIR/set
    key=$BATS_FILE_TMPDIR/key
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
}

# manifest [OPTION...]: of the set, with the key, without messages
manifest() { split -q --exact --id-key "$key" "$@" "$set"; }

# column NAME FILE: the values of a column
column() {
    grep -v '^#' "$2" |
        awk -F '\t' -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) c = i } NR > 1 { print $c }'
}

# pseudonym KIND TEXT: by openssl
pseudonym() {
    printf '%s\0%s\0\0' "$1" "$2" | openssl dgst -sha256 -mac HMAC -macopt "key:$(cat "$key")" |
        sed 's/.*= //' | cut -c -16
}

@test "privacy: patients, studies and images have the first 16 digits of their HMAC-SHA-256" {
    need_command openssl
    run --separate-stderr manifest -o m.tsv
    [ -z "$stderr" ]
    [ "$(column patient m.tsv | head -n 1)" = "$(pseudonym patient PLANTEDID1)" ]
    [ "$(column study m.tsv | head -n 1)" = "$(pseudonym study 1.2.826.0.1.99.2.1)" ]
    [ "$(column path m.tsv | head -n 1)" = "$(pseudonym image 1.2.826.0.1.99.3.1.1)" ]
    [ "$(column patient m.tsv | sort -u | wc -l)" -eq 24 ]
    [ "$(column study m.tsv | sort -u | wc -l)" -eq 24 ]
    [ "$(column path m.tsv | sort -u | wc -l)" -eq 48 ]
    column image_file m.tsv | head -n 1 | grep -q '^NORMAL/PLANTEDID1/1.2.826.0.1.99.2.1/1.2.826.0.1.99.3.1.1$'
}

@test "privacy: attributes are columns" {
    manifest >m.tsv
    [ "$(column view m.tsv | sort | uniq -c | xargs)" = '24 LL 24 PA' ]
    [ "$(column age m.tsv | head -n 1)" = 21 ]
    [ "$(column manufacturer m.tsv | sort -u | xargs)" = 'Maker 0 Maker 1 Maker 2' ]
    [ "$(column pixel_spacing m.tsv | sort -u)" = 0.15 ]
    [ "$(column photometric m.tsv | sort -u)" = MONOCHROME2 ]
    [ "$(column bits m.tsv | sort -u)" = 12 ]
    [ "$(column burned_in m.tsv | grep -c YES)" -eq 2 ]
}

@test "privacy: SELECT works on attributes, without a table and with one" {
    run --separate-stderr manifest --select 'view=PA;manufacturer=Maker 0,Maker 1' -o m.tsv
    [ -z "$stderr" ]
    [ "$(column view m.tsv | sort | uniq -c | xargs)" = '16 PA' ]
    fails 1 "expected values of the column 'view', found 'AP': it has 'LL', 'PA'" manifest --select view=AP
    fails 1 "expected a column of DICOM files \(view, sex, age.*found 'colour'" manifest --select colour=red
    phantom -q -n 4 phantoms
    fails 1 "'view' is a column of tables \(--labels\) or DICOM files" split --select view=PA phantoms
    for i in {1..24}; do echo "PLANTEDID$i,$((i % 2)),x$((i % 3))"; done | sed '1i patient,label,site' >table.csv
    manifest --labels table.csv --columns site=site --select 'site=x1;view=PA' >m.tsv
    [ "$(column site m.tsv | sort | uniq -c | xargs)" = '8 x1' ]
    [ "$(column view m.tsv | sort -u)" = PA ]
}

@test "privacy: the same key gives the same bytes, another the same division with other names" {
    manifest >a.tsv
    manifest >b.tsv
    cmp a.tsv b.tsv
    echo 'another key of sixteen bytes' >other
    split -q --exact --id-key other "$set" >c.tsv
    diff <(column image_file a.tsv) <(column image_file c.tsv)
    diff <(column subset a.tsv) <(column subset c.tsv)
    [ -z "$(comm -12 <(column path a.tsv | sort) <(column path c.tsv | sort))" ]
    [ -z "$(comm -12 <(column patient a.tsv | sort) <(column patient c.tsv | sort))" ]
    manifest --keep-ids >d.tsv
    diff <(column image_file a.tsv) <(column path d.tsv)
    diff <(column subset a.tsv) <(column subset d.tsv)
}

@test "privacy: a key is made once, for its owner alone, and is said" {
    run --separate-stderr split --exact -o m.tsv "$set"
    [ "$status" -eq 0 ]
    grep -q "$XDG_CONFIG_HOME/hilum/id-key: made the key" <<<"$stderr"
    [ "$(stat -c %a "$XDG_CONFIG_HOME/hilum/id-key")" = 600 ]
    [ "$(stat -c %a m.tsv)" = 600 ]
    cp m.tsv first.tsv
    run --separate-stderr split --exact -o m.tsv "$set"
    ! grep -q 'made the key' <<<"$stderr"
    cmp m.tsv first.tsv
    phantom -q -n 8 phantoms
    XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/none split -q --exact phantoms >/dev/null
    [ ! -e none ]
    echo short >short
    fails 1 'short: too short for a key: expected at least 16 bytes, found 5' split --id-key short "$set"
    fails 1 'absent: cannot be read' split --id-key absent "$set"
    fails 2 'ID_KEY=.*: expected a file outside RESULTS=' make -sC "$ROOT" all DATA="$set" WEIGHTS=seeded:1 \
        RESULTS="$BATS_FILE_TMPDIR" ID_KEY="$key"
}

@test "privacy: --keep-ids names patients, studies, instances and paths" {
    manifest --keep-ids >m.tsv
    [ "$(column patient m.tsv | head -n 1)" = PLANTEDID1 ]
    [ "$(column study m.tsv | head -n 1)" = 1.2.826.0.1.99.2.1 ]
    [ "$(column sop m.tsv | head -n 1)" = 1.2.826.0.1.99.3.1.1 ]
    ! grep -q image_file m.tsv
    grep -q -- '--keep-ids' m.tsv
}

@test "privacy: a file of the same SOP instance is the same image" {
    cp -r "$set" set
    mkdir set/NORMAL/again
    cp set/NORMAL/PLANTEDID1/*/*.1 set/NORMAL/again/x.dcm
    run --separate-stderr split --exact --id-key "$key" -o m.tsv set
    [ "$status" -eq 0 ]
    grep -q 'the same image as another, by their SOP Instance UID, and left out: 1' <<<"$stderr"
    [ "$(column path m.tsv | wc -l)" -eq 48 ]
    mv set/NORMAL/again set/PNEUMONIA/
    fails 1 "are the same image, by their SOP Instance UID: expected one label, found 'NORMAL' and 'PNEUMONIA'" \
        split --id-key "$key" set
}

@test "privacy: without PatientID a study is the patient" {
    cp -r "$set" set
    find set -path '*PLANTEDID3/*' -type f -exec perl -pi -e 's{ PLANTEDID3 }{" " x 12}e' {} +
    run --separate-stderr split --exact --id-key "$key" -o m.tsv set
    [ "$status" -eq 0 ]
    grep -q '2 DICOM files have no PatientID: each study counts as a patient' <<<"$stderr"
    [ "$(column patient m.tsv | sort -u | wc -l)" -eq 24 ]
}

@test "privacy: the images of a study are of one patient, and an issuer that some files lack is that of the others" {
    cp -r "$set" set
    find set -name '*.1' -type f -path '*/1.*' -exec perl -pi -e 's/( PLANTEDID\d+ +)/" " x length $1/e' {} +
    run --separate-stderr manifest -o m.tsv
    run --separate-stderr split --exact --id-key "$key" -o n.tsv set
    [ "$status" -eq 0 ]
    ! grep -q PatientID <<<"$stderr"
    diff <(column patient m.tsv) <(column patient n.tsv)
    rm -r set && cp -r "$set" set
    issue() { find set -path "*/PLANTEDID$1/*.$2" -type f -exec perl -0777 -pi -e \
        's/( PLANTEDID\d+ +)/$1\x10\0\x21\0LO\x04\0'"$3"'/' {} +; }
    issue 3 1 HOSP
    issue 4 1 HOSP
    issue 4 2 HOSP
    split -q --exact --id-key "$key" set >n.tsv
    [ "$(column patient n.tsv | sort -u | wc -l)" -eq 24 ]
    issue 5 1 HOSP
    issue 5 2 CLIN
    split -q --exact --id-key "$key" set >n.tsv
    [ "$(column patient n.tsv | sort -u | wc -l)" -eq 25 ]
}

@test "privacy: patients whose names are nearly the same are named by pseudonyms" {
    cp -r "$set" set
    find set -path '*/PLANTEDID3/*.1' -type f -exec perl -pi -e 's/ PLANTEDID3 / plantedid3 /' {} +
    run --separate-stderr split -q --exact --id-key "$key" -o m.tsv set
    [ "$status" -eq 0 ]
    grep -Eq "count as different: 2 of 25; the first: '[0-9a-f]{16}' and '[0-9a-f]{16}'; .*correct the PatientID" \
        <<<"$stderr"
    ! grep -Eiq "$PLANTED" <<<"$stderr"
    run --separate-stderr split -q --exact --keep-ids -o m.tsv set
    grep -q "'PLANTEDID3' and 'plantedid3'\|'plantedid3' and 'PLANTEDID3'" <<<"$stderr"
}

@test "privacy: files that cannot be opened, or are damaged under another name, have a pseudonym beside DICOM files" {
    cp -r "$set" set
    head -c 200 set/NORMAL/PLANTEDID1/*/*.1 >set/NORMAL/PLANTEDCUT.png
    split -q --exact --id-key "$key" set >m.tsv
    [ "$(column image_file m.tsv | grep -c 'PLANTEDCUT.png')" -eq 1 ]
    grep -v '^#' m.tsv | awk -F '\t' '{ $5 = ""; print }' >rest
    run planted rest
    [ "$status" -eq 1 ]
    few_images 16 96
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 1 -n 4 -o head features
    run --separate-stderr predict --on-error skip --id-key "$key" -w seeded:1 -o list.tsv head \
        set/NORMAL/PLANTEDID3 set/NORMAL/PLANTEDCUT.png set/PLANTEDGONE.png
    [ "$status" -eq 0 ]
    [ "$(grep -c '^-' list.tsv)" -eq 2 ]
    echo "$stderr" >err
    run planted list.tsv err
    [ "$status" -eq 1 ]
    fails 1 '^predict: [0-9a-f]{16}: .*--keep-ids shows its path' predict --id-key "$key" -w seeded:1 -o list.tsv head \
        set/NORMAL/PLANTEDID3 set/PLANTEDGONE.png
}

@test "privacy: labels by table, keyed by instance, study, patient or file" {
    for i in {1..24}; do echo "1.2.826.0.1.99.2.$i,$((i % 2))"; done | sed '1i uid,finding' >study.csv
    manifest --labels study.csv --columns study=uid,label=finding >m.tsv
    [ "$(column label m.tsv | sort | uniq -c | xargs)" = '24 (no finding) 24 finding' ]
    ! grep -v image_file m.tsv | cut -f 1-4,6- | grep -Eq "$PLANTED"
    for i in {1..24}; do echo "1.2.826.0.1.99.3.$i.1,$((i % 2))"; done | sed '1i SOPInstanceUID,Finding' >sop.csv
    run --separate-stderr split --exact --id-key "$key" --labels sop.csv --columns 'sop=SOPInstanceUID,label=Finding' \
        -o m.tsv "$set"
    [ "$status" -eq 0 ]
    grep -q "without a row: 24" <<<"$stderr"
    [ "$(column label m.tsv | wc -l)" -eq 24 ]
    sed '1s/.*/image,label/' sop.csv >file.csv
    manifest --labels file.csv >m.tsv
    [ "$(column path m.tsv | wc -l)" -eq 24 ]
    echo '1.2.826.0.1.99.3.77,1' >>sop.csv
    fails 1 "sop.csv: line 26: 'its SOP instance' cannot be found" split --id-key "$key" --labels sop.csv \
        --columns 'sop=SOPInstanceUID,label=Finding' "$set"
    manifest --labels sop.csv --columns 'sop=SOPInstanceUID,label=Finding' --missing skip --rejects r.tsv >m.tsv
    grep -q "^line 26	Finding	-	not there (line 26 of the table)$" r.tsv
    ! grep -Eq "$PLANTED" r.tsv
}

# hides COMMAND...: fails, and shows nothing planted
hides() {
    run -1 --separate-stderr "$@"
    echo "$stderr"
    ! grep -Eiq "$PLANTED" <<<"$stderr"
}

@test "privacy: errors of split name no DICOM file and no patient" {
    local file same patients first
    file=$(cd "$set" && find NORMAL -name '*.1' -type f | sort | head -n 1)
    run -1 --separate-stderr split --id-key "$key" --patient-regex 'x([0-9]+)y' "$set"
    grep -q 'a DICOM file (--keep-ids shows its path): the patient is unknown' <<<"$stderr"
    hides split --id-key "$key" --patient-regex 'x([0-9]+)y' "$set"
    hides split --id-key "$key" --label-regex 'x([0-9]+)y' "$set"
    fails 1 "PLANTEDID.*the patient is unknown" split --keep-ids --patient-regex 'x([0-9]+)y' "$set"
    printf 'image,label,patient\n%s,0,PLANTEDA\n%s,1,PLANTEDA\n' "$file" "$file" >t.csv
    hides split --id-key "$key" --labels t.csv "$set"
    grep -q 'line 3: a DICOM file .* already appears in line 2, with the label' <<<"$stderr"
    hides split --id-key "$key" --labels t.csv --rows majority "$set"
    sed 's/1,PLANTEDA/0,PLANTEDB/' t.csv >u.csv
    hides split --id-key "$key" --labels u.csv "$set"
    grep -q 'line 3: a DICOM file .* already appears in line 2, with another patient' <<<"$stderr"
    hides split --id-key "$key" --labels t.csv --select patient=PLANTEDC "$set"
    hides split --id-key "$key" --labels t.csv --select label=0 --label-regex 'x([0-9]+)y' "$set"
    hides split --id-key "$key" --labels t.csv --patient-regex 'x([0-9]+)y' --select label=0 "$set"
    printf 'image,label\n%s,0\nPLANTEDGONE.dcm,1\n' "$file" >t.csv
    hides split --id-key "$key" --labels t.csv "$set"
    grep -q "line 3: 'its image' cannot be found" <<<"$stderr"
    printf 'image,label\n%s,0\nPLANTEDGONE.dcm,1\nPLANTEDGONE,1\n' "$file" >t.csv
    hides split --id-key "$key" --labels t.csv "$set"
    for i in {1..24}; do printf '1.2.826.0.1.99.3.%s,%s,%s\n' "$i.1" $((i % 2)) a "$i.2" $((i % 2)) b; done |
        sed '1i SOPInstanceUID,Finding,site' >t.csv
    hides split --id-key "$key" --labels t.csv --columns 'sop=SOPInstanceUID,label=Finding,site=site' --folds 2 \
        --fold 1 --fold-by site "$set"
    grep -Eq "patient '[0-9a-f]{16}' has images of two values of 'site': 'a' \([0-9a-f]{16}\)" <<<"$stderr"
    for i in {1..24}; do printf '1.2.826.0.1.99.3.%s,%s,%s\n' "$i.1" $((i % 2)) a "$i.2" $((i % 2)) ''; done |
        sed '1i SOPInstanceUID,Finding,site' >t.csv
    hides split --id-key "$key" --labels t.csv --columns 'sop=SOPInstanceUID,label=Finding,site=site' --folds 2 \
        --fold 1 --fold-by site "$set"
    grep -Eq 'found none for 24 of 48; the first: [0-9a-f]{16}$' <<<"$stderr"
    cp -r "$set" set
    mkdir set/PNEUMONIA/again
    cp "set/$file" set/PNEUMONIA/again/
    hides split --id-key "$key" set
    grep -q 'two DICOM files .* are the same image' <<<"$stderr"
    # Names in a table that fit several files, or lead out of the data set.
    mkdir set/PNEUMONIA/PLANTEDTWICE
    cp "set/$file" set/PNEUMONIA/PLANTEDTWICE/
    printf 'image,label\n%s,0\n../PLANTED,1\n' "${file##*/}" >t.csv
    hides split --id-key "$key" --labels t.csv set
    grep -q "line 2: expected the path of one image, found none, one that fits several" <<<"$stderr"
    fails 1 "line 2: '.*' fits several images" split --keep-ids --labels t.csv set
}

@test "privacy: files and links that are DICOM by their names only have pseudonyms, too" {
    cp -r "$set" set
    : >set/NORMAL/PLANTEDEMPTY.dcm
    ln -s nowhere set/NORMAL/PLANTEDGONE.DCM
    split -q --exact --id-key "$key" -o m.tsv set
    column image_file m.tsv | grep -c 'PLANTEDEMPTY.dcm\|PLANTEDGONE.DCM' | grep -qx 2
    preprocess -q --size 16 --on-error skip --rejects r.tsv -o images m.tsv 2>err
    [ "$(grep -c $'\tNORMAL\t' r.tsv)" -eq 2 ]
    run ! grep -q PLANTED r.tsv err <(zstd -qdc images)
    run ! preprocess -q --size 16 -o images m.tsv
    [[ $output != *PLANTED* ]]
}

@test "privacy: errors about folders name no patient" {
    cp -r "$set" set
    hides split --id-key "$key" set/NORMAL
    grep -q 'set/NORMAL: expected a folder for each class, found one for each patient, study or series' <<<"$stderr"
    [ ! -e config ]
    cp set/NORMAL/PLANTEDID1/*/*.1 set/PLANTEDALONE
    hides split --id-key "$key" set
    grep -q 'set: expected a folder for each class, .* (--keep-ids says what was found)' <<<"$stderr"
    fails 1 'set/PLANTEDALONE: the image is not in a class folder' split --keep-ids set
    rm set/PLANTEDALONE
    ln -s nowhere set/NORMAL/PLANTEDLINK
    hides split --id-key "$key" set
    grep -q 'set: a link in it is dangling' <<<"$stderr"
    few_images 16 96
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 1 -n 4 -o head features
    hides predict --id-key "$key" -w seeded:1 -o list.tsv head set
}

@test "privacy: a table keyed by patient has all files of the patient, also those without an issuer" {
    cp -r "$set" set
    find set -path '*/PLANTEDID3/*.1' -type f \
        -exec perl -0777 -pi -e 's/( PLANTEDID3 +)/$1\x10\0\x21\0LO\x04\0HOSP/' {} +
    for i in {1..24}; do echo "PLANTEDID$i,$((i % 2))"; done | sed '1i patient,label' >table.csv
    run --separate-stderr split --exact --id-key "$key" --labels table.csv -o m.tsv set
    [ "$status" -eq 0 ]
    ! grep -q 'without a row' <<<"$stderr"
    [ "$(column path m.tsv | wc -l)" -eq 48 ]
    [ "$(column patient m.tsv | sort -u | wc -l)" -eq 24 ]
    sed -i 's/^PLANTEDID3,/PLANTEDID3^^^HOSP,/' table.csv
    split -q --exact --id-key "$key" --labels table.csv set >n.tsv
    diff <(column patient m.tsv) <(column patient n.tsv)
}

@test "privacy: audit counts burned-in text, lossy compression and modalities by class, and tries the columns" {
    manifest >m.tsv
    audit -q m.tsv >a.tsv
    grep -q '^note	dicom	burned-in	.*: 0 of 24 in NORMAL, 2 of 24 in PNEUMONIA$' a.tsv
    grep -q '^note	dicom	modality	.*: 8 of 24 in NORMAL, 8 of 24 in PNEUMONIA$' a.tsv
    ! grep -q '	dicom	lossy' a.tsv
    for c in manufacturer photometric pixel_spacing modality; do grep -q "	shortcut	column $c	" a.tsv; done
    ! grep -Eq "$PLANTED" a.tsv
    LOSSY_CLASS=PNEUMONIA hospital lossy 24
    split -q --exact --id-key "$key" lossy >l.tsv
    audit -q l.tsv >a.tsv
    grep -q '^warning	dicom	lossy	.*; more in PNEUMONIA (24 of 24) than elsewhere (0 of 24)$' a.tsv
    grep -q '^warning	shortcut	column lossy	' a.tsv
}

@test "privacy: audit reports studies in several subsets" {
    manifest >m.tsv
    audit -q m.tsv >a.tsv
    ! grep -q '	study-subsets	' a.tsv
    manifest --patient-regex '[^/]*$' >m.tsv
    run -1 --separate-stderr audit -q --fail-on leak -o a.tsv m.tsv
    grep -Eq 'leakage: [0-9]+ studies are in both train and test' <<<"$stderr"
    grep -Eq '^error	study-subsets	[0-9a-f]{16}	.*	1 in train, 1 in test$' a.tsv
}

# called FILE NAME BIRTH ACCESSION: other values, of the same length, in place of a planted name, date and accession
# number.
called() { perl -0777 -pi -e 's/PLANTEDNAME\^\d+ ?/'"$2"'/; s/19530417/'"$3"'/; s/PLANTEDACC\d+ ?/'"$4"'/' "$1"; }

@test "privacy: folders that are called like a patient are no classes" {
    mkdir -p set/NORMAL set/OTHER
    cp "$set"/NORMAL/PLANTEDID{1,3,5}/*/* set/NORMAL
    cp "$set"/PNEUMONIA/PLANTEDID2/*/* set/OTHER
    for f in set/OTHER/*; do called "$f" 'PLANTEDN^JOHN ' 19530417 'PLANTEDACC2 '; done
    local name
    for name in PLANTEDN^JOHN planted_john_plantedn 'Plantedn, John (1953)' 1953-04-17 17.04.1953 PLANTEDACC2 \
        'CR PLANTEDID2' 20210203; do
        rm -rf set/"$name"
        mv set/OTHER set/"$name"
        hides split --exact --id-key "$key" set
        [ "$stderr" = "split: set: expected a folder for each class, found some that are called like a patient, a date or \
an examination in them: 1 of 2; labels may come from a table (--labels), and --keep-ids takes such names for classes" ]
        split -q --test 0 --val 0 --keep-ids -o m.tsv set
        mv set/"$name" set/OTHER
    done
    # A class of many patients may have one who is called like it.
    mv set/OTHER set/PNEUMONIA
    for f in set/NORMAL/*.1.1; do called "$f" 'NORMAL^JOHN   ' 19530417 'PLANTEDACC1 '; done
    split -q --test 0 --val 0 --id-key "$key" -o m.tsv set
}

@test "privacy: other images in folders that are called like a patient have pseudonyms" {
    cp -r "$set" set
    phantom -q -n 4 --min-size 100 --max-size 120 phantoms
    mapfile -t pictures < <(find phantoms -name '*.png' | sort)
    cp "${pictures[0]}" set/NORMAL/PLANTEDID1/preview.png
    cp "${pictures[1]}" set/NORMAL/other.png
    run --separate-stderr split --exact --id-key "$key" -o m.tsv set
    [ "$status" -eq 0 ]
    grep -q 'set: DICOM files whose paths contain a name, an ID or a date of theirs: 48 of 48; only the column image_file' \
        <<<"$stderr"
    [ "$(column image_file m.tsv | grep -c '^NORMAL/PLANTEDID1/preview.png$')" -eq 1 ]
    [ "$(column path m.tsv | grep -c '^NORMAL/other.png$')" -eq 1 ]
    grep -v '^#' m.tsv | awk -F '\t' '{ $5 = ""; print }' >rest
    run planted rest
    [ "$status" -eq 1 ]
    few_images 16 96
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 1 -n 4 -o head features
    run --separate-stderr predict --id-key "$key" -w seeded:1 -o list.tsv --page list.html head set/NORMAL
    [ "$status" -eq 0 ]
    echo "$stderr" >err
    run planted list.tsv list.html err
    [ "$status" -eq 1 ]
    grep -q 'NORMAL/other.png' list.tsv
    # Errors come before there is a pseudonym.
    hides split --id-key "$key" --patient-regex '(1[.]2[.][0-9.]*)' set
    grep -q 'an image beside DICOM files (--keep-ids shows its path): the patient is unknown' <<<"$stderr"
}

@test "privacy: worklists of patients and studies have the pseudonyms that split gives them" {
    cp -r "$set" set
    # Two files without PatientID: one is of the patient of its study, the other's study counts as the patient.
    perl -0777 -pi -e 's/PLANTEDID3 /           /' set/NORMAL/PLANTEDID3/*/*.2
    perl -0777 -pi -e 's/PLANTEDID5 /           /' set/NORMAL/PLANTEDID5/*/*
    split -q --exact --id-key "$key" -o m.tsv set 2>/dev/null
    few_images 16 48
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 1 -n 4 -o head features
    split -q --exact --id-key "$key" -o m.tsv set 2>/dev/null
    for unit in patient study; do
        run --separate-stderr predict -w seeded:1 --id-key "$key" --unit $unit -o list.tsv --page list.html head set
        [ "$status" -eq 0 ]
        grep -q '^predict: warning: 2 DICOM files have no PatientID: each study counts as a patient of its own, and a patient.s studies are ranked apart$' <<<"$stderr"
        [ "$(column patient list.tsv | sort)" = "$(column patient m.tsv | sort -u)" ]
        [ "$(column study list.tsv | sort)" = "$(column study m.tsv | sort -u)" ]
        [ "$(column images list.tsv | sort -u)" = 2 ]
        [ "$(grep -o '<img ' list.html | wc -l)" -eq 24 ]
        echo "$stderr" >err
        run planted list.tsv list.html err
        [ "$status" -eq 1 ]
    done
    predict -q -w seeded:1 --keep-ids --unit patient head set 2>/dev/null >list.tsv
    split -q --exact --keep-ids -o m.tsv set 2>/dev/null
    [ "$(column patient list.tsv | sort)" = "$(column patient m.tsv | sort -u)" ]
    predict -q -w seeded:1 --id-key "$key" --unit patient --patient-regex 'PLANTEDID[0-9]+' -o list.tsv head set
    [ "$(column patient list.tsv | sort -u | wc -l)" -eq 24 ]
    run planted <(grep -v '^#' list.tsv)
    [ "$status" -eq 1 ]
    hides predict -w seeded:1 --id-key "$key" --unit patient --patient-regex 'x([0-9]+)y' -o list.tsv head set
    grep -Eq "^predict: [0-9a-f]{16}: the patient is unknown: .*; --keep-ids shows its path\)" <<<"$stderr"
    cp data/NORMAL/IM-0001-0001.png set/NORMAL
    fails 1 '^predict: set/NORMAL/IM-0001-0001.png: the study is unknown' predict -w seeded:1 --id-key "$key" --unit study head set
    predict -q -w seeded:1 --id-key "$key" --on-error skip --unit study -o list.tsv head set 2>/dev/null
    [ "$(column images list.tsv | sort | uniq -c | xargs)" = "1 - 24 2" ]
    grep -q '^-.*	set/NORMAL/IM-0001-0001.png	.*the study is unknown: expected a DICOM file' list.tsv
}

# run_make KNOB=value...: the whole experiment and a worklist
run_make() {
    make --no-print-directory -C "$ROOT" all RESULTS="$PWD/results" RUN=run MODEL=mobilenetv2 SIZE=32 EPOCHS=3 \
        NEURONS=8 RESAMPLES=50 WEIGHTS=seeded:1 DATA="$PWD/set" ID_KEY="$key" ON_ERROR=skip BY=sex,view \
        UNIT=patient SEED=3 "$@" &&
        make --no-print-directory -C "$ROOT" triage RESULTS="$PWD/results" RUN=run \
            HEAD="$PWD/results/run/head.safetensors.zst" IMAGES="$PWD/new" ID_KEY="$key" TRIAGE="$PWD/results/triage" "$@"
}

@test "privacy: nothing planted in DICOM files gets out of a whole run" {
    cp -r "$set" set
    phantom -q -n 4 --min-size 100 --max-size 120 phantoms # a mixed set
    cp phantoms/NORMAL/* set/NORMAL
    mapfile -t pictures < <(find phantoms/PNEUMONIA -name '*.png' | sort)
    cp "${pictures[0]}" set/PNEUMONIA/PLANTEDID4/PLANTEDVIEW.png
    head -c 1500 set/PNEUMONIA/PLANTEDID2/*/*.1 | sed 's/99\.3\.2\.1/99.3.2.7/' >set/PNEUMONIA/PLANTEDID2/PLANTEDCUT
    cp -r "$set"/PNEUMONIA/PLANTEDID4 new
    cp set/PNEUMONIA/PLANTEDID2/PLANTEDCUT new/
    mkdir new/PLANTEDNAME_4
    cp new/1.2.826.0.1.99.2.4/1.2.826.0.1.99.3.4.1 "${pictures[1]}" new/PLANTEDNAME_4/
    run_make >stdout 2>stderr || { cat stdout stderr; return 1; }
    [ "$(grep -c . results/triage/worklist.tsv)" -gt 3 ]
    [ -s results/run/rejects.tsv ]
    [ "$(stat -c %a results/run/manifest.tsv)" = 600 ]
    planted results/run/manifest.tsv # else the search would find nothing
    run planted stdout stderr $(find results -type f -not -path results/run/manifest.tsv)
    echo "$output"
    [ "$status" -eq 1 ]
    # and in the manifest, nowhere but in the column that says where images are
    grep -v '^#' results/run/manifest.tsv | awk -F '\t' '{ $5 = ""; print }' >rest
    run planted rest
    [ "$status" -eq 1 ]
}

@test "privacy: with --keep-ids the worklist names studies and instances" {
    cp -r "$set" set
    cp -r "$set"/PNEUMONIA/PLANTEDID4 new
    run_make KEEP_IDS=1 EXPLAIN=0 >stdout 2>&1 || { cat stdout; return 1; }
    grep -q "1.2.826.0.1.99.2.4	1.2.826.0.1.99.3.4.1" results/triage/worklist.tsv
}
