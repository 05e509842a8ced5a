# Sets up what is missing, test tools included, then runs the unit tests, or pytest with the arguments.
# powershell -ExecutionPolicy Bypass -File scripts\test.ps1
& (Join-Path $PSScriptRoot 'with_python.ps1') test @args
exit $LASTEXITCODE
