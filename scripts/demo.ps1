# Sets up what is missing, then describes sample screens aloud with the small demo model.
# powershell -ExecutionPolicy Bypass -File scripts\demo.ps1
& (Join-Path $PSScriptRoot 'with_python.ps1') demo @args
exit $LASTEXITCODE
