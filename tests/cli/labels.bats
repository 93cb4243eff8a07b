#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Label tables of split: columns by their roles, files by their names, rules for cells and for rows. The tables have the
# headers of public collections, and the files their names; docs/datasets.md has the same commands.

load helpers
load split_helpers
load dicom_helpers
bats_require_minimum_version 1.5.0

setup_file() {
    make -s -C "$ROOT" install PREFIX="$BATS_FILE_TMPDIR/prefix" >/dev/null
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir set
}

samples() { grep -v '^#' "$1" | tail -n +2; }

# classes MANIFEST: "COUNT CLASS, COUNT CLASS"
classes() { samples "$1" | cut -f 2 | sort | uniq -c | sed 's/^ *//' | paste -sd , | sed 's/,/, /g'; }

# split_as_documented HEADING: runs split as the command under that heading in docs/datasets.md does, with the folder set
# and the table t.csv.
split_as_documented() {
    local words
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    words=$(sed -n "/^## $1/,/^\`\`\`$/p" "$ROOT/docs/datasets.md" | sed -n '/^make all/,/^```/p' | grep -v '^```' |
        sed -E 's/^make all//; s/\\$//; s/DATA=[^ ]*/DATA=set/; s/LABELS=[^ ]*/LABELS=t.csv/' | paste -s -d ' ')
    [ -n "$words" ]
    eval "make -n -f \"$BATS_FILE_TMPDIR/prefix/share/hilum/Makefile\" all RUN=run WEIGHTS=seeded:1 $words" >shown 2>&1
    sed ':again; /\\$/{N; s/\\\n//; t again}' shown | grep -m 1 -oE 'bin/split --.*' | sed 's|^bin/||; s| -o [^ ]*| -o m.tsv --exact|; s| --cache [^ ]*||' >command
    [ -s command ]
    bash -e command
}

@test "labels: NIH ChestX-ray14 as documented" {
    header='Image Index,Finding Labels,Follow-up #,Patient ID,Patient Age,Patient Gender,View Position,OriginalImage[Width,Height],OriginalImagePixelSpacing[x,y],'
    labels=('No Finding' Pneumonia 'Infiltration|Pneumonia' 'Cardiomegaly|Effusion')
    echo "$header" >t.csv
    for p in $(seq 1 24); do
        name=$(printf '%08d_000.png' "$p")
        image "images_00$((1 + p % 2))/images/$name"
        echo "$name,${labels[p % 4]},0,$p,058,M,$([ $((p % 12)) -eq 0 ] && echo AP || echo PA),2682,2749,0.143,0.143," >>t.csv
    done
    split_as_documented 'NIH ChestX-ray14'
    [ "$(classes m.tsv)" = '10 (no Pneumonia), 12 Pneumonia' ]
    samples m.tsv | grep -q "$(printf '^images_002/images/00000001_000.png\tPneumonia\t1\t')"
    grep -q -- "--columns 'image=Image Index.* --select view=PA --positive Pneumonia" m.tsv
    # Without a rule, several labels in a cell are not a class.
    refused "t.csv: line 3: expected one label, found several, 'Infiltration[|]Pneumonia': --positive" --labels t.csv \
        --columns 'image=Image Index,label=Finding Labels'
    refused "t.csv: expected the positive label 'pneumonia' in some row, found 'Cardiomegaly' \(line 4\), 'Effusion'" --labels t.csv \
        --columns 'image=Image Index,label=Finding Labels' --positive pneumonia
}

@test "labels: CheXpert as documented" {
    echo 'Path,Sex,Age,Frontal/Lateral,AP/PA,No Finding,Enlarged Cardiomediastinum,Cardiomegaly,Lung Opacity,Lung Lesion,Edema,Consolidation,Pneumonia,Atelectasis,Pneumothorax,Pleural Effusion,Pleural Other,Fracture,Support Devices' >t.csv
    cells=(1.0 0.0 -1.0 '')
    for p in $(seq 1 24); do
        path=$(printf 'train/patient%05d/study1/view1_frontal.jpg' "$p")
        image "$path" "${path/1_frontal/2_lateral}"
        echo "CheXpert-v1.0-small/$path,Female,68,Frontal,AP,1.0,,,,,,,${cells[p % 4]},,0.0,,,,1.0" >>t.csv
        echo "CheXpert-v1.0-small/${path/1_frontal/2_lateral},Female,68,Lateral,,1.0,,,,,,,1.0,,0.0,,,,1.0" >>t.csv
    done
    split_as_documented CheXpert
    [ "$(classes m.tsv)" = '12 (no Pneumonia), 6 Pneumonia' ]
    samples m.tsv | grep -q "$(printf '^train/patient00004/study1/view1_frontal.jpg\tPneumonia\tpatient00004\t')"
    chexpert() { split -q --exact --labels t.csv --columns image=Path,label=Pneumonia --select Frontal/Lateral=Frontal --patient-regex 'patient[0-9]+' "$@" set >c.tsv; }
    chexpert --uncertain one --blank drop
    [ "$(classes c.tsv)" = '6 (no Pneumonia), 12 Pneumonia' ]
    chexpert --uncertain drop --blank one
    [ "$(classes c.tsv)" = '6 (no Pneumonia), 12 Pneumonia' ]
    grep -q -- '--uncertain drop --blank one --rows stop --missing stop' c.tsv
    fails 1 't.csv: line 6: empty label: --blank says' chexpert --uncertain zero
    fails 1 't.csv: line 4: uncertain label, -1: --uncertain says' chexpert --blank zero
}

