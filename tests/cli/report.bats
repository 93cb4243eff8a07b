#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# report, on small hand-made files.

load helpers

setup() {
    data="$DATA/report"
    cd "$BATS_TEST_TMPDIR"
}

# full ARGS...: a report of all that every run has
full() {
    report --metrics "$data/metrics.json" --history "$data/history.tsv" \
        --predictions "$data/predictions.tsv" --manifest "$data/manifest.tsv" "$@"
}

# rich ARGS...: a report of all that there can be
rich() {
    report --metrics "$data/evidence.json" --history "$data/history.tsv" \
        --predictions "$data/predictions.tsv" --manifest "$data/manifest.tsv" \
        --knobs "$data/experiment.tsv" --software "$data/software" \
        --audit "$data/audit.tsv" --explain "$data/explain" "$@"
}

# refused STATUS TEXT ARGS...: one line with TEXT, and nothing is written
refused() {
    local status_wanted=$1 text=$2
    shift 2
    run report "$@" -o out.html --markdown out.md --json out.json
    echo "$output"
    [ "$status" -eq "$status_wanted" ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == "report: "*"$text"* ]]
    [ ! -e out.html ]
    [ ! -e out.md ]
    [ ! -e out.json ]
    [ -z "$(ls ./*.tmp* 2> /dev/null)" ]
}

@test "report: a page with all its sections" {
    full -o r.html
    for section in "Confusion matrix" "Metrics by class" "Sensitivity and specificity for PNEUMONIA" \
        "Learning curves" "Training, validation and test" "Comparison with the paper" "Errors" "Data split" \
        "Feature space" "Provenance" "Not a medical device"; do
        grep -q "<h2[^>]*>$section</h2>" r.html
    done
    grep -q '<html lang="en">' r.html
    grep -q '<title>Evaluation of MobileNetV2</title>' r.html
    [ "$(grep -c '<h1>' r.html)" = 1 ]
    grep -q 'prefers-color-scheme:dark' r.html
}

@test "report: binary metrics, each with its intervals" {
    rich -o r.html --markdown r.md
    grep -qx '| Macro average recall | 73\.3[^|]* | 48\.3–93\.3[^|]* |' r.md
    grep -qx '| Sensitivity for PNEUMONIA | 80\.0[^|]* | 55\.0–100\.0[^|]* |' r.md
    for section in "Metrics for PNEUMONIA with confidence intervals" "Choice of threshold for PNEUMONIA" \
        "Calibration for PNEUMONIA" "Triage for PNEUMONIA" "Heat maps" \
        "Data audit" Knobs Software "Model card"; do
        grep -q "<h2[^>]*>$section</h2>" r.html
    done
    grep -q '^| Accuracy | 75.0[^0-9]*% | 50.0–95.0[^0-9]*% |$' r.md
    grep -q '^| Positive predictive value | 0.800 | 0.550–1.000 | ' r.md
    grep -q 'bootstrap over patients, percentile, 2000 resamples of 8 patients' r.md
    grep -q '10.0[^0-9]*% of the patients had PNEUMONIA, instead of 62.5[^0-9]*% .* value 0.21[01] (0.100–0.500)' \
        r.md
    grep -q '^| sensitivity at 90 % specificity | 0.900 | 0.500 | 1.000 | 0.200 (0.000–0.600) | 1.000 (0.500–1.000) | 1.000 | 0.429 |$' \
        r.md
    grep -q '^| PPV of nothing | .* | undefined | 0.375 |$' r.md
    grep -q 'temperature 1.250' r.md
    grep -q '^| Brier score | 0.192 | 0.170 |$' r.md
    grep -q 'first 50[^0-9]*% of the list contain 60.0[^0-9]*% of all PNEUMONIA images (95[^0-9]*% interval 40.0 to 75.0)' r.md
    grep -q '8 images in 4 groups' r.md
    grep -qx '| DATA | set of &lt;images&gt; |' r.md
    grep -qx '| evaluate (hilum) 0.1.0 | libtorch 1.13.0, zstd 1.5.4 |' r.md
}

@test "report: without binary metrics their sections are left out" {
    full -o r.html --markdown r.md
    run grep -E '^## (Metrics for|Calibration|Triage|Heat maps|Data audit|Knobs|Software)' r.md
    [ "$status" -eq 1 ]
}

