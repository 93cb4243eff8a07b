#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# Subgroups by carried columns: evaluate --by, its section in the report, and columns that tell the label in audit. The
# statistics are tested in tests/unit: stats/test_holm.c, evaluate/test_difference.c, audit/test_group_auroc.c.

load helpers
load prediction_helpers
bats_require_minimum_version 1.5.0

setup() {
    cd "$BATS_TEST_TMPDIR"
}

# predictions FILE: from lines "PATIENT LABEL P SEX AGE".
predictions() { write_predictions "$1" sex age; }

# patients SEX POSITIVES FOUND NEGATIVES: one image each; FOUND of the positives are predicted positive, 9 in 10 of the
# negatives negative. Positives are 30 years old, negatives 70.
patients() {
    local i
    for ((i = 0; i < $2; i++)); do
        echo "$1p$i PNEUMONIA $([ "$i" -lt "$3" ] && echo "0.8$i" || echo "0.1$i") $1 30"
    done
    for ((i = 0; i < $4; i++)); do
        echo "$1n$i NORMAL $([ $((i % 10)) -eq 0 ] && echo "0.7$i" || echo "0.2$i") $1 70"
    done
}

# group COLUMN GROUP FILTER: of m.json
group() {
    jq -e --arg c "$1" --arg g "$2" ".subgroups.columns[] | select(.column == \$c) | .groups[] | select(.group == \$g) | $3" m.json
}

@test "subgroups: numbers, intervals and a gap that remains after correction" {
    { patients F 60 57 60; patients M 40 20 40; patients - 3 3 2; } | predictions p.tsv
    evaluate --pooled --by sex -o m.json p.tsv 2>err
    jq -e '.subgroups | .min_patients == 10 and .tests == 3 and (.columns | length == 1) and
        (.columns[0] | .reference == "F" and [.groups[].group] == ["F", "M", "(blank)"])' m.json
    group sex F '.n == 120 and .positives == 60 and .patients == 120 and .positive_patients == 60 and .negative_patients == 60'
    group sex F '(.metrics.sensitivity - 0.95 | fabs) < 1e-9 and (.metrics.specificity - 0.9 | fabs) < 1e-9 and .gaps == null'
    group sex M '(.metrics.sensitivity - 0.5 | fabs) < 1e-9 and .too_small == false and .methods == null'
    # Of 20 found and 20 not: the standard error is 0.079, 1.96 of which are 0.155.
    group sex M '.intervals.sensitivity | (.[0] - 0.345 | fabs) < 0.03 and (.[1] - 0.655 | fabs) < 0.03'
    # sqrt(0.5^2 / 40 + 0.95 0.05 / 60) is 0.084: 0.45 is 5.4 of them.
    group sex M '.gaps.sensitivity | (.difference + 0.45 | fabs) < 1e-9 and .method == "bootstrap" and .significant and
        (.interval[0] + 0.615 | fabs) < 0.03 and (.interval[1] + 0.285 | fabs) < 0.03 and .p < 1e-5 and .p_holm < 1e-4'
    group sex M '.gaps.specificity | (.difference | fabs) < 1e-9 and .p == 1 and .p_holm == 1 and (.significant | not)'
    group sex '(blank)' '.too_small and .n == 5 and .gaps == null and .methods.sensitivity == "Wilson"'
    jq -e '.warnings | map(select(test("^sensitivity for PNEUMONIA differs with sex: 0.500 for .M., 0.950 for .F."))) | length == 1' m.json
    grep -q "^evaluate: warning: sensitivity for PNEUMONIA differs with sex: 0.500 for 'M', 0.950 for 'F' (p = .* after Holm's correction for 3 gaps)" err
    report --metrics m.json --predictions p.tsv -o r.html --markdown r.md
    grep -q '^## Subgroups for PNEUMONIA' r.md
    grep -q '^Of 3 gaps between groups that were tested, 2 are significant at the level 0.05 after Holm.* correction: sensitivity for sex M (0.450 below F), AUROC for sex M (0.450 below F)[.]$' r.md
    grep -q '^| sex: F | 120 | 60 | 120 | 0.950 (0.8.*| reference |' r.md
    # 3 of 205 patients are positive and blank: a resample lacks them with a probability of 0.049, 2 negative ones with 0.135.
    group sex '(blank)' '.resamples_without_a_class | . > 280 and . < 430'
    n=$(group sex '(blank)' .resamples_without_a_class)
    grep -q "^| sex: (blank) | 5 | 3 | 5 | 1.000 (0.439.*1.000, Wilson) .*| too small; $n resamples without a class |" r.md
    grep -q '^| sex: M .* F | Sensitivity | .*-0.450 (-0.6[0-9]* to -0.2[0-9]*) | &lt; 0.001 | &lt; 0.001 |' r.md
    grep -q 'Sensitivity for PNEUMONIA differs with sex' r.html
    grep -q '^| 14 | Fairness | in part | Measured in groups by sex: section Subgroups. |' r.md
    jq '.subgroups.columns[0].groups = 1 | del(.sha256)' m.json >bad.json
    fails 1 "^report: bad.json: 'groups': expected a list" report --metrics bad.json
    jq '.subgroups = [] | del(.sha256)' m.json >bad.json
    fails 1 "^report: bad.json: 'subgroups': expected an object, found something else" report --metrics bad.json
}

