#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# split --classes: classes that are made of labels, in folders and in tables.

load helpers
load split_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
    mkdir set
}

# made CLASSES OPTION...: "LABEL/LABEL/..." of the manifest, sorted by path
made() {
    local classes=$1
    shift
    split -q --test 0 --val 0 --classes "$classes" "$@" set >m.tsv
    grep -v '^#' m.tsv | tail -n +2 | cut -f 2 | tr '\n' /
}

# refused_with PATTERN CLASSES OPTION...: refused, with --classes
refused_with() { refused "$1" --classes "${@:2}"; }

@test "classes: folders are merged, renamed and left out" {
    image {bacteria,normal,other,virus}/{1,2}.png
    [ "$(made 'PNEUMONIA=bacteria|virus;normal')" = PNEUMONIA/PNEUMONIA/normal/normal/PNEUMONIA/PNEUMONIA/ ]
    grep -qF -- "--classes 'PNEUMONIA=bacteria|virus;normal'" m.tsv
    fails 0 '^split: set: images of labels that are in no class \(--classes\), left out: 2 of 8' \
        split --test 0 --val 0 --classes 'PNEUMONIA = bacteria | virus ; normal' set -o m.tsv
    [ "$(made 'A=normal;B=other')" = A/A/B/B/ ]
    refused_with "set: --classes: expected labels of the data set, found 'viral': it has 'bacteria', 'normal', 'other', 'virus'" \
        'PNEUMONIA=bacteria|viral;normal'
    # In subset folders, too; and names that differ in case may be one class, if that is said.
    rm -r set
    image {train,test}/{Normal,sick}/{1,2,3}.png test/NORMAL/{1,2}.png
    fails 1 'give each class one name, or merge them with --classes$' split -q set
    [ "$(made 'healthy=Normal|NORMAL;sick' | tr / '\n' | sort | uniq -c | tr -s ' \n' ' ')" = ' 8 healthy 6 sick ' ]
    refused_with "set: expected class names that differ in more than case" 'Normal;normal=NORMAL;sick'
}

@test "classes: blanks around a label" {
    image {normal,sick}/{1,2}.png 'normal /3.png'
    refused_with "set: --classes: expected labels" 'well=Normal;sick'
    [ "$(made 'well=normal;sick')" = well/well/well/sick/sick/ ]
    table image,label normal/1.png,sick normal/2.png,Sick 'sick/1.png,"sick "' sick/2.png,well
    refused "t.csv: labels differ .*, found 'Sick' .line 3., 'sick' .line 2., 'sick ' .line 4." --labels t.csv
    [ "$(made 'ill=sick|Sick;well' --labels t.csv)" = ill/ill/ill/well/ ]
}

@test "classes: labels of a table, and several in a cell" {
    image {1..6}.png
    table image,label '1.png,Mass|Pneumonia' '2.png,No Finding' 3.png,Effusion '4.png,"Opacity, left"' '5.png,Mass' 6.png,Pneumonia
    [ "$(made 'sick=Pneumonia;No Finding' --labels t.csv)" = 'sick/No Finding/sick/' ]
    fails 0 '^split: t.csv: 3 of 6 rows have labels that are in no class \(--classes\) and are left out' \
        split --test 0 --val 0 --labels t.csv --classes 'sick=Pneumonia;No Finding' set -o m.tsv
    [ "$(made 'sick=Mass|Pneumonia|Opacity, left;No Finding' --labels t.csv)" = 'sick/No Finding/sick/sick/sick/' ]
    refused_with "t.csv: line 2: expected labels of one class, found 'Mass.Pneumonia' of 'Mass' and 'Pneumonia'" \
        'Mass;Pneumonia' --labels t.csv
    refused_with "t.csv: --classes: expected labels of the data set, found 'pneumonia': it has 'Effusion', 'left', 'Mass', 'No Finding', " \
        'pneumonia;Mass' --labels t.csv
    # Two spellings of a label are an error unless both are in some class.
    table image,label 1.png,Sick 2.png,sick 3.png,well
    refused_with 't.csv: labels differ in case, blanks or Unicode form only' 'sick;well' --labels t.csv
    [ "$(made 'ill=sick|Sick;well' --labels t.csv)" = ill/ill/well/ ]
}

