#!/bin/sh
# Makes the disk image from the bundle: dmg.sh "Edge Assistant.app" PROGRAM_FOLDER OUT.dmg
# PROGRAM_FOLDER is what packaging/build.py put together; its models, licences and list of components go into the bundle.
# Signing: CODESIGN_IDENTITY, else ad hoc ("-"): then Gatekeeper asks the person to allow it in System Settings.
set -eu
app=$1 program=$2 out=$3
here=$(cd "$(dirname "$0")" && pwd)
resources=$app/Contents/Resources

for part in models licences bom.json; do
    rm -rf "${resources:?}/$part"
    cp -R "$program/$part" "$resources/$part"
done
cp "$here/README.txt" "$resources/README.txt"
# The program looks beside itself; macOS wants everything but programs in Resources.
ln -sfn ../Resources/models "$app/Contents/MacOS/models"
(cd "$resources/models" && shasum -a 256 -q -c SHA256SUMS)

codesign --force --deep --options runtime --entitlements "$here/entitlements.plist" \
    --sign "${CODESIGN_IDENTITY:--}" "$app"
codesign --verify --deep --strict "$app"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$app" "$work/"
ln -s /Applications "$work/Applications"
cp "$here/README.txt" "$work/Read me first.txt"
rm -f "$out"
# HFS+ has no limit of 4 GB a file; weights do not get smaller, so the image is made quickly.
hdiutil create -volname "Edge Assistant" -srcfolder "$work" -fs HFS+ -format UDZO -imagekey zlib-level=1 "$out"
hdiutil verify "$out"