@test "labels: RSNA as documented" {
    echo 'patientId,x,y,width,height,Target' >t.csv
    for p in $(seq 1 24); do
        id=0004cfab-14fd-4e49-80ba-$(printf '%012d' "$p")
        image "png/$id.png"
        if [ $((p % 3)) -eq 0 ]; then
            echo "$id,264.0,152.0,213.0,379.0,1" >>t.csv
            echo "$id,562.0,152.0,256.0,453.0,1" >>t.csv
        else
            echo "$id,,,,,0" >>t.csv
        fi
    done
    split_as_documented RSNA
    [ "$(classes m.tsv)" = '16 (no Target), 8 Target' ]
    run split --exact --labels t.csv --columns image=patientId,label=Target,patient=patientId set -o m.tsv
    [[ $output == *'t.csv: 32 rows are of 24 images: several rows of an image count once'* ]]
}

@test "labels: VinDr-CXR as documented" {
    echo 'image_id,class_name,class_id,rad_id,x_min,y_min,x_max,y_max' >t.csv
    for p in $(seq 1 24); do
        id=$(printf '%032x' "$p")
        image "train/$id.png"
        case $((p % 3)) in
            0) printf "$id,%s,14,R%s,,,,\n" 'No finding' 1 'No finding' 2 'No finding' 3 >>t.csv ;;
            1) printf "$id,%s,7,R%s,1,2,3,4\n" 'Lung Opacity' 8 'Aortic enlargement' 8 'No finding' 9 >>t.csv ;;
            2) printf "$id,%s,3,R%s,1,2,3,4\n" Cardiomegaly 8 'Aortic enlargement' 9 >>t.csv ;;
        esac
    done
    split_as_documented VinDr-CXR
    [ "$(classes m.tsv)" = '16 (no Lung Opacity), 8 Lung Opacity' ]
    vindr=(--labels t.csv --columns image=image_id,label=class_name)
    refused "t.csv: line 3: 'train/0*1.png' already appears in line 2, with the label 'Lung Opacity' instead of 'Aortic" "${vindr[@]}"
    refused "t.csv: line 3: .* --rows any has no positive class" "${vindr[@]}" --rows any
}

@test "labels: PadChest as documented" {
    echo ',ImageID,ImageDir,StudyDate_DICOM,StudyID,PatientID,PatientBirth,PatientSex_DICOM,ViewPosition_DICOM,Projection,MethodProjection,Pediatric,MethodLabel,Labels,Localizations' >t.csv
    labels=("['normal']" "\"['pneumonia', 'infiltrates']\"" "['pneumonia']" '' "\"['kyphosis', 'chronic changes']\"")
    for p in $(seq 1 30); do
        image "$((p % 3))/${p}_01-00$p.png"
        echo "$p,${p}_01-00$p.png,$((p % 3)),20140915,s$p,p$p,1928,F,POSTEROANTERIOR,PA,Manual review of DICOM fields,No,Physician,${labels[p % 5]},[]" >>t.csv
    done
    split_as_documented PadChest
    [ "$(classes m.tsv)" = '12 (no pneumonia), 12 pneumonia' ]
}

@test "labels: the Kermany set as documented" {
    for p in $(seq 20); do
        for subset in train test; do
            image "$subset/NORMAL/IM-00$p-0001.jpeg" "$subset/PNEUMONIA/person${p}_virus_$p.jpeg"
        done
    done
    split_as_documented 'Kermany'
    [ "$(classes m.tsv)" = '40 NORMAL, 40 PNEUMONIA' ]
    # What is for tables alone is not recorded.
    run ! grep -q -- '--columns\|--blank\|--rows' m.tsv
}

@test "labels: semicolons, tabs, CR LF, blanks after commas, columns without a name" {
    image {1..9}.png
    for i in {1..9}; do
        echo "$i.png,$([ "$i" -lt 5 ] && echo A || echo B),p$i"
    done >rows
    { echo image,label,patient && cat rows; } >t.csv
    split -q --exact --labels t.csv set >want.tsv
    same() {
        split -q --exact --labels "$1" set >m.tsv
        cmp <(samples want.tsv) <(samples m.tsv)
    }
    tr , ';' <t.csv >s.csv && same s.csv
    tr , '\t' <t.csv >t.tsv && same t.tsv
    sed 's/$/\r/' t.csv >r.csv && same r.csv
    sed 's/,/, /g' t.csv >b.csv && same b.csv
    sed 's/$/,,/' t.csv >e.csv && same e.csv
    iconv -f utf-8 -t utf-16 t.csv >u.csv
    refused 'u.csv: expected UTF-8 text, found UTF-16: save it as UTF-8' --labels u.csv
}

