#!/bin/sh
# Edge Assistant @VERSION@ for Linux on x86-64. Start it with:  sh FILE
# It installs for the person who starts it, without root, and says aloud what it does.
#   --yes         ask nothing: install, do not start at login
#   --login       start at login from now on
#   --no-start    do not start the program at the end
#   --no-speak    be silent
#   --check       only check whether this file is whole
#   --remove      uninstall
set -eu
SELF_SUM=@SELF_SUM@
VERSION='@VERSION@'
FILE_SIZE=@FILE_SIZE@
HEADER=@HEADER@
VOICE_SIZE=@VOICE_SIZE@
VOICE_SUM=@VOICE_SUM@
PROGRAM_SIZE=@PROGRAM_SIZE@
PROGRAM_SUM=@PROGRAM_SUM@
WEIGHTS_HERE=@WEIGHTS_HERE@
WEIGHTS_SUM=@WEIGHTS_SUM@
# More of the weights in files beside this one: name size checksum, one a line.
PARTS='@PARTS@'
INSTALLED_KB=@INSTALLED_KB@
LIBC=@LIBC@
# What a stock desktop has: library, and Debian's package that has it.
LIBRARIES='@LIBRARIES@'

# Before the rest of this script is even read: whether it is whole.
damaged_text='Nothing was installed. Copy it again, or get it again.'
if [ "$(head -c "$HEADER" "$0" | grep -v '^SELF_SUM=' | sha256sum | cut -c1-64)" != "$SELF_SUM" ]; then
    echo "This installer is damaged: its beginning is wrong. $damaged_text" >&2
    exit 1
fi

file=$0
here=$(dirname "$file")
home=${HOME:?}
target=$home/.local/lib/edge-assistant
work=
voice=
saying=
ask=true login=false start=true speak=true only_check=false

# ---- Speaking and asking

# The sentence on the terminal, and aloud behind the work that goes on.
say() {
    printf '%s\n' "$*"
    if $speak && [ -n "$voice" ]; then
        [ -z "$saying" ] || wait "$saying" || true
        {
            LD_LIBRARY_PATH=$voice/lib "$voice/bin/espeak-ng" --path="$voice" -w "$work/say.wav" -- "$*" &&
                timeout 60 "$voice/bin/aplay" -q "$work/say.wav"
        } </dev/null >/dev/null 2>&1 &
        saying=$!
    fi
}

# Without our own voice, that of the system is tried.
say_before_voice() {
    printf '%s\n' "$*" >&2
    if $speak; then
        for each in spd-say espeak-ng; do
            if command -v $each >/dev/null 2>&1; then
                timeout 60 $each -- "$*" >/dev/null 2>&1 || true
                return
            fi
        done
    fi
}

refuse() {
    if [ -n "$voice" ]; then say "$*" >&2; else say_before_voice "$*"; fi
    exit 1
}

# yes QUESTION: whether the person agrees; where nobody can be asked, the second argument decides.
yes() {
    if ! $ask; then
        [ "$2" = y ]
        return
    fi
    say "$1 Type y for yes or n for no, then Enter."
    while read -r answer; do
        case $answer in
        [yYjJ]*) return 0 ;;
        [nN]*) return 1 ;;
        esac
        say "Type y or n, then Enter."
    done
    refuse "Nobody answered. Nothing was changed."
}

# shellcheck disable=SC2317 # the trap calls it
clean_up() {
    status=$?
    trap - EXIT INT TERM HUP
    [ -z "$saying" ] || wait "$saying" 2>/dev/null || true
    [ -z "$work" ] || rm -rf "$work"
    exit "$status"
}

# ---- Checking

section() { # OFFSET SIZE, of this file
    tail -c "+$(($1 + 1))" "$file" | head -c "$2"
}

sum() { sha256sum | cut -c1-64; }

damaged() {
    refuse "This installer is damaged: $1. $damaged_text"
}

check_start() {
    for tool in tail head sha256sum tar gzip cut df timeout; do
        command -v $tool >/dev/null 2>&1 || refuse "The command $tool is missing. Install it, then start this again."
    done
    [ -f "$file" ] || refuse "Start this installer as a file: sh FILE."
    size=$(wc -c <"$file")
    [ "$size" -eq "$FILE_SIZE" ] || damaged "it has $size bytes instead of $FILE_SIZE"
    [ "$(section "$HEADER" "$VOICE_SIZE" | sum)" = "$VOICE_SUM" ] || damaged "its voice is wrong"
}

open_voice() {
    work=$(mktemp -d)
    section "$HEADER" "$VOICE_SIZE" | tar -xz -C "$work"
    voice=$work/voice
}