@test "classes: of a column of 1 and 0, of a positive label, and with the other rules" {
    image {1..6}.png
    table image,Target 1.png,1 2.png,0 3.png,-1 4.png, 5.png,1 5.png,0
    how=(--labels t.csv --columns label=Target --uncertain drop --blank zero --rows any)
    [ "$(made 'opacity=Target;normal=(no Target)' "${how[@]}")" = opacity/normal/normal/opacity/ ]
    refused_with "t.csv: --classes: .* found 'target': it has '.no Target.', 'Target'" 'opacity=target;normal=(no Target)' "${how[@]}"
    table image,label 1.png,A 2.png,B 3.png, 4.png,C
    how=(--labels t.csv --blank one --positive y)
    [ "$(made 'x=B|C;y=A' "${how[@]}")" = y/x/y/x/ ]
    refused_with "--positive: expected a class of --classes, found 'A'" 'x=B|C;y=A' --labels t.csv --blank one --positive A
    [ "$(made 'x=A;y=B' --labels t.csv --blank drop)" = x/y/ ]
    refused_with 't.csv: line 4: empty label, and --blank has no class for it' 'x=A;y=B' --labels t.csv --blank one
    # What is in no class does not make an image of several rows ambiguous.
    table image,label 1.png,A 1.png,C 2.png,B
    [ "$(made 'A;B' --labels t.csv)" = A/B/ ]
    # A class that loses all its images is an error.
    table image,label 1.png,A 2.png,B 9.png,B
    rm set/2.png
    fails 1 't.csv: expected at least two classes, found one' split --classes 'A;B' --labels t.csv --missing skip set
}

@test "classes: wrong usage" {
    image a/1.png b/1.png
    fails 2 "^split: --classes: expected at least two classes with ; between them, found 'a'" split --classes a set
    fails 2 "^split: --classes: label 'a' is in two classes, 'x' and 'y'" split --classes 'x=a;y=b|a' set
    fails 2 "^split: --classes: label 'a' appears twice" split --classes 'x=a|a;y' set
    fails 2 "^split: --classes: class 'x' appears twice" split --classes 'x=a;x=b' set
    for classes in '' ';' 'a;' 'a=;b' '=a;b' 'a=b|;c'; do
        fails 2 '^split: --classes: expected CLASS or CLASS=LABEL' split --classes "$classes" set
    done
}

@test "classes: through make" {
    phantom -q -n 8 --min-size 64 --max-size 80 set
    mkdir set/third && cp set/NORMAL/IM-0001-0001.png set/third/IM-0900-0001.png && rm set/PHANTOM.json
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    make -s -C "$ROOT" install PREFIX="$PWD/prefix" >/dev/null
    make -sf prefix/share/hilum/Makefile run/manifest.tsv RESULTS=. RUN=run DATA=set WEIGHTS=seeded:1 TEST=0 VAL=0 \
        CLASSES='healthy (0)=NORMAL;sick=PNEUMONIA'
    [ "$(grep -v '^#' run/manifest.tsv | tail -n +2 | cut -f 2 | sort -u | tr '\n' /)" = 'healthy (0)/sick/' ]
    find set -name '*.png' | sort | sed 's|^set/\(.*\)/\(.*\)|\1/\2,\1|; 1i image,label' >t.csv
    echo gone.png,third >>t.csv
    make -sf prefix/share/hilum/Makefile run/missing.tsv RESULTS=. RUN=run DATA=set WEIGHTS=seeded:1 TEST=0 VAL=0 LABELS=t.csv MISSING=skip
    grep -q '^gone.png	third	-	not there' run/missing.tsv
    sed -i '$d' t.csv
    make -sf prefix/share/hilum/Makefile run/manifest.tsv RESULTS=. RUN=run DATA=set WEIGHTS=seeded:1 TEST=0 VAL=0 LABELS=t.csv
    [ ! -e run/missing.tsv ]
}

# The section Labels of a report on m.tsv, without the lines of the tables. The metrics are of another manifest, with the
# provenance of this one.
section_of_report() {
    jq --argjson split "$(sed -n 's/^#provenance\t//p' m.tsv | sed 's/\\\\/\\/g')" \
        'del(.sha256) | .provenance = $split + .provenance[1:]' "$DATA/report/metrics.json" >m.json
    report -q --metrics m.json --manifest m.tsv --markdown r.md -o r.html 2>/dev/null
    sed -n '/^## Labels$/,/^## /p' r.md | grep -v '^## ' | tr -s ' -' | grep -v '^|[-|: ]*$'
}

