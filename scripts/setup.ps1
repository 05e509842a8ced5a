# Makes .venv in this checkout: all that the program needs; with --dev also what the tests need.
# powershell -ExecutionPolicy Bypass -File scripts\setup.ps1
& (Join-Path $PSScriptRoot 'with_python.ps1') setup @args
exit $LASTEXITCODE