@test "report: the findings of the audit, and allowed leakage as an alarm" {
    rich -o r.html --markdown r.md
    grep -q '^> - \*\*Leakage was allowed (ALLOW\\_LEAK=1): 1 group of copies is in both train and test\.' r.md
    grep -q '^> - Shortcut: file size is smaller in PNEUMONIA: AUROC 0.900 without' r.md
    grep -q '<li><strong>Leakage was allowed' r.html
    grep -q '14 images were examined before preprocessing: 2 errors, 2 warnings' r.md
    grep -q '^| near | 2 | 0 | 0 | ' r.md
    grep -q '^| patient-labels | 0 | 1 | 0 | ' r.md
    grep -q '^| file size | 0.0998 | warning | ' r.md
    grep -q '3 of 3 other errors and warnings' r.md
    grep -q '^| NORMAL/00.png | error | near | train | NORMAL/06.png | 2 images of 2 patients' r.md
    grep -q '^| patient-3 | warning | patient-labels |' r.md
    grep -v '^#allow-leak' "$data/audit.tsv" | with_checksum > a.tsv
    full --audit a.tsv -o r.html --markdown r.md
    grep -q '^> - \*\*Leakage: 1 group' r.md
    { grep -v '^#sha256' "$data/audit.tsv"
      printf 'warning\trange\tmixed\t\t\tNORMAL/00.png\t\t0.5\t7\t7 of 14 images are dark\n'
      printf 'warning\tinverted\t\ttrain\tNORMAL\tNORMAL/00.png\t\t-0.9\t1\tbright where dark\n'
      printf 'warning\tinverted\tall\t\t\tNORMAL/00.png\t\t0.1\t1\t1 of 14 images look inverted\n'; } | with_checksum > a.tsv
    full --audit a.tsv -o r.html --markdown r.md
    grep -q '^> - The audit of the images: 7 of 14 images are dark\.' r.md
    grep -q '^> - The audit of the images: 1 of 14 images look inverted\.' r.md
    ! grep -q '^> .*bright where dark' r.md
    grep -v -e '^#leak' -e '^#allow' "$data/audit.tsv" | with_checksum > a.tsv
    full --audit a.tsv -o r.html --markdown r.md
    grep -q '^> - \*\*The audit of the images found 2 errors' r.md
}