@test "subgroups: groups that do not differ, and those with all predictions right" {
    { patients F 30 30 30; patients M 30 30 30; } | predictions p.tsv
    evaluate --pooled --by sex -o m.json p.tsv 2>err
    ! grep -q differs err
    # 1 and 1: no interval of zero width. Wilson's of 30 of 30 begins at 30 / (30 + 3.8415).
    group sex M '.methods.sensitivity == "Wilson" and .intervals.sensitivity[1] == 1 and (.intervals.sensitivity[0] - 0.886487 | fabs) < 1e-6'
    group sex M '.gaps.sensitivity | .difference == 0 and .method == "MOVER" and .p == 1 and (.interval[0] + 0.113513 | fabs) < 1e-6'
    jq -e '[.. | .intervals? // empty | objects | (.metrics? // .) | .[] | arrays | select(length == 2 and . != [null, null] and .[0] >= .[1])] == []' m.json
    report --metrics m.json -o /dev/null --markdown r.md
    grep -q 'none is significant at the level 0.05 after Holm' r.md
    # The images of one patient are one patient.
    { patients F 30 30 30; patients M 30 20 30 | sed 's/^Mp[0-9]*/Mp/'; } | predictions p.tsv
    evaluate -q --pooled --by sex -o m.json p.tsv
    group sex M '.too_small and .positives == 30 and .positive_patients == 1 and .methods.sensitivity == "Wilson" and .intervals.sensitivity[0] < 0.2'
    jq -e '.subgroups.tests == 0' m.json
    report --metrics m.json -o /dev/null --markdown r.md
    grep -q '^No gap between groups was tested' r.md
}

@test "subgroups: bins of age, and a group of one class" {
    { patients F 20 18 20; echo "x NORMAL 0.2 F 18"; echo "y NORMAL 0.3 M 17.9"; echo "z NORMAL 0.3 M -"; } | predictions p.tsv
    evaluate -q --pooled --by sex,age:18:65 -o m.json p.tsv 2>err
    jq -e '.subgroups.columns[1] | .column == "age" and .bounds == [18, 65] and .reference == null and
        [.groups[] | [.group, .n]] == [["under 18", 1], ["18 to under 65", 21], ["65 and over", 20], ["(blank)", 1]]' m.json
    group age '65 and over' '.too_small and .positives == 0 and .metrics.sensitivity == null and .metrics.auroc == null and
        .intervals.sensitivity == [null, null] and .methods.sensitivity == "not estimable" and (.metrics.specificity - 0.9 | fabs) < 1e-9'
    report --metrics m.json -o /dev/null --markdown r.md
    grep -q '^| age: 65 and over | 20 | 0 | 20 | undefined |' r.md
    # One bin is empty: it is left out.
    evaluate -q --pooled --by age:1:18:65 -o m.json p.tsv
    jq -e '[.subgroups.columns[0].groups[].group] == ["1 to under 18", "18 to under 65", "65 and over", "(blank)"]' m.json
}

@test "subgroups: ages as DICOM writes them" {
    printf '%s\n' 'a PNEUMONIA 0.9 F 058Y' 'b NORMAL 0.2 F 6M' 'c PNEUMONIA 0.8 F 018Y' 'd NORMAL 0.3 F 17' 'e NORMAL 0.1 F 003D' \
        'f NORMAL 0.1 F -' | predictions p.tsv
    evaluate -q --pooled --by age:1:18 --resamples 50 -o m.json p.tsv
    jq -e '[.subgroups.columns[0].groups[] | [.group, .n]] ==
        [["under 1", 2], ["1 to under 18", 1], ["18 and over", 2], ["(blank)", 1]]' m.json
    # Many of them are a quantity, which needs bins.
    for i in $(seq 21); do echo "p$i PNEUMONIA 0.9 F 0${i}Y"; echo "n$i NORMAL 0.1 F 0${i}Y"; done | predictions q.tsv
    fails 1 '^evaluate: --by: age has 21 different numbers: expected bins, such as age:18:40:60' evaluate --pooled --by age q.tsv
    sed -i 's/6M/x/' p.tsv && grep -v '^#sha256' p.tsv | with_checksum >x.tsv
    fails 1 "^evaluate: --by: age has bins: expected numbers, found 'x'$" evaluate --pooled --by age:1:18 x.tsv
}

