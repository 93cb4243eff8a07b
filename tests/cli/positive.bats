#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Which class is positive: chosen by name or by --positive, recorded, and never the one that happens to sort last.

load helpers
bats_require_minimum_version 1.5.0

# features_of FILE CLASS CLASS...: features of phantoms in folders of these classes. The images of the last class are
# those of PNEUMONIA, the others are divided between the rest.
features_of() {
    local file=$1 last=${*: -1} k=0 image
    shift
    local classes=("${@:1:$#-1}")
    rm -rf set
    mkdir set
    mv phantoms/PNEUMONIA "set/$last"
    for image in phantoms/NORMAL/*; do
        mkdir -p "set/${classes[k % ${#classes[@]}]}"
        mv "$image" "set/${classes[k % ${#classes[@]}]}"
        k=$((k + 1))
    done
    split -q --test 0.4 --val 0.3 set >m.tsv
    preprocess -q --size 32 -o images m.tsv
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o "$file" images
}

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    for set in 'covid:Normal:COVID' 'letters:A:B' 'zeta:no finding:Zeta' 'three:A:Normal:B'; do
        IFS=: read -ra words <<<"$set"
        phantom -q -n 40 --min-size 40 --max-size 40 phantoms
        features_of "${words[@]}"
        rm -rf phantoms
    done
    train-head -q -j 1 -e 2 -n 4 -o head covid
    train-head -q -j 1 -e 2 -n 4 --positive B -o head-of-three three
}

setup() {
    cd "$BATS_TEST_TMPDIR"
    for f in covid letters zeta three head head-of-three; do
        ln -s "$BATS_FILE_TMPDIR/$f" .
    done
}

# recorded HEAD: its positive class
recorded() { quickcheck "$1" | sed -n 's/^ *hilum.positive: *//p'; }

# without_record HEAD: the head as hilum 0.1.0 wrote it
without_record() {
    zstd -dqc <"$1" | perl -0777 -pe 's/"hilum.positive":"[^"]*",/" " x length($&)/e' >plain
    zstd -q --stream-size="$(stat -c %s plain)" -o without <plain
}

@test "positive: of COVID and Normal it is COVID, in all tools" {
    [ "$(recorded head)" = COVID ]
    evaluate -q -c cal -p p.tsv -o m.json head covid
    [ "$(jq -r .positive m.json)" = COVID ]
    jq -e '.classes == ["COVID", "Normal"] and .binary.sensitivity == .per_class.COVID.recall and
        .binary.specificity == .per_class.Normal.recall and .auroc == .binary.auroc' m.json
    grep -qx $'#positive\tCOVID' p.tsv
    # The operating points are thresholds on the probability of COVID.
    jq -e '.operating_points | length == 4' m.json
    predict -q -j 1 -f covid -c cal --operating sensitivity-90 --page page.html head >list.tsv
    grep -qx $'#positive\tCOVID' list.tsv
    [ "$(grep -v '^#' list.tsv | sed -n 2p | cut -f 3)" = "$(evaluate -q --subset all -p all.tsv -o /dev/null head covid 2>/dev/null
        grep -v '^#' all.tsv | tail -n +2 | cut -f 6 | sort -g | tail -n 1)" ]
    grep -q 'p(COVID)' page.html
    compare -q -n a,b --resamples 20 --json c.json p.tsv p.tsv >c.tsv
    grep -qx $'#positive\tCOVID' c.tsv
    [ "$(jq .models[0].metrics.auroc.value c.json)" = "$(jq .auroc m.json)" ]
    evaluate -q --pooled -o pooled.json p.tsv 2>/dev/null
    [ "$(jq -r .positive pooled.json)" = COVID ]
    audit -q "$BATS_FILE_TMPDIR/m.tsv" --root "$BATS_FILE_TMPDIR/set" >/dev/null
}

@test "positive: every headline of the report names it" {
    evaluate -q -p p.tsv -o m.json head covid
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    for line in '^| Sensitivity for COVID |' '^| Specificity for COVID |' '^| AUROC for COVID |' 'AUROC [0-9.]* for COVID\.' \
        '^## Metrics for COVID with confidence intervals' 'The positive class is COVID' '^## Choice of threshold for COVID' \
        '^## Sensitivity and specificity for COVID' '^## Calibration for COVID' '^## Triage for COVID' \
        '| AUROC for COVID |.*Log loss'; do
        grep -q -- "$line" r.md || { echo "no line $line"; false; }
    done
    run ! grep -q 'for Normal' r.md
    mkdir a b
    cp p.tsv a/predictions.tsv
    cp m.json a/metrics.json
    cp a/* b
    report --compare -o c.html --markdown c.md a b
    grep -q '| AUROC for COVID |' c.md
    grep -q 'curves for COVID' c.md
    # predictions of another positive class
    sed 's/^#positive\tCOVID/#positive\tNormal/' p.tsv | with_checksum >other.tsv
    fails 1 "positive classes differ: 'Normal' in other.tsv, 'COVID' in m.json" report --metrics m.json --predictions other.tsv
}

@test "positive: where the names of two classes do not decide, the option does" {
    wanted="letters: the names of its classes do not say which one is positive: expected --positive 'A' or --positive 'B'"
    fails 1 "^train-head: $wanted" train-head -q -o h letters
    [ ! -e h ]
    for class in A B; do
        train-head -q -j 1 -e 1 -n 4 --positive $class -o "head-$class" letters
        [ "$(recorded head-$class)" = $class ]
        evaluate -q -p $class.tsv -o m.json head-$class letters 2>/dev/null
        [ "$(jq -r .positive m.json)" = $class ]
    done
    fails 1 "^train-head: --positive: expected a class of letters, found 'C'; its classes are 'A', 'B'$" \
        train-head -q --positive C -o h letters
    fails 1 "found 'é'; its classes are 'A', 'B' .compared by their bytes: an accented letter may be one character or two" \
        train-head -q --positive é -o h letters
    # Heads and data that disagree
    fails 1 "^evaluate: --positive: expected 'A', the positive class that head-A records, found 'B'" \
        evaluate -q --positive B -o n.json head-A letters
    [ ! -e n.json ]
    fails 1 "^compare: positive classes differ: 'A' in A.tsv, 'B' in B.tsv" compare -q -n a,b A.tsv B.tsv
    cp A.tsv C.tsv
    fails 1 "^evaluate: positive classes differ: 'A' in A.tsv, 'B' in B.tsv" evaluate -q --pooled -o n.json A.tsv B.tsv
    fails 1 'classes differ' evaluate -q -o n.json head-A covid
    # What 0.1.0 wrote
    without_record head-B
    [ -z "$(recorded without)" ]
    fails 1 "^evaluate: ${wanted/letters/without}" evaluate -q -o n.json without letters
    fails 1 "^predict: ${wanted/letters/without}" predict -q -j 1 -f letters without
    evaluate -q --positive A -c cal -o n.json without letters 2>/dev/null
    [ "$(jq -r .positive n.json)" = A ]
}

@test "positive: a head of 0.1.0 gets the class by its name, which is said" {
    without_record head
    run --separate-stderr evaluate -o m.json without covid
    [ "$status" -eq 0 ]
    [[ $stderr == *'without records no positive class; by the names of its classes: COVID'* ]]
    [ "$(jq -r .positive m.json)" = COVID ]
    run --separate-stderr predict -j 1 -f covid without
    [[ $stderr == *'without records no positive class; ranking by COVID'* ]]
}

@test "positive: no finding and Zeta" {
    train-head -q -j 1 -e 1 -n 4 -o h zeta
    [ "$(recorded h)" = Zeta ]
    train-head -q -j 1 -e 1 -n 4 --positive 'no finding' -o h zeta
    [ "$(recorded h)" = 'no finding' ]
}

@test "positive: one of three classes, or none" {
    train-head -q -j 1 -e 1 -n 4 -o h three
    [ -z "$(recorded h)" ]
    evaluate -c cal -p p.tsv -o m.json h three 2>log
    grep -q -- '3 classes and no positive one: .* --positive CLASS names one' log
    jq -e '.positive == null and .binary == null' m.json
    fails 1 "^predict: h: has 3 classes: expected --positive CLASS" predict -q -j 1 -f three -c cal h
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -q '^| Mean AUROC |' r.md
    # Against the rest
    [ "$(recorded head-of-three)" = B ]
    evaluate -q -c cal -p p.tsv -o m.json head-of-three three 2>/dev/null
    jq -e '.positive == "B" and .binary.sensitivity == .per_class.B.recall and (.operating_points | length) == 4 and
        (.intervals.metrics | has("accuracy") | not)' m.json
    # Classes are A, B, Normal; of the rest, what is not predicted as B is right.
    jq -e '.confusion_matrix as [$a, $b, $n] | .classes == ["A", "B", "Normal"] and
        (.binary.specificity - ($a[0] + $a[2] + $n[0] + $n[2]) / (($a + $n) | add) | fabs) < 1e-12' m.json
    predict -q -j 1 -f three -c cal --operating sensitivity-90 head-of-three >list.tsv
    grep -qx $'#positive\tB' list.tsv
    compare -q -n a,b --resamples 20 --json c.json p.tsv p.tsv >/dev/null
    [ "$(jq .models[0].metrics.auroc.value c.json)" = "$(jq .binary.auroc m.json)" ]
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -q '^| Specificity for B |' r.md
    grep -q '^## Sensitivity and specificity for B' r.md
}

@test "positive: make stops before the images are read, and names the command" {
    phantom -q -n 40 --min-size 40 --max-size 40 data
    mv data/NORMAL data/A
    mv data/PNEUMONIA data/B
    rm data/PHANTOM.json
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    hilum() {
        make -s --no-print-directory -f "$ROOT/Makefile" -C "$ROOT" DATA="$PWD/data" RESULTS="$PWD/results" \
            RUN=run MODEL=mobilenetv2 WEIGHTS=seeded:1 SIZE=32 EPOCHS=1 NEURONS=4 RESAMPLES=20 EXPLAIN=0 QUIET=-q "$@"
    }
    run hilum all
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *"make: the names of the classes do not say which one is positive: expected POSITIVE='A' or POSITIVE='B'"* ]]
    [ ! -e results/run/images.safetensors.zst ]
    run hilum all POSITIVE=C
    [ "$status" -ne 0 ]
    [[ $output == *"audit: --positive: expected a class of "*", found 'C'; its classes are 'A', 'B'"* ]]
    hilum all POSITIVE=A ALLOW_LEAK=1
    [ "$(jq -r .positive results/run/metrics.json)" = A ]
    # Another one needs no new features.
    before=$(stat -c %y results/run/features.safetensors.zst)
    hilum all POSITIVE=B ALLOW_LEAK=1
    [ "$(jq -r .positive results/run/metrics.json)" = B ]
    [ "$(stat -c %y results/run/features.safetensors.zst)" = "$before" ]
    hilum triage POSITIVE=A IMAGES="$PWD/data/A" TRIAGE="$PWD/triage"
    grep -qx $'#positive\tA' triage/worklist.tsv
}

@test "positive: with more than two classes and none, make stops for BY before the images are read" {
    phantom -q -n 40 --min-size 40 --max-size 40 data
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES
    find data -name '*.png' | sort | awk -F / '
        { print $2 "/" $3 "," ($3 ~ /virus/ ? "virus" : $2) "," NR "," (NR % 2 ? "Lund" : "Malmo") }' |
        sed '1i image,label,patient,site' >t.csv
    hilum() {
        make -s --no-print-directory -f "$ROOT/Makefile" -C "$ROOT" "$1" DATA="$PWD/data" RESULTS="$PWD/results" RUN=run \
            LABELS="$PWD/t.csv" COLUMNS='site=site' BY=site TEST=0.4 SIZE=32 QUIET=-q ALLOW_LEAK=1 "${@:2}"
    }
    images=$PWD/results/run/images.safetensors.zst
    fails 2 '^make: BY=site: expected a positive class, found none: POSITIVE=CLASS names one of the classes$' hilum "$images"
    fails 2 "^make: BY=site,sex: there is no column 'sex': COLUMNS carries site$" hilum "$images" POSITIVE=virus BY=site,sex
    fails 2 "^make: BY=site:60:18: expected ascending numbers, as site:18:40:60, found '60:18'$" \
        hilum "$images" POSITIVE=virus BY=site:60:18
    [ ! -e "$images" ]
    hilum "$images" POSITIVE=virus
    [ -e "$images" ]
}

@test "positive: the label of a table is the class" {
    mkdir set
    for i in 1 2 3 4 5 6 7 8; do echo $i >set/$i.png; done
    labels() { printf '%s\n' image,"$1" "${@:2}" >t.csv; }
    classes() {
        split -q --test 0 --val 0 --labels t.csv "$@" set | grep -v '^#' | tail -n +2 | cut -f 2 | sort -u | paste -sd /
    }
    labels label '1.png,Mass|Pneumonia' 2.png,Mass
    [ "$(classes --positive Pneumonia)" = '(no Pneumonia)/Pneumonia' ]
    # Where each cell has one of two labels, both keep their names.
    labels label 1.png,COVID 2.png,Normal
    [ "$(classes --positive COVID)" = COVID/Normal ]
    labels label 1.png,COVID 2.png,Normal 3.png,Viral
    [ "$(classes --positive COVID)" = '(no COVID)/COVID' ]
    labels Target 1.png,1 2.png,0
    [ "$(classes --columns label=Target)" = '(no Target)/Target' ]
    [ "$(classes --columns label=Target --positive Target)" = '(no Target)/Target' ]
    [ "$(classes --columns label=Target --positive 1)" = 0/1 ]
}
