#!/bin/sh
if [ ! -f "$0" ] || [ "$(wc -c <"$0")" -lt @HEADER@ ]; then
    echo "This installer was cut short, or was not started as a file: sh FILE. Copy or download it again." >&2
    exit 1
fi
# Edge Assistant @VERSION@ for Linux on x86-64. Start it with:  sh FILE
# It installs for the person who starts it, without root, and says aloud what it does.
#   --yes         ask nothing: install, and leave it as it is whether it starts at login; at first it does not
#   --login       start at login from now on
#   --no-login    do not start at login any more
#   --no-start    do not start the program at the end
#   --no-speak    be silent
#   --check       only check whether this file is whole
#   --remove      uninstall; with --yes and --no-speak as above
#   --as-root     install for root itself, if root starts this
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
damaged_text='Nothing was installed. Copy or download it again.'
if [ "$(head -c "$HEADER" "$0" | grep -v '^SELF_SUM=' | sha256sum | cut -c1-64)" != "$SELF_SUM" ]; then
    echo "This installer is damaged: its beginning is wrong. $damaged_text" >&2
    exit 1
fi

file=$0
here=$(dirname "$file")
home=${HOME:-}
target=$home/.local/lib/edge-assistant
[ ! -L "$target" ] || target=$(readlink -f "$target")
work=
voice=
saying=
terminal=
unpacking=false
done=false
command=true
ask=true login=keep start=true speak=true only_check=false as_root=false removing=false

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

# What was typed before a question is no answer to it. A terminal that does not wait for lines gives all that it has.
forget_typed() {
    [ -t 0 ] || return 0
    terminal=$(stty -g 2>/dev/null) || return 0
    stty -icanon min 0 time 0
    cat >/dev/null || true
    restore_terminal
}

restore_terminal() {
    [ -z "$terminal" ] || stty "$terminal" || true
    terminal=
}

# yes QUESTION: whether the person agrees; where nobody can be asked, the second argument decides.
yes() {
    if ! $ask; then
        [ "$2" = y ]
        return
    fi
    forget_typed
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
    restore_terminal
    if $unpacking; then rm -rf "$target.new"; fi
    case $status in
    130 | 143) $done || say "Cancelled. Nothing was installed." >&2 ;;
    esac
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

# The voice goes where there is room for it, and where programs may be run: elsewhere it would be silent.
open_voice() {
    mute=false
    for place in "${TMPDIR:-/tmp}" /tmp /var/tmp "$home"; do
        work=$(mktemp -d "$place/edge-assistant.XXXXXX" 2>/dev/null) || continue
        if section "$HEADER" "$VOICE_SIZE" | tar -xz -C "$work" 2>/dev/null; then
            if [ -x "$work/voice/bin/espeak-ng" ]; then
                voice=$work/voice
                return
            fi
            mute=true
        fi
        rm -rf "$work"
    done
    work=
    ! $mute || return 0
    refuse "There is no room for temporary files, neither in /tmp nor in your home folder. Free up space."
}

check_home() {
    [ -n "$home" ] || refuse "It is not known where your home folder is: the variable HOME is not set. Set it, then start this again."
    [ -d "$home" ] && [ -w "$home" ] || refuse "Your home folder, $home, is missing or cannot be written to. Nothing was changed."
}

# With sudo it would land in root's home, or belong to root in somebody's.
check_person() {
    [ "$(id -u)" = 0 ] && ! $as_root || return 0
    root_home=~root
    if [ -n "${SUDO_USER:-}${PKEXEC_UID:-}" ] || [ "$home" = "$root_home" ]; then
        refuse "You are root, and this installs for the person who starts it. Start it again without sudo. To install it for root itself, add --as-root."
    fi
}

