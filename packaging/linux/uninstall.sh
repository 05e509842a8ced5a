#!/bin/sh
# Removes everything of Edge Assistant but the settings, and asks about those.
#   --yes          ask nothing, and keep the settings
#   --settings     remove the settings too
#   --no-speak     be silent
set -eu
if [ -z "${HOME:-}" ]; then
    echo "It is not known where your home folder is: the variable HOME is not set. Set it, then start this again." >&2
    exit 1
fi
program=$(cd -P "$(dirname "$0")" && pwd)
voice=$program/voice
# folder VALUE ELSE: the XDG Base Directory Specification wants relative paths ignored.
folder() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$2" ;; esac }
data=$(folder "${XDG_DATA_HOME:-}" "$HOME/.local/share")
config=$(folder "${XDG_CONFIG_HOME:-}" "$HOME/.config")
cache=$(folder "${XDG_CACHE_HOME:-}" "$HOME/.cache")
ask=true settings=false speak=true saying= terminal=
for argument in "$@"; do
    case $argument in
    --yes) ask=false ;;
    --settings) settings=true ;;
    --no-speak) speak=false ;;
    *)
        echo "There is no option $argument." >&2
        exit 2
        ;;
    esac
done
[ -t 0 ] || ask=false
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

work=$(mktemp -d 2>/dev/null || mktemp -d /tmp/edge-assistant.XXXXXX 2>/dev/null || mktemp -d "$HOME/edge-assistant.XXXXXX")
trap 'restore_terminal; [ -z "$saying" ] || wait "$saying" 2>/dev/null || true; rm -rf "$work"' EXIT
# The voice goes last, so it speaks from a copy, which lies where programs may be run.
if $speak && [ -d "$voice" ]; then
    cp -R "$voice" "$work/voice"
    if [ ! -x "$work/voice/bin/espeak-ng" ]; then
        rm -rf "$work"
        work=$(mktemp -d "$HOME/edge-assistant.XXXXXX")
        cp -R "$voice" "$work/voice"
    fi
else
    speak=false
fi

say() {
    printf '%s\n' "$*"
    if $speak; then
        [ -z "$saying" ] || wait "$saying" || true
        {
            LD_LIBRARY_PATH=$work/voice/lib "$work/voice/bin/espeak-ng" --path="$work/voice" -w "$work/say.wav" -- "$*" &&
                timeout 60 "$work/voice/bin/aplay" -q "$work/say.wav"
        } </dev/null >/dev/null 2>&1 &
        saying=$!
    fi
}

yes() {
    forget_typed
    say "$1 Type y for yes or n for no, then Enter."
    while read -r answer; do
        case $answer in
        [yYjJ]*) return 0 ;;
        [nN]*) return 1 ;;
        esac
        say "Type y or n, then Enter."
    done
    return 1
}

if $ask; then
    size=$(du -sk "$program" "$program.old" "$data/edge-assistant" 2>/dev/null | awk '{ kb += $1 } END { print int(kb / 1024) }')
    yes "Remove Edge Assistant with all its models? That frees $size megabytes." || {
        say "Nothing was changed."
        exit 0
    }
    if ! $settings && yes "Remove your settings too?"; then settings=true; fi
fi
# The processes whose program lies in the folder of this one.
running() {
    for each in /proc/[0-9]*/exe; do
        case $(readlink "$each" 2>/dev/null) in
        "$program"/*)
            each=${each#/proc/}
            echo "${each%/exe}"
            ;;
        esac
    done
}

"$program/edge-assistant" trigger quit >/dev/null 2>&1 || true
for signal in TERM KILL; do # where nothing led to it, as from another session
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ -n "$(running)" ] || break 2
        sleep 0.5
    done
    running | while read -r process; do kill -s $signal "$process" 2>/dev/null || true; done
done
if [ "$(readlink "$HOME/.local/bin/edge-assistant" || true)" = "$program/edge-assistant" ]; then
    rm -f "$HOME/.local/bin/edge-assistant"
fi
rm -f "$data/applications/edge-assistant.desktop" "$data/applications/edge-assistant-uninstall.desktop"
rm -f "$data/man/man1/edge-assistant.1" "$data"/icons/hicolor/*/apps/edge-assistant.*
rm -f "$config/autostart/edge-assistant.desktop"
rm -rf "$data/edge-assistant" "$cache/edge-assistant" "$(folder "${XDG_RUNTIME_DIR:-}" "$work")/edge-assistant"
if $settings; then rm -rf "$config/edge-assistant"; fi
case $program in # whatever has become of this script, it removes only a program of ours
*/edge-assistant)
    if [ -d "$program/_internal" ]; then
        # Also what an update that was ended has left; and one step, so that no half of a program is ever found.
        rm -rf "$program.new" "$program.gone" "$program.old"
        mv "$program" "$program.gone"
        rm -rf "$program.gone"
    fi
    ;;
esac
if [ -d "$config/edge-assistant" ]; then
    say "Edge Assistant was removed. Your settings are kept in $config/edge-assistant."
else
    say "Edge Assistant was removed."
fi
