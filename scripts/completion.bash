# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# Completion of hilum and hilum-TOOL in bash. The words come from share/hilum/words.tsv, which make install writes from
# the make files' knobs and from the tools' own tables of options.

_hilum_words=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../hilum" 2>/dev/null && pwd)/words.tsv

# _hilum_column KIND COLUMN [NAME [COLUMN VALUE]]: a column of the rows of that kind, and of that name or tool.
_hilum_column() {
    awk -F '\t' -v kind="$1" -v column="$2" -v name="${3-}" -v where="${4-0}" -v value="${5-}" '
        $1 == kind && (name == "" || $2 == name) && (!where || $where == value) { print $column }' "$_hilum_words"
}

# _hilum_reply WORDS CURRENT [SUFFIX]: those of the words, one a line, that begin like the current one.
_hilum_reply() {
    local word
    while IFS= read -r word; do
        [[ -z $word || $word != "$2"* ]] || COMPREPLY+=("$word${3-}")
    done <<<"$1"
}

_hilum_files() {
    local found
    compopt -o filenames 2>/dev/null
    mapfile -t found < <(compgen -f -- "$1")
    COMPREPLY+=("${found[@]}")
}

_hilum_runs() {
    local found
    found=$(for f in results/*/experiment.tsv; do [ ! -e "$f" ] || basename -- "${f%/*}"; done)
    _hilum_reply "$found" "$1"
}

# _hilum_value CHOICES KIND CURRENT: values of a knob or an option.
_hilum_value() {
    _hilum_reply "${1//|/$'\n'}" "$3"
    case $2 in
        runs) _hilum_runs "$3" ;;
        files | string) _hilum_files "$3" ;;
    esac
}

_hilum_knob_value() { # KNOB CURRENT
    _hilum_value "$(_hilum_column knob 3 "$1")" "$(_hilum_column knob 4 "$1")" "$2"
}

_hilum_tool() { # TOOL PREVIOUS CURRENT
    local tool=$1 previous=$2 current=$3 column=4 name kind
    if [[ $previous == -* && $current != -?* ]]; then
        name=${previous#-}
        if [[ $name == -* ]]; then
            name=${name#-}
        else
            column=3
            name=${name: -1} # of -qo FILE, the last letter takes the value
        fi
        kind=$(_hilum_column option 5 "$tool" $column "$name")
        if [ -n "$kind" ] && [ "$kind" != flag ]; then
            local choices=
            [ "$kind" != choice ] || choices=$(_hilum_column option 6 "$tool" $column "$name")
            _hilum_value "$choices" "$kind" "$current"
            return
        fi
    fi
    if [[ $current == -* ]]; then
        _hilum_reply "$(_hilum_column option 4 "$tool" | sed 's/^/--/')" "$current"
    else
        _hilum_files "$current"
    fi
}

_hilum_knobs() { # CURRENT
    _hilum_reply "$(_hilum_column knob 2)" "$1" =
    [[ ${#COMPREPLY[@]} -eq 0 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

_hilum() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} first=${COMP_WORDS[1]-} typed=
    local command=${COMP_WORDS[0]##*/}
    COMPREPLY=()

    # NAME=VALUE is one word or three, as COMP_WORDBREAKS has it.
    if [ "$current" = = ]; then
        typed=$previous
        current=
    elif [ "$previous" = = ] && [ "$COMP_CWORD" -ge 2 ]; then
        typed=${COMP_WORDS[COMP_CWORD - 2]}
    fi

    if [[ $command == hilum-* ]]; then
        _hilum_tool "${command#hilum-}" "${typed:-$previous}" "$current"
        return
    fi
    if [[ $typed == [A-Z]* ]]; then
        _hilum_knob_value "$typed" "$current"
        return
    elif [[ $current == [A-Z]*=* ]]; then
        typed=${current%%=*}
        _hilum_knob_value "$typed" "${current#*=}"
        COMPREPLY=("${COMPREPLY[@]/#/$typed=}")
        return
    fi
    if [ "$COMP_CWORD" -eq 1 ]; then
        _hilum_reply "$({
            _hilum_column goal 2
            _hilum_column tool 2
            printf '%s\n' --help --version
        } | sort -u)" "$current"
        return
    fi
    if [ "$first" = help ]; then
        _hilum_reply "$(_hilum_column tool 2)" "$current"
    elif [ -n "$(_hilum_column tool 2 "$first")" ]; then
        local is_goal
        is_goal=$(_hilum_column goal 2 "$first")
        if [ -z "$is_goal" ] || [[ $current == -* || ${typed:-$previous} == -* ]]; then
            _hilum_tool "$first" "${typed:-$previous}" "$current"
            return
        fi
        _hilum_files "$current"
    else
        _hilum_reply "$(_hilum_column goal 2)" "$current"
    fi
    _hilum_knobs "$current"
}

complete -F _hilum hilum
while IFS= read -r _hilum_name; do
    complete -F _hilum "hilum-$_hilum_name"
done < <(_hilum_column tool 2)
unset _hilum_name