check_rest() {
    at=$((HEADER + VOICE_SIZE))
    [ "$(section $at "$PROGRAM_SIZE" | sum)" = "$PROGRAM_SUM" ] || damaged "the program in it is wrong"
    at=$((at + PROGRAM_SIZE))
    [ "$(section $at "$WEIGHTS_HERE" | sum)" = "$WEIGHTS_SUM" ] || damaged "the model in it is wrong"
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

# The packages have a line of their own, to be copied. Newer Debians have given some of them other names.
check_libraries() {
    missing=$(printf '%s\n' "$LIBRARIES" | while read -r library package; do
        has_library "$library" || echo "$library $package"
    done)
    [ -n "$missing" ] || return 0
    count=$(printf '%s\n' "$missing" | wc -l)
    if command -v apt-get >/dev/null 2>&1; then
        packages=$(printf '%s\n' "$missing" | while read -r library package; do
            if apt-cache show "${package}t64" >/dev/null 2>&1; then package=${package}t64; fi
            echo "$package"
        done | sort -u | tr '\n' ' ')
        printf 'sudo apt-get install %s\n' "${packages% }"
        refuse "This system lacks libraries that a desktop has: $((count)). The line above installs them. Then start this again."
    fi
    printf '%s\n' "$missing" | cut -d' ' -f1
    refuse "This system lacks libraries that a desktop has: $((count)). They are named above. Install them, then start this again."
}

# Two at once would each remove what the other one has unpacked. The lock is the folder's, so it leaves no file.
be_the_only_one() {
    mkdir -p "$home/.local/lib" 2>/dev/null && [ -w "$home/.local/lib" ] ||
        refuse "The folder $home/.local/lib cannot be written to. Nothing was changed."
    command -v flock >/dev/null 2>&1 || return 0
    exec 9<"$home/.local/lib"
    flock -n 9 2>/dev/null || [ $? -ne 1 ] ||
        refuse "Another installer of Edge Assistant is already running. Wait for it, or end it, then start this again."
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
    check_libraries
    be_the_only_one
    clear_away
    free=$(df -Pk "$(dirname "$target")" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$INSTALLED_KB" ] ||
        refuse "The disk has $((free / 1024)) megabytes free, and $((INSTALLED_KB / 1024)) are needed. Free up space."
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
    unpacking=true
    mkdir -p "$target.new"
    section $((HEADER + VOICE_SIZE)) "$PROGRAM_SIZE" | tar -xz -C "$target.new"
    section "$HEADER" "$VOICE_SIZE" | tar -xz -C "$target.new"
    if [ "$WEIGHTS_HERE" -gt 0 ]; then
        say "Copying the model."
        weights | tar -x -C "$target.new/models"
    fi
    (cd "$target.new/models" && sha256sum --quiet -c SHA256SUMS) ||
        refuse "The copied model differs from this installer's. The disk may be failing. Nothing was installed."
}

# ---- Replacing
# The new version is unpacked into edge-assistant.new, where nothing of anybody's ever is. The old one is renamed to
# edge-assistant.old, and the new one gets its name. What people put into the old models/ is moved from there, entry by
# entry. Only then the old one is renamed to edge-assistant.gone, and removed. So the names tell the next start how far
# this came, whatever ended it.

# Whether a file of the old version's models/ is as some installer brought it. $1: the folder; $2: the place in it.
is_ours() {
    [ "$2" != SHA256SUMS ] || return 0
    [ -f "$1/$2" ] && [ ! -L "$1/$2" ] || return 1
    line="$(sum <"$1/$2")  $2"
    cat "$1/SHA256SUMS" "$target/models/SHA256SUMS" 2>/dev/null | grep -Fqx -e "$line"
}

# Moves what is in the old models/, $1, and not in the new one, $2; below that, in the folder $3 of both, with a slash.
# A file whose name the new version has too is dropped if it is an installer's, and else kept under another name.
keep_files() {
    for each in "$1/$3"* "$1/$3".[!.]* "$1/$3"..?*; do
        place=${each#"$1/"}
        if [ ! -e "$each" ] && [ ! -L "$each" ]; then
            continue # the pattern itself
        elif [ "$each" -ef "$2/$place" ]; then
            continue # a link that was made before this was ended
        elif [ ! -e "$2/$place" ] && [ ! -L "$2/$place" ]; then
            keep_as "$1" "$each" "$2/$place"
        elif [ -d "$each" ] && [ ! -L "$each" ] && [ -d "$2/$place" ]; then
            keep_files "$1" "$2" "$place/"
        elif ! is_ours "$1" "$place"; then
            name=$2/$place.old
            while [ -e "$name" ] || [ -L "$name" ]; do
                [ ! "$each" -ef "$name" ] || continue 2
                name=$name.old
            done
            keep_as "$1" "$each" "$name"
            renamed="$renamed ${name#"$2/"}"
        fi
    done
}

# Where models/ is a link to a folder elsewhere, that folder stays as it is, and the new models/ gets links into it.
keep_as() {
    if [ -L "$1" ]; then
        ln -s "$(readlink -f "$1")/${2#"$1/"}" "$3" || stuck=true
    else
        mv "$2" "$3" || stuck=true
    fi
}

# The end of an update: false where something of somebody's could not be moved, and is still in the old version.
finish_update() {
    renamed='' stuck=false
    keep_files "$target.old/models" "$target/models" ''
    [ -z "$renamed" ] || say "The new version has files of the same names, so yours are now called$renamed, in models."
    ! $stuck && mv "$target.old" "$target.gone" || return 1
    rm -rf "$target.gone"
}

clear_away() {
    rm -rf "$target.new" "$target.gone"
}

# What an update that was ended has left.
recover() {
    clear_away
    [ -d "$target.old" ] || return 0
    if [ ! -d "$target" ]; then
        mv "$target.old" "$target"
    elif ! finish_update; then
        refuse "Files in $target.old/models cannot be moved. Move them elsewhere, then start this again."
    fi
}

# The processes whose program lies in the folder $1.
running() {
    for each in /proc/[0-9]*/exe; do
        case $(readlink "$each" 2>/dev/null) in
        "$1"/*)
            each=${each#/proc/}
            echo "${each%/exe}"
            ;;
        esac
    done
}

# Asked first; where nothing leads to it, as from another session, and after some seconds it is told to, and then ended.
end_running() {
    "$1/edge-assistant" trigger quit >/dev/null 2>&1 || true
    for signal in TERM KILL; do
        for _ in 1 2 3 4 5 6 7 8 9 10; do
            [ -n "$(running "$1")" ] || return 0
            sleep 0.5
        done
        running "$1" | while read -r process; do kill -s $signal "$process" 2>/dev/null || true; done
    done
}

swap() {
    trap '' INT TERM HUP # only moments are left, and half of them would be worse
    if [ -d "$target" ]; then
        end_running "$target"
        mv "$target" "$target.old"
    fi
    mv "$target.new" "$target"
    unpacking=false done=true
    if [ -d "$target.old" ] && ! finish_update; then
        say "Some of your files could not be moved. They are still in $target.old/models."
    fi
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

remove() {
    check_home
    [ -d "$target" ] || [ -d "$target.old" ] || refuse "Edge Assistant is not installed in $target."
    be_the_only_one
    recover
    [ -x "$target/uninstall" ] || refuse "Edge Assistant is not installed in $target."
    set --
    $ask || set -- "$@" --yes
    $speak || set -- "$@" --no-speak
    exec "$target/uninstall" "$@"
}

# Whether a command is somebody else's: neither a link to our program nor one to nothing.
is_foreign() {
    [ -e "$1" ] && [ "$(readlink "$1")" != "$target/edge-assistant" ] && [ ! "$1" -ef "$target/edge-assistant" ]
}

main() {
    for argument in "$@"; do
        case $argument in
        --yes) ask=false ;;
        --login) login=true ;;
        --no-login) login=false ;;
        --as-root) as_root=true ;;
        --no-start) start=false ;;
        --no-speak) speak=false ;;
        --check) only_check=true ;;
        --remove) removing=true ;;
        --help)
            sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$file"
            exit 0
            ;;
        *) refuse "There is no option $argument. Try --help." ;;
        esac
    done
    ! $removing || remove
    [ -t 0 ] || ask=false
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    umask 022
    check_start
    $only_check || check_home
    $only_check || check_person
    open_voice
    say "Edge Assistant $VERSION. Checking this installer."
    $only_check || check_computer
    check_rest
    if $only_check; then
        say "This installer is OK."
        exit 0
    fi
    what="Install it into $target?"
    if [ -d "$target" ] || [ -d "$target.old" ]; then what="Replace the version that is installed?"; fi
    yes "$what" y || refuse "Nothing was changed."
    if [ $login = keep ] && $ask; then
        if yes "Start it each time you log in?" n; then login=true; else login=false; fi
    fi
    if is_foreign "$home/.local/bin/edge-assistant"; then
        command=false
        if yes "Another program is called edge-assistant in $home/.local/bin. Replace it?" n; then command=true; fi
    fi
    say "Installing."
    recover
    unpack
    swap
    "$target/register" $login $command
    say "Installed. To uninstall, run $target/uninstall"
    $command || say "The command edge-assistant is another program's, and was left alone. Ours is $target/edge-assistant"
    say "$(head -n 2 "$target/SHORTCUTS.txt")"
    if $start && { [ -n "${DISPLAY:-}" ] || [ -n "${WAYLAND_DISPLAY:-}" ]; }; then
        wait "$saying" 2>/dev/null || true
        setsid "$target/edge-assistant" </dev/null >/dev/null 2>&1 9<&- &
    fi
    tail -n +3 "$target/SHORTCUTS.txt"
}

main "$@"
exit 0
