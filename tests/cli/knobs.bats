#!/usr/bin/env bats
# SPDX-License-Identifier: BSD-2-Clause
# The table of knobs (make/knobs.mk) and what follows from each of its lines: which steps run again, the checks, the
# help, docs/parameters.md. The runs are those of an installed hilum whose tools are stand-ins that only write their
# files, so that the whole table can be tried.

load helpers
bats_require_minimum_version 1.5.0

setup_file() {
    cd "$BATS_FILE_TMPDIR"
    make -s -C "$ROOT" install PREFIX="$PWD/prefix" >/dev/null
    stand_ins prefix
    mkdir -p set/A set/B other/A
    echo table >FILE # for knobs that name any file
    echo image | tee set/A/1.png set/B/2.png >other/A/1.png
}

setup() {
    cd "$BATS_FILE_TMPDIR"
    prefix=$PWD/prefix
    export LOG=$BATS_TEST_TMPDIR/log
    unset XDG_CACHE_HOME MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES JOBS
}

# stand_ins PREFIX: its tools, but for digest, write the files that their options name, and a line to $LOG.
stand_ins() {
    local tool
    for tool in "$1"/lib/hilum/bin/*; do
        [ "${tool##*/}" != digest ] || continue
        sed 's/^ *:shebang/#!\/bin\/bash/' >"$tool" <<'END'
:shebang
name=${0##*/}
if [ "$1" = --version ]; then
    echo "$name (hilum) 0"
    exit
fi
echo "$name $*" >>"$LOG"
while [ $# -gt 0 ]; do
    case $name$1 in
        explain-o)
            mkdir -p "$2"
            touch "$2/explain.tsv"
            ;;
        audit-o) printf '#positive\tB\n' >"$2" ;;
        split-o) printf 'path\tlabel\tpatient\tsubset\tTEXT\n' >"$2" ;; # BY=TEXT
        *-o | split--rejects | preprocess--rejects | train-head--history | evaluate-p | evaluate--calibration | \
            evaluate--image-predictions | report--markdown | report--json)
            echo '{"accuracy": 1, "macro_recall": 1}' >"$2"
            ;;
    esac
    shift
done
END
        chmod +x "$tool"
    done
}

# rows: name, default, allowed values, step and option of each knob, with ; between them.
rows() {
    sed -n '/^define knob_table/,/^endef/{/ |/p}' "$ROOT/make/knobs.mk" | sed 's/;/,/g; s/ | | / | - | /; s/ *| /;/g; s/;-;/;;/'
}

# another NAME ALLOWED: a value that is allowed and that the knob does not have now.
another() {
    local allowed=${2#[} word now
    allowed=${allowed%]}
    case $allowed in
        whole* | list*) echo $((7 + tried)) ;; # not what another knob has, which can be the default
        number*) echo 0.3 ;;
        size*) echo 48 ;;
        'FILE|seeded:N') echo seeded:9 ;;
        FOLDER) echo other ;;
        *)
            now=$(hilum help DATA=set WEIGHTS=seeded:1 "${knobs[@]}" | awk -v name="$1" '$1 == name { print $2 }')
            for word in ${allowed//|/ }; do
                [ "$word" = "$now" ] || break
            done
            echo "$word"
            ;;
    esac
}

hilum() { make --no-print-directory -f "$prefix/share/hilum/Makefile" "$@"; }

run_all() { hilum all DATA=set WEIGHTS=seeded:1 RUN=run "$@"; }

# The tools that ran, or that make -n shows, in order.
tools_in() {
    grep -oE '^([^ ]*/bin/)?(split|audit|preprocess|extract-features|train-head|evaluate|explain|report) ' "$1" |
        sed 's|.*/||' | tr -d '\n'
}

# from STEP: the tools that run again when a knob of that step changes.
from() {
    local all='split audit preprocess extract-features train-head evaluate explain report '
    [[ " ${knobs[*]} " != *' EXPLAIN=0 '* ]] || all=${all/explain /}
    case $1 in
        split | preprocess | report) echo "$1 ${all#*"$1 "}" ;;
        extract | train) grep -o "$1-.*" <<<"$all" ;;
        evaluate) echo "evaluate ${all#*evaluate }" ;;
        audit) echo 'audit report ' ;;
        audit+preprocess) echo "audit ${all#*audit }" ;;
        experiment) echo 'report ' ;;
    esac
}

# What a step says in params/STEP is, letter by letter, what its tool was called with.
options_are_those_of_the_tools() {
    local line name options words
    for name in split audit preprocess extract:extract-features train:train-head evaluate explain report; do
        line=$(grep "^${name#*:} " "$1" | tail -n 1)
        [ -n "$line" ] || continue
        options=$(grep -v '^sha256:' "results/run/params/${name%:*}") || true
        eval "words=($options)"
        [[ "$line " == *" ${words[*]}"* ]] || {
            echo "params/${name%:*} has '$options', but: $line"
            return 1
        }
    done
}