@test "report: heat maps are embedded and described in words" {
    rich -o r.html --markdown r.md
    [ "$(grep -o '<img alt="Image overlaid with a heat map of the regions that support PNEUMONIA, by [^"]*" width="8" height="6" src="data:image/png;base64,' r.html | wc -l)" = 3 ]
    grep -qF "$(base64 -w 0 "$data/explain/gradcam-02.png")" r.html
    grep -q '^### Worst errors$' r.md
    grep -q '^- NORMAL, predicted PNEUMONIA (0.881); Grad-CAM for PNEUMONIA; NORMAL/08.png: Image overlaid with' r.md
    grep -q '^- PNEUMONIA, predicted PNEUMONIA (0.953); occlusion map for PNEUMONIA' r.md
    grep -q 'heads 10, samples 3, mean rho 0.075' r.md
    run grep '^### Requested' r.md
    [ "$status" -eq 1 ]
}

@test "report: the checklists are complete, and unanswered items are open" {
    rich -o r.html --markdown r.md
    sed -n '/^\*\*CLAIM 2024/,/^\*\*TRIPOD/p' r.md >claim
    sed -n '/^\*\*TRIPOD/,/^## /p' r.md >tripod
    [ "$(grep -c '^| [0-9]' claim)" = 44 ]
    [ "$(grep -c '^| [0-9]' tripod)" = 52 ]
    grep -qx '| 33 | Testing on external data | open | – |' claim
    grep -q '^| 37 | .* | stated | Accuracy 0.750 (0.500–0.950)' claim
    grep -q '^| 23a | .* | in part | Accuracy 0.750 (0.500–0.950)' tripod
    stated=$(grep -c '| stated |' claim) part=$(grep -c '| in part |' claim) open=$(grep -c '| open |' claim)
    grep -qF "of 44 items, this run states $stated, and $part in part; $open are open" claim
    [ $((stated + part + open)) = 44 ]
}

@test "report: JSON holds the metrics, the tables and the plotted data" {
    need_command python3
    rich -o r.html --json r.json
    python3 - "$data" <<'END'
import json, sys
page, metrics = (json.load(open(f)) for f in ("r.json", sys.argv[1] + "/evidence.json"))
assert page["format"] == "hilum-report 1" and page["title"] == "Evaluation of MobileNetV2"
metrics["feature_space"] = metrics.pop("space") # the file is of 0.1.0
metrics["below_majority_baseline"] = metrics.pop("below_constant_answer") # old name
metrics["intervals"]["metrics"] = metrics["intervals"].pop("figures")
space = metrics["feature_space"]
for old, new in (("cut", "feature_layer"), ("flavour", "framework")): # old names
    if old in space: space[new] = space.pop(old)
assert page["metrics"].keys() == metrics.keys(), page["metrics"].keys() ^ metrics.keys()
assert page["metrics"] == metrics
kinds = [b["kind"] for b in page["blocks"]]
assert kinds.count("figure") == 7 and "contents" not in kinds, kinds
figure = {b["id"]: b for b in page["blocks"] if b["kind"] == "figure"}
series = {s["name"]: s for s in figure["triage"]["data"]["series"]}
assert series["this model"]["y"] == [p["found"] for p in metrics["triage"]]
assert series["95 % interval"]["lo"] == [p["lo"] for p in metrics["triage"]]
roc = {s["name"]: s for s in figure["roc"]["data"]["series"]}["this model"]
area = sum((b - a) * (p + q) / 2 for a, b, p, q in zip(roc["x"], roc["x"][1:], roc["y"], roc["y"][1:]))
assert abs(area - metrics["auroc"]) < 1e-12, area
pr = {s["name"]: s for s in figure["pr"]["data"]["series"]}["this model"]
ap = sum((b - a) * q for a, b, q in zip(pr["x"], pr["x"][1:], pr["y"][1:]))
assert abs(ap - 0.81) < 1e-12, ap
table = next(b for b in page["blocks"] if b["kind"] == "table" and b["columns"][0] == "Class")
assert table["rows"][1] == ["PNEUMONIA", "0.800", "0.800", "0.800", "5"]
END
}

@test "report: the page needs nothing outside itself" {
    rich -o r.html
    run grep -E -i 'https?:|<script|<link|<iframe|@import|url\([^#]| src="[^d]|xmlns|<\?xml' r.html
    echo "$output"
    [ "$status" -eq 1 ]
}

@test "report: seven figures, each id once, each reference within the page" {
    full -o r.html
    [ "$(grep -c '<svg ' r.html)" = 5 ]
    sed 's/"auroc": 0.7666666666666667/"auroc": 0.95/' "$data/metrics.json" > m.json
    report --metrics m.json --predictions "$data/predictions.tsv" -o r.html
    [ "$(grep -c '<svg ' r.html)" = 4 ] # the corner that a good curve lies in
    rich -o r.html
    [ "$(grep -c '<svg ' r.html)" = 7 ]
    [ "$(grep -c '</svg>' r.html)" = 7 ]
    [ "$(grep -c 'role="img"' r.html)" = 7 ]
    grep -o " id=[\"'][^\"']*" r.html | cut -c 6- | sort > ids
    [ -s ids ]
    [ -z "$(uniq -d ids)" ]
    grep -oE "href=['\"]#[^'\"]*|(labelledby|describedby)=\"[^\"]*" r.html |
        sed "s/.*[#\"']//" | sort -u > used
    [ -s used ]
    [ -z "$(comm -13 ids used)" ]
}

@test "report: numbers as in the metrics" {
    full -o r.html --markdown r.md
    grep -q 'the 8 images of the test subset: accuracy 75.0[^0-9]*%, macro average recall 73.3[^0-9]*%, AUROC 0.767' \
        r.md
    grep -qx '| NORMAL | 0.667 | 0.667 | 0.667 | 3 |' r.md
    grep -qx '| PNEUMONIA | 0.800 | 0.800 | 0.800 | 5 |' r.md
    grep -qx '| Macro average | 0.733 | 0.733 | 0.733 | 8 |' r.md
    grep -q '^| NORMAL | 2 (66.7[^0-9]*%) | 1 (33.3[^0-9]*%) |$' r.md
    grep -q '^| train | 4 | 1.000 | 1.000 | 1.000 | 0.220 |$' r.md
    grep -q '^| All classes | 4 / 4 | 2 / 2 | 8 / 8 | 14 / 14 |$' r.md
    grep -q '^| NORMAL/08.png | patient-8 | NORMAL | PNEUMONIA | 0.881 |$' r.md
    grep -q '^| Paper | 50[^0-9]* | 72.76 |$' r.md
    grep -q '^| Majority-class baseline | 50.00 | 62.50 |$' r.md
    grep -q '<th scope="row">PNEUMONIA</th><td class="num">0.800</td>' r.html
}

@test "report: no validation images, or too few of the data set's own, are a warning" {
    phantom -q -n 60 --min-size 64 --max-size 80 drawn
    split -q --exact drawn -o m.tsv
    grep -v -e '^#' -e '^path' m.tsv | while IFS=$'\t' read -r path label _ subset; do
        mkdir -p "set/$subset/$label"
        cp "drawn/$path" "set/$subset/$label/"
    done
    warnings() { # OPTION...: of split
        split -q --duplicates apart "$@" set -o own.tsv
        preprocess -q --size 32 own.tsv | extract-features -q -m mobilenetv2 -w seeded:1 -o features
        train-head -q -n 4 -e 1 --history h.tsv -o head features
        evaluate -q --resamples 10 -p p.tsv -o m.json head features
        report -q --metrics m.json --history h.tsv --predictions p.tsv --manifest own.tsv --markdown r.md -o r.html
        tr '\n' ' ' <r.md | grep -oE '(There were no validation|The data set has only [0-9]+ validation) images[^.]*'
    }
    few=$(find set/val -type f | wc -l)
    [[ $(warnings --subsets folders) == "The data set has only $few validation images of its own, too few to choose a threshold: SUBSETS=own-test "* ]]
    ! warnings --subsets own-test --exact
    rm -r set/val
    ! warnings --subsets folders # draws them
    grep -q "The test set is the data set's own" r.md
    [[ $(warnings --subsets folders --val 0) == "There were no validation images: "* ]]
}

@test "report: training far beyond validation is a warning" {
    losses() { # TRAINING VALIDATION: the warning with these losses
        jq --argjson train "$1" --argjson val "$2" --argjson n "${3-10}" '.subsets.train.log_loss = $train |
            .subsets.val |= (.log_loss = $val | .n = $n) | del(.sha256)' "$data/metrics.json" >m.json
        report --metrics m.json --markdown r.md -o r.html
        tr '\n' ' ' <r.md | grep -oE 'Training has gone far beyond validation[^.]*'
    }
    [ -n "$(losses 0.01 0.09)" ]
    [[ $(tr '\n' ' ' <r.md) == *"the log loss is 0.0100 on the training images, where the accuracy is 1.000, and 0.0900 on the validation images."* ]]
    [ -n "$(losses 0 0.03)" ]
    [ -z "$(losses 0.02 0.09)" ]
    [ -z "$(losses 0.01 0.09 9)" ] # too few images to tell
    [ -z "$(losses 0.001 0.02)" ]
    [ -z "$(losses 0.5 0.1)" ]
    [ -z "$(losses 0.01 null)" ]
    # Losses after calibration do not hide it.
    jq '.subsets.train |= (.log_loss = 0 | .log_loss_before = 0.01) | .subsets.val |= (.n = 10 | .log_loss = 0 | .log_loss_before = 0.09) |
        del(.sha256)' "$data/metrics.json" >m.json
    report --metrics m.json --markdown r.md -o r.html
    [[ $(tr '\n' ' ' <r.md) == *"the log loss before calibration is 0.0100 on the training images, "*" and 0.0900 on the validation images."* ]]
}

@test "report: an operating point without a threshold has no rates" {
    for none in null 2; do # 2 is that of hilum 0.1.0
        jq --argjson t $none '.operating_points[0].threshold = $t | del(.sha256)' "$data/evidence.json" >m.json
        report --metrics m.json --markdown r.md -o r.html
        grep -qE '^\| sensitivity at 90 % specificity +\| none \| – \| – \| – \| – \| – \| – \|' r.md
        tr '\n' ' ' <r.md | grep -q 'None: no threshold reaches the target in the validation subset'
    done
    report --metrics "$data/evidence.json" --markdown r.md -o r.html
    [ "$(grep -c 'None: no threshold' r.md)" = 0 ]
}

@test "report: thresholds near 0 and 1 are not rounded to them, and one that calls all positive says so" {
    point() { # THRESHOLD SPECIFICITY: the row of the point with these on the validation images
        jq --argjson t "$1" --argjson s "$2" '.operating_points[1] |= (.threshold = $t | .val.specificity = $s) | del(.sha256)' \
            "$data/evidence.json" >m.json
        report --metrics m.json --markdown r.md -o r.html
        grep '^| specificity at 95 % sensitivity ' r.md
    }
    [[ $(point 1e-48 0.5) == *'| &lt; 0.001 | 1.000 | 0.500 |'* ]]
    [[ $(point 0.99996 0.5) == *'| &gt; 0.999 | 1.000 | 0.500 |'* ]]
    [[ $(point 0.25 0) == *'| 0.250 (all positive) | 1.000 | 0.000 |'* ]]
    [[ $(point 0 0) == *'| 0.000 (all positive) | '* ]]
}

@test "report: a sound experiment carries no warning" {
    full -o r.html --markdown r.md
    run grep "Read this first" r.html r.md
    [ "$status" -eq 1 ]
}

@test "report: metrics come from standard input, the page goes to standard output" {
    report < "$data/metrics.json" > a.html
    report --metrics "$data/metrics.json" -o b.html
    cmp a.html b.html
    run grep -c '<svg' a.html
    [ "$output" = 0 ]
}

@test "report: the same inputs give the same bytes" {
    rich -o a.html --markdown a.md --json a.json
    rich -o b.html --markdown b.md --json b.json
    cmp a.html b.html
    cmp a.md b.md
    cmp a.json b.json
}

@test "report: collapse and untrained weights come first" {
    report --metrics "$data/collapsed.json" -o r.html --markdown r.md
    grep -q 'Class NORMAL is never predicted' r.md
    grep -q 'is not above 62.50 %' r.md
    grep -q 'Untrained backbone: its weights are pseudo-random (seeded:1), and the metrics say nothing about X-rays' \
        r.md
    [ "$(grep -n 'Read this first' r.html | cut -d : -f 1)" -lt \
      "$(grep -n 'class="lead"' r.html | cut -d : -f 1)" ]
    grep -A 2 "Read this first" r.html | tail -n 1 |
        grep -q '^<li><strong>This model has collapsed'
    grep -q 'aside class="warnings alarm"' r.html
}

@test "report: a collapse that the metrics state is the first line, with its reasons" {
    sed -z 's/"collapsed": false,\n *"reasons": \[\]/"collapsed": true, "reasons": ["it is a constant"]/' \
        "$data/evidence.json" > m.json
    report --metrics m.json -o r.html --markdown r.md
    [ "$(sed -n 3,6p r.md | grep -n collapsed | cut -d : -f 1)" = 3 ]
    grep -qx '> - \*\*It is a constant.\*\*' r.md
}

@test "report: phantoms are recognised in the provenance" {
    sed 's/"options": "--subset test"/"options": "--seed 1 --source phantom"/' \
        "$data/metrics.json" > m.json
    report --metrics m.json --markdown r.md -o r.html
    grep -q 'Synthetic phantoms, not X-rays' r.md
    sed 's/"tool": "split"/"tool": "phantom"/' "$data/metrics.json" > m.json
    report --metrics m.json --markdown r.md -o r.html
    grep -q 'Synthetic phantoms, not X-rays' r.md
}

@test "report: only the source phantom itself raises the alarm about phantoms" {
    for options in '--source phantom-limb' "--regex 'a --source phantom' --seed 1" "--source 'phantom limb'"; do
        sed "s/\"options\": \"--subset test\"/\"options\": \"$options\"/" "$data/metrics.json" > m.json
        [ "$(grep -c "source" m.json)" -ge 1 ]
        report --metrics m.json --markdown r.md -o r.html
        [ "$(grep -c 'Synthetic phantoms' r.md)" -eq 0 ]
    done
}

@test "report: files of different runs are refused, naming both; differing counts are a warning" {
    sed 's/"version":"0.1.0"}\]/"version":"0.1.0","x":1}]/' "$data/history.tsv" | with_checksum > h.tsv
    refused 1 "h.tsv is from another run than $data/metrics.json: expected " --metrics "$data/metrics.json" --history h.tsv
    sed 's/"tool":"evaluate",/"tool":"evaluate","x":1,/' "$data/predictions.tsv" | with_checksum > p.tsv
    refused 1 "p.tsv is from another run than $data/metrics.json: expected " --metrics "$data/metrics.json" --predictions p.tsv
    sed '$d' "$data/manifest.tsv" > m.tsv
    report --metrics "$data/metrics.json" --manifest m.tsv --markdown r.md -o r.html
    grep -q 'The manifest lists 7 images in test, but the metrics count 8' r.md
}

@test "report: an audit and heat maps of another run are refused, too" {
    sed 's/"tool":"split",/"tool":"split","x":1,/' "$data/audit.tsv" | with_checksum > a.tsv
    refused 1 "a.tsv is from another run than $data/metrics.json: expected " --metrics "$data/metrics.json" --audit a.tsv
    cp -r "$data/explain" maps
    sed 's/"tool":"train-head",/"tool":"train-head","x":1,/' "$data/explain/explain.tsv" | with_checksum > maps/explain.tsv
    refused 1 "maps is from another run than $data/metrics.json: expected " --metrics "$data/metrics.json" --explain maps
}

@test "report: patients in several subsets are a warning" {
    sed 's/patient-13/patient-0/' "$data/manifest.tsv" > m.tsv
    report --metrics "$data/metrics.json" --manifest m.tsv --markdown r.md -o r.html
    grep -q '1 patient has images in more than one subset: the metrics' r.md
}

@test "report: names act neither as markup nor as gnuplot code nor as a shell's" {
    evil="<script>alert(1)</script>'; system 'touch pwned'; \$(touch pwned) \`touch pwned\` | x"
    for f in metrics.json history.tsv predictions.tsv manifest.tsv; do
        EVIL="$evil" awk '{
            out = ""
            while ((i = index($0, "NORMAL"))) {
                out = out substr($0, 1, i - 1) ENVIRON["EVIL"]
                $0 = substr($0, i + 6)
            }
            print out $0
        }' "$data/$f" > "$f"
        case $f in history.tsv | predictions.tsv) renew_checksum "$f" ;; esac
    done
    report --metrics metrics.json --history history.tsv --predictions predictions.tsv \
        --manifest manifest.tsv --title "$evil <b>" -o r.html --markdown r.md
    [ ! -e pwned ]
    run grep -E '<script|<b>' r.html r.md
    [ "$status" -eq 1 ]
    grep -q '&lt;script&gt;alert(1)&lt;/script&gt;&#39;; system' r.html
    grep -q '\\`touch pwned\\` \\| x' r.md
}