@test "classes: the report shows the rules and what each left out" {
    image {1..6}.png
    table image,label,view 1.png,1,PA 1.png,0,PA 2.png,0,PA 3.png,-1,PA 4.png,,PA 5.png,1,LL 9.png,0,PA
    split -q --test 0 --val 0 --labels t.csv --columns view=view --select view=PA --uncertain drop --blank drop --rows any \
        --missing skip --classes 'sick=1;well=0' set >m.tsv
    grep -q "^#listing	{\"source\":\"table\",\"listed\":7,\"cells\":\"findings\",\"select\":1,\"blank\":1,\"uncertain\":1,\"missing\":1,\"repeated\":1,\"missing_of\":\[\[\"sick\",0,1\],\[\"well\",1,3\]\]}\$" m.tsv
    section_of_report >found
    diff - found <<'END'

Images and labels are from a table of 7 rows.

*Rules, and what they left out.*

| Rule | Setting | Rows left out |
| Columns | view=view | – |
| Chosen rows | view=PA | 1 |
| Positive cells | 1, in a column of 1 and 0 | – |
| Uncertain cells (-1) | left out | 1 |
| Blank cells | left out | 1 |
| Classes and their labels | sick=1;well=0 | 0 |
| Rows whose image is not there | left out | 1 |
| Several rows of an image | positive if any of them is | 1 |

*Rows whose image is not there / rows, by class.*

| Class | Left out |
| sick | 0 / 1 |
| well | 1 / 3 |

END
    # What is not known to the manifest is not shown: knobs say nothing about it.
    sed -i '/^#listing/d; /^#sha256/d' m.tsv
    [ -z "$(section_of_report)" ]
    table image,label '1.png,a|b' 2.png,c 3.png,c
    split -q --test 0 --val 0 --labels t.csv --classes 'x=a|b;c' set >m.tsv
    section_of_report | grep -qF '| Several labels in a cell | those in a class count, and are of one class | – |'
    section_of_report | grep -qF '| Classes and their labels | x=a\|b;c | 0 |'
    split -q --test 0 --val 0 --labels t.csv --positive a set >m.tsv
    section_of_report | grep -qF '| Positive cells | those with the label a, alone or among others | – |'
    section_of_report | grep -qF '| Several labels in a cell | positive if one of them is | – |'
}

@test "classes: the report warns where rows of one class have no image" {
    image {1..20}.png
    table image,label {1..10}.png,a {11..20}.png,b {21..30}.png,b
    split -q --test 0 --val 0 --labels t.csv --missing skip set >m.tsv
    section_of_report >/dev/null
    grep -qF 'What was left out differs between the classes: 10 of 20 rows of b (50.0' r.md
    grep -qF 'but 0 of 10 of a (0.0' r.md
    table image,label {1..10}.png,a {21..30}.png,a {11..20}.png,b {31..40}.png,b
    split -q --test 0 --val 0 --labels t.csv --missing skip set >m.tsv
    section_of_report >/dev/null
    run ! grep -q 'differs between the classes' r.md
}

@test "classes: the report lists the images that are not there" {
    image {1..6}.png
    table image,label,subset {1..3}.png,a,train {4..6}.png,b,train {10..64}.png,a,train 70.png,a,test 71.png,b,test
    split -q --test 0 --val 0 --labels t.csv --missing skip --rejects r.tsv set >m.tsv
    section_of_report >/dev/null
    run ! grep -q '^## Images that are not there' r.md
    report -q --metrics m.json --manifest m.tsv --missing r.tsv --markdown r.md -o r.html
    sed -n '/^## Images that are not there/,/^## Data split/p' r.md | tr -s ' -' >found
    grep -qx '| a | 55 | 0 | 1 |' found
    grep -qx '| b | 0 | 0 | 1 |' found
    grep -q '50 of 57 images that are not there' found
    [ "$(grep -c 'not there (line' found)" = 50 ]
    grep -qx '| 10.png | a | not there (line 8 of the table) |' found
    sed 's/"tool":"split","version":"/&9/' r.tsv | sed '/^#sha256/d' | with_checksum >other.tsv
    fails 1 'other.tsv is from another run than' report -q --metrics m.json --manifest m.tsv --missing other.tsv -o r.html
}

