#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# exercises.sh: the exercises of the labs, from the starter to the solution. The Makefile's verbs:
#
#     grade NN[-N]       build the student's programs and look at them; --in-vm: in the throwaway machine
#     hint NN-N          the next hint
#     solution NN-N      the answer, once the student's own passes
#     reset NN           the starters again; what the student wrote is kept beside them
#     progress           what is done
#
# NN-*/exercises has the starters, which nobody changes; the student's copies are in work/NN-*/. There,
# .result-NAME keeps how the last look ended, and of which text.
set -eu -o pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
build=${BUILD:-$top/build} work=${WORK:-$top/work}

refuse() {
    echo "exercises: $1" >&2
    [ -z "${2-}" ] || echo "hint: $2" >&2
    exit 2
}

# choose NN[-N]: sets lab ("01-namespaces"), mine (the student's folder) and names (of the exercises).
choose() {
    local number=${1%%-*} one=
    [ "$number" = "$1" ] || one=${1#*-}
    lab=$(cd "$top" && ls -d "$number"-*/exercises 2>/dev/null) ||
        refuse "lab '$number' has no exercises" "there are: $(cd "$top" && echo 0?-*/exercises | sed -E 's|-[^ ]*||g')"
    lab=${lab%/exercises} mine=$work/$lab names=()
    for starter in "$top/$lab"/exercises/${one:-[0-9]}-*.c; do
        [ -e "$starter" ] || refuse "lab $number has no exercise '$one'" "there are: $(list)"
        names+=("$(basename "$starter" .c)")
    done
}
list() { (cd "$top/$lab/exercises" && for file in [0-9]-*.c; do echo "$number-${file%%-*} (${file%.c})"; done) | paste -sd' '; }
only_one() { [ ${#names[@]} = 1 ] || refuse "which one? $1" "there are: $(list)"; }

# The student's copies, where there are none yet.
begin() {
    mkdir -p "$mine"
    for name in "${names[@]}"; do
        [ -e "$mine/$name.c" ] || { cp "$top/$lab/exercises/$name.c" "$mine/" && echo "yours: ${mine#"$top/"}/$name.c"; }
    done
}

compile() {
    mkdir -p "$build/work/$lab"
    built=()
    for name in "${names[@]}"; do
        rm -f "$build/work/$lab/$name" "$mine/.result-$name"
        if ${CC:-cc} -std=gnu17 -Wall -Wextra -g -o "$build/work/$lab/$name" "$mine/$name.c"; then
            built+=("$name")
        else
            echo "$name: it does not compile" >&2
        fi
    done
}

sum() { cksum <"$mine/$1.c"; }

# The grader's sections begin with "== lab NN, NAME: …", its claims with "  ok" or "FAIL".
result_of() { # NAME, from the grader's output
    awk -v name="$1" '/^== lab / { here = $4 == name ":" }
        here && /^  ok  / { good++ } here && /^FAIL / { bad++ }
        END { if (bad) print "fails " bad " of " good + bad; else if (good) print "done"; else print "not seen" }'
}

look() {
    local in=() which=all status=0 said
    [ -z "$vm" ] || in=("$top/vm/run" --)
    [ ${#names[@]} -gt 1 ] || which=${names[0]}
    said=$(mktemp)
    "${in[@]}" env PRACTICE="$build/work/$lab" "$build/$lab/exercises/grade" "$which" |
        tee "$said" || status=$?
    for name in "${built[@]}"; do
        printf '%s\n%s\n' "$(result_of "$name" <"$said")" "$(sum "$name")" >"$mine/.result-$name"
    done
    rm -f "$said"
    return $status
}

grade() {
    local status=0
    begin
    compile
    [ ${#built[@]} -gt 0 ] || exit 1
    names=("${built[@]}")
    look || status=$?
    for name in "${names[@]}"; do
        ! grep -q '^fails' "$mine/.result-$name" || echo "a hint: make hint-${lab%%-*}-${name%%-*}"
    done
    [ $status != 77 ] || [ "$(id -u)" = 0 ] || [ "$vm" ] || echo "as root: sudo make grade-${lab%%-*}" >&2
    return $status
}

# What a make with sudo has made is the student's all the same.
give_back() {
    [ -z "${SUDO_UID-}" ] || chown -R "$SUDO_UID:$SUDO_GID" "$work" "$build"
}
trap give_back EXIT

state() { # NAME
    local result
    if [ ! -e "$mine/$1.c" ] || cmp -s "$mine/$1.c" "$top/$lab/exercises/$1.c"; then
        echo "not begun"
    elif ! { read -r result && read -r of; } 2>/dev/null <"$mine/.result-$1" || [ "$of" != "$(sum "$1")" ]; then
        echo "changed since it was graded"
    else
        echo "$result"
    fi
}

# A paragraph each; which one is next is kept beside the student's program.
hint() {
    local file=$top/$lab/exercises/${names[0]}.hints seen=0 count
    only_one "hint"
    mkdir -p "$mine"
    ! read -r seen 2>/dev/null <"$mine/.hints-${names[0]}" || true
    count=$(awk 'BEGIN { RS = "" } END { print NR }' "$file")
    [ "$seen" -lt "$count" ] || seen=$((count - 1))
    seen=$((seen + 1))
    awk -v n="$seen" 'BEGIN { RS = "" } NR == n' "$file"
    echo "($seen of $count)"
    echo "$seen" >"$mine/.hints-${names[0]}"
}

solution() {
    only_one "solution"
    [ "$(state "${names[0]}")" = "done" ] ||
        refuse "${names[0]} is not done: $(state "${names[0]}")" "make grade-${lab%%-*}-${names[0]%%-*} first; make hint-… helps"
    cat "$top/$lab/solutions/${names[0]}.c"
}

reset() {
    local n=1
    [ -d "$mine" ] || refuse "there is nothing in ${mine#"$top/"}"
    while [ -e "$mine.$n" ]; do n=$((n + 1)); done
    mv "$mine" "$mine.$n"
    echo "what was there is in ${mine#"$top/"}.$n"
    begin
}

progress() {
    for folder in "$top"/0?-*/exercises; do
        folder=${folder#"$top/"}
        choose "${folder%%-*}"
        for name in "${names[@]}"; do
            printf '%s-%s  %-14s %-28s %s\n' "${lab%%-*}" "${name%%-*}" "${name#*-}" "$(state "$name")" \
                "$(sed -n "s/^ \* $name: //p" "$top/$lab/exercises/$name.c")"
        done
    done
}

vm=
[ "${1-}" != --in-vm ] || { vm=yes && shift; }
case ${1-}:$# in
grade:2 | hint:2 | solution:2 | reset:2) choose "$2" && "$1" ;;
progress:1) progress ;;
*) refuse "no such words: $*" "make help lists the verbs" ;;
esac