@test "labels: a file is found by its path, its end, its name, or its name without an extension" {
    image a/x/1.png a/y/1.png b/2.png c/3.jpeg d/1.2.840.9.png e/5.png
    table image,label x/1.png,A more/a/y/1.png,B 2.png,A 3,B 1.2.840.9,A f/e/5.png,B
    split -q --test 0 --val 0 --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ': ')" = 'a/x/1.png:A a/y/1.png:B b/2.png:A c/3.jpeg:B d/1.2.840.9.png:A e/5.png:B ' ]
    table image,label 1.png,A 2.png,B
    refused "t.csv: line 2: '1.png' fits several images: expected one, found 'a/x/1.png' and 'a/y/1.png'" --labels t.csv
    # Blanks are part of a name if there is such a file.
    image ' e.png' e.png
    table image,label '" e.png",A' 'e.png ,B'
    split -q --test 0 --val 0 --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ':/')" = ' e.png:A/e.png:B/' ]
    # Another folder is another file.
    table image,label a/2.png,A 2.png,B
    refused "t.csv: line 2: 'a/2.png' cannot be found in set" --labels t.csv
}

@test "labels: images of another extension, and paths of another machine" {
    image a/x/1.png a/y/1.png b/2.png c/3.jpeg d/4.JPG d/4.png e/5.png 5.png
    found() { split --test 0 --val 0 --labels t.csv set 2>err >m.tsv && samples m.tsv | cut -f 1,2 | tr '\t\n' ': '; }
    table image,label 2.jpg,A c/3.png,B
    [ "$(found)" = 'b/2.png:A c/3.jpeg:B ' ]
    grep -q "^split: t.csv: the images of 2 of 2 rows have another extension than the table says; the first: line 2, 'b/2.png'$" err
    table image,label 2.TIF,A c/3.bmp,B
    [ "$(found)" = 'b/2.png:A c/3.jpeg:B ' ]
    table image,label 2.jpg,A 4.jpeg,B
    refused "t.csv: line 3: '4.jpeg' fits several images: expected one, found 'd/4.JPG' and 'd/4.png'" --labels t.csv
    # So for images that were converted from DICOM files; a DICOM file of that name comes first.
    table image,label b/2.dcm,A c/3.DCM,B
    [ "$(found)" = 'b/2.png:A c/3.jpeg:B ' ]
    grep -q "^split: t.csv: the images of 2 of 2 rows have another extension than the table says; the first: line 2, 'b/2.png'$" err
    hospital scans 1
    mkdir set/dcm
    cp scans/*/*/*/*.1 set/dcm/2.dcm
    table image,label 2.dcm,A 3.jpeg,B
    split -q --keep-ids --test 0 --val 0 --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ': ')" = 'c/3.jpeg:B dcm/2.dcm:A ' ]
    rm -r set/dcm
    table image,label /home/u/set/a/x/1.png,A '\\nas\xrays\a\y\1.png,B' 'C:\data\b\2.png,A' /input/c/3.jpeg,B 'd\4.png,A' /5.png,B
    [ "$(found)" = '5.png:B a/x/1.png:A a/y/1.png:B b/2.png:A c/3.jpeg:B d/4.png:A ' ]
    grep -q "^split: t.csv: the images of 6 of 6 rows are found by the end of a path of another machine; the first: line 2, 'a/x/1.png'$" err
    # The longest common end decides, and one that has no other folders; else nothing does.
    table image,label /q/e/5.png,A '/x/1.png,B'
    [ "$(found)" = 'a/x/1.png:B e/5.png:A ' ]
    table image,label /1.png,A 2.png,B
    refused "t.csv: line 2: '/1.png' fits several images: expected one, found 'a/x/1.png' and 'a/y/1.png'" --labels t.csv
    # With other folders it is another image, be there one of that name or several; but not where the images have none.
    table image,label '/q/z/2.png,A' 'D:\z\1.png,A' 3.jpeg,B 4.png,A
    refused "t.csv: expected the images of 4 rows in set, and 2 cannot be found: '/q/z/2.png' \(line 2\), 'D:.z.1.png' \(line 3\)" --labels t.csv
    [ "$(samples <(split -q --test 0 --val 0 --missing skip --labels t.csv set) | cut -f 1 | tr '\n' ' ')" = 'c/3.jpeg d/4.png ' ]
    table image,label '/q/z/5.png,A' /3.jpeg,B
    [ "$(found)" = '5.png:A c/3.jpeg:B ' ]
    table image,label '/q/z/9.png,A' 'D:\9.png,A' 2.png,B 3.jpeg,A
    refused "t.csv: expected the images of 4 rows in set, and 2 cannot be found: '/q/z/9.png' \(line 2\), 'D:.9.png' \(line 3\)" --labels t.csv
    split -q --test 0 --val 0 --missing skip --labels t.csv set >m.tsv
    for name in /q/../2.png ../2.png '..\2.png' 'C:\q\..\2.png'; do
        table image,label "$name,A" 3.jpeg,B
        refused "t.csv: line 2: expected a path relative to the folder of the data set, found '.*2.png', one with '..' in it" --labels t.csv
    done
    # A file of that very name comes first.
    image 'C:\data\2.png' '\2.png'
    table image,label 'C:\data\2.png,A' '\2.png,B'
    [ "$(samples <(split -q --test 0 --val 0 --labels t.csv set) | cut -f 2 | tr '\n' ' ')" = 'A B ' ]
}

@test "labels: the folder of an image in a column of its own" {
    image p1/1.png p1/2.png p2/1.png deep/p3/1.png 4.png
    table 'Dir Name,File,label' p1,1.png,A p1,2,A ' p2 ',1.png,B 'p3\,1.png,B' ,4.png,B
    split -q --test 0 --val 0 --labels t.csv --columns 'image=dir name/File' set >m.tsv
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ': ')" = '4.png:B deep/p3/1.png:B p1/1.png:A p1/2.png:A p2/1.png:B ' ]
    table Dir,File,label p1,3.png,A p2,1.png,B
    refused "t.csv: line 2: 'p1/3.png' cannot be found" --labels t.csv --columns image=Dir/File
    table Dir,File,label p1,,A p2,1.png,B
    refused "t.csv: line 2: empty image path" --labels t.csv --columns image=Dir/File
    refused "t.csv: line 1: expected a column 'Dir/Name', found" --labels t.csv --columns image=Dir/Name
    table Dir,dir,File,label p1,p2,1.png,A
    refused "t.csv: line 1: expected one column 'DIR', found 'Dir' and 'dir'" --labels t.csv --columns image=DIR/File
    # A column of that name comes first.
    table Dir,File,Dir/File,label p1,1.png,p1/2.png,A p2,1.png,p2/1.png,B
    split -q --test 0 --val 0 --labels t.csv --columns image=Dir/File set >m.tsv
    [ "$(samples m.tsv | cut -f 1 | tr '\n' ' ')" = 'p1/2.png p2/1.png ' ]
}

@test "labels: names that differ in case or blanks only" {
    image {1..6}.png
    table image,label 1.png,Pneumonia 2.png,PNEUMONIA '3.png,"Pneumonia "' 4.png,Normal
    wanted="t.csv: labels differ in case, blanks or Unicode form only: expected one spelling in the table, found 'PNEUMONIA' \(line 3\), 'Pneumonia' \(line 2\)"
    refused "$wanted" --labels t.csv
    refused "$wanted" --labels t.csv --positive Pneumonia
    table image,label 1.png,Pneumonia '3.png,"Pneumonia "' 4.png,Normal
    refused "t.csv: labels differ .*, found 'Pneumonia' \(line 2\), 'Pneumonia ' \(line 3\)" --labels t.csv
    table image,label '1.png,No Finding' 2.png,NoFinding
    refused "t.csv: labels differ .*, found 'No Finding' \(line 2\), 'NoFinding' \(line 3\)" --labels t.csv
    table image,label '1.png,A|b' 2.png,B
    refused "t.csv: labels differ .*, found 'B' \(line 3\), 'b' \(line 2\)" --labels t.csv --positive B
}

@test "labels: names that differ in Unicode form only, also in --classes and --positive" {
    image {1..4}.png
    composed=$'N\303\251ant' decomposed=$'Ne\314\201ant'
    table image,label "1.png,$composed" "2.png,$decomposed" 3.png,Normal
    refused "t.csv: labels differ in case, blanks or Unicode form only: .* \(line [23]\), .* \(line [23]\)" --labels t.csv
    table image,label 1.png,Pneumonia $'2.png,Pneumonia\302\240' 3.png,Normal
    refused "t.csv: labels differ in case, blanks or Unicode form only" --labels t.csv
    table image,label "1.png,$composed" 2.png,Normal
    hint='differs from it in case, blanks or Unicode form only$'
    refused "t.csv: --classes: expected labels of the data set, found .*; '$composed' $hint" --labels t.csv --classes "sick=$decomposed;Normal"
    refused "t.csv: expected the positive label .*; '$composed' $hint" --labels t.csv --positive "$decomposed"
    refused "t.csv: expected class names that differ in more than case, blanks and Unicode form, found" --labels t.csv --classes "$composed;$decomposed=Normal"
    # Both spellings in one class are as the user wants them.
    table image,label "1.png,$composed" "2.png,$decomposed" 3.png,Normal
    split -q --test 0 --val 0 --labels t.csv --classes "sick=$composed|$decomposed;Normal" set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' ' ')" = 'sick sick Normal ' ]
}

@test "labels: patients that are probably one, written in two ways, are noticed and stay two" {
    image {1..9}.png
    patients() { split -q --test 0 --val 0 --labels t.csv "$@" set 2>&1 >m.tsv; }
    wide=$'\357\274\221\357\274\222'
    table image,label,patient 1.png,A,P1 2.png,B,p1 3.png,A,5 4.png,B,00005 "5.png,A,$wide" 6.png,B,12 $'7.png,A,x\302\240' 8.png,B,x 9.png,B,105
    patients >err
    [ "$(samples m.tsv | cut -f 3 | sort -u | wc -l)" -eq 9 ]
    [ "$(cat err)" = "split: warning: patients whose names differ in case, blanks, leading zeros or Unicode form only, and count as different: 8 of 9; the first: 'P1' and 'p1'; if they are the same, write them in one way in the table, or find them in paths with --patient-regex" ]
    table image,label,patient 1.png,A,P1 2.png,B,P1 3.png,A,P10 4.png,B,P100 5.png,A,P010.5 6.png,B,P10.05x 7.png,A,0 8.png,B,x-0
    [ -z "$(patients)" ]
    # Names of files that are patients of their own are no such names.
    table image,label 1.png,A 2.png,B
    image {01,02}.png
    table image,label 1.png,A 01.png,B
    [[ $(patients) != *leading* ]]
    image a/p1_1.png a/P1_2.png a/p2_1.png b/p3_1.png
    split -q --test 0 --val 0 --patient-regex '([pP][0-9]+)_' --exclude '[0-9]*' set 2>err >m.tsv
    grep -q "2 of 4; the first: 'P1' and 'p1'; if they are the same, rename their files" err
}

@test "labels: one odd cell does not turn a column of 1, 0 and -1 into labels" {
    image {1..6}.png
    for odd in x 1.0.0 0.5 inf '1|0' +-1; do
        table image,Pneumonia 1.png,1 2.png,0 3.png,-1 4.png, "5.png,$odd" 6.png,1
        found="t.csv: line 6: expected 1, 0, -1 or an empty cell, as in line 2, found '$(literal "$odd")'"
        refused "$found" --labels t.csv --columns label=Pneumonia --uncertain drop --blank zero
        refused "$found" --labels t.csv --columns label=Pneumonia --blank drop
        sed '/,-1$/d' t.csv >u.csv
        refused "u.csv: line 5: expected 1, 0, -1 or an empty cell" --labels u.csv --columns label=Pneumonia --blank zero
    done
    table image,label 1.png,2 2.png,1 3.png,0 4.png,-1
    refused "t.csv: line 2: expected 1, 0, -1 or an empty cell, as in line 3, found '2'" --labels t.csv
    refused "t.csv: line 2: expected 1, 0, -1 or an empty cell, as in line 3, found '2'" --labels t.csv --positive 1
    # Other spellings of the numbers are not odd, and grades of severity are labels.
    table image,label 1.png,1.00 2.png,0 3.png,+1 4.png,-0.0 5.png,1e0 '6.png, 01'
    split -q --test 0 --val 0 --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = 1/0/1/0/1/1/ ]
    table image,label 1.png,0 2.png,1 3.png,2 4.png,3.0 5.png, 6.png,3.0
    split -q --test 0 --val 0 --blank drop --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = 0/1/2/3.0/3.0/ ]
    refused "t.csv: line 4: expected 1, 0, -1 or an empty cell, as in line 2, found '2'" --labels t.csv --blank zero
    refused "t.csv: line 4: expected 1, 0, -1 or an empty cell, as in line 2, found '2'" --labels t.csv --uncertain drop
    table image,label 1.png,A 2.png,B
    refused "t.csv: line 2: --uncertain is for a column of 1, 0 and -1, found 'A'" --labels t.csv --uncertain drop
}

@test "labels: columns and subsets are found whatever their case and blanks" {
    image {1..8}.png
    table ' Image,LABEL,Subset' 1.png,A,Train 2.png,B,training 3.png,A,VALID 4.png,B,dev 5.png,A,'" Testing "' 6.png,B,test
    split -q --subsets folders --labels t.csv set >m.tsv 2>err
    [ "$(samples m.tsv | cut -f 4 | tr '\n' ' ')" = 'train train val val test test ' ]
    table 'Image Index,Finding labels,View' 1.png,A,PA 2.png,B,PA
    split -q --test 0 --val 0 --labels t.csv --columns 'image=image index,label=Finding Labels' --select view=PA set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' ' ')" = 'A B ' ]
    table image,label,Patient,PATIENT 1.png,A,a,b 2.png,B,c,d
    refused "t.csv: line 1: expected one column 'patient', found 'Patient' and 'PATIENT'" --labels t.csv
    split -q --test 0 --val 0 --labels t.csv --columns patient=PATIENT set >m.tsv
    [ "$(samples m.tsv | cut -f 3 | tr '\n' ' ')" = 'b d ' ]
    refused "t.csv: line 1: expected one column 'patient', found" --labels t.csv --select patient=b --columns patient=patient
    table image,label 1.png,Épanchement 2.png,épanchement 3.png,Normal
    refused "t.csv: labels differ in case, blanks or Unicode form only: .*, found 'É.*' \(line 2\), 'é.*' \(line 3\)" --labels t.csv
}

@test "labels: several labels in a cell" {
    image {1..6}.png
    for cell in 'A;B' 'A|B' 'A , B' "['A', 'B']"; do
        table image,label "1.png,\"$cell\"" 2.png,B 3.png,C
        refused 't.csv: line 2: expected one label, found several' --labels t.csv
        split -q --test 0 --val 0 --labels t.csv --positive B set >m.tsv
        [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = 'B/B/(no B)/' ]
    done
    # Several positive ones, and a label with a comma
    table image,label '1.png,A|D' 2.png,B '3.png,"C, left"' 4.png,E
    split -q --test 0 --val 0 --labels t.csv --positive 'A|B' set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = 'A|B/A|B/(no A|B)/(no A|B)/' ]
    split -q --test 0 --val 0 --labels t.csv --positive 'C, left' set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | sort -u | tr '\n' /)" = '(no C, left)/C, left/' ]
}

@test "labels: several rows of an image" {
    image {1..4}.png
    rows() {
        split -q --test 0 --val 0 --labels t.csv "$@" set >m.tsv
        samples m.tsv | cut -f 2 | tr '\n' /
    }
    table image,label 1.png,1 1.png,0 1.png,0 2.png,0 2.png,0 3.png,1 3.png,1 3.png,0 4.png,1
    refused "t.csv: line 3: '1.png' already appears in line 2, with the label '1' instead of '0': --rows says" --labels t.csv
    [ "$(rows --rows any)" = 1/0/1/1/ ]
    [ "$(rows --rows majority)" = 0/0/1/1/ ]
    table image,label 1.png,1 1.png,0 2.png,0
    refused "t.csv: line 2: '1.png': no label has the majority of its 2 rows: --rows any needs none" --labels t.csv --rows majority
    table image,label,patient 1.png,1,a 1.png,1,b 2.png,0,c
    refused "t.csv: line 3: '1.png' already appears in line 2, with another patient" --labels t.csv
    table image,label,subset 1.png,1,train 1.png,1,test 2.png,0,test
    refused "t.csv: line 3: '1.png' already appears in line 2, with another subset" --labels t.csv
}

@test "labels: a file has one path, however rows write it" {
    image a/1.png b/2.png c/3.png 4.png
    table image,label a//1.png,1 ./a/1.png,1 a/./1.png,1 .//a/1.png,1 1.png,1 ' a/1.png',1 x/a//1,1 b/2.png,0 c/3.png,1 4.png,0
    run split --test 0 --val 0 --labels t.csv set -o m.tsv
    [[ $output == *'t.csv: 10 rows are of 4 images: several rows of an image count once'* ]]
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ': ')" = '4.png:0 a/1.png:1 b/2.png:0 c/3.png:1 ' ]
    for name in a//1.png ./a/1.png 1.png x/a/1; do
        table image,label a/1.png,1 "$name,0" b/2.png,0
        refused "t.csv: line 3: 'a/1.png' already appears in line 2, with the label '1' instead of '0': --rows" --labels t.csv
    done
    for name in /a/1.png /1.png '/x/a/1.png' 'C:\data\a\1.png'; do
        table image,label "$name,0" a/1.png,1 b/2.png,0
        refused "t.csv: line 3: 'a/1.png' already appears in line 2, with the label '0' instead of '1': --rows" --labels t.csv
    done
    # Links
    ln -s ../a/1.png set/b/link.png
    ln set/a/1.png set/c/hard.png
    ln -s a set/folder
    for name in b/link.png c/hard.png folder/1.png; do
        table image,label "$name,0" a/1.png,1 b/2.png,0
        refused "t.csv: line 3: 'a/1.png' already appears in line 2, with the label '0' instead of '1': --rows" --labels t.csv
        sed 's/,0/,1/; 4s/1$/0/' t.csv >u.csv
        run split --test 0 --val 0 --labels u.csv set -o m.tsv
        [[ $output == *'u.csv: rows that name the file of another row by another path, through links: 1'* ]]
        [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ': ')" = 'a/1.png:1 b/2.png:0 ' ]
        refused "u.csv: line 2: '$name' is the same file as 'a/1.png' in line 3, but of another patient: '${name%%/*}' instead of 'a'" \
            --labels u.csv --patient-regex '^[a-z]+'
    done
}

@test "labels: rows whose image is missing" {
    image {1..6}.png
    table image,label {1..3}.png,A {4..6}.png,B {7..9}.png,A 10.png,B
    refused "t.csv: expected the images of 10 rows in set, and 4 cannot be found: '7.png' \(line 8\), '8.png' \(line 9\), '9.png' \(line 10\), ...: --missing skip" --labels t.csv
    fails 0 "warning: t.csv: 4 of 10 rows are left out, since their images cannot be found: 3 of 6 of class 'A', 1 of 4 of class 'B'" \
        split -q --test 0 --val 0 --labels t.csv --missing skip set -o m.tsv
    [ "$(classes m.tsv)" = '3 A, 3 B' ]
    split -q --test 0 --val 0 --labels t.csv --missing skip --rejects r.tsv set -o m.tsv
    [ "$(head -n 1 r.tsv)" = '#hilum-rejects 1' ]
    diff - <(grep -v '^#' r.tsv) <<'END'
path	label	subset	reason
7.png	A	-	not there (line 8 of the table)
8.png	A	-	not there (line 9 of the table)
9.png	A	-	not there (line 10 of the table)
10.png	B	-	not there (line 11 of the table)
END
    table image,label,subset 1.png,A,train 2.png,A,test 4.png,B,train 5.png,B,test 8.png,A,test
    split -q --subsets folders --val 0 --labels t.csv --missing skip --rejects r.tsv set -o m.tsv
    grep -qx '8.png	A	test	not there (line 6 of the table)' r.tsv
    fails 2 'rejects: expected --missing skip with it' split --labels t.csv --rejects r.tsv set
    fails 2 "rejects: expected the name of a file, found '-'" split --labels t.csv --missing skip --rejects - set
    rm -f m2.tsv
    fails 1 'No such file or directory' split -q --labels t.csv --missing skip --rejects none/r.tsv -o m2.tsv set
    [ ! -e m2.tsv ]
    table image,label 11.png,A 12.png,B
    fails 1 't.csv: no row is left' split -q --labels t.csv --missing skip set
}

@test "labels: rows chosen by columns" {
    image {1..6}.png
    table 'image,label,View Position,sex' 1.png,A,PA,F 2.png,B,AP,F 3.png,A,LL,F 4.png,B,PA,M '5.png,A, AP ,F' 6.png,B,PA,F
    chosen() {
        split -q --test 0 --val 0 --labels t.csv --columns 'view=View Position' --select "$1" set >m.tsv
        samples m.tsv | cut -f 1 | tr '\n' ' '
    }
    [ "$(chosen 'view=PA, AP')" = '1.png 2.png 4.png 5.png 6.png ' ]
    [ "$(chosen 'view=PA,AP;sex=F')" = '1.png 2.png 5.png 6.png ' ]
    [ "$(chosen 'View Position=PA')" = '1.png 4.png 6.png ' ]
    refused "t.csv: expected rows that --select 'View Position=LL;sex=M' selects, found none" --labels t.csv --select 'View Position=LL;sex=M'
    # A value that no row has
    refused "t.csv: --select: expected values of the column 'sex', found 'f': it has 'F', 'M'$" --labels t.csv --select sex=f
    refused "t.csv: --select: expected values of the column 'View Position', found 'XX': it has 'AP', 'LL', 'PA'$" --labels t.csv \
        --columns 'view=View Position' --select 'sex=F;view=PA,XX'
    refused "t.csv: --select: .* found '': it has 'F', 'M'$" --labels t.csv --select sex=F,
    refused "t.csv: line 1: expected a column 'age', found 'image', 'label', 'View Position', 'sex'" --labels t.csv --select age=1
    refused "t.csv: line 1: expected a column 'x, y', found" --labels t.csv --columns 'view=x, y'
}

@test "labels: a value in two spellings is not half selected" {
    image {1..4}.png
    table image,label,view 1.png,A,PA 2.png,B,pa 3.png,B,PA 4.png,A,AP
    refused "t.csv: --select: values of the column 'view' differ in case, blanks or Unicode form only: expected one spelling, or both in --select, found 'PA' and 'pa'" \
        --labels t.csv --select view=PA
    split -q --test 0 --val 0 --labels t.csv --select view=PA,pa set >m.tsv
    [ "$(samples m.tsv | wc -l)" -eq 3 ]
}

@test "labels: 1,0 is a number where the comma is the decimal mark" {
    image {1..4}.png
    table 'image;Pneumonia' '1.png;1,0' '2.png;0,00' '3.png;-1,0' '4.png;'
    split -q --test 0 --val 0 --labels t.csv --columns label=Pneumonia --uncertain drop --blank zero set >m.tsv
    [ "$(samples m.tsv | cut -f 1,2 | tr '\t\n' ':/')" = '1.png:Pneumonia/2.png:(no Pneumonia)/4.png:(no Pneumonia)/' ]
    refused 't.csv: line 4: uncertain label, -1' --labels t.csv --columns label=Pneumonia --positive 1
    # Of codes, it separates two of them.
    table 'image;label' '1.png;1,0' '2.png;2' '3.png;0,2'
    split -q --test 0 --val 0 --labels t.csv --positive 2 set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = '(no 2)/2/2/' ]
}

@test "labels: quotes around a label are no part of it" {
    image {1..3}.png
    table image,label "1.png,'Pneumonia'" 2.png,Pneumonia 3.png,Normal
    split -q --test 0 --val 0 --labels t.csv set >m.tsv
    [ "$(samples m.tsv | cut -f 2 | tr '\n' /)" = Pneumonia/Pneumonia/Normal/ ]
}

@test "labels: columns that nothing names may have one name" {
    image {1..2}.png
    table image,label,note,note 1.png,A,x,y 2.png,B,x,y
    split -q --test 0 --val 0 --labels t.csv set >m.tsv
    refused "t.csv: line 1: column 'note' appears twice" --labels t.csv --columns note=note
    refused "t.csv: line 1: column 'note' appears twice" --labels t.csv --select note=x
    table image,label,label 1.png,A,B 2.png,B,A
    refused "t.csv: line 1: column 'label' appears twice" --labels t.csv
    table 'image|label' '1.png|A'
    refused "t.csv: line 1: expected a header .*, found no 'image' among 'image.label': --columns" --labels t.csv
}

@test "labels: labels that contain the positive one are named" {
    image {1..5}.png
    table image,label '1.png,atypical pneumonia' '2.png,"Pneumonia?|Edema"' 3.png,Pneumonia 4.png,Edema 5.png,Normal
    split --test 0 --val 0 --labels t.csv --positive Pneumonia set >m.tsv 2>err
    grep -qF "split: t.csv: labels that contain the positive one are others, and count as negative: 'atypical pneumonia' (line 2), 'Pneumonia?' (line 3); --positive takes several, with | between them" err
    split --test 0 --val 0 --labels t.csv --positive 'Pneumonia|atypical pneumonia|Pneumonia?' set 2>err >m.tsv
    run ! grep -q 'contain the positive' err
}

@test "labels: a path in another case is not that of the file, and the message names it" {
    image Images/A.png $'Ne\314\201/b.png' c.png
    table image,label images/a.png,A c.png,B
    refused "t.csv: line 2: 'images/a.png' cannot be found in set \('Images/A.png' is there, which differs in case, blanks, leading zeros or Unicode form only\): --missing" --labels t.csv
    table image,label /data/set/images/A.png,A $'N\303\251/b.png,B'
    refused "t.csv: expected the images of 2 rows in set, and 2 cannot be found: .* \(line 3\) \('Images/A.png' is there" --labels t.csv
    table image,label d.png,A c.png,B
    refused "t.csv: line 2: 'd.png' cannot be found in set: --missing" --labels t.csv
}

@test "labels: wrong usage" {
    table image,label
    fails 2 '^split: --columns: expected NAME=COLUMN, found .image.' split --labels t.csv --columns image set
    fails 2 '^split: --columns: expected each name once, found .image. twice' split --labels t.csv --columns image=a,image=b set
    fails 2 '^split: --select: expected NAME=VALUE, found ' split --labels t.csv --select 'a=b;c' set
    fails 2 '^split: --rows is for tables: expected --labels, too' split --rows any set
    fails 2 '^split: --positive is for tables' split --positive A set
}

@test "labels: the 112,120 rows of NIH ChestX-ray14 take less than 10 s of processor time" {
    (
        cd set
        for i in 001 002 003 004; do mkdir -p "images_$i/images"; done
        seq -f '%08.0f' 28030 | sed 's|.*|images_001/images/&_000.png images_002/images/&_001.png images_003/images/&_002.png images_004/images/&_003.png|' |
            xargs touch
    )
    {
        echo 'Image Index,Finding Labels,Patient ID'
        seq -f '%08.0f' 28030 | awk '{ for (i = 0; i < 4; i++)
            print $1 "_00" i ".png," (NR % 5 ? "No Finding" : i % 2 ? "Infiltration|Pneumonia" : "Mass") "," NR }'
    } >t.csv
    TIMEFORMAT='%U %S'
    { time split -q --duplicates apart --labels t.csv --columns 'image=Image Index,label=Finding Labels,patient=Patient ID' \
        --positive Pneumonia set >m.tsv; } 2>times
    [ "$(samples m.tsv | wc -l)" -eq 112120 ]
    awk '{ exit !($1 + $2 < 10) }' times
}

@test "labels: 30,000 files of one base name take less than 5 s of processor time" {
    (
        cd set
        seq -f 'p%05.0f' 30000 | xargs mkdir -p
        seq -f 'p%05.0f/view1_frontal.jpg' 30000 | xargs touch
    )
    {
        echo 'Path,label'
        seq -f 'CheXpert/train/p%05.0f/view1_frontal.jpg,' 30000 | awk '{ print $0 NR % 2 }'
    } >t.csv
    TIMEFORMAT='%U %S'
    { time split -q --duplicates apart --columns image=Path --labels t.csv --patient-regex 'p[0-9]+' set >m.tsv; } 2>times
    [ "$(samples m.tsv | wc -l)" -eq 30000 ]
    samples m.tsv | grep -q "$(printf '^p00007/view1_frontal.jpg\t1\tp00007\t')"
    awk '{ exit !($1 + $2 < 5) }' times
    # The file that a name without folders means is not there, or is one of several.
    table image,label view2_frontal.jpg,1 view1_frontal.jpg,0
    refused "t.csv: line 3: 'view1_frontal.jpg' fits several images: expected one, found 'p.*' and 'p.*'" --labels t.csv
}