@test "report: bytes that are not UTF-8 do not reach the page" {
    printf 's,NORMAL/08.png,NORMAL/\377\001.png,\n' > script
    LC_ALL=C sed -f script "$data/predictions.tsv" | with_checksum > p.tsv
    report --metrics "$data/metrics.json" --predictions p.tsv -o r.html
    iconv -f UTF-8 -t UTF-8 r.html > /dev/null
    grep -q 'NORMAL/��.png' r.html
}

@test "report: a history of one epoch and one without validation are drawn" {
    { grep '^#' "$data/history.tsv"
      printf 'epoch\tloss\taccuracy\tval_loss\tval_accuracy\tlr\tseconds\n'
      printf '1\t0.5\t1\tnan\tnan\t0.001\t0.1\n'; } | with_checksum > h.tsv
    report --metrics "$data/metrics.json" --history h.tsv -o r.html --markdown r.md
    [ "$(grep -c '<svg ' r.html)" = 2 ]
    run grep -c '<title>validation</title>' r.html
    [ "$output" = 0 ]
    run grep -i '\bnan\b' r.md
    [ "$status" -eq 1 ]
}

@test "report: missing gnuplot is one clear line" {
    mkdir bin
    ln -s "$(command -v report)" bin/report
    run env PATH="$PWD/bin" report --metrics "$data/metrics.json" --history "$data/history.tsv" \
        -o r.html
    [ "$status" -eq 1 ]
    [[ $output == "report: gnuplot: not found"* ]]
    [ "${#lines[@]}" -eq 1 ]
    [ ! -e r.html ]
}