check_rest() {
    at=$((HEADER + VOICE_SIZE))
    [ "$(section $at "$PROGRAM_SIZE" | sum)" = "$PROGRAM_SUM" ] || damaged "the program in it is wrong"
    at=$((at + PROGRAM_SIZE))
    [ "$(section $at "$WEIGHTS_HERE" | sum)" = "$WEIGHTS_SUM" ] || damaged "the weights in it are wrong"
    # Not through a pipe: a loop behind one is a shell of its own, whose last sentence nobody waits for.
    while read -r name bytes expected; do
        [ -n "$name" ] || continue
        [ -f "$here/$name" ] || refuse "The file $name is missing. It belongs beside this installer."
        say "Checking $name."
        [ "$(sum <"$here/$name")" = "$expected" ] || damaged "its part $name, of $bytes bytes, is wrong"
    done <<PARTS
$PARTS
PARTS
}

has_library() {
    { PATH=$PATH:/usr/sbin:/sbin ldconfig -p 2>/dev/null || true; } | grep -q "^[[:space:]]*$1 (libc6,x86-64" && return
    for folder in /lib /usr/lib /lib64 /usr/lib64 /lib/x86_64-linux-gnu /usr/lib/x86_64-linux-gnu; do
        [ ! -e "$folder/$1" ] || return 0
    done
    return 1
}

check_computer() {
    [ "$(uname -sm)" = "Linux x86_64" ] || refuse "This installer is for Linux on x86-64 processors."
    if [ -r /proc/cpuinfo ] && ! grep -qw sse4_2 /proc/cpuinfo; then
        refuse "This processor is too old: it lacks SSE 4.2. Use a newer computer."
    fi
    libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d' ' -f2)
    oldest=$(printf '%s\n' "$LIBC" "${libc:-0}" | sort -V | head -n 1)
    [ "$oldest" = "$LIBC" ] ||
        refuse "This system is too old: it has the C library ${libc:-of another kind}, and $LIBC is needed, as in Debian 12 or Ubuntu 22.04."
    missing=$(printf '%s\n' "$LIBRARIES" | while read -r library package; do
        has_library "$library" || printf '%s, in Debian'\''s package %s; ' "$library" "$package"
    done)
    [ -z "$missing" ] || refuse "This system lacks libraries that a desktop has: ${missing%; }. Install them, then start this again."
    mkdir -p "$home/.local/lib"
    free=$(df -Pk "$home/.local/lib" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$INSTALLED_KB" ] ||
        refuse "The disk has $((free / 1024)) megabytes free, and $((INSTALLED_KB / 1024)) are needed. Free some space."
}

# ---- Installing

weights() {
    section $((HEADER + VOICE_SIZE + PROGRAM_SIZE)) "$WEIGHTS_HERE"
    printf '%s\n' "$PARTS" | while read -r name bytes expected; do
        [ -z "$name" ] || cat "$here/$name"
        : "$bytes" "$expected"
    done
}

unpack() {
    rm -rf "$target.new"
    mkdir -p "$target.new"
    section $((HEADER + VOICE_SIZE)) "$PROGRAM_SIZE" | tar -xz -C "$target.new"
    section "$HEADER" "$VOICE_SIZE" | tar -xz -C "$target.new"
    if [ "$WEIGHTS_HERE" -gt 0 ]; then
        say "Copying the weights."
        weights | tar -x -C "$target.new/models"
    fi
    (cd "$target.new/models" && sha256sum --quiet -c SHA256SUMS) ||
        refuse "The copied weights differ from this installer's. The disk may be failing. Nothing was installed."
}

# Weights that somebody put beside the old program, and that the new one does not bring, stay.
keep_weights() {
    for old in "$target"/models/*.gguf; do
        if [ -f "$old" ] && [ ! -e "$target.new/models/${old##*/}" ]; then
            mv "$old" "$target.new/models/"
        fi
    done
}

swap() {
    if [ -d "$target" ]; then
        "$target/edge-assistant" trigger quit >/dev/null 2>&1 || true
        keep_weights
        rm -rf "$target.old"
        mv "$target" "$target.old"
    fi
    mv "$target.new" "$target"
    rm -rf "$target.old"
}

main() {
    for argument in "$@"; do
        case $argument in
        --yes) ask=false ;;
        --login) login=true ;;
        --no-start) start=false ;;
        --no-speak) speak=false ;;
        --check) only_check=true ;;
        --remove) exec "$target/uninstall" ;;
        --help)
            sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$file"
            exit 0
            ;;
        *) refuse "There is no option $argument. Try --help." ;;
        esac
    done
    [ -t 0 ] || ask=false
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    umask 022
    check_start
    open_voice
    say "Edge Assistant $VERSION. Checking this installer."
    $only_check || check_computer
    check_rest
    if $only_check; then
        say "This installer is whole."
        exit 0
    fi
    what="Install it into $target?"
    [ ! -d "$target" ] || what="Replace the version that is installed?"
    yes "$what" y || refuse "Nothing was changed."
    if ! $login && yes "Start it each time you log in?" n; then login=true; fi
    say "Installing."
    unpack
    swap
    "$target/register" $login
    say "Installed. To uninstall, run $target/uninstall"
    if $start && { [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; }; then
        wait "$saying" 2>/dev/null || true
        setsid "$target/edge-assistant" @START@ </dev/null >/dev/null 2>&1 &
    fi
    cat "$target/SHORTCUTS.txt"
}

main "$@"
exit 0