# What the model card states about an item of CLAIM.
item() {
    sed -n "/^[*][*]CLAIM/,/^[*][*]TRIPOD/s/^| $1 |.* | \(.*\) |$/\1/p" r.md
}

@test "classes: the model card follows the rules of a table and what they left out" {
    image {1..6}.png
    table image,label,view 1.png,1,PA 1.png,0,PA 2.png,0,PA 3.png,-1,PA 4.png,,PA 5.png,1,LL 9.png,0,PA
    split -q --test 0 --val 0 --labels t.csv --columns view=view --select view=PA --uncertain drop --blank drop --rows any \
        --missing skip --classes 'sick=1;well=0' set >m.tsv
    section_of_report >/dev/null
    [[ $(item 7) == 'Images that a table lists (digest of the table: sha256:'* ]]
    [ "$(item 8)" = 'Only rows with view=PA, only images of the classes sick=1;well=0, without uncertain labels.' ]
    [[ $(item 12) == 'Rows whose image is not there are left out: 1 of 7. Rows with a blank label are left out: 1 of 7. '* ]]
    [ "$(item 14)" = 'The labels come from a table; classes are made of them: section Labels.' ]
    [[ $(item 35) == '7 rows of a table were listed; left out: 1 not selected, 1 with a blank label, 1 with an uncertain label, 1 whose image is not there, 1 of an image that another row names. 2 images were divided into subsets and used; '* ]]
    run ! grep -Eq 'names of the folders|A folder of|None are missing' r.md
    split -q --test 0 --val 0 --labels t.csv --blank zero --uncertain one --rows any --missing skip set >m.tsv
    section_of_report >/dev/null
    [ "$(item 8)" = – ]
    [[ $(item 12) == *' Blank labels count as negative: 1 of 7 rows. Uncertain labels count as positive: 1 of 7 rows. '* ]]
    sed '/9.png/d; /4.png/d' t.csv >u.csv
    split -q --test 0 --val 0 --labels u.csv --uncertain drop --rows any set >m.tsv
    section_of_report >/dev/null
    [[ $(item 12) == 'No image of the table is missing: that ends the run. No label is blank: that ends the run. '* ]]
}

@test "classes: cells that count as negative or positive are counted, and the report shows how many" {
    image {1..6}.png
    table image,label 1.png,1 2.png,0 3.png,-1 4.png, 5.png,-1 6.png,
    split --test 0 --val 0 --labels t.csv --uncertain one --blank zero set >m.tsv 2>err
    grep -q "t.csv: 2 of 6 rows have an uncertain label and count as '1'" err
    grep -q "t.csv: 2 of 6 rows have an empty label and count as '0'" err
    grep -q '^#listing	{"source":"table","listed":6,"cells":"findings","blank_kept":2,"uncertain_kept":2}$' m.tsv
    section_of_report >found
    grep -qx '| Uncertain cells (-1) | positive, 2 rows | 0 |' found
    grep -qx '| Blank cells | negative, 2 rows | 0 |' found
    # A manifest of an older version has no such numbers.
    sed -i 's/,"blank_kept":2,"uncertain_kept":2//' m.tsv
    renew_checksum m.tsv
    section_of_report >found
    grep -qx '| Blank cells | negative | 0 |' found
}

@test "classes: the report of folders" {
    image a/{1,2}.png b/{1,2}.png c/1.png d/1.png
    split -q --test 0 --val 0 --classes 'a;b' --exclude d set >m.tsv
    section_of_report >found
    diff - found <<'END'

Images and labels are from folders, with 6 images.

*Rules, and what they left out.*

| Rule | Setting | Images left out |
| Excluded files | d | 1 |
| Classes and their labels | a;b | 1 |

END
    [ "$(item 8)" = 'Without the files d, only images of the classes a;b.' ]
    [ "$(item 14)" = 'The labels are the names of the folders; classes are made of them: section Labels.' ]
    [[ $(item 35) == '6 images were listed; left out: 1 excluded by name, 1 in no class. 4 images were divided into subsets and used; '* ]]
    rm -r set/c set/d
    split -q --test 0 --val 0 set >m.tsv
    [ -z "$(section_of_report)" ]
    [ "$(item 14)" = 'The labels are the names of the folders.' ]
}