@test "report: a gnuplot that fails, dies or babbles is an error" {
    mkdir bin
    for body in 'echo "no terminal" >&2; exit 3' 'kill -9 $$' 'exec yes' 'echo nothing'; do
        printf '#!/bin/sh\n%s\n' "$body" > bin/gnuplot
        chmod +x bin/gnuplot
        PATH="$PWD/bin:$PATH" run report --metrics "$data/metrics.json" \
            --history "$data/history.tsv" -o r.html
        echo "$output"
        [ "$status" -eq 1 ]
        [ "${#lines[@]}" -eq 1 ]
        [[ $output == "report: gnuplot: "* ]]
        [ ! -e r.html ]
    done
    printf '#!/bin/sh\necho "no terminal" >&2; exit 3\n' > bin/gnuplot
    PATH="$PWD/bin:$PATH" run report --metrics "$data/metrics.json" --history "$data/history.tsv"
    [ "$output" = "report: gnuplot: it failed with status 3: no terminal" ]
}

@test "report: damaged and foreign inputs are refused, naming the file" {
    refused 1 "none.json: cannot be read" --metrics none.json
    printf '{"format": "hilum-metrics 1"' > m.json
    refused 1 "m.json: not JSON" --metrics m.json
    printf '[]\n' > m.json
    refused 1 "m.json: expected a JSON object" --metrics m.json
    sed 's/hilum-metrics 1/hilum-metrics 2/' "$data/metrics.json" > m.json
    refused 1 "m.json: 'format'" --metrics m.json
    sed 's/"accuracy": 0.75,/"accuracy": "0.75",/' "$data/metrics.json" > m.json
    refused 1 "m.json: 'accuracy': expected a number" --metrics m.json
    sed 's/"n": 8/"n": 9/' "$data/metrics.json" > m.json
    refused 1 "m.json: 'confusion_matrix': expected 9 images" --metrics m.json
    sed 's/\tloss/\tlass/' "$data/history.tsv" | with_checksum > h.tsv
    refused 1 "h.tsv: expected a column 'loss'" --metrics "$data/metrics.json" --history h.tsv
    sed 's/^2\t0.4/2\t0.4x/' "$data/history.tsv" | with_checksum > h.tsv
    refused 1 "h.tsv: row 2: loss: expected a number, found '0.4x'" \
        --metrics "$data/metrics.json" --history h.tsv
    head -n -2 "$data/predictions.tsv" | with_checksum > p.tsv
    refused 1 "p.tsv: expected 8 rows of the subset test" \
        --metrics "$data/metrics.json" --predictions p.tsv
    sed 's/"resamples": 2000/"resamples": -1/' "$data/evidence.json" > m.json
    refused 1 "m.json: 'resamples': expected a count" --metrics m.json
    sed 's/"roc_band": {/"roc_band": [], "x": {/' "$data/evidence.json" > m.json
    refused 1 "m.json: 'roc_band': expected an object" --metrics m.json
    sed -z 's/"hi": \[\n *0.6,/"hi": [/' "$data/evidence.json" > m.json
    refused 1 "m.json: 'roc_band': expected x, lo and hi of one length" --metrics m.json
    sed 's/"found"/"fund"/' "$data/evidence.json" > m.json
    refused 1 "m.json: 'triage': expected points with 'found'" --metrics m.json
    sed 's/"collapse": {/"collapse": {"reasons": 1}, "y": {/' "$data/evidence.json" > m.json
    refused 1 "m.json: 'reasons': expected a list" --metrics m.json
    printf 'MODEL vgg16\n' > k.tsv
    refused 1 "k.tsv: line 1: expected a name, a tab and a value" --metrics "$data/metrics.json" --knobs k.tsv
    printf 'MODEL\tvgg16' > k.tsv
    refused 1 "k.tsv: truncated" --metrics "$data/metrics.json" --knobs k.tsv
    refused 1 "nowhere: cannot be read" --metrics "$data/metrics.json" --software nowhere
    mkdir software
    printf 'zstd\t1.5\n' > software/evaluate
    refused 1 "software/evaluate: expected the name" --metrics "$data/metrics.json" --software software
    sed 's/^error/terror/' "$data/audit.tsv" | with_checksum > a.tsv
    refused 1 "a.tsv: row 1: severity: expected error, warning or note, found 'terror'" \
        --metrics "$data/metrics.json" --audit a.tsv
    sed 's/\tcheck\t/\tcheque\t/' "$data/audit.tsv" | with_checksum > a.tsv
    refused 1 "a.tsv: expected a column 'check'" --metrics "$data/metrics.json" --audit a.tsv
    cp -r "$data/explain" maps
    explained() { sed "$1" "$data/explain/explain.tsv" | with_checksum > maps/explain.tsv; }
    explained 's,gradcam-01.png,../../etc/passwd,'
    refused 1 "file: expected a name within the folder" --metrics "$data/metrics.json" --explain maps
    explained 's,gradcam-01.png,gradcam-09.png,'
    refused 1 "maps/gradcam-09.png: cannot be read" --metrics "$data/metrics.json" --explain maps
    explained 's,gradcam-01.png,explain.tsv,'
    refused 1 "maps/explain.tsv: expected a PNG file" --metrics "$data/metrics.json" --explain maps
    explained 's,0.880797078,1.880797078,'
    refused 1 "row 1: p: expected a probability" --metrics "$data/metrics.json" --explain maps
    refused 1 "nowhere/explain.tsv: cannot be read" --metrics "$data/metrics.json" --explain nowhere
    head -c -5 "$data/predictions.tsv" > p.tsv
    refused 1 "p.tsv: truncated" --metrics "$data/metrics.json" --predictions p.tsv
}

