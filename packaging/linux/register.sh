#!/bin/sh
# Makes the installed program known to the desktop: command, menu entry, icons, start at login.
#   register LOGIN [COMMAND]      LOGIN: true, false, or keep: as it is. COMMAND: whether edge-assistant is its command
set -eu
login=$1
command=${2:-true}
program=$(cd -P "$(dirname "$0")" && pwd)
# folder VALUE ELSE: the XDG Base Directory Specification wants relative paths ignored.
folder() { case $1 in /*) printf '%s' "$1" ;; *) printf '%s' "$2" ;; esac }
data=$(folder "${XDG_DATA_HOME:-}" "$HOME/.local/share")
config=$(folder "${XDG_CONFIG_HOME:-}" "$HOME/.config")

# entry FILE COMMAND...: a desktop file whose @PROGRAM@ is this place, quoted as the Desktop Entry Specification wants
entry() {
    quoted=$(printf '%s' "$program" | sed 's/[\\"`$]/\\\\&/g; s/%/%%/g; s/[&|\\]/\\&/g')
    mkdir -p "$(dirname "$2")"
    sed "s|@PROGRAM@|$quoted|g" "$program/share/$1" >"$2"
}

if $command; then
    mkdir -p "$HOME/.local/bin"
    ln -sfn "$program/edge-assistant" "$HOME/.local/bin/edge-assistant"
fi
entry edge-assistant.desktop "$data/applications/edge-assistant.desktop"
entry edge-assistant-uninstall.desktop "$data/applications/edge-assistant-uninstall.desktop"
mkdir -p "$data/man/man1"
cp "$program/share/edge-assistant.1" "$data/man/man1/"
for icon in "$program"/share/icons/*/edge-assistant.*; do
    size=$(basename "$(dirname "$icon")")
    mkdir -p "$data/icons/hicolor/$size/apps"
    cp "$icon" "$data/icons/hicolor/$size/apps/"
done
case $login in
true) entry edge-assistant-login.desktop "$config/autostart/edge-assistant.desktop" ;;
false) rm -f "$config/autostart/edge-assistant.desktop" ;;
esac