@test "subgroups: patients whose images were taken at several ages" {
    printf '%s\n' 'a PNEUMONIA 0.9 F 58' 'a PNEUMONIA 0.8 F 061Y' 'b NORMAL 0.2 F 17' 'b NORMAL 0.2 F 19' 'b NORMAL 0.2 F 17.5' \
        'c NORMAL 0.2 F 30' 'd NORMAL 0.2 F -' 'd NORMAL 0.2 F 70' 'e PNEUMONIA 0.7 F -' | predictions p.tsv
    evaluate -q --pooled --unit patient --by age:18:60 --resamples 50 -o m.json p.tsv
    # Patient a is 58 and 61, b is on both sides of 18; of d one age is known.
    jq -e '[.subgroups.columns[0].groups[] | [.group, .n]] ==
        [["18 to under 60", 1], ["60 and over", 1], ["in several bins", 2], ["(blank)", 1]]' m.json
    evaluate -q --pooled --unit patient --by age:18:65 --resamples 50 -o m.json p.tsv
    group age '18 to under 65' '.n == 2' # a and c
}

@test "subgroups: one of three classes against the rest" {
    {
        printf '#hilum-predictions 1\n#provenance\t[{"tool":"t"}]\n#feature_space\t%s\n' "$space"
        printf 'sample\tpatient\tsubset\tlabel\tpredicted\tp_A\tp_B\tp_C\tsex\n'
        # C is found in 8 of 10 F and in 6 of 10 M; of the others, 1 of 10 is called C. All C have p 0.4, which is the
        # largest where it is predicted, and others 0.1 or 0.4.
        for sex in F M; do
            for i in $(seq 0 9); do
                c=$([ "$i" -lt "$([ $sex = F ] && echo 8 || echo 6)" ] && printf 'C\t0.3\t0.3' || printf 'B\t0.1\t0.5')
                printf '%s%d\t%s%d\ttest\tC\t%s\t0.4\t%s\n' c$sex "$i" c$sex "$i" "$c" $sex
                a=$([ "$i" -eq 0 ] && printf 'C\t0.3\t0.3\t0.4' || printf 'A\t0.8\t0.1\t0.1')
                printf '%s%d\t%s%d\ttest\t%s\t%s\t%s\n' n$sex "$i" n$sex "$i" "$([ $((i % 2)) -eq 0 ] && echo A || echo B)" "$a" $sex
            done
        done
    } | with_checksum >p.tsv
    fails 1 '^evaluate: --by: expected a positive class, found none: --positive CLASS names it' evaluate --pooled --by sex p.tsv
    evaluate -q --pooled --positive C --by sex -o m.json p.tsv
    group sex F '(.metrics.sensitivity - 0.8 | fabs) < 1e-9 and (.metrics.specificity - 0.9 | fabs) < 1e-9 and (.metrics.auroc - 0.95 | fabs) < 1e-9'
    group sex M '(.metrics.sensitivity - 0.6 | fabs) < 1e-9 and (.gaps.sensitivity.difference + 0.2 | fabs) < 1e-9 and .gaps.sensitivity.p > 0.2'
    report --metrics m.json -o /dev/null --markdown r.md
    grep -q '^## Subgroups for C' r.md
}

@test "subgroups: threads and seeds, and none without resamples" {
    { patients F 30 25 30; patients M 30 20 30; } | predictions p.tsv
    for j in 1 4; do evaluate -q -j "$j" --pooled --by sex -o "m$j" p.tsv; done
    cmp m1 m4
    evaluate -q --pooled --by sex -s 2 -o m2 p.tsv
    [ "$(jq .subgroups m1)" != "$(jq .subgroups m2)" ]
    [[ $(jq -r '.provenance[-1].options' m1) == *'--by sex'* ]]
    evaluate -q --pooled --by sex --resamples 0 -o m.json p.tsv
    group sex M '.intervals == null and .gaps == null and (.metrics.sensitivity - 2/3 | fabs) < 1e-9'
    evaluate -q --pooled -o m.json p.tsv
    jq -e '.subgroups == null' m.json
}