@test "report: --compare puts the models beside the paper" {
    report --compare -o c.html --markdown c.md "$data/collapsed.json" "$data/metrics.json"
    grep -q '^| VGG16 | 92 | 94.4[^0-9]* | 50.00 | 62.50 | 62.50 | 0.767 | 8 |$' c.md
    grep -q '^| MobileNetV2 | 50 | 72.76 | 73.33 | 75.00 | 62.50 | 0.767 | 8 |$' c.md
    grep -q 'VGG16: Class NORMAL is never predicted' c.md
    grep -q '^| Accuracy | 0.625 | 0.750 |$' c.md
    grep -q 'Results of such a split are not comparable' c.md
    run grep 'not measured on the same images' c.md
    [ "$status" -eq 1 ]
    sed 's/"n": 8/"n": 9/' "$data/metrics.json" | tr '\n' '\r' |
        sed 's/\[\r *2,\r/[\r3,\r/' | tr '\r' '\n' > other.json
    report --compare -o c.html --markdown c.md "$data/collapsed.json" other.json
    grep -q 'VGG16 and MobileNetV2 were not measured on the same images' c.md
}

@test "report: --compare shows a warning of several models once" {
    sed 's/"mobilenet_v2"/"vgg16"/; s/"sha256:0123456789abcdef[^"]*"/"seeded:1"/' "$data/metrics.json" > seeded.json
    report --compare -o c.html --markdown c.md "$data/collapsed.json" seeded.json
    [ "$(grep -c 'Untrained backbone' c.md)" = 1 ]
    grep -q 'All models: Untrained backbone' c.md
    report --compare -o c.html --markdown c.md "$data/collapsed.json" seeded.json "$data/metrics.json"
    grep -q 'VGG16 (1), VGG16 (2): Untrained backbone' c.md
}