@test "knobs: a change of any knob runs again the steps from its own on, no others, and make -n says so" {
    run_all >/dev/null
    [ "$(tools_in "$LOG")" = "$(from split)" ]
    options_are_those_of_the_tools "$LOG"
    tried=0
    knobs=()
    while IFS=';' read -r name _ allowed step _; do
        case $name in
            DATA | RESULTS | RUN) continue ;; # another folder
            K | FOLD | GROUPS) continue ;;    # kfold.bats, fold-by.bats
            KNOBS | SHIFT) continue ;;        # knobs-file.bats, tune.bats
            SHARDS | CLUSTER) continue ;;     # tests/cluster
            ID_KEY) continue ;;               # privacy.bats
        esac
        [[ $step =~ ^(triage|compare|sweep|paper|diff|tune)$ ]] && continue
        # A knob can be of another step, or of none, depending on those before it.
        case $step in
            '$(preprocess_unless_SIZE) extract') step=preprocess ;;
            'audit preprocess') step=audit+preprocess ;;
            '$(extract_or_with_UNFREEZE_train)') step=extract ;;
            '$(split_fold_with_LABELS) audit train triage') step=split ;; # LABELS is above it
        esac
        knobs+=("$name=$(another "$name" "$allowed")")
        wanted=$(from "${step%% *}")
        run_all -n "${knobs[@]}" >shown
        [ "$(tools_in shown)" = "$wanted" ] || {
            echo "make -n ${knobs[*]}: expected '$wanted', found '$(tools_in shown)'"
            return 1
        }
        : >"$LOG"
        run_all "${knobs[@]}" >/dev/null
        [ "$(tools_in "$LOG")" = "$wanted" ] || {
            echo "${knobs[*]}: expected '$wanted', found '$(tools_in "$LOG")'"
            return 1
        }
        options_are_those_of_the_tools "$LOG"
        tried=$((tried + 1))
    done < <(rows)
    [ "$tried" -ge 40 ]
    # With unfrozen layers, pooling comes after them.
    : >"$LOG"
    run_all "${knobs[@]}" POOL=flatten >/dev/null
    [ "$(tools_in "$LOG")" = "$(from train)" ]
}

@test "knobs: dates do not matter, contents of images, weights and tools do" {
    echo weights >w.h5
    here() {
        : >"$LOG"
        run_all RUN=contents WEIGHTS="$PWD/w.h5" >/dev/null
        tools_in "$LOG"
    }
    knobs=()
    here
    find set w.h5 prefix/lib prefix/share -type f -exec touch {} +
    [ "$(here)" = "" ]
    echo others >w.h5
    [ "$(here)" = "$(from extract)" ]
    echo '# another' >>prefix/lib/hilum/bin/evaluate
    [ "$(here)" = "$(from evaluate)" ]
    echo another >set/A/3.png
    [ "$(here)" = "$(from split)" ]
}

@test "knobs: the table of labels is an input, and COLUMNS is no terminal's width" {
    knobs=()
    here() {
        : >"$LOG"
        run_all RUN=table LABELS="$PWD/FILE" "$@" >/dev/null
        tools_in "$LOG"
    }
    [ "$(here COLUMNS='image=Follow-up #,label=a $ b')" = "$(from split)" ]
    grep -qF -- "--labels $PWD/FILE --columns image=Follow-up #,label=a \$ b " "$LOG"
    touch FILE
    [ "$(here COLUMNS='image=Follow-up #,label=a $ b')" = '' ]
    echo others >FILE
    [ "$(here COLUMNS='image=Follow-up #,label=a $ b')" = "$(from split)" ]
    COLUMNS=80 here >/dev/null
    run ! grep -q -e --columns "$LOG"
    COLUMNS=image=a here >/dev/null
    grep -qe '--columns image=a ' "$LOG"
    run run_all RUN=table LABELS=absent
    [[ $output == *'make: LABELS=absent: there is no such file'* ]]
}

@test "knobs: docs/parameters.md is what the table says" {
    cp "$ROOT/docs/parameters.md" before
    make -s -C "$ROOT" docs/parameters.md
    cmp before "$ROOT/docs/parameters.md"
}