@test "subgroups: what is refused" {
    { patients F 30 25 30; patients M 30 20 30; } | predictions p.tsv
    fails 1 "^evaluate: --by: there is no column 'race': expected one of sex, age$" evaluate --pooled --by race p.tsv
    fails 1 "^evaluate: --by: column 'sex' appears twice$" evaluate --pooled --by sex,sex p.tsv
    fails 1 '^evaluate: --by: expected columns with commas between them' evaluate --pooled --by sex, p.tsv
    for bounds in '' 18:x 40:18 18:18; do
        fails 1 "^evaluate: --by: age: expected ascending numbers, as age:18:40:60, found '$bounds'$" evaluate --pooled --by "age:$bounds" p.tsv
    done
    fails 1 '^evaluate: --by: age: expected at most 19 bounds$' evaluate --pooled --by "age$(printf ':%d' {1..20})" p.tsv
    fails 1 "^evaluate: --by: sex has bins: expected numbers, found 'F'$" evaluate --pooled --by sex:18 p.tsv
    for i in $(seq 21); do echo "p$i PNEUMONIA 0.9 F$i $i"; echo "n$i NORMAL 0.1 F$i $i"; done | predictions q.tsv
    fails 1 '^evaluate: --by: age has 21 different numbers: expected bins, such as age:18:40:60 for ' evaluate --pooled --by age q.tsv
    fails 1 '^evaluate: --by: sex has 21 different values: expected at most 20$' evaluate --pooled --by sex q.tsv
    sed 's/NORMAL/A/g; s/PNEUMONIA/B/g' p.tsv | with_checksum >ab.tsv
    sed 's/\tsex\tage$//; /^#/!s/\t[FM]\t[0-9]*$//' p.tsv | with_checksum >none.tsv
    fails 1 "^evaluate: --by: there is no column 'sex': the samples carry none" evaluate --pooled --by sex none.tsv
}

@test "subgroups: through make, and columns that tell the label in audit" {
    phantom -q -n 24 --min-size 100 --max-size 120 data
    # The site goes with the class, the sex does not; each patient has a number of their own.
    {
        echo image,label,patient,site,sex,number,age
        find data -name '*.png' | sort | nl | while read -r i file; do
            name=${file##*/}
            class=$(basename "$(dirname "$file")")
            echo "$name,$class,${name%%_*},$([ "$class" = NORMAL ] && echo A || echo B),$([ $((i % 2)) -eq 0 ] && echo F || echo M),n$i,$([ "$class" = NORMAL ] && echo $((20 + i)) || echo $((60 + i)))"
        done
    } >t.csv
    split -q --exact -l t.csv --columns image=image,label=label,patient=patient,site=site,sex=sex,number=number,age=age data >m.tsv
    audit -q -o audit.tsv m.tsv
    awk -F '\t' -v OFS='\t' '$2 == "shortcut" && $3 ~ /^column / { print $1, $3, $5, $8, $10 }' audit.tsv >found
    cat found
    [ "$(wc -l <found)" -eq 4 ]
    grep -q "$(printf '^warning\tcolumn site\tPNEUMONIA\t1.0000\tcolumn site (2 values) goes with PNEUMONIA: AUROC 1.000')" found
    grep -q "$(printf '^note\tcolumn sex\t')" found
    # Many groups of one image fit the labels, and tell nothing.
    grep -q "$(printf '^note\tcolumn number\tPNEUMONIA\t0.5000\tcolumn number .* says nothing about PNEUMONIA')" found
    grep -q "$(printf '^warning\tcolumn age\tPNEUMONIA\t1.0000\tcolumn age is larger in PNEUMONIA: AUROC 1.000')" found
    preprocess -q --size 32 -o images m.tsv
    extract-features -q -j 1 -m mobilenetv2 -w seeded:1 -o features images
    train-head -q -j 1 -e 2 -n 0 -o head features
    fails 1 "^evaluate: --by: there is no column 'race': expected one of site, sex, number, age$" evaluate --by race -p p.tsv head features
    [ ! -e p.tsv ]
    evaluate -q --subset all --by site,sex,age:40:60 -o m.json head features 2>err || cat err
    jq -e '[.subgroups.columns[].column] == ["site", "sex", "age"]' m.json
    group site A '.positives == 0 and .metrics.auroc == null'
}

@test "subgroups: make kfold measures them on the images of all folds" {
    phantom -q -n 24 --min-size 100 --max-size 120 data
    {
        echo image,label,patient,sex
        find data -name '*.png' | sort | nl | while read -r i file; do
            name=${file##*/}
            echo "$name,$(basename "$(dirname "$file")"),${name%%_*},$([ $((i % 2)) -eq 0 ] && echo F || echo M)"
        done
    } >t.csv
    make -j 2 --no-print-directory -C "$ROOT" kfold RESULTS="$PWD/results" RUN=run MODEL=mobilenetv2 EPOCHS=1 SIZE=32 NEURONS=0 \
        JOBS=1 DATA="$PWD/data" WEIGHTS=seeded:1 K=2 LABELS="$PWD/t.csv" COLUMNS=image=image,label=label,patient=patient,sex=sex BY=sex
    jq -e --argjson n "$(($(wc -l <t.csv) - 1))" '.subgroups.columns[0] | .column == "sex" and ([.groups[].n] | add) == $n' results/run/kfold/pooled.json
}