@test "report: --compare draws the curves of runs that hold their predictions" {
    for run in a b; do
        mkdir "$run"
        cp "$data/evidence.json" "$run/metrics.json"
        cp "$data/predictions.tsv" "$run"
    done
    report --compare -o c.html --markdown c.md --json c.json a b "$data/collapsed.json"
    [ "$(grep -c '<svg ' c.html)" = 1 ]
    grep -q '<title>1. MobileNetV2</title>' c.html
    grep -q '<title>2. MobileNetV2</title>' c.html
    run grep -c '<title>3. ' c.html
    [ "$output" = 0 ]
    grep -q '^| Metric | MobileNetV2 (1) | MobileNetV2 (2) | VGG16 |$' c.md
    grep -q '^| Sensitivity | 0.800 (0.550–1.000) | 0.800 (0.550–1.000) | – |$' c.md
    rm b/metrics.json
    refused 1 "b/metrics.json: cannot be read" --compare a b
}

@test "report: --grid counts the combinations that have collapsed" {
    mkdir good bad
    cp "$data/evidence.json" good/metrics.json
    cp "$data/history.tsv" good
    cp "$data/collapsed.json" bad/metrics.json
    printf '%s\t%s\t%s\n' scaling 'the <rest>' run tf - good tf "it's \$(odd)" bad raw - bad >grid.tsv
    sed -i '1i #note\tmind the gap' grid.tsv
    report --grid grid.tsv -o g.html --markdown g.md --json g.json
    grep -q '^2 of 3 combinations collapse' g.md
    grep -q 'mind the gap' g.md
    grep -q '^| tf | \\- | 75.00 | 62.50 | .* | – | no |$' g.md
    grep -q '^| raw | \\- | 62.50 | 62.50 | 50.00 | 0.767 | NORMAL | yes |$' g.md
    grep -q '^| scaling | tf | 2 | 1 | 62.50 | 75.00 |$' g.md
    [ "$(grep -c '<svg ' g.html)" = 2 ]
    [ "$(grep -c '"confusion_matrix": ' g.json)" = 3 ]
    printf 'scaling\tfolder\nraw\tbad\n' >other.tsv
    refused 1 "other.tsv: expected columns of settings and a last one 'run', found 'folder'" --grid other.tsv
    printf 'scaling\trun\n' >none.tsv
    refused 1 "none.tsv: expected at least one combination, found none" --grid none.tsv
    printf 'scaling\trun\nraw\tnowhere\n' >none.tsv
    refused 1 "nowhere: cannot be read" --grid none.tsv
    printf 'scaling\trun\nraw\t-\n' >none.tsv
    refused 1 "./-: cannot be read: No such file" --grid none.tsv <"$data/metrics.json"
    printf 'scaling\trun\nraw\t/dev/zero\n' >none.tsv
    refused 1 "/dev/zero: is not a file" --grid none.tsv
}