@test "knobs: one line in the table adds a knob" {
    mkdir tree
    cp -a "$ROOT"/{Makefile,pipeline.mk,make,scripts,tools,shim,tests,data,docs} tree
    line='MOMENTUM     | 0.9 | number 0..0.9999 | train | --momentum | momentum of sgd'
    sed -i "/^OPTIMIZER /a $line" tree/make/knobs.mk prefix/share/hilum/make/knobs.mk
    # help
    run make -s -C tree help MOMENTUM=0.5
    grep -qx 'MOMENTUM      0.5                      momentum of sgd' <<<"$output"
    # validation
    run make -s -C tree help MOMENTUM=1
    [[ $output == *'*** MOMENTUM: expected a number from 0 to 0.9999, found '"'1'.  Stop." ]]
    # documentation
    make -s -C tree docs/parameters.md
    diff "$ROOT/docs/parameters.md" tree/docs/parameters.md >difference || true
    [ "$(sed 1d difference)" = '> | `MOMENTUM` | `0.9` | number, 0 to 0.9999 | train-head | `--momentum` | momentum of sgd |' ]
    # completion
    ln -s "$ROOT/build" tree/build
    make -s -C tree -n build/words.tsv >commands
    grep -q "'knob	MOMENTUM	" commands
    # the step's options, and what runs again
    knobs=()
    run_all RUN=added >/dev/null
    grep -q '^train-head .* --optimizer adam --momentum 0.9$' "$LOG"
    : >"$LOG"
    run_all RUN=added MOMENTUM=0.8 >/dev/null
    [ "$(tools_in "$LOG")" = "$(from train)" ]
    grep -qx 'knob	MOMENTUM	0.8' results/added/experiment.tsv
    # a sweep
    hilum -n sweep DATA=set RUN=added MOMENTUM='0.7 0.8' | grep -qF 'sweep/MOMENTUM@0.7'
    sed -i '/^MOMENTUM /d' prefix/share/hilum/make/knobs.mk
}

@test "knobs: words and ranges are those of the tools" {
    tool_of() {
        case $1 in
            fold) echo split ;;
            extract) echo extract-features ;;
            train) echo train-head ;;
            triage) echo predict ;;
            *) echo "$1" ;;
        esac
    }
    compared=0
    while IFS=';' read -r name _ allowed step option _; do
        option=$(grep -oE -- '--[a-z0-9-]+' <<<"$option") || continue
        case $step in
            '$(preprocess_unless_SIZE) extract') step=extract ;;
            '$(extract_or_with_UNFREEZE_train)') step='extract train' ;;
            '$(split_fold_with_LABELS) audit train triage') step='split audit train triage' ;;
            'evaluate kfold') step=evaluate ;;
            - | experiment) continue ;;
        esac
        allowed=${allowed#[}
        allowed=${allowed%]}
        for s in $step; do
            tool=$("$ROOT"/build/bin/"$(tool_of "$s")" --options | awk -F '\t' -v name="${option#--}" '$2 == name')
            [ -n "$tool" ]
            case $(cut -f 3 <<<"$tool") in
                choice) [ "$(cut -f 4 <<<"$tool" | tr '|' '\n' | sort)" = "$(tr '|' '\n' <<<"$allowed" | sort)" ] ;;
                int | real)
                    [ "$allowed" != '0|1' ] || continue # USE_ALL
                    # The tool states its range itself.
                    run "$ROOT/build/bin/$(tool_of "$s")" "$option" none
                    range=$(sed -n 's/.*number from \(.*\) to \(.*\), found.*/\1 \2/p' <<<"$output")
                    awk -v tool="$range" -v table="${allowed##* }" 'BEGIN {
                        split(tool, t, " "); split(table, m, /[.][.]/)
                        exit !(t[1] == m[1] && t[2] + 0 == m[2] + 0) }' || [ "$name" = K ] || [ "$name" = FOLD ] || {
                        echo "$name: '$allowed' in the table, $range in $(tool_of "$s")"
                        return 1
                    }
                    ;;
                flag) [ "$allowed" = '0|1' ] ;;
                string) ;;
            esac
            compared=$((compared + 1))
        done
    done < <(rows)
    [ "$compared" -ge 40 ]
}

@test "knobs: the rules of the make files" {
    cd "$ROOT"
    files=(Makefile pipeline.mk make/*.mk)
    run ! grep -nE '^.{121,}' "${files[@]}"
    run ! grep -nE '\bawk\b' "${files[@]}"
    [ "$(wc -l <pipeline.mk)" -le 250 ]
    # No variable is named like a tool or a command that recipes could use beside it.
    names=$(grep -ohE '^(define )?[A-Za-z_0-9]+ *([:?+]?=|$)' "${files[@]}" | sed -E 's/^define //; s/ *[:?+]?=//' | sort -u)
    commands=$({ ls build/bin; printf '%s\n' awk basename cat cd cmp column comm cp cut date dirname echo env expr find grep \
        head jq join kill ls make mkdir mv nproc paste printf ps pwd read rm sed seq set sha256sum sleep sort stat tail tee \
        test time touch tr true uname uniq wc xargs; } | sort -u)
    [ -z "$(comm -12 <(echo "$names") <(echo "$commands"))" ]
    # JSON is read by jq: no other filter is given such a file.
    run ! grep -nE '(sed|awk|grep)[^|]*\.json' "${files[@]}" scripts/*
}