@test "report: wrong usage exits with 2" {
    refused 2 "--grid takes no other input" --grid g.tsv --compare x.json
    refused 2 "operands are for --compare" --grid g.tsv x.json
    refused 2 "needs at least one" --compare
    refused 2 "--tests goes with --compare" --tests x.json
    refused 2 "operands are for --compare" x.json
    refused 2 "--compare takes" --compare --history h.tsv x.json
    refused 2 "only one input" --history -
    run report --metrics "$data/metrics.json" --markdown -
    [ "$status" -eq 2 ]
    refused 2 "takes its RUNs as operands" --compare --software software x.json
    run report --metrics "$data/metrics.json" --json - --markdown - -o r.html
    [ "$status" -eq 2 ]
    [[ $output == *"expected two different places"* ]]
}

@test "report: --compare --tests shows the results of compare" {
    compare -q --json tests.json -o tests.tsv -n "first,<second>" "$DATA"/compare/{a,b}.tsv
    report --compare --tests tests.json -o c.html --markdown c.md "$data/metrics.json" "$data/collapsed.json"
    grep -q '## Do the models differ?' c.md
    grep -q '+0.089 (+0.011 to +0.167) | 0.057 | ' c.md # as compare.bats has it
    grep -q 'first .* &lt;second&gt;' c.html
    refused 1 "a.tsv" --compare --tests "$DATA/compare/a.tsv" "$data/metrics.json"
}
